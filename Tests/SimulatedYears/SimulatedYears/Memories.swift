import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import AccountStatusServer

/// An answer that was the current one.
struct Memory {
  var account: AccountID
  var asOf: Instant
  var knownAt: Instant
  var edition: PolicyEdition
  var standing: Standing?
  /// How many facts of the account were known.
  var facts: Int
}

extension Simulation {
  /// Keeps an answer that is the current one.
  mutating func remember(_ account: ExpectedAccount) {
    guard random.chance(4) else { return }
    let memory = Memory(
      account: account.id, asOf: clock.now, knownAt: expected.lastRecordedAt,
      edition: server.edition, standing: account.standing(at: clock.now),
      facts: account.stored.count)
    if memories.count < 4000 {
      memories.append(memory)
    } else {
      memories[random.number(0...memories.count - 1)] = memory
    }
  }

  /// Asks for an answer of a former day as it was known then.
  mutating func askAgain() throws {
    guard let memory = random.pickAny(memories), let account = expected[memory.account],
      // Later facts of the same instant belong to what was known then.
      account.stored.count(where: { $0.recordedAt <= memory.knownAt }) == memory.facts,
      let snapshot = try server.snapshot(of: memory.account)
    else { return }
    let found = evaluation(
      of: snapshot, memory.account, asOf: memory.asOf, knownAt: memory.knownAt,
      edition: memory.edition
    ).status?.standing
    try comparisons.equal(
      .past, found, memory.standing, of: memory.account,
      "at \(memory.asOf), known at \(memory.knownAt), under \(memory.edition.name), as answered")
  }
}
