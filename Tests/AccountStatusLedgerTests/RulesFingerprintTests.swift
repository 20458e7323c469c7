import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct RulesFingerprintTests {
  @Test func `editions differ`() {
    let editions = PolicyEdition.builtIn
    #expect(editions.count == 4)
    #expect(Set(editions.map(RulesFingerprint.of)).count == 4)
  }

  @Test func `the same rules are the same`() throws {
    #expect(
      RulesFingerprint.of(try EditionCatalogue().default)
        == RulesFingerprint.of(try EditionCatalogue().default))
  }

  @Test(
    arguments: [
      { $0.coveredClouds = [.publicCloud] }, { $0.csp.abuse = nil },
      { $0.csp.billing?.pastDue.days = 61 }, { $0.csp.billing?.pastDue.comparator = .atLeast },
      { $0.maicpp.profile?.states = [.failed] }, { $0.csp.autoReinstate = [.accountAbuse] },
      { $0.capabilities = CapabilityMatrix(rows: [], allowedOutside: []) },
    ] as [@Sendable (inout PolicyEdition) -> Void])
  func `every rule counts, not the name alone`(
    change: @Sendable (inout PolicyEdition) -> Void
  ) throws {
    let edition = try EditionCatalogue().default
    var other = edition
    change(&other)
    #expect(RulesFingerprint.of(other) != RulesFingerprint.of(edition))
  }

  @Test func `editions of one name are told from those of others, whatever they say`() throws {
    let edition = try EditionCatalogue().default
    var changed = edition
    changed.csp.billing = nil
    var renamed = edition
    renamed.name = "2020-07"
    let fingerprint = RulesFingerprint.of(edition)
    #expect(RulesFingerprint.areOfOneEdition(fingerprint, RulesFingerprint.of(changed)))
    #expect(!RulesFingerprint.areOfOneEdition(fingerprint, RulesFingerprint.of(renamed)))
    let names = PolicyEdition.builtIn.map { RulesFingerprint.of($0) >> 48 }
    #expect(Set(names).count == names.count)
  }
}
