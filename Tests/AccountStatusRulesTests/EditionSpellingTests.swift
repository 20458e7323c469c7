import AccountStatusModel
import AccountStatusRules
import JSONText
import Testing

/// Spellings are seen in files: every word in one of an edition, and back.
@Suite struct EditionSpellingTests {
  @Test func `every word is spelt as the contract's enum value`() throws {
    var edition = PolicyEdition.named("2020-06")
    edition.coveredClouds = .all
    edition.csp = ProgramRules(
      abuse: AbuseRule(severities: .all, states: .all),
      provider: ProviderRule(partnerTypes: .all),
      profile: ProfileRule(
        states: .all, lasting: DayThreshold(.moreThan, days: 1), holdsUnderReview: false),
      autoReinstate: .all)
    func spelt(_ path: String...) -> [String] {
      let value = path.reduce(edition.json) { $0[$1] ?? .null }
      guard case .array(let elements) = value else { return [] }
      return elements.map { $0.text() }
    }
    func names(_ prefix: String, _ words: [some Word]) -> [String] {
      words.map { "\"\(prefix)_\($0.contractName)\"" }
    }
    #expect(spelt("coveredClouds") == names("CLOUD", Cloud.allCases))
    #expect(
      spelt("csp", "abuse", "severities") == names("ABUSE_SEVERITY", AbuseSeverity.allCases))
    #expect(spelt("csp", "abuse", "states") == names("ABUSE_STATE", AbuseState.allCases))
    #expect(
      spelt("csp", "provider", "partnerTypes") == names("PARTNER_TYPE", PartnerType.allCases))
    #expect(
      spelt("csp", "profile", "states")
        == names("VERIFICATION_STATE", VerificationState.allCases))
    #expect(spelt("csp", "autoReinstate") == names("REASON_CODE", ReasonCode.allCases))
    let rows = edition.capabilities.rows.map { $0.capability }
    #expect(rows == Capability.allCases)
    #expect(
      try EditionFile(path: "2020-06.json", bytes: Array(edition.fileText.utf8)).edition()
        == edition)
  }
}
