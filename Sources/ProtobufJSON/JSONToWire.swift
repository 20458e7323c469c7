package import JSONText

extension DescriptorPool {
  /// The encoded message that proto3 JSON stands for.
  ///
  /// Takes JSON names and those of the proto file, integers as numbers or strings, enum values by
  /// name or number; `null` is an absent field. Refuses, with the path, what it would else have
  /// to guess at or drop: unknown members and enum names, a field or a oneof set twice, numbers
  /// out of range. Fields are encoded in the order of their numbers and map entries in that of
  /// their keys, so equal messages give equal bytes.
  package func bytes(
    of json: JSONValue, as type: String
  ) throws(ConversionError) -> [UInt8] {
    try JSONToWire(pool: self).message(json, try message(type), depth: 1)
  }
}

/// The conversion of one message from JSON to wire bytes.
struct JSONToWire {
  let pool: DescriptorPool

  func message(
    _ json: JSONValue, _ type: MessageDescriptor, depth: Int
  ) throws(ConversionError) -> [UInt8] {
    guard depth <= DescriptorPool.maximumDepth else {
      throw ConversionError(
        message: "messages nest deeper than the \(DescriptorPool.maximumDepth) levels allowed")
    }
    if let wellKnown = WellKnownType(rawValue: type.name) {
      return try self.wellKnown(wellKnown, json, type, depth: depth)
    }
    guard case .object(let object) = json else { throw json.isNot("an object") }
    return try members(object, type, depth: depth)
  }

  /// A message from one member per field, whatever its type.
  func members(
    _ object: JSONObject, _ type: MessageDescriptor, depth: Int
  ) throws(ConversionError) -> [UInt8] {
    var encodings: [Int: WireWriter] = [:]
    var setBy: [Int: String] = [:]  // oneof → the member that set it
    for member in object.members {
      guard let field = type.field(named: member.name) else {
        throw ConversionError(path: member.name, message: unknown(type))
      }
      do throws(ConversionError) {
        if encodings[field.number] != nil {
          throw ConversionError(message: "the field is given twice, in both its spellings")
        }
        if member.value == .null, !takesNull(field) {
          encodings[field.number] = WireWriter()
          continue
        }
        if let oneof = field.oneof {
          if let other = setBy[oneof] {
            throw ConversionError(
              message: "only one of \(other) and \(member.name) may be set: remove one")
          }
          setBy[oneof] = member.name
        }
        encodings[field.number] = try encoding(of: member.value, field, depth: depth)
      } catch {
        throw error.inside(member.name)
      }
    }
    return encodings.sorted { $0.key < $1.key }.flatMap { $0.value.bytes }
  }

  private func unknown(_ type: MessageDescriptor) -> String {
    let name = type.name.split(separator: ".").last ?? ""
    if type.fields.isEmpty { return "there is no such field; \(name) has none" }
    let known = type.fields.prefix(30).map(\.jsonName).joined(separator: ", ")
    return "there is no such field; \(name) has \(known)"
  }

  /// Whether `null` is a value of the field and not its absence.
  private func takesNull(_ field: FieldDescriptor) -> Bool {
    !field.isRepeated
      && (field.kind == .message(WellKnownType.value.rawValue)
        || field.kind == .enumeration(WellKnownType.nullValueName))
  }

  private func encoding(
    of json: JSONValue, _ field: FieldDescriptor, depth: Int
  ) throws(ConversionError) -> WireWriter {
    var writer = WireWriter()
    guard field.isRepeated else {
      let value = try single(json, field, depth: depth)
      if field.hasPresence || !value.isDefault { writer.append(value, number: field.number) }
      return writer
    }
    if case .message(let name) = field.kind {
      let type = try pool.message(name)
      if type.isMapEntry { return try map(json, field, type, depth: depth) }
    }
    guard case .array(let elements) = json else { throw json.isNot("an array") }
    var run = WireWriter()
    for (index, element) in elements.enumerated() {
      do throws(ConversionError) {
        let value = try single(element, field, depth: depth)
        if field.isPacked { run.append(value) } else { writer.append(value, number: field.number) }
      } catch {
        throw error.inside("[\(index)]")
      }
    }
    if !run.bytes.isEmpty { writer.append(.bytes(run.bytes[...]), number: field.number) }
    return writer
  }

  private func map(
    _ json: JSONValue, _ field: FieldDescriptor, _ entry: MessageDescriptor, depth: Int
  ) throws(ConversionError) -> WireWriter {
    guard let keyField = entry.field(number: 1), let valueField = entry.field(number: 2) else {
      throw ConversionError(message: "\(entry.name) is not a map entry")
    }
    guard case .object(let object) = json else { throw json.isNot("an object") }
    var entries: [(rank: [UInt8], bytes: [UInt8])] = []
    var ranks: Set<[UInt8]> = []
    for member in object.members {
      do throws(ConversionError) {
        let key = try self.key(member.name, keyField)
        let rank = Scalar.rank(of: key, keyField.kind)
        guard ranks.insert(rank).inserted else {
          throw ConversionError(message: "the key stands twice in one map")
        }
        var writer = WireWriter()
        writer.append(key, number: 1)
        writer.append(try single(member.value, valueField, depth: depth), number: 2)
        entries.append((rank, writer.bytes))
      } catch {
        throw error.inside("[\"\(member.name)\"]")
      }
    }
    var writer = WireWriter()
    for entry in entries.sorted(by: { $0.rank.lexicographicallyPrecedes($1.rank) }) {
      writer.append(.bytes(entry.bytes[...]), number: field.number)
    }
    return writer
  }

  /// A map's key from a member name, which is text whatever the key's kind.
  private func key(_ name: String, _ field: FieldDescriptor) throws(ConversionError) -> WireValue {
    guard field.kind == .bool else { return try Scalar.wire(.string(name), field.kind) }
    switch name {
    case "true": return .varint(1)
    case "false": return .varint(0)
    default: throw JSONValue.string(name).isNot("\"true\" or \"false\"")
    }
  }

  /// One value: all of a singular field, an element, or a map's value.
  private func single(
    _ json: JSONValue, _ field: FieldDescriptor, depth: Int
  ) throws(ConversionError) -> WireValue {
    switch field.kind {
    case .message(let name):
      return .bytes(try message(json, try pool.message(name), depth: depth + 1)[...])
    case .enumeration(WellKnownType.nullValueName) where json == .null:
      return .varint(0)
    case .enumeration(let name):
      return .varint(UInt64(bitPattern: Int64(try number(json, try pool.enumeration(name)))))
    default:
      return try Scalar.wire(json, field.kind)
    }
  }

  private func number(
    _ json: JSONValue, _ type: EnumDescriptor
  ) throws(ConversionError) -> Int32 {
    if case .string(let name) = json, let number = type.number(of: name) { return number }
    if case .number(let text) = json, let number = text.integer(as: Int32.self) { return number }
    let known = type.values.prefix(30).map(\.name).joined(separator: ", ")
    throw json.isNot("one of \(known)")
  }
}
