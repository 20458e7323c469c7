/// A JSON document as a value.
///
/// Numbers keep the text they were written with, so that an amount of money never passes through a
/// binary float, and objects keep the order of their members, so that what is printed is stable.
package enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// The member of that name, when this is an object that has one.
  package subscript(name: String) -> JSONValue? {
    guard case .object(let object) = self else { return nil }
    return object[name]
  }

  /// What kind of value this is, in the words of an error message.
  package var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}

/// The members of a JSON object, in their order.
package struct JSONObject: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  /// One name with its value.
  package struct Member: Sendable, Equatable {
    package var name: String
    package var value: JSONValue

    package init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  package var members: [Member]

  package init(_ members: [Member] = []) {
    self.members = members
  }

  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    members = elements.map { Member($0.0, $0.1) }
  }

  /// The value of the member of exactly that name.
  ///
  /// Names are compared by their bytes: Swift's `==` holds two spellings of "é" for one, JSON
  /// does not.
  package subscript(name: String) -> JSONValue? {
    members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
  }
}
