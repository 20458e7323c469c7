import AccountStatusAPI
import AccountStatusModel
import Testing

@Suite struct EditionConversionTests {
  private let edition = PolicyEdition(
    name: "acme-1", coveredClouds: [.publicCloud, .china21vianet],
    csp: ProgramRules(
      abuse: AbuseRule(severities: [.minor, .significant], states: [.confirmed]),
      billing: BillingRule(pastDue: DayThreshold(.moreThan, days: 36_500)),
      provider: ProviderRule(partnerTypes: [.indirectReseller]),
      profile: ProfileRule(
        states: [.rejected, .failed], lasting: DayThreshold(.atLeast, days: 0),
        holdsUnderReview: true),
      autoReinstate: [.accountAbuse, .profileFailedOrRejected]),
    maicpp: ProgramRules(),
    capabilities: CapabilityMatrix(
      rows: [
        .init(.sellNewLicenses, isAllowedWhileSuspended: false, basis: .article),
        .init(.payInvoice, isAllowedWhileSuspended: true, basis: .wayBack),
      ], allowedOutside: [.payInvoice]))

  private func response(_ edition: PolicyEdition) -> GetEditionResponse {
    GetEditionResponse(
      edition: edition, summary: EditionSummary(name: edition.name, isDefault: false, file: ""))
  }

  @Test func `an edition survives the wire, absent rules too`() throws {
    var turned = edition
    (turned.csp, turned.maicpp) = (edition.maicpp, edition.csp)
    for edition in [edition, turned] {
      let decoded = try GetEditionResponse.decode(response(edition).encoded())
      #expect(decoded.edition == edition)
      #expect(decoded == response(edition))
    }
  }

  /// Field 1 of the response, the edition, with these bytes, and an empty summary.
  private func refusal(of edition: [UInt8]) -> FormError? {
    #expect(throws: FormError.self) {
      try GetEditionResponse.decode([0x0A, UInt8(edition.count)] + edition + [0x12, 0])
    }
  }

  @Test func `a threshold that cannot be shown truly is refused by its field`() {
    // csp {billing {}}
    #expect(refusal(of: [0x1A, 2, 0x12, 0])?.field == "edition.csp.billing.pastDue")
    // csp {billing {pastDue {comparator: 7}}}
    #expect(
      refusal(of: [0x1A, 6, 0x12, 4, 0x0A, 2, 0x08, 7])?.field
        == "edition.csp.billing.pastDue.comparator")
    // maicpp {profile {lasting {comparator: 1, days: 2^32 - 1}}}
    let lasting: [UInt8] = [0x08, 1, 0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]
    #expect(
      refusal(of: [0x22, 12, 0x22, 10, 0x12, 8] + lasting)?.field
        == "edition.maicpp.profile.lasting.days")
  }

  @Test func `a capability that a newer server knows is left out`() throws {
    // capabilities {capability: 99, basis: 1}, capabilities {capability: 16, allowed: 1, basis: 3}
    let rows: [UInt8] = [0x2A, 4, 0x08, 99, 0x18, 1, 0x2A, 6, 0x08, 16, 0x10, 1, 0x18, 3]
    let decoded = try GetEditionResponse.decode([0x0A, UInt8(rows.count)] + rows + [0x12, 0])
    #expect(
      decoded.edition.capabilities.rows
        == [.init(.payInvoice, isAllowedWhileSuspended: true, basis: .wayBack)])
  }
}
