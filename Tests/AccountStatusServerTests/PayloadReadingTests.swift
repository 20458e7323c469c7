import AccountStatusServer
import TTRPC
import Testing

@Suite("Reading payloads off the loop")
struct PayloadReadingTests {
  private func read(
    byteCount: Int, on server: LocalServer
  ) throws -> (isImmediate: Bool, result: Result<Int, RPCError>) {
    var answer: Result<Int, RPCError>?
    [UInt8](repeating: 1, count: byteCount).withUnsafeBytes { payload in
      server.evaluator.read(payload) { bytes throws(RPCError) -> Int in
        guard bytes.count != 7 else { throw RPCError(.invalidArgument, "seven") }
        return bytes.reduce(0) { $0 + Int($1) }
      } _: {
        answer = $0
      }
    }
    let isImmediate = answer != nil
    // The payload is gone by now: what is read is a copy.
    try server.until("it is read") { answer != nil }
    return (isImmediate, try #require(answer))
  }

  @Test func `a short payload is read on the spot and a long one elsewhere`() throws {
    let server = try LocalServer()
    let limit = Evaluator.maximumInlineByteCount
    for (count, isImmediate) in [(0, true), (limit, true), (limit + 1, false), (1 << 20, false)] {
      let answer = try read(byteCount: count, on: server)
      #expect(answer.isImmediate == isImmediate)
      #expect(try answer.result.get() == count)
    }
  }

  @Test func `what is wrong with a payload comes back`() throws {
    let server = try LocalServer()
    #expect(
      try read(byteCount: 7, on: server).result == .failure(RPCError(.invalidArgument, "seven")))
  }
}
