import AccountStatusAPI
import AccountStatusModel
import Testing

@Suite struct CapabilityMessagesTests {
  @Test func `a question keeps what it asks`() throws {
    let request = CheckCapabilityRequest(
      accountID: "acct-1", capabilities: [.sellNewLicenses, .viewBilling],
      query: StatusQuery(asOf: "2026-10-30T00:00:00Z"), atLeast: [1])
    #expect(try CheckCapabilityRequest.decode(request.encoded()) == request)
  }

  @Test func `an unknown capability is an error, never allowed`() {
    let error = #expect(throws: FormError.self) {
      try CheckCapabilityRequest.decode([0x0a, 1, 0x61, 0x12, 2, 6, 63])
    }
    #expect(error?.field == "capabilities[1]")
    #expect(error?.message.hasPrefix("is 63, which is not known; use MANAGE_") == true)
  }

  @Test(arguments: [0, 65])
  func `1 to 64 capabilities can be asked about`(count: Int) {
    let request = CheckCapabilityRequest(
      accountID: "a", capabilities: Array(repeating: .payInvoice, count: count))
    let error = #expect(throws: FormError.self) {
      try CheckCapabilityRequest.decode(request.encoded())
    }
    #expect(error?.field == "capabilities")
  }

  @Test func `an answer keeps what it says`() throws {
    var samples = Samples(seed: 6)
    let response = CheckCapabilityResponse(
      results: [
        CapabilityResult(capability: .sellNewLicenses, isAllowed: false, basis: .article),
        CapabilityResult(capability: .viewBilling, isAllowed: true, basis: .wayBack),
      ], state: .suspended, reasons: [samples.reason()], revision: 7,
      nextTransition: NextTransition(at: "2027-01-01T00:00:00Z", toState: .closed),
      asOf: "2026-11-15T09:00:00Z", token: [1])
    #expect(try CheckCapabilityResponse.decode(response.encoded()) == response)
  }
}
