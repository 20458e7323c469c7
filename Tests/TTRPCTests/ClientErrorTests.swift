import TTRPC
import Testing

@Suite("Why a call has no answer")
struct ClientErrorTests {
  @Test func `every error has the nearest code and reads as one line`() {
    let errors: [(ClientError, RPCCode, String)] = [
      (.rpc(RPCError(.notFound, "x")), .notFound, "NOT_FOUND: x"),
      (.unavailable(reason: "gone", wasSent: true), .unavailable, "UNAVAILABLE: gone"),
      (.deadlineExceeded, .deadlineExceeded, "DEADLINE_EXCEEDED: no answer in time"),
      (.cancelled, .cancelled, "CANCELLED"),
      (.tooLarge(byteCount: 5), .resourceExhausted, "RESOURCE_EXHAUSTED: a message of 5 bytes"),
      (.protocolViolation("bad"), .internal, "INTERNAL: bad"),
      (.closed, .unavailable, "UNAVAILABLE: the client is closed"),
    ]
    for (error, code, text) in errors {
      #expect(error.code == code)
      #expect("\(error)" == text)
    }
  }
}
