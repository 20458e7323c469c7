// Fuzzes the envelope: any bytes as a Request and as a Response.
//
// Input: the payload of a frame. Holds that
//   - a request that parses is one for libprotobuf-c too, with the same content
//   - the slices lie within the bytes, the names and the metadata within their bounds
//   - a request is the same one when it follows a request for the same method
//   - a response that parses encodes to one that parses to the same

internal import CProtobufC
internal import CTTRPC

private func require(_ condition: Bool, _ what: String, line: UInt = #line) {
  if !condition { preconditionFailure("line \(line): does not hold: \(what)") }
}

private func isWithin(_ slice: UnsafeRawBufferPointer, _ bytes: UnsafeRawBufferPointer) -> Bool {
  guard let start = slice.baseAddress, let outer = bytes.baseAddress else { return slice.isEmpty }
  return start >= outer && start + slice.count <= outer + bytes.count
}

private func isEqual(_ slice: UnsafeRawBufferPointer, _ text: UnsafePointer<CChar>?) -> Bool {
  guard let text else { return slice.isEmpty }
  return slice.elementsEqual(String(cString: text).utf8)
}

private func request(_ bytes: UnsafeRawBufferPointer) {
  let limits = Limits()
  guard let envelope = try? RequestEnvelope(bytes, limits) else { return }
  require(isWithin(envelope.service, bytes) && isWithin(envelope.method, bytes), "names")
  require(isWithin(envelope.payload, bytes), "payload")
  require(envelope.service.count <= limits.nameLength, "service name")
  require(envelope.method.count <= limits.nameLength, "method name")
  var pairs = 0
  var size = 0
  envelope.metadata.visit { key, value in
    require(isWithin(key, bytes) && isWithin(value, bytes), "metadata")
    require(key.isText && value.isText, "metadata is text")
    pairs += 1
    size += key.count + value.count
  }
  require(pairs <= limits.metadataPairs && size <= limits.metadataLength, "metadata is bounded")
  // libprotobuf-c reads only bytes that are text as we mean it.
  guard envelope.isText, let start = bytes.baseAddress else { return }
  guard
    let message = ttrpc__request__unpack(
      nil, bytes.count, start.assumingMemoryBound(to: UInt8.self))
  else { preconditionFailure("libprotobuf-c does not read it") }
  defer { ttrpc__request__free_unpacked(message, nil) }
  require(isEqual(envelope.service, message.pointee.service), "the same service")
  require(isEqual(envelope.method, message.pointee.method), "the same method")
  require(envelope.timeout == message.pointee.timeout_nano, "the same time-out")
  let payload = UnsafeRawBufferPointer(
    start: message.pointee.payload.data, count: message.pointee.payload.len)
  require(envelope.payload.elementsEqual(payload), "the same payload")
  require(pairs == message.pointee.n_metadata, "the same metadata")
  repeated(bytes, envelope)
}

/// Sends the request twice, behind another for the same method: the short way must agree.
private func repeated(_ bytes: UnsafeRawBufferPointer, _ envelope: RequestEnvelope) {
  var router = Router()
  let service = String(decoding: envelope.service, as: UTF8.self)
  let name = String(decoding: envelope.method, as: UTF8.self)
  let method = MethodDescriptor(service: service, name: name, kind: .unary)
  router.unary(method) { _, _, _ in }
  router.unary(MethodDescriptor(service: service, name: name + "2", kind: .unary)) { _, _, _ in }
  var connection = ServerConnection(router: router)
  var all: [UInt8] = []
  for (index, body) in [RequestEnvelope.encode(method, [], timeout: 0), [UInt8](bytes)].enumerated()
  {
    let count = UInt32(body.count).bigEndian
    withUnsafeBytes(of: count) { all += $0 }
    all += [0, 0, 0, UInt8(2 * index + 1), 1, 0]
    all += body
  }
  all.withUnsafeBytes { all in
    var input = all
    let now = MonotonicInstant(nanoseconds: 0)
    _ = try? connection.next(&input, at: now)
    switch try? connection.next(&input, at: now) {
    case .call(let call):
      require(call.payload.elementsEqual(envelope.payload), "the same payload behind another")
      require(envelope.timeout >= 0, "an expired call is refused")
      require(call.metadata.isEmpty == envelope.metadata.isEmpty, "the same metadata")
    case .refused(_, let refusal):
      require(refusal == .deadlineExceeded && envelope.timeout < 0, "nothing else refuses it")
    default: preconditionFailure("a request is a call or refused")
    }
  }
}

private func response(_ bytes: UnsafeRawBufferPointer) {
  guard let envelope = try? ResponseEnvelope(bytes) else { return }
  switch envelope {
  case .payload(let payload): require(isWithin(payload, bytes), "payload")
  case .failure(let error):
    require(error.code != .ok, "a failure is no success")
    let encoded = ResponseEnvelope.encode(error)
    encoded.withUnsafeBytes { encoded in
      guard case .failure(error)? = try? ResponseEnvelope(encoded) else {
        preconditionFailure("an error does not survive the wire")
      }
    }
    _ = (error.errorInfo, error.fieldViolations, error.retryDelay)
  }
}

/// Tries one input; always 0.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> Int32 {
  let bytes = UnsafeRawBufferPointer(start: data, count: size)
  request(bytes)
  response(bytes)
  return 0
}
