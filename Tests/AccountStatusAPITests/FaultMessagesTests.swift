import AccountStatusAPI
import AccountStatusModel
import TTRPC
import Testing

@Suite struct FaultMessagesTests {
  @Test(arguments: [
    InjectFaultRequest(
      method: "accountstatus.v1.StatusService/GetStatus", count: 3, delay: .milliseconds(1500),
      code: .unavailable, stopsHeartbeat: true),
    InjectFaultRequest(method: "accountstatus.v1.StatusService", dropsConnection: true),
    InjectFaultRequest(delay: .seconds(3600)),
    InjectFaultRequest(stopsHeartbeat: true),
  ])
  func `a fault keeps what it says`(request: InjectFaultRequest) throws {
    #expect(try InjectFaultRequest.decode(request.encoded()) == request)
  }

  @Test func `the answers keep what they say`() throws {
    #expect(try InjectFaultResponse.decode(InjectFaultResponse().encoded()) == .init())
    #expect(try ClearFaultsRequest.decode(ClearFaultsRequest().encoded()) == .init())
    let cleared = ClearFaultsResponse(struck: 7)
    #expect(try ClearFaultsResponse.decode(cleared.encoded()) == cleared)
  }

  @Test(arguments: [
    (InjectFaultRequest(), ""),
    (InjectFaultRequest(method: "accountstatus.v1.StatusService", stopsHeartbeat: true), "method"),
    (InjectFaultRequest(count: 1, stopsHeartbeat: true), "count"),
    (InjectFaultRequest(code: .unavailable, dropsConnection: true), "code"),
    (InjectFaultRequest(delay: .seconds(-1)), "delay"),
    (InjectFaultRequest(delay: .seconds(3600) + .nanoseconds(1)), "delay"),
  ])
  func `what is no fault is refused`(request: InjectFaultRequest, field: String) {
    let error = #expect(throws: FormError.self) {
      try InjectFaultRequest.decode(request.encoded())
    }
    #expect(error?.field == field)
  }

  @Test func `a code is one of gRPC's`() {
    // code: 17, and -1.
    for hex in ["2011", "20ffffffffffffffffff01"] {
      let error = #expect(throws: FormError.self) {
        try InjectFaultRequest.decode([UInt8](hex: hex))
      }
      #expect(error?.field == "code")
    }
  }
}
