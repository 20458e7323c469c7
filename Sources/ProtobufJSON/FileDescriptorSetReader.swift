/// Reads the types that a FileDescriptorSet declares.
///
/// The field numbers are those of `google/protobuf/descriptor.proto`.
enum FileDescriptorSetReader {
  struct Types {
    var messages: [String: MessageDescriptor] = [:]
    var enumerations: [String: EnumDescriptor] = [:]
  }

  static func types(in bytes: [UInt8]) throws(ConversionError) -> Types {
    var types = Types()
    for file in try Fields(bytes[...]).messages(1) {
      let package = file.string(2) ?? ""
      // Absent means proto2, where every singular field has presence and nothing is packed.
      let isProto3 = file.string(12) == "proto3"
      try read(
        messages: file.messages(4), scope: package, isProto3: isProto3, depth: 1, into: &types)
      try read(enumerations: file.messages(5), scope: package, into: &types)
    }
    return types
  }

  private static func read(
    messages: [Fields], scope: String, isProto3: Bool, depth: Int, into types: inout Types
  ) throws(ConversionError) {
    guard depth <= DescriptorPool.maximumDepth else {
      throw ConversionError(path: scope, message: "types are nested too deeply")
    }
    for message in messages {
      let name = qualified(message.string(1) ?? "", scope)
      var fields: [FieldDescriptor] = []
      for field in try message.messages(2) {
        fields.append(try descriptor(of: field, isProto3: isProto3, scope: name))
      }
      types.messages[name] = MessageDescriptor(
        name: name, fields: fields,
        isMapEntry: try message.messages(7).last?.number(7) == 1)
      try read(
        messages: message.messages(3), scope: name, isProto3: isProto3, depth: depth + 1,
        into: &types)
      try read(enumerations: message.messages(4), scope: name, into: &types)
    }
  }

  private static func read(
    enumerations: [Fields], scope: String, into types: inout Types
  ) throws(ConversionError) {
    for enumeration in enumerations {
      let name = qualified(enumeration.string(1) ?? "", scope)
      types.enumerations[name] = EnumDescriptor(
        name: name,
        values: try enumeration.messages(2).map { value in
          (value.string(1) ?? "", Int32(truncatingIfNeeded: value.number(2) ?? 0))
        })
    }
  }

  private static func descriptor(
    of field: Fields, isProto3: Bool, scope: String
  ) throws(ConversionError) -> FieldDescriptor {
    let name = field.string(1) ?? ""
    let kind = try kind(of: field, name: "\(scope).\(name)")
    let isRepeated = field.number(4) == 3
    let oneof = field.number(9).map { Int(truncatingIfNeeded: $0) }
    let packedOption = try field.messages(8).last?.number(2).map { $0 != 0 }
    var isMessage = false
    if case .message = kind { isMessage = true }
    return FieldDescriptor(
      name: name, jsonName: field.string(10) ?? lowerCamelCase(name),
      number: Int(truncatingIfNeeded: field.number(3) ?? 0), kind: kind, isRepeated: isRepeated,
      isPacked: isRepeated && kind.isPackable && (packedOption ?? isProto3),
      hasPresence: !isRepeated && (isMessage || oneof != nil || !isProto3), oneof: oneof)
  }

  private static func kind(
    of field: Fields, name: String
  ) throws(ConversionError) -> FieldDescriptor.Kind {
    // Type names are fully qualified, with a dot in front.
    let typeName = String((field.string(6) ?? "").drop { $0 == "." })
    switch field.number(5) {
    case 1: return .double
    case 2: return .float
    case 3: return .int64
    case 4: return .uint64
    case 5: return .int32
    case 6: return .fixed64
    case 7: return .fixed32
    case 8: return .bool
    case 9: return .string
    case 11: return .message(typeName)
    case 12: return .bytes
    case 13: return .uint32
    case 14: return .enumeration(typeName)
    case 15: return .sfixed32
    case 16: return .sfixed64
    case 17: return .sint32
    case 18: return .sint64
    case let type:
      throw ConversionError(
        path: name, message: "fields of type \(type ?? 0) are not supported (10 is a group)")
    }
  }

  private static func qualified(_ name: String, _ scope: String) -> String {
    scope.isEmpty ? name : "\(scope).\(name)"
  }
}

/// `due_date` as `dueDate`: protoc's rule for a field without a JSON name.
func lowerCamelCase(_ name: String) -> String {
  var result = ""
  var capitalizes = false
  for character in name {
    if character == "_" {
      capitalizes = true
    } else {
      result += capitalizes ? character.uppercased() : String(character)
      capitalizes = false
    }
  }
  return result
}

/// The fields of one encoded message, by number.
private struct Fields {
  private var values: [Int: [WireValue]] = [:]

  init(_ bytes: ArraySlice<UInt8>) throws(ConversionError) {
    var reader = WireReader(bytes)
    while let (number, value) = try reader.next() {
      values[number, default: []].append(value)
    }
  }

  func messages(_ number: Int) throws(ConversionError) -> [Fields] {
    var messages: [Fields] = []
    for case .bytes(let bytes) in values[number] ?? [] { messages.append(try Fields(bytes)) }
    return messages
  }

  func string(_ number: Int) -> String? {
    guard case .bytes(let bytes)? = values[number]?.last else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  func number(_ number: Int) -> UInt64? {
    guard case .varint(let bits)? = values[number]?.last else { return nil }
    return bits
  }
}
