import AccountStatusModel
import AccountStatusRules
import Glibc
import Testing

/// How much the random tests try: `ACCOUNTSTATUS_RULES_CASES` says how many cases instead of the
/// usual number (fewer in slow debug builds), `ACCOUNTSTATUS_RULES_SEED` replays one.
enum RandomCases {
  static func seeds(_ usual: Int) -> [UInt64] {
    if let seed = environment("ACCOUNTSTATUS_RULES_SEED") { return [seed] }
    #if DEBUG
      let usual = usual / 8
    #endif
    return Array(0..<(environment("ACCOUNTSTATUS_RULES_CASES") ?? UInt64(usual)))
  }

  /// Runs a check per seed, and records the first failure with what replays it.
  static func check(_ usual: Int, _ body: (inout RandomHistory) -> String?) {
    for seed in seeds(usual) {
      var history = RandomHistory(seed: seed)
      guard let failure = body(&history) else { continue }
      Issue.record("\(failure)\nreplay with ACCOUNTSTATUS_RULES_SEED=\(seed)")
      return
    }
  }

  private static func environment(_ name: String) -> UInt64? {
    getenv(name).flatMap { UInt64(String(cString: $0)) }
  }
}

extension RandomHistory {
  /// A new account with up to 5, 15 or 40 facts reported.
  mutating func reporter() -> Reporter {
    var reporter = Reporter()
    tell(&reporter, size: Int.random(in: 0...random.pick([5, 15, 40]), using: &random))
    return reporter
  }

  /// What counts as known: everything, or what was by the time of a random fact.
  mutating func knownAt(_ reporter: Reporter) -> Instant? {
    random.oneIn(3) ? reporter.facts.stored.randomElement(using: &random)?.recordedAt : nil
  }
}

extension Standing {
  /// Without the lines for people.
  var plain: Standing {
    var plain = self
    for index in plain.reasons.indices { plain.reasons[index].detail = "" }
    return plain
  }
}

extension Reporter {
  /// The facts, one a line, by (effective_at, source, fact_id).
  var story: String {
    facts.stored
      .sorted {
        ($0.fact.effectiveAt, $0.fact.identity) < ($1.fact.effectiveAt, $1.fact.identity)
      }
      .map {
        "\($0.fact.effectiveAt) \($0.fact.identity.source)/\($0.fact.identity.factID) "
          + "known \($0.recordedAt.nanos): \($0.fact.kind)"
      }
      .joined(separator: "\n")
      .replacing("AccountStatusModel.", with: "")
  }
}
