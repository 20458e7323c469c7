/// A message type: its name and fields.
package struct MessageDescriptor: Sendable {
  /// Full name, for example `accountstatus.v1.Fact`.
  package let name: String
  /// In the order of their numbers.
  package let fields: [FieldDescriptor]
  /// Whether it is the type of a map's entries.
  package let isMapEntry: Bool

  private let indexByNumber: [Int: Int]

  init(name: String, fields: [FieldDescriptor], isMapEntry: Bool) {
    self.name = name
    self.fields = fields.sorted { $0.number < $1.number }
    self.isMapEntry = isMapEntry
    indexByNumber = Dictionary(
      self.fields.enumerated().map { ($1.number, $0) }, uniquingKeysWith: { first, _ in first })
  }

  func field(number: Int) -> FieldDescriptor? {
    indexByNumber[number].map { fields[$0] }
  }

  /// The field of that JSON name, or of that name in the proto file.
  func field(named name: String) -> FieldDescriptor? {
    fields.first { $0.jsonName == name } ?? fields.first { $0.name == name }
  }
}

/// One field of a message type.
package struct FieldDescriptor: Sendable {
  /// What one value of the field is.
  package enum Kind: Sendable, Equatable {
    case double, float
    case int32, int64, uint32, uint64, sint32, sint64
    case fixed32, fixed64, sfixed32, sfixed64
    case bool, string, bytes
    /// With the full name of the type.
    case message(String)
    case enumeration(String)
  }

  /// As in the proto file, for example `due_date`.
  package let name: String
  /// As in JSON, for example `dueDate`.
  package let jsonName: String
  package let number: Int
  package let kind: Kind
  package let isRepeated: Bool
  /// Whether it encodes its repeated values in one run.
  let isPacked: Bool
  /// Whether absent and default are different: a message, a member of a oneof, `optional`.
  let hasPresence: Bool
  /// The oneof that it belongs to.
  let oneof: Int?
}

extension FieldDescriptor.Kind {
  var wireType: UInt64 {
    switch self {
    case .double, .fixed64, .sfixed64: 1
    case .float, .fixed32, .sfixed32: 5
    case .string, .bytes, .message: 2
    case .int32, .int64, .uint32, .uint64, .sint32, .sint64, .bool, .enumeration: 0
    }
  }

  /// Whether repeated values of it can stand in one run.
  var isPackable: Bool { wireType != 2 }
}

/// An enum type: its names and numbers.
package struct EnumDescriptor: Sendable {
  /// Full name, for example `accountstatus.v1.Cloud`.
  package let name: String
  /// In the order of the proto file; two names may share a number, the first is the one shown.
  package let values: [(name: String, number: Int32)]

  func name(of number: Int32) -> String? {
    values.first { $0.number == number }?.name
  }

  func number(of name: String) -> Int32? {
    values.first { $0.name == name }?.number
  }
}
