import TTRPC
import Testing

@Suite("Methods found by bytes")
struct MethodTableTests {
  @Test func `each of many methods is found, and no other`() throws {
    var router = Router()
    var names: [String] = []
    for number in 0..<200 {
      names.append(["M\(number)", "LongMethodName\(number)", "\(number)Get"][number % 3])
      router.unary(MethodDescriptor(service: "s\(number % 7)", name: names[number], kind: .unary)) {
        _, _, reply in reply.send([])
      }
    }
    var connection = ServerConnection(router: router)
    for number in 0..<200 {
      let stream = UInt32(4 * number + 1)
      let right = envelope("s\(number % 7)", names[number], stream)
      #expect(found(&connection, right) == number)
      let wrong = envelope("s\((number + 1) % 7)", names[number], stream + 2)
      #expect(found(&connection, wrong) == nil)
    }
  }

  @Test func `an empty router knows nothing`() {
    var connection = ServerConnection(router: Router())
    #expect(found(&connection, envelope("s", "m", 1)) == nil)
  }

  private func envelope(_ service: String, _ name: String, _ stream: UInt32) -> [UInt8] {
    let method = MethodDescriptor(service: service, name: name, kind: .unary)
    return frame(stream, type: 1, RequestEnvelope.encode(method, [], timeout: 0))
  }

  private func found(_ connection: inout ServerConnection, _ bytes: [UInt8]) -> Int? {
    bytes.withUnsafeBytes { bytes in
      var input = bytes
      let event = try? connection.next(&input, at: MonotonicInstant(nanoseconds: 0))
      guard case .call(let call)? = event else { return nil }
      return call.method
    }
  }
}
