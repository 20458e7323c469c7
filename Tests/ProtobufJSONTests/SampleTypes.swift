import CAccountStatusDescriptors

/// The message types that the tests convert: ours, and one made up to hold every kind of field.
enum SampleTypes {
  /// The contract of the server.
  static let accountStatus: [UInt8] = Array(
    UnsafeBufferPointer(
      start: accountstatus_descriptor_set_bytes(), count: accountstatus_descriptor_set_size))

  /// `test.Kinds` and the well-known types that our contract has no use for.
  static let kinds: [UInt8] = [wrappers, structure, fieldMask, timestamp, duration, any, test]
    .reduce(into: Encoder()) { set, file in set.append(1, file.bytes) }
    .bytes

  private static let wrappers = file(
    "google/protobuf/wrappers.proto", "google.protobuf",
    messages: [
      ("DoubleValue", 1), ("FloatValue", 2), ("Int64Value", 3), ("UInt64Value", 4),
      ("Int32Value", 5), ("BoolValue", 8), ("StringValue", 9), ("BytesValue", 12),
      ("UInt32Value", 13),
    ].map { name, type in message(name, [Field("value", 1, type)]) })

  private static let timestamp = file(
    "google/protobuf/timestamp.proto", "google.protobuf",
    messages: [message("Timestamp", [Field("seconds", 1, 3), Field("nanos", 2, 5)])])

  private static let duration = file(
    "google/protobuf/duration.proto", "google.protobuf",
    messages: [message("Duration", [Field("seconds", 1, 3), Field("nanos", 2, 5)])])

  private static let any = file(
    "google/protobuf/any.proto", "google.protobuf",
    messages: [message("Any", [Field("type_url", 1, 9), Field("value", 2, 12)])])

  private static let fieldMask = file(
    "google/protobuf/field_mask.proto", "google.protobuf",
    messages: [message("FieldMask", [Field("paths", 1, 9, isRepeated: true)])])

  private static let structure = file(
    "google/protobuf/struct.proto", "google.protobuf",
    messages: [
      message(
        "Struct",
        [Field("fields", 1, 11, ".google.protobuf.Struct.FieldsEntry", isRepeated: true)],
        nested: [
          mapEntry("FieldsEntry", Field("value", 2, 11, ".google.protobuf.Value"), key: 9)
        ]),
      message(
        "Value",
        [
          Field("null_value", 1, 14, ".google.protobuf.NullValue", oneof: 0),
          Field("number_value", 2, 1, oneof: 0), Field("string_value", 3, 9, oneof: 0),
          Field("bool_value", 4, 8, oneof: 0),
          Field("struct_value", 5, 11, ".google.protobuf.Struct", oneof: 0),
          Field("list_value", 6, 11, ".google.protobuf.ListValue", oneof: 0),
        ], oneofs: ["kind"]),
      message(
        "ListValue", [Field("values", 1, 11, ".google.protobuf.Value", isRepeated: true)]),
    ], enumerations: [enumeration("NullValue", [("NULL_VALUE", 0)])])

  private static let scalars: [(String, UInt64)] = [
    ("double", 1), ("float", 2), ("int64", 3), ("uint64", 4), ("int32", 5), ("fixed64", 6),
    ("fixed32", 7), ("bool", 8), ("string", 9), ("bytes", 12), ("uint32", 13), ("sfixed32", 15),
    ("sfixed64", 16), ("sint32", 17), ("sint64", 18),
  ]

  private static let test = file(
    "test/kinds.proto", "test",
    dependencies: ["wrappers", "struct", "field_mask", "timestamp", "duration", "any"].map {
      "google/protobuf/\($0).proto"
    },
    messages: [kindsMessage], enumerations: [enumeration("Color", colors)])

  private static let colors: [(String, Int64)] = [
    ("COLOR_UNSPECIFIED", 0), ("COLOR_RED", 1), ("COLOR_NEGATIVE", -7),
  ]

  private static let kindsMessage: Encoder = {
    let others: [(String, UInt64, String)] = [
      ("color", 14, ".test.Color"), ("kinds", 11, ".test.Kinds"),
      ("timestamp", 11, ".google.protobuf.Timestamp"),
      ("duration", 11, ".google.protobuf.Duration"), ("any", 11, ".google.protobuf.Any"),
      ("mask", 11, ".google.protobuf.FieldMask"), ("struct", 11, ".google.protobuf.Struct"),
      ("value", 11, ".google.protobuf.Value"), ("list", 11, ".google.protobuf.ListValue"),
      ("double_value", 11, ".google.protobuf.DoubleValue"),
      ("float_value", 11, ".google.protobuf.FloatValue"),
      ("int64_value", 11, ".google.protobuf.Int64Value"),
      ("uint64_value", 11, ".google.protobuf.UInt64Value"),
      ("int32_value", 11, ".google.protobuf.Int32Value"),
      ("uint32_value", 11, ".google.protobuf.UInt32Value"),
      ("bool_value", 11, ".google.protobuf.BoolValue"),
      ("string_value", 11, ".google.protobuf.StringValue"),
      ("bytes_value", 11, ".google.protobuf.BytesValue"),
    ]
    let kinds = scalars.map { ($0.0, $0.1, "") } + others
    var fields: [Field] = []
    for (index, kind) in kinds.enumerated() {
      let number = UInt64(index + 1)
      fields.append(Field("one_\(kind.0)", number, kind.1, kind.2))
      fields.append(Field("many_\(kind.0)", 100 + number, kind.1, kind.2, isRepeated: true))
      fields.append(Field("choice_\(kind.0)", 200 + number, kind.1, kind.2, oneof: 0))
    }
    fields.append(Field("maybe_int32", 300, 5, oneof: 1))
    fields.append(Field("spread_int32", 301, 5, isRepeated: true, isPacked: false))

    // Every kind of key, to text; and text to every kind of value.
    var entries: [Encoder] = []
    for (index, key) in scalars.filter({ ![1, 2, 12].contains($0.1) }).enumerated() {
      let name = "By\(key.0.capitalizedFirst)Entry"
      let number = 400 + UInt64(index)
      fields.append(
        Field("by_\(key.0)", number, 11, ".test.Kinds.\(name)", isRepeated: true))
      entries.append(mapEntry(name, Field("value", 2, 9), key: key.1))
    }
    for (index, value) in kinds.enumerated() {
      let name = "Of\(value.0.split(separator: "_").map(\.capitalizedFirst).joined())Entry"
      let number = 500 + UInt64(index)
      fields.append(
        Field("of_\(value.0)", number, 11, ".test.Kinds.\(name)", isRepeated: true))
      entries.append(mapEntry(name, Field("value", 2, value.1, value.2), key: 9))
    }
    return message("Kinds", fields, nested: entries, oneofs: ["choice", "_maybe_int32"])
  }()
}

// MARK: - Descriptors, field by field as descriptor.proto numbers them

/// A field of a message type in the making; `type` is descriptor.proto's number.
private struct Field {
  var name: String
  var number: UInt64
  var type: UInt64
  var typeName: String
  var isRepeated: Bool
  var isPacked: Bool?
  var oneof: UInt64?

  init(
    _ name: String, _ number: UInt64, _ type: UInt64, _ typeName: String = "",
    isRepeated: Bool = false, isPacked: Bool? = nil, oneof: UInt64? = nil
  ) {
    self.name = name
    self.number = number
    self.type = type
    self.typeName = typeName
    self.isRepeated = isRepeated
    self.isPacked = isPacked
    self.oneof = oneof
  }

  var encoded: Encoder {
    var field = Encoder()
    field.append(1, name)
    field.append(3, varint: number)
    field.append(4, varint: isRepeated ? 3 : 1)
    field.append(5, varint: type)
    if !typeName.isEmpty { field.append(6, typeName) }
    if let isPacked {
      var options = Encoder()
      options.append(2, varint: isPacked ? 1 : 0)
      field.append(8, options.bytes)
    }
    if let oneof { field.append(9, varint: oneof) }
    if name == "maybe_int32" { field.append(17, varint: 1) }
    return field
  }
}

private func file(
  _ name: String, _ package: String, dependencies: [String] = [], messages: [Encoder],
  enumerations: [Encoder] = []
) -> Encoder {
  var file = Encoder()
  file.append(1, name)
  file.append(2, package)
  for dependency in dependencies { file.append(3, dependency) }
  for message in messages { file.append(4, message.bytes) }
  for enumeration in enumerations { file.append(5, enumeration.bytes) }
  file.append(12, "proto3")
  return file
}

private func message(
  _ name: String, _ fields: [Field], nested: [Encoder] = [], oneofs: [String] = []
) -> Encoder {
  var message = Encoder()
  message.append(1, name)
  // The fields of a oneof must stand together, and do so in the order of their numbers.
  for field in fields.sorted(by: { $0.number < $1.number }) {
    message.append(2, field.encoded.bytes)
  }
  for type in nested { message.append(3, type.bytes) }
  for name in oneofs {
    var oneof = Encoder()
    oneof.append(1, name)
    message.append(8, oneof.bytes)
  }
  return message
}

private func mapEntry(_ name: String, _ value: Field, key: UInt64) -> Encoder {
  var entry = message(name, [Field("key", 1, key), value])
  var options = Encoder()
  options.append(7, varint: 1)
  entry.append(7, options.bytes)
  return entry
}

private func enumeration(_ name: String, _ values: [(String, Int64)]) -> Encoder {
  var enumeration = Encoder()
  enumeration.append(1, name)
  for (name, number) in values {
    var value = Encoder()
    value.append(1, name)
    value.append(2, varint: UInt64(bitPattern: number))
    enumeration.append(2, value.bytes)
  }
  return enumeration
}

extension StringProtocol {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
