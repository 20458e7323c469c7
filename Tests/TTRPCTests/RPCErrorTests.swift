import TTRPC
import Testing

@Suite("What crosses the wire as an error")
struct RPCErrorTests {
  @Test func `codes are gRPC's`() {
    #expect(RPCCode.allCases.map(\.rawValue) == Array(0...16))
    #expect(RPCCode.unavailable.rawValue == 14)
    #expect(RPCCode.deadlineExceeded.name == "DEADLINE_EXCEEDED")
    #expect(Set(RPCCode.allCases.map(\.name)).count == 17)
  }

  @Test func `an error reads as its code and its text`() {
    #expect("\(RPCError(.notFound, "no such account"))" == "NOT_FOUND: no such account")
  }
}
