internal import AccountStatusModel
internal import CWireCheck
internal import TTRPC

extension FormError {
  /// What the wire check found: the field, the value where there is one, and the remedy.
  init(_ error: wire_check_error, in payload: UnsafeRawBufferPointer) {
    let path = withUnsafeBytes(of: error.path) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    var what = String(cString: wire_check_reason_text(error.reason))
    if error.reason.concernsValue, let value = Self.value(at: error.offset, of: payload) {
      what += " (\(value))"
    }
    self.init(field: path, "\(what), at byte \(error.offset); \(error.reason.remedy)")
  }

  /// The number that the field beginning there holds.
  private static func value(at offset: Int, of payload: UnsafeRawBufferPointer) -> Int32? {
    guard offset < payload.count else { return nil }
    var reader = WireReader(UnsafeRawBufferPointer(rebasing: payload[offset...]))
    guard let field = try? reader.next(), field.type == .varint else { return nil }
    return Int32(truncatingIfNeeded: field.value)
  }
}

extension wire_check_reason {
  fileprivate var concernsValue: Bool {
    self == WIRE_CHECK_UNKNOWN_ENUM_VALUE || self == WIRE_CHECK_VALUE_OUT_OF_RANGE
  }

  fileprivate var remedy: String {
    switch self {
    case WIRE_CHECK_BAD_UTF8, WIRE_CHECK_NUL_IN_STRING: "send UTF-8 without NUL characters"
    case WIRE_CHECK_TOO_DEEP, WIRE_CHECK_TOO_MANY_FIELDS, WIRE_CHECK_TOO_MANY_UNKNOWN_FIELDS,
      WIRE_CHECK_TOO_MUCH_MEMORY:
      "send less at a time"
    case WIRE_CHECK_UNKNOWN_FIELD, WIRE_CHECK_UNKNOWN_ENUM_VALUE:
      "this server does not know it: leave it out, or use a newer server"
    default: "encode the message as its proto says"
    }
  }
}
