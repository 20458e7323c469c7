package import JSONText

/// Choices in how a message is shown as JSON.
package struct PrintingOptions: Sendable {
  /// Shows fields without presence also when they hold their default.
  package var includesDefaults: Bool
  /// Shows an Any of an unknown type by its bytes, which canonical JSON cannot: what a newer server
  /// adds to an error must not hide the error.
  package var toleratesUnknownTypes: Bool

  package init(includesDefaults: Bool = false, toleratesUnknownTypes: Bool = false) {
    self.includesDefaults = includesDefaults
    self.toleratesUnknownTypes = toleratesUnknownTypes
  }
}

extension DescriptorPool {
  /// An encoded message as canonical proto3 JSON.
  ///
  /// Members stand in the order of their field numbers, map entries in that of their keys, so
  /// equal messages give equal text. Fields that the descriptor does not know are left out, as
  /// every protobuf reader does. Throws when the bytes are malformed or hold what JSON cannot
  /// show: a Timestamp out of range, an Any of an unknown type.
  package func json(
    of bytes: [UInt8], as type: String, options: PrintingOptions = PrintingOptions()
  ) throws(ConversionError) -> JSONValue {
    let conversion = WireToJSON(pool: self, options: options)
    return try conversion.message(bytes[...], try message(type), depth: 1)
  }
}

/// The conversion of one message from wire bytes to JSON.
struct WireToJSON {
  let pool: DescriptorPool
  let options: PrintingOptions

  func message(
    _ bytes: ArraySlice<UInt8>, _ type: MessageDescriptor, depth: Int
  ) throws(ConversionError) -> JSONValue {
    guard depth <= DescriptorPool.maximumDepth else {
      throw ConversionError(
        message: "messages nest deeper than the \(DescriptorPool.maximumDepth) levels allowed")
    }
    guard let wellKnown = WellKnownType(rawValue: type.name) else {
      return .object(try members(bytes, type, depth: depth))
    }
    return try self.wellKnown(wellKnown, bytes, type, depth: depth)
  }

  /// A message as one member per field, whatever its type.
  func members(
    _ bytes: ArraySlice<UInt8>, _ type: MessageDescriptor, depth: Int
  ) throws(ConversionError) -> JSONObject {
    let occurrences = try Occurrences(bytes, type)
    var object = JSONObject()
    for field in type.fields {
      let values = occurrences[field.number]
      do throws(ConversionError) {
        if let value = try self.value(of: field, values, depth: depth) {
          object.members.append(JSONObject.Member(field.jsonName, value))
        }
      } catch {
        throw error.inside(field.jsonName)
      }
    }
    return object
  }

  /// The value of a field that stood on the wire as `values`; `nil` when it is left out.
  private func value(
    of field: FieldDescriptor, _ values: [WireValue], depth: Int
  ) throws(ConversionError) -> JSONValue? {
    if field.isRepeated {
      if values.isEmpty && !options.includesDefaults { return nil }
      if let entry = try mapEntry(of: field) { return try map(values, entry, depth: depth) }
      var elements: [JSONValue] = []
      for (index, value) in values.enumerated() {
        do throws(ConversionError) {
          elements.append(try single(value, field, depth: depth))
        } catch {
          throw error.inside("[\(index)]")
        }
      }
      return .array(elements)
    }
    guard let value = merged(values, field) else {
      guard options.includesDefaults, !field.hasPresence else { return nil }
      return try single(field.kind.defaultValue, field, depth: depth)
    }
    if value.isDefault && !field.hasPresence && !options.includesDefaults { return nil }
    return try single(value, field, depth: depth)
  }

  /// The one value that all of a singular field's amount to: the last, or the parts of a message
  /// put end to end, which is how messages merge.
  private func merged(_ values: [WireValue], _ field: FieldDescriptor) -> WireValue? {
    guard values.count > 1, case .message = field.kind else { return values.last }
    let parts = values.flatMap { value in
      if case .bytes(let bytes) = value { bytes } else { ArraySlice<UInt8>() }
    }
    return .bytes(parts[...])
  }

  private func mapEntry(of field: FieldDescriptor) throws(ConversionError) -> MessageDescriptor? {
    guard case .message(let name) = field.kind else { return nil }
    let type = try pool.message(name)
    return type.isMapEntry ? type : nil
  }

  /// A map as an object, ordered by key; the last value of a key counts.
  private func map(
    _ entries: [WireValue], _ entry: MessageDescriptor, depth: Int
  ) throws(ConversionError) -> JSONValue {
    guard let keyField = entry.field(number: 1), let valueField = entry.field(number: 2) else {
      throw ConversionError(message: "\(entry.name) is not a map entry")
    }
    var values: [MapKey: JSONValue] = [:]
    for case .bytes(let bytes) in entries {
      let occurrences = try Occurrences(bytes, entry)
      let key = try MapKey(occurrences[1].last ?? keyField.kind.defaultValue, keyField.kind)
      do throws(ConversionError) {
        values[key] = try single(
          merged(occurrences[2], valueField) ?? valueField.kind.defaultValue, valueField,
          depth: depth)
      } catch {
        throw error.inside("[\"\(key.text)\"]")
      }
    }
    return .object(
      JSONObject(
        values.sorted { $0.key < $1.key }.map { JSONObject.Member($0.key.text, $0.value) }))
  }

  /// One value: all of a singular field, an element, or a map's value.
  private func single(
    _ value: WireValue, _ field: FieldDescriptor, depth: Int
  ) throws(ConversionError) -> JSONValue {
    switch (field.kind, value) {
    case (.message(let name), .bytes(let bytes)):
      return try message(bytes, try pool.message(name), depth: depth + 1)
    case (.enumeration(let name), .varint(let bits)):
      if name == WellKnownType.nullValueName { return .null }
      let number = Int32(truncatingIfNeeded: bits)
      let type = try pool.enumeration(name)
      return type.name(of: number).map { .string($0) } ?? .number(JSONNumber(number))
    default:
      return try Scalar.json(value, field.kind)
    }
  }
}

/// What stood on the wire for each field of a message, in order.
///
/// Holds proto3's rules of merging: of a oneof, only the member that came last; of values in
/// one run, each. A value whose wire type does not fit its field is unknown and left out.
private struct Occurrences {
  private var values: [Int: [WireValue]] = [:]

  init(_ bytes: ArraySlice<UInt8>, _ type: MessageDescriptor) throws(ConversionError) {
    var reader = WireReader(bytes)
    while let (number, value) = try reader.next() {
      guard let field = type.field(number: number) else { continue }
      if value.fits(field.kind) {
        if let oneof = field.oneof {
          for other in type.fields where other.oneof == oneof && other.number != number {
            values[other.number] = nil
          }
        }
        values[number, default: []].append(value)
      } else if field.isRepeated, field.kind.isPackable, case .bytes(let run) = value {
        var packed = WireReader(run)
        while let value = try packed.nextPacked(like: field.kind) {
          values[number, default: []].append(value)
        }
      }
    }
  }

  subscript(number: Int) -> [WireValue] { values[number] ?? [] }
}

extension WireValue {
  /// Whether a value of this wire type can belong to a field of that kind.
  fileprivate func fits(_ kind: FieldDescriptor.Kind) -> Bool {
    switch self {
    case .varint: kind.wireType == 0
    case .fixed64: kind.wireType == 1
    case .bytes: kind.wireType == 2
    case .fixed32: kind.wireType == 5
    }
  }
}

extension FieldDescriptor.Kind {
  /// What an absent field of this kind stands for.
  fileprivate var defaultValue: WireValue {
    switch wireType {
    case 1: .fixed64(0)
    case 2: .bytes([])
    case 5: .fixed32(0)
    default: .varint(0)
    }
  }
}

/// A map's key: its JSON text, and its place among the others.
private struct MapKey: Hashable, Comparable {
  let text: String
  /// Orders numbers by value and text by bytes.
  private let rank: [UInt8]

  init(_ value: WireValue, _ kind: FieldDescriptor.Kind) throws(ConversionError) {
    switch try Scalar.json(value, kind) {
    case .string(let string): text = string
    case .number(let number): text = number.text
    case .bool(let bool): text = bool ? "true" : "false"
    default: throw ConversionError(message: "a map's key is text, a whole number or a boolean")
    }
    rank = Scalar.rank(of: value, kind)
  }

  static func == (left: MapKey, right: MapKey) -> Bool { left.rank == right.rank }
  static func < (left: MapKey, right: MapKey) -> Bool {
    left.rank.lexicographicallyPrecedes(right.rank)
  }
  func hash(into hasher: inout Hasher) { hasher.combine(rank) }
}
