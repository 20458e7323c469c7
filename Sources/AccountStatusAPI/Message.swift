package import AccountStatusModel
internal import CAccountStatusV1
internal import CProtobufC
internal import CWireCheck
package import TTRPC

/// A request or a reply that can be sent.
package protocol EncodableMessage: Sendable {
  /// Runs with the encoded form: its exact size first, then its bytes into the caller's buffer.
  func withEncoding<Value>(_ body: (borrowing Encoding) -> Value) -> Value
}

/// A request or a reply that can be received.
package protocol DecodableMessage: Sendable {
  /// Checks the bytes and takes what they say.
  ///
  /// The error names the field, by its path in proto3 JSON names, its value and the remedy. Unknown
  /// fields are tolerated except inside facts.
  static func decode(_ payload: UnsafeRawBufferPointer) throws(FormError) -> Self
}

/// A request or a reply.
package typealias Message = EncodableMessage & DecodableMessage

/// A message about to be written: built, measured, not yet encoded.
///
/// Borrowed: it points into memory that goes when the call ends.
package struct Encoding: ~Copyable {
  /// The exact number of bytes that `write` fills in.
  package let byteCount: Int
  /// A text of the message held a NUL, which the wire cannot carry; it ends there.
  package let holdsNUL: Bool
  private let message: UnsafePointer<ProtobufCMessage>

  fileprivate init(_ message: UnsafePointer<ProtobufCMessage>, holdsNUL: Bool) {
    self.message = message
    self.holdsNUL = holdsNUL
    byteCount = protobuf_c_message_get_packed_size(message)
  }

  /// Writes all `byteCount` bytes. The buffer has at least that size.
  package func write(_ buffer: UnsafeMutableRawBufferPointer) {
    precondition(buffer.count >= byteCount)
    guard byteCount > 0, let base = buffer.baseAddress else { return }
    let written = protobuf_c_message_pack(message, base.assumingMemoryBound(to: UInt8.self))
    precondition(written == byteCount, "protobuf-c packs what it measures")
  }
}

extension EncodableMessage {
  /// The encoded message.
  package func encoded() -> [UInt8] {
    withEncoding { $0.bytes }
  }

  /// The encoded message; refused when a text holds a NUL, which the wire would cut.
  package func checkedEncoding() throws(FormError) -> [UInt8] {
    let bytes: [UInt8]? = withEncoding { $0.holdsNUL ? nil : $0.bytes }
    guard let bytes else { throw FormError("a text holds a NUL character; remove it") }
    return bytes
  }
}

extension Encoding {
  fileprivate var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
      write(UnsafeMutableRawBufferPointer(buffer))
      count = byteCount
    }
  }
}

extension DecodableMessage {
  /// Decodes a whole array.
  package static func decode(_ payload: [UInt8]) throws(FormError) -> Self {
    let result: Result<Self, FormError> = payload.withUnsafeBytes { bytes in
      do throws(FormError) {
        return .success(try decode(bytes))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// Decodes a request for a server: a malformed one is INVALID_ARGUMENT with its field.
  package static func decodeRequest(
    _ payload: UnsafeRawBufferPointer
  ) throws(RPCError) -> Self {
    do throws(FormError) {
      return try decode(payload)
    } catch {
      throw RPCError(error)
    }
  }
}

// MARK: - Through the generated types

/// A message that is encoded through its generated type.
protocol WireEncodable: EncodableMessage {
  associatedtype Wire: CMessage
  /// Sets the fields of a message that has its default values.
  func fill(_ wire: inout Wire, _ arena: MessageArena)
}

extension WireEncodable {
  package func withEncoding<Value>(_ body: (borrowing Encoding) -> Value) -> Value {
    // What we send is ours: the cap guards only against what a stranger sends.
    let arena = MessageArena(cap: .max)
    return withExtendedLifetime(arena) {
      let message = arena.message(Wire.self) { fill(&$0, arena) }
      let base = UnsafeRawPointer(message).assumingMemoryBound(to: ProtobufCMessage.self)
      return body(Encoding(base, holdsNUL: arena.sawNUL))
    }
  }
}

/// A message that is decoded through its generated type.
protocol WireDecodable: DecodableMessage {
  associatedtype Wire: CMessage
  /// Bytes of arena per byte of payload that unpacking may take.
  static var arenaFactor: UInt32 { get }
  /// Takes the fields of a checked message.
  init(_ wire: Wire) throws(FormError)
}

extension WireDecodable {
  static var arenaFactor: UInt32 { UInt32(WIRE_ARENA_ORDINARY) }

  package static func decode(_ payload: UnsafeRawBufferPointer) throws(FormError) -> Self {
    try Wire.unpack(payload, arenaFactor: arenaFactor) { wire throws(FormError) in
      try Self(wire)
    }
  }
}

extension CMessage {
  /// Checks the bytes, unpacks them within a cap, and runs with the message.
  static func unpack<Value>(
    _ payload: UnsafeRawBufferPointer, arenaFactor: UInt32,
    _ body: (Self) throws(FormError) -> Value
  ) throws(FormError) -> Value {
    let cap = wire_arena_cap(payload.count, arenaFactor)
    return try unpack(payload, in: MessageArena(cap: cap), cap: cap, isStrict: false, body)
  }

  /// The same in an arena of the caller, which is reset first.
  ///
  /// Strict: unknown fields and enum values are refused by name instead of being dropped.
  static func unpack<Value>(
    _ payload: UnsafeRawBufferPointer, in arena: MessageArena, cap: Int, isStrict: Bool,
    _ body: (Self) throws(FormError) -> Value
  ) throws(FormError) -> Value {
    let type = descriptor
    let bytes = payload.baseAddress?.assumingMemoryBound(to: UInt8.self)
    var limits = wire_check_limits_default()
    limits.max_memory = cap
    try check(type, payload, &limits, isStrict: isStrict)
    arena.reset(cap: cap)
    guard
      let message = protobuf_c_message_unpack(type, arena.allocator, payload.count, bytes)
    else { throw FormError("is too large to be decoded; send less at a time") }
    defer { withExtendedLifetime(arena) {} }
    return try message.withMemoryRebound(to: Self.self, capacity: 1) { typed throws(FormError) in
      try body(typed.pointee)
    }
  }

  private static func check(
    _ type: UnsafePointer<ProtobufCMessageDescriptor>, _ payload: UnsafeRawBufferPointer,
    _ limits: inout wire_check_limits, isStrict: Bool
  ) throws(FormError) {
    var error = wire_check_error()
    let isGood = withUnsafePointer(to: Optional(type)) { strictTypes in
      if isStrict {
        limits.strict_types = strictTypes
        limits.strict_type_count = 1
      }
      return wire_check(
        type, payload.baseAddress?.assumingMemoryBound(to: UInt8.self), payload.count, &limits,
        &error) == 0
    }
    guard isGood else { throw FormError(error, in: payload) }
  }
}
