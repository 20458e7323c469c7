import CGoogleRPC
import CProtobufC
import CTTRPC
import TTRPC
import Testing

@Suite("The envelope")
struct EnvelopeTests {
  struct Parsed: Equatable {
    var service: String
    var method: String
    var payload: [UInt8]
    var timeout: Int64
    var metadata: [[String]]
  }

  private func parse(
    _ bytes: [UInt8], _ limits: Limits = Limits()
  ) throws(RequestEnvelope.Fault) -> Parsed {
    var result: Result<Parsed, RequestEnvelope.Fault>?
    bytes.withUnsafeBytes { bytes in
      do throws(RequestEnvelope.Fault) {
        let envelope = try RequestEnvelope(bytes, limits)
        var pairs: [[String]] = []
        envelope.metadata.visit { key, value in
          pairs.append([
            String(decoding: key, as: UTF8.self), String(decoding: value, as: UTF8.self),
          ])
        }
        result = .success(
          Parsed(
            service: String(decoding: envelope.service, as: UTF8.self),
            method: String(decoding: envelope.method, as: UTF8.self),
            payload: [UInt8](envelope.payload), timeout: envelope.timeout, metadata: pairs))
      } catch { result = .failure(error) }
    }
    guard let result else { throw .malformed(.truncated) }
    return try result.get()
  }

  private let method = MethodDescriptor(service: "a.B", name: "C", kind: .unary)

  @Test func `what is encoded parses to the same`() throws {
    let bytes = RequestEnvelope.encode(
      method, [1, 2, 3], timeout: -7, metadata: [("k", "v"), ("K", ""), ("k", "w")])
    #expect(
      try parse(bytes)
        == Parsed(
          service: "a.B", method: "C", payload: [1, 2, 3], timeout: -7,
          metadata: [["k", "v"], ["K", ""], ["k", "w"]]))
  }

  @Test func `libprotobuf-c reads a request as it was written`() throws {
    let bytes = RequestEnvelope.encode(
      method, [1, 2, 3], timeout: 1 << 40, metadata: [("k", "v")])
    let message = try #require(ttrpc__request__unpack(nil, bytes.count, bytes))
    defer { ttrpc__request__free_unpacked(message, nil) }
    #expect(String(cString: message.pointee.service) == "a.B")
    #expect(String(cString: message.pointee.method) == "C")
    #expect(message.pointee.payload.len == 3)
    #expect(message.pointee.timeout_nano == 1 << 40)
    #expect(message.pointee.n_metadata == 1)
  }

  @Test func `libprotobuf-c reads an error as it was written`() throws {
    let error = RPCError(
      .notFound, "no ‹such› account", details: [.badRequest(field: "id", description: "unknown")])
    let bytes = ResponseEnvelope.encode(error)
    let message = try #require(ttrpc__response__unpack(nil, bytes.count, bytes))
    defer { ttrpc__response__free_unpacked(message, nil) }
    let status = try #require(message.pointee.status)
    #expect(status.pointee.code == 5)
    #expect(String(cString: status.pointee.message) == "no ‹such› account")
    #expect(status.pointee.n_details == 1)
    #expect(message.pointee.payload.len == 0)
  }

  @Test func `an error parses to itself`() throws {
    let error = RPCError(
      .aborted, "text",
      details: [ErrorDetail(typeURL: "t", value: [1]), ErrorDetail(typeURL: "", value: [])])
    let bytes = ResponseEnvelope.encode(error)
    let parsed = try bytes.withUnsafeBytes { bytes -> RPCError? in
      guard case .failure(let error) = try ResponseEnvelope(bytes) else { return nil }
      return error
    }
    #expect(parsed == error)
  }

  @Test func `metadata is bounded by pairs and by bytes`() throws {
    let pairs = Array(repeating: (key: "k", value: "v"), count: 64)
    #expect(
      try parse(RequestEnvelope.encode(method, [], timeout: 0, metadata: pairs)).metadata.count
        == 64)
    #expect(throws: RequestEnvelope.Fault.metadataTooLarge) {
      try parse(
        RequestEnvelope.encode(method, [], timeout: 0, metadata: pairs + [(key: "k", value: "v")]))
    }
    let exact = [(key: "k", value: String(repeating: "v", count: 16_383))]
    #expect(
      try parse(RequestEnvelope.encode(method, [], timeout: 0, metadata: exact)).metadata.count == 1
    )
    let over = [(key: "kk", value: String(repeating: "v", count: 16_383))]
    #expect(throws: RequestEnvelope.Fault.metadataTooLarge) {
      try parse(RequestEnvelope.encode(method, [], timeout: 0, metadata: over))
    }
  }

  @Test func `names have at most 256 bytes each`() throws {
    let name = String(repeating: "n", count: 256)
    let longest = MethodDescriptor(service: name, name: name, kind: .unary)
    #expect(try parse(RequestEnvelope.encode(longest, [], timeout: 0)).service == name)
    for (service, method) in [(name + "n", "m"), ("s", name + "n")] {
      let descriptor = MethodDescriptor(service: service, name: method, kind: .unary)
      #expect(throws: RequestEnvelope.Fault.nameTooLong) {
        try parse(RequestEnvelope.encode(descriptor, [], timeout: 0))
      }
    }
  }

  @Test func `every cut of a request is a request or malformed, and nothing is read outside of it`()
  {
    let bytes = RequestEnvelope.encode(
      method, [1, 2, 3], timeout: 1 << 60, metadata: [("key", "value")])
    for count in 0...bytes.count {
      // The cut is an array of its own, so that reading past it is reading past its memory.
      let cut = Array(bytes[..<count])
      do throws(RequestEnvelope.Fault) {
        _ = try parse(cut)
      } catch {
        #expect(error == .malformed(.truncated))
      }
    }
  }
}
