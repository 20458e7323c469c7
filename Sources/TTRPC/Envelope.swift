//   Request   { 1 string service   2 string method   3 bytes payload   4 int64 timeout_nano
//               5 repeated KeyValue metadata }
//   KeyValue  { 1 string key   2 string value }
//   Response  { 1 google.rpc.Status status   2 bytes payload }
//   Status    { 1 int32 code   2 string message   3 repeated google.protobuf.Any details }
//   Any       { 1 string type_url   2 bytes value }

/// A Request frame's payload, parsed in place: slices of the frame, nothing copied.
package struct RequestEnvelope {
  static let metadataField: UInt32 = 5

  /// Why a request is refused before its method is looked at.
  package enum Fault: Error, Sendable, Hashable {
    case malformed(WireError)
    case nameTooLong
    case metadataTooLarge
  }

  /// Full proto name of the service. Not yet known to be text.
  package private(set) var service = UnsafeRawBufferPointer(start: nil, count: 0)
  /// Short name of the method. Not yet known to be text.
  package private(set) var method = UnsafeRawBufferPointer(start: nil, count: 0)
  package private(set) var payload = UnsafeRawBufferPointer(start: nil, count: 0)
  /// Relative, in nanoseconds; 0: none; negative: already expired.
  package private(set) var timeout: Int64 = 0
  package private(set) var metadata: Metadata

  /// Parses a frame's payload.
  ///
  /// Proto3: of a field that occurs twice the last counts, unknown fields are skipped. The names
  /// are not checked to be text, as those that match a method are; `isText` does it for the rest.
  package init(_ bytes: UnsafeRawBufferPointer, _ limits: Limits) throws(Fault) {
    var pairs = 0
    var pairBytes = 0
    var reader = WireReader(bytes)
    do throws(WireError) {
      while let field = try reader.next() {
        switch field.number {
        case 1: service = try field.bytes()
        case 2: method = try field.bytes()
        case 3: payload = try field.bytes()
        case 4: timeout = Int64(bitPattern: try field.varint())
        case Self.metadataField:
          pairs += 1
          pairBytes += try Self.checkedLength(try field.bytes())
        default: break
        }
      }
    } catch { throw .malformed(error) }
    metadata = Metadata(envelope: bytes, isEmpty: pairs == 0)
    if service.count > limits.nameLength || method.count > limits.nameLength {
      throw .nameTooLong
    }
    if pairs > limits.metadataPairs || pairBytes > limits.metadataLength {
      throw .metadataTooLarge
    }
  }

  /// Whether both names are text.
  package var isText: Bool { service.isText && method.isText }

  /// Bytes of a pair's key and value, both found to be text.
  @inline(never)
  private static func checkedLength(_ bytes: UnsafeRawBufferPointer) throws(WireError) -> Int {
    var reader = WireReader(bytes)
    var key = 0
    var value = 0
    while let field = try reader.next() {
      guard field.number == 1 || field.number == 2 else { continue }
      let text = try field.bytes()
      guard text.isText else { throw .invalidText }
      if field.number == 1 { key = text.count } else { value = text.count }
    }
    return key + value
  }

  /// The key and value of a pair that is known to be well formed.
  static func keyValue(
    _ bytes: UnsafeRawBufferPointer
  ) -> (key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
    var key = UnsafeRawBufferPointer(start: nil, count: 0)
    var value = key
    var reader = WireReader(bytes)
    while let field = try? reader.next() {
      if field.number == 1 { key = field.content }
      if field.number == 2 { value = field.content }
    }
    return (key, value)
  }

  /// Encodes a request.
  package static func encode(
    _ method: MethodDescriptor, _ payload: [UInt8], timeout: Int64,
    metadata: [(key: String, value: String)] = []
  ) -> [UInt8] {
    var writer = WireWriter(capacity: payload.count + 128)
    writer.string(1, method.service)
    writer.string(2, method.name)
    writer.data(3, payload)
    writer.varint(4, UInt64(bitPattern: timeout))
    for pair in metadata {
      writer.message(metadataField) { entry in
        entry.string(1, pair.key)
        entry.string(2, pair.value)
      }
    }
    return writer.bytes
  }
}

/// A Response frame's payload.
package enum ResponseEnvelope {
  static let statusTag: UInt8 = 0x0a
  static let payloadTag: UInt8 = 0x12

  /// A reply that went well; a slice of the frame.
  case payload(UnsafeRawBufferPointer)
  case failure(RPCError)

  /// Parses a frame's payload. A status with code 0 is as good as none.
  package init(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
    var payload = UnsafeRawBufferPointer(start: nil, count: 0)
    var error: RPCError?
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: error = try Self.status(try field.message())
      case 2: payload = try field.bytes()
      default: break
      }
    }
    if let error { self = .failure(error) } else { self = .payload(payload) }
  }

  private static func status(_ message: WireReader) throws(WireError) -> RPCError? {
    var reader = message
    var code: Int32 = 0
    var error = RPCError(.unknown, "")
    while let field = try reader.next() {
      switch field.number {
      case 1: code = Int32(truncatingIfNeeded: try field.varint())
      case 2: error.message = try field.string()
      case 3: error.details.append(try detail(try field.message()))
      default: break
      }
    }
    if code == 0 { return nil }
    // A code that gRPC does not have stays UNKNOWN, as gRPC says.
    error.code = RPCCode(rawValue: code) ?? .unknown
    return error
  }

  private static func detail(_ message: WireReader) throws(WireError) -> ErrorDetail {
    var reader = message
    var detail = ErrorDetail(typeURL: "", value: [])
    while let field = try reader.next() {
      if field.number == 1 { detail.typeURL = try field.string() }
      if field.number == 2 { detail.value = [UInt8](try field.bytes()) }
    }
    return detail
  }

  /// Encodes an error: a status, no payload.
  package static func encode(_ error: RPCError) -> [UInt8] {
    var writer = WireWriter()
    writer.message(1) { status in
      status.varint(1, UInt64(error.code.rawValue))
      status.string(2, error.message)
      for detail in error.details {
        status.message(3) { any in
          any.string(1, detail.typeURL)
          any.data(2, detail.value)
        }
      }
    }
    return writer.bytes
  }
}
