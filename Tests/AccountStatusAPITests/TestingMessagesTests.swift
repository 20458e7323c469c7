import AccountStatusAPI
import AccountStatusModel
import Testing

@Suite struct TestingMessagesTests {
  @Test func `the clock's messages keep what they say`() throws {
    let now: Instant = "2026-11-15T09:00:00.123456789Z"
    #expect(try SetClockRequest.decode(SetClockRequest(now: now).encoded()).now == now)
    #expect(try SetClockResponse.decode(SetClockResponse(now: now).encoded()).now == now)
    #expect(try AdvanceClockResponse.decode(AdvanceClockResponse(now: now).encoded()).now == now)
    let by = AdvanceClockRequest(by: .seconds(86_400) + .nanoseconds(1))
    #expect(try AdvanceClockRequest.decode(by.encoded()) == by)
  }

  @Test func `a clock is set to something`() {
    let error = #expect(throws: FormError.self) { try SetClockRequest.decode([UInt8]()) }
    #expect(error?.field == "now")
  }

  @Test(arguments: ["", "0a00", "0a0b 08ffffffffffffffffff01", "0a04 0801 1001 0a00"])
  func `a clock moves by more than nothing`(hex: String) {
    #expect(throws: FormError.self) { try AdvanceClockRequest.decode([UInt8](hex: hex)) }
  }

  @Test func `the parts of a duration have one sign and a range`() {
    // seconds 1, nanos -1; then seconds 2^62.
    for hex in ["0a0d 0801 10ffffffffffffffffff01", "0a0a 08808080808080808040"] {
      let error = #expect(throws: FormError.self) {
        try AdvanceClockRequest.decode([UInt8](hex: hex))
      }
      #expect(error?.field == "by")
    }
  }
}
