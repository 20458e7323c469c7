import AccountStatusAPI
import AccountStatusModel
import Testing

@Suite struct StatusConversionTests {
  @Test func `what is encoded decodes to the same`() throws {
    var samples = Samples(seed: 5)
    for _ in 0..<1000 {
      let response = GetStatusResponse(status: samples.status(), token: [])
      #expect(try GetStatusResponse.decode(response.encoded()) == response)
    }
  }

  @Test func `a status is encoded as Python's protobuf encodes it`() throws {
    let standing = Standing(
      state: .suspended, since: "2026-10-30T00:00:00Z",
      reasons: [
        Reason(
          code: .billingPastDue, since: "2026-10-30T00:00:00Z", subjects: ["INV-1"],
          detail: "late", isUnderReview: true)
      ],
      capabilities: [.viewBilling, .payInvoice], notices: [.disputed],
      nextTransition: NextTransition(
        at: "2027-01-01T00:00:00.25Z", toState: .closed, because: [.accountAbuse],
        subjects: ["F-1"]),
      isEligibleForReinstatement: true, reinstatementState: .inReview,
      reinstatementSince: "2026-11-01T00:00:00Z")
    let status = AccountStatus(
      accountID: "acct-1", standing: standing, policyEdition: "2020-06", revision: 300,
      asOf: "2026-11-15T09:00:00Z", knownAt: "2026-11-14T00:00:00Z", isProjected: true)
    #expect(
      GetStatusResponse(status: status, token: [1, 2]).encoded().hex == Self.pythonBytes)
  }

  @Test func `an unknown state is an error, never active`() {
    // status { account_id "a", state 9, since {}, as_of {} }
    let error = #expect(throws: FormError.self) {
      try GetStatusResponse.decode([UInt8](hex: "0a09 0a0161 1009 1a00 6200"))
    }
    #expect(error?.field == "status.state")
    #expect(error?.message.hasPrefix("is 9, which is not known") == true)
  }

  @Test func `unknown words in lists are left out`() throws {
    // reasons [9, 2], capabilities [6, 60], notices [3, 61], reinstatement_state 1
    let response = try GetStatusResponse.decode(
      [UInt8](hex: "0a1b 0a0161 1002 1a00 22020809 22020802 2a02063c 3202033d 4801 6200"))
    #expect(response.status.reasons.map(\.code) == [.billingPastDue])
    #expect(response.status.capabilities.words == [.sellNewLicenses])
    #expect(response.status.notices.words == [.disputed])
  }

  private static let pythonBytes =
    "0a770a06616363742d3110021a060880bc8fd7062219080212060880bc8fd7061a05494e562d3122046c"
    + "61746528012a020f103201033a170a0b0880d9dbd9061080e59a7710031a01012203462d314001480452"
    + "07323032302d303658ac0262060890e9e5d7066a060880c9ded70670017a060880829ad70612020102"
}
