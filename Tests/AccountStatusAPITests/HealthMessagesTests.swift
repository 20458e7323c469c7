import AccountStatusAPI
import Testing

@Suite struct HealthMessagesTests {
  @Test func `a question names a service or the server`() throws {
    let named = HealthCheckRequest(service: "accountstatus.v1.StatusService")
    #expect(try HealthCheckRequest.decode(named.encoded()) == named)
    #expect(try HealthCheckRequest.decode([UInt8]()).service == "")
  }

  @Test(arguments: [ServingStatus.unknown, .serving, .notServing, .serviceUnknown])
  func `an answer keeps what it says`(status: ServingStatus) throws {
    let response = HealthCheckResponse(status: status)
    #expect(try HealthCheckResponse.decode(response.encoded()) == response)
  }

  @Test func `a word that is not known is UNKNOWN`() throws {
    #expect(try HealthCheckResponse.decode([0x08, 9]).status == .unknown)
  }
}
