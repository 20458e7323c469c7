import AccountStatusModel
import AccountStatusRules
import RulesOracle

/// Why a simulation stopped, with everything that replays it.
package struct Failure: Error, CustomStringConvertible {
  /// Lines for people.
  package let description: String

  init(_ error: any Error, in simulation: Simulation) {
    let options = simulation.options
    var lines = [
      "seed \(options.seed), step \(simulation.steps), at \(simulation.now), "
        + "edition \(simulation.server.edition.name)",
      "replay: make simulate ARGS=\"--seed \(options.seed) --accounts \(options.accounts) "
        + "--days \(options.days) --steps \(simulation.steps)\"",
    ]
    guard let difference = error as? Difference else {
      description = (lines + ["\(error)"]).joined(separator: "\n")
      return
    }
    lines += [
      "account \(difference.account?.text ?? "none"), \(difference.what)",
      "expected \(difference.expected)", "found    \(difference.found)",
    ]
    if let id = difference.account, let account = simulation.expected[id] {
      lines.append("its \(account.stored.count) facts, in the order of storing:")
      lines += account.stored.map(\.line)
      lines += Self.minimal(account.stored, simulation.server.edition)
    }
    description = lines.joined(separator: "\n")
  }

  /// The fewest facts on which the two readings of the rules differ; empty where they agree.
  private static func minimal(_ facts: [StoredFact], _ edition: PolicyEdition) -> [String] {
    func differs(_ facts: [StoredFact]) -> Bool {
      guard let oracle = Oracle(facts, edition: edition, knownAt: nil) else { return false }
      let indexed = AccountFacts(facts)
      return oracle.standings().contains { instant, expected in
        var found = evaluate(indexed, edition: edition, asOf: instant)
        for place in found?.reasons.indices ?? 0..<0 { found?.reasons[place].detail = "" }
        return found != expected
      }
    }
    guard differs(facts) else { return [] }
    var fewest = facts
    var place = 0
    while place < fewest.count {
      var fewer = fewest
      fewer.remove(at: place)
      if differs(fewer) { fewest = fewer } else { place += 1 }
    }
    return ["the two readings of the rules differ on these alone:"] + fewest.map(\.line)
  }
}

extension StoredFact {
  /// The fact as a line for people.
  fileprivate var line: String {
    "\(sequence) recorded \(recordedAt) effective \(fact.effectiveAt) "
      + "\(fact.identity.source)/\(fact.identity.factID) \(plain(fact.kind))"
  }
}
