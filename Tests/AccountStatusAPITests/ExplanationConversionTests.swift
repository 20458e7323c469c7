import AccountStatusAPI
import AccountStatusModel
import Testing

@Suite struct ExplanationConversionTests {
  /// A response of only a status, with more fields behind it.
  private func response(_ more: [UInt8]) throws -> Explanation<String> {
    var samples = Samples(seed: 1)
    let bare = ExplainStatusResponse(
      status: samples.status(), locale: "en", explanation: Explanation(summary: ""), token: [])
    return try ExplainStatusResponse.decode(bare.encoded() + more).explanation
  }

  @Test func `what a newer server says and nobody here knows is left out`() throws {
    let future: [UInt8] = [
      0x22, 2, 0x08, 63,  // a reason
      0x32, 2, 0x08, 63,  // a notice
      0x3a, 4, 0x08, 63, 0x10, 1,  // a capability, allowed
      0x42, 2, 0x08, 63,  // a step
    ]
    #expect(try response(future) == Explanation(summary: ""))
  }

  @Test func `a role that is not known is another one, not nobody of the partner's`() throws {
    let steps = try response([0x42, 6, 0x08, 2, 0x18, 63, 0x20, 63]).steps
    #expect(steps.map(\.role) == [.other] && steps.map(\.alsoRoles) == [[.other]])
    #expect(try response([0x42, 2, 0x08, 7]).steps.map(\.role) == [nil])
  }

  @Test func `a comparator that is not known is an error that names it`() {
    let error = #expect(throws: FormError.self) {
      try response([0x22, 6, 0x08, 2, 0x32, 2, 0x08, 9])
    }
    #expect(error?.field == "reasons[0].threshold.comparator")
    #expect(error?.message.contains("MORE_THAN") == true)
  }
}
