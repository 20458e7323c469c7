import AccountStatusLedger
import AccountStatusModel
import Dispatch
import Glibc
import SimulatedYears
import Testing

/// The short form: months of some partners. `make simulate` is the long one.
@Suite struct SimulationTests {
  /// `ACCOUNTSTATUS_SIMULATION_SEED` lives another life.
  private static let seed: UInt64 =
    getenv("ACCOUNTSTATUS_SIMULATION_SEED").flatMap { UInt64(String(cString: $0)) } ?? 20_200_601

  /// What a simulation came to, told by a thread of its own: it waits for the ledger's.
  private struct Outcome: Sendable {
    var failure: String?
    var steps = 0
    var comparisons = 0
    var census = ""
    var factKinds = 0
  }

  private func simulate(
    seed: UInt64 = seed, accounts: Int, days: Int,
    alter: @escaping @Sendable (Delivery) -> Delivery = { $0 }
  ) async throws -> Outcome {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue(label: "simulation").async {
        continuation.resume(
          with: Result { try Self.run(seed, accounts: accounts, days: days, alter) })
      }
    }
  }

  private static func run(
    _ seed: UInt64, accounts: Int, days: Int, _ alter: @escaping (Delivery) -> Delivery
  ) throws -> Outcome {
    let scratch = try ScratchDirectory()
    var outcome = Outcome()
    var simulation = try Simulation(
      Simulation.Options(seed: seed, accounts: accounts, days: days, directory: scratch.path),
      alter: alter)
    do throws(Failure) {
      try simulation.run()
    } catch {
      outcome.failure = error.description
    }
    outcome.steps = simulation.steps
    outcome.comparisons = simulation.comparisons.total
    outcome.census = simulation.census.description
    outcome.factKinds = simulation.census.facts.count
    return outcome
  }

  @Test func `half a year of forty partners is answered as a straight evaluation does`()
    async throws
  {
    let outcome = try await simulate(accounts: 40, days: 180)
    #expect(outcome.failure == nil)
    #expect(outcome.comparisons > 20_000)
    #expect(outcome.factKinds > 20, "\(outcome.census)")
  }

  @Test func `a seed lives the same life again`() async throws {
    let first = try await simulate(seed: 7, accounts: 10, days: 60)
    let second = try await simulate(seed: 7, accounts: 10, days: 60)
    let other = try await simulate(seed: 8, accounts: 10, days: 60)
    #expect(first.failure == nil)
    #expect(first.census == second.census)
    #expect(first.comparisons == second.comparisons)
    #expect(first.census != other.census)
  }
}

// What it finds.
extension SimulationTests {
  /// Spoils the rows of commits, and expects that to be told, and how to replay it.
  private func expectFound(
    _ what: String, _ spoil: @escaping @Sendable (inout CommittedGroup) -> Void
  ) async throws {
    let outcome = try await simulate(accounts: 20, days: 400) { delivery in
      guard case .committed(var group) = delivery else { return delivery }
      spoil(&group)
      return .committed(group)
    }
    let failure = try #require(outcome.failure)
    #expect(failure.contains(what))
    #expect(failure.contains("--seed \(Self.seed) --accounts 20 --days 400 --steps "))
  }

  @Test func `a second answer that is the first one is found`() async throws {
    try await expectFound("status rows: at ") { group in
      for place in group.rows.indices where group.rows[place].flipAt != .distantFuture {
        group.rows[place].fromFlip = group.rows[place].untilFlip
      }
    }
  }

  @Test func `an answer that is said to hold for ever is found`() async throws {
    try await expectFound("status rows: its instants") { group in
      for place in group.rows.indices { group.rows[place].validUntil = .distantFuture }
    }
  }

  @Test func `a revision that is not counted is found`() async throws {
    try await expectFound("status rows: the revision") { group in
      for place in group.rows.indices where group.rows[place].revision > 3 {
        group.rows[place].revision -= 1
      }
    }
  }

  @Test func `a change that watchers are not told is found`() async throws {
    try await expectFound("change rows: number 0") { group in
      group.changes.removeAll { $0.answer?.state == .suspended }
    }
  }

  @Test func `a transition that the timer is not told is found`() async throws {
    try await expectFound("next transitions: after ") { group in
      group.nextTransitionAt = nil
    }
  }
}
