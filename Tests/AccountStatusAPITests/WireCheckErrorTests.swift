import AccountStatusAPI
import AccountStatusModel
import Testing

@Suite struct WireCheckErrorTests {
  @Test func `text that is cut on the wire is refused by its field`() {
    let error = #expect(throws: FormError.self) {
      try GetStatusRequest.decode([0x0a, 3, 0x61, 0, 0x62])
    }
    #expect(error?.field == "accountId")
    #expect(
      error?.message == "has a NUL in its text, at byte 0; send UTF-8 without NUL characters")
  }

  @Test func `bytes that end too early say where`() {
    let error = #expect(throws: FormError.self) {
      try GetStatusRequest.decode([0x0a, 1, 0x61, 0x1a, 9, 0x08])
    }
    #expect(error?.field == "asOf")
    #expect(error?.message.hasPrefix("ends too early, at byte 3") == true)
  }

  @Test func `an unknown value in a fact is shown`() throws {
    // externalStatusObserved.state 200.
    let hex = FactVector.envelope + "ca0203 08c801"
    let fact = [UInt8](hex: hex)
    let received = try ReceivedReport.decode([0x0a, UInt8(fact.count)] + fact)
    guard case .failure(let error) = received.facts[0].fact else {
      Issue.record("accepted")
      return
    }
    #expect(error.field == "facts[0].externalStatusObserved.state")
    #expect(error.message.contains("(200)"))
    #expect(error.message.contains("newer server"))
  }
}
