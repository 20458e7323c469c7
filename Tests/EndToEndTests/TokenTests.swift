import AccountStatusClient
import AccountStatusModel
import Synchronization
import Testing

/// What a token says of the answer that carries it.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TokenTests {
  private final class Flag: Sendable {
    let isSet = Atomic(false)
  }

  /// An answer's token, and how many of the reports it knew of.
  private struct Reading: Sendable {
    let token: Token
    let revision: UInt64
  }

  /// Asks for as long as reports come, the calls of a reader one after the other.
  private static func read(_ client: AccountStatusClient, until done: Flag) async throws
    -> [Reading]
  {
    var readings: [Reading] = []
    while !done.isSet.load(ordering: .acquiring) {
      let full = try await client.getStatus("northwind", view: .full)
      readings.append(Reading(token: full.token, revision: full.revision))
      let explained = try await client.explain("northwind")
      readings.append(Reading(token: explained.token, revision: explained.status.revision))
      let simulated = try await client.simulate([], of: "northwind", asOf: Served.start)
      if let actual = simulated.actual {
        readings.append(Reading(token: simulated.token, revision: actual.revision))
      }
    }
    return readings
  }

  @Test func `an answer knows every write that its token names`() async throws {
    let served = try Served()
    try await served.register()
    let first = try await served.asker.getStatus("northwind", view: .full).revision
    let done = Flag()
    let client = served.asker
    let readers = (0..<4).map { _ in Task { try await Self.read(client, until: done) } }
    // Each report changes the answer, and so counts as one revision.
    var revisions: [Token: UInt64] = [:]
    for round in 1...400 as ClosedRange<UInt64> {
      let token = try await served.report(
        .abuseFindingChanged(
          findingID: "F-1", severity: .significant,
          state: round.isMultiple(of: 2) ? .dismissed : .confirmed),
        at: Served.start.adding(nanoseconds: Int64(round) - 1000)
      ).token
      revisions[token] = first + round
    }
    done.isSet.store(true, ordering: .releasing)
    var compared = 0
    for reader in readers {
      for reading in try await reader.value {
        guard let known = revisions[reading.token] else { continue }
        compared += 1
        #expect(reading.revision >= known)
      }
    }
    #expect(compared > 20)
    #expect(try await served.asker.getStatus("northwind", view: .full).revision == first + 400)
  }
}
