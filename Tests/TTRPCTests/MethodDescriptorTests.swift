import TTRPC
import Testing

@Suite("Method descriptors")
struct MethodDescriptorTests {
  @Test func `a full name is written as gRPC writes it`() {
    let method = MethodDescriptor(service: "a.b.C", name: "Get", kind: .unary)
    #expect(method.fullName == "/a.b.C/Get")
    #expect(!method.isIdempotent)
  }

  @Test func `the kind says who streams`() {
    let kinds: [MethodKind] = [.unary, .clientStreaming, .serverStreaming, .bidirectional]
    #expect(kinds.map(\.clientStreams) == [false, true, false, true])
    #expect(kinds.map(\.serverStreams) == [false, false, true, true])
  }
}
