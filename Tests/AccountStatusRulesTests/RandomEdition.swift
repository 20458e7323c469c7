import AccountStatusModel
import AccountStatusRules

/// Editions of every shape that a file can have.
enum RandomEdition {
  static func make(_ random: inout Seeded) -> PolicyEdition {
    let letters = Array("ABCxyz0123456789._-")
    let name = String(
      (0..<Int.random(in: 0...63, using: &random)).map { _ in random.pick(letters) })
    return PolicyEdition(
      name: random.pick(["a", "Z", "7"]) + name, coveredClouds: words(&random),
      csp: rules(&random), maicpp: rules(&random),
      capabilities: CapabilityMatrix(
        rows: Capability.allCases.map { capability in
          .init(
            capability, isAllowedWhileSuspended: random.oneIn(2),
            basis: random.pick(CapabilityBasis.allCases))
        }, allowedOutside: random.oneIn(4) ? [] : words(&random)))
  }

  private static func rules(_ random: inout Seeded) -> ProgramRules {
    var rules = ProgramRules(autoReinstate: random.oneIn(2) ? [] : words(&random))
    if random.oneIn(2) {
      rules.abuse = AbuseRule(severities: words(&random), states: words(&random))
    }
    if random.oneIn(2) { rules.billing = BillingRule(pastDue: threshold(&random)) }
    if random.oneIn(2) { rules.provider = ProviderRule(partnerTypes: words(&random)) }
    if random.oneIn(2) {
      rules.profile = ProfileRule(
        states: words(&random), lasting: threshold(&random), holdsUnderReview: random.oneIn(2))
    }
    return rules
  }

  private static func threshold(_ random: inout Seeded) -> DayThreshold {
    let days = random.pick([0, 1, 30, 60, 36_499, 36_500])
    return DayThreshold(random.pick(DayComparator.allCases), days: Int32(days))
  }

  /// At least one.
  private static func words<Element: Word>(_ random: inout Seeded) -> WordSet<Element> {
    var set = WordSet(Element.allCases.filter { _ in random.oneIn(2) })
    set.insert(random.pick(Array(Element.allCases)))
    return set
  }
}
