import JSONText
import ProtobufJSON

/// Writes canonical JSON in the other ways that a parser must take.
struct Speller {
  let pool: DescriptorPool
  var random: SeededGenerator

  mutating func respelled(_ json: JSONValue, as type: MessageDescriptor) throws -> JSONValue {
    if type.name.hasPrefix("google.protobuf.") {
      return type.name == "google.protobuf.Timestamp" ? withOffset(json) : json
    }
    guard case .object(let object) = json else { return json }
    var members: [JSONObject.Member] = []
    for field in type.fields {
      let name = random.chance(1, of: 2) ? field.name : field.jsonName
      if let value = object[field.jsonName] {
        members.append(JSONObject.Member(name, try respelled(value, field)))
      } else if random.chance(1, of: 10), field.oneofIsUnset(in: object, type),
        field.kind != .message("google.protobuf.Value"),
        field.kind != .enumeration("google.protobuf.NullValue") || field.isRepeated
      {
        members.append(JSONObject.Member(name, .null))
      }
    }
    return .object(JSONObject(members.shuffled(using: &random)))
  }

  private mutating func respelled(
    _ json: JSONValue, _ field: FieldDescriptor
  ) throws -> JSONValue {
    if case .array(let elements) = json, field.isRepeated {
      var changed: [JSONValue] = []
      for element in elements { changed.append(try single(element, field.kind)) }
      return .array(changed)
    }
    // Maps keep their spelling.
    return field.isRepeated ? json : try single(json, field.kind)
  }

  private mutating func single(
    _ json: JSONValue, _ kind: FieldDescriptor.Kind
  ) throws -> JSONValue {
    switch kind {
    case .message(let name): return try respelled(json, as: try pool.message(name))
    case .enumeration(let name):
      guard case .string(let value) = json, random.chance(1, of: 2),
        let number = try pool.enumeration(name).values.first(where: { $0.name == value })?.number
      else { return json }
      return .number(JSONNumber(number))
    case .bytes:
      guard case .string(let base64) = json, random.chance(1, of: 2) else { return json }
      return .string(
        base64.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: ""))
    case .int32, .sint32, .sfixed32, .uint32, .fixed32:
      guard case .number(let number) = json else { return json }
      return respelled(number.text)
    case .int64, .uint64, .sint64, .fixed64, .sfixed64:
      guard case .string(let text) = json, random.chance(1, of: 2) else { return json }
      return JSONNumber(text).map { .number($0) } ?? json
    default: return json
    }
  }

  private mutating func respelled(_ integer: String) -> JSONValue {
    switch Int.random(in: 0...3, using: &random) {
    case 0: .string(integer)
    case 1: JSONNumber(integer + ".0").map { .number($0) } ?? .string(integer)
    case 2: JSONNumber(integer + "0e-1").map { .number($0) } ?? .string(integer)
    default: JSONNumber(integer).map { .number($0) } ?? .string(integer)
    }
  }

  /// A time of the late evening in UTC can be written as early the next day further east; one of
  /// the same day is enough to show that the offset is read.
  private mutating func withOffset(_ json: JSONValue) -> JSONValue {
    guard case .string(let text) = json, random.chance(1, of: 2) else { return json }
    return .string(text.dropLast() + "+00:00")
  }
}

extension FieldDescriptor {
  /// Whether a null for this field cannot be taken for a second member of its oneof.
  fileprivate func oneofIsUnset(in object: JSONObject, _ type: MessageDescriptor) -> Bool {
    !name.hasPrefix("choice_") || !object.members.contains { $0.name.hasPrefix("choice") }
  }
}
