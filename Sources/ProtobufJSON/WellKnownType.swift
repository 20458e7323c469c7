import JSONText

/// The message types that proto3 gives a JSON form of their own.
enum WellKnownType: String {
  case any = "google.protobuf.Any"
  case timestamp = "google.protobuf.Timestamp"
  case duration = "google.protobuf.Duration"
  case fieldMask = "google.protobuf.FieldMask"
  case structure = "google.protobuf.Struct"
  case value = "google.protobuf.Value"
  case listValue = "google.protobuf.ListValue"
  case doubleValue = "google.protobuf.DoubleValue"
  case floatValue = "google.protobuf.FloatValue"
  case int64Value = "google.protobuf.Int64Value"
  case uint64Value = "google.protobuf.UInt64Value"
  case int32Value = "google.protobuf.Int32Value"
  case uint32Value = "google.protobuf.UInt32Value"
  case boolValue = "google.protobuf.BoolValue"
  case stringValue = "google.protobuf.StringValue"
  case bytesValue = "google.protobuf.BytesValue"

  /// The enum whose only value is written `null`.
  static let nullValueName = "google.protobuf.NullValue"
}

// Most of these types hold one field whose JSON is the message's own: they are converted as any
// message would be, and that field's value is taken out or put in.

extension WireToJSON {
  func wellKnown(
    _ wellKnown: WellKnownType, _ bytes: ArraySlice<UInt8>, _ type: MessageDescriptor, depth: Int
  ) throws(ConversionError) -> JSONValue {
    switch wellKnown {
    case .any: return try any(bytes, type, depth: depth)
    case .timestamp:
      guard let text = TimeText.timestamp(try seconds(bytes, type, depth: depth)) else {
        throw ConversionError(message: "the timestamp is not between the years 1 and 9999")
      }
      return .string(text)
    case .duration:
      guard let text = TimeText.duration(try seconds(bytes, type, depth: depth)) else {
        throw ConversionError(message: "the duration exceeds 10 000 years or its signs differ")
      }
      return .string(text)
    case .fieldMask:
      guard case .array(let paths)? = try members(bytes, type, depth: depth)["paths"] else {
        return .string("")
      }
      return .string(
        paths.map { path in
          if case .string(let path) = path { lowerCamelCase(path) } else { "" }
        }.joined(separator: ","))
    case .structure: return try members(bytes, type, depth: depth)["fields"] ?? .object([:])
    case .listValue: return try members(bytes, type, depth: depth)["values"] ?? .array([])
    case .value:
      // One that holds nothing is as good as null.
      guard let member = try members(bytes, type, depth: depth).members.first else { return .null }
      if member.name == "numberValue", case .string = member.value {
        throw ConversionError(message: "a google.protobuf.Value is not NaN or infinite in JSON")
      }
      return member.value
    case .doubleValue, .floatValue, .int64Value, .uint64Value, .int32Value, .uint32Value,
      .boolValue, .stringValue, .bytesValue:
      var options = options
      options.includesDefaults = true
      let whole = WireToJSON(pool: pool, options: options)
      return try whole.members(bytes, type, depth: depth)["value"] ?? .null
    }
  }

  private func seconds(
    _ bytes: ArraySlice<UInt8>, _ type: MessageDescriptor, depth: Int
  ) throws(ConversionError) -> TimeText.Seconds {
    let object = try members(bytes, type, depth: depth)
    var time = TimeText.Seconds(seconds: 0, nanos: 0)
    if case .string(let seconds)? = object["seconds"] { time.seconds = Int64(seconds) ?? 0 }
    if case .number(let nanos)? = object["nanos"] { time.nanos = nanos.integer() ?? 0 }
    return time
  }

  /// An Any as the message it holds, which needs a descriptor for it.
  private func any(
    _ bytes: ArraySlice<UInt8>, _ type: MessageDescriptor, depth: Int
  ) throws(ConversionError) -> JSONValue {
    let object = try members(bytes, type, depth: depth)
    guard case .string(let url)? = object["typeUrl"] else {
      if object.members.isEmpty { return .object([:]) }
      throw ConversionError(message: "an Any with a value needs a type URL")
    }
    var content: [UInt8] = []
    if case .string(let base64)? = object["value"] { content = Base64.bytes(of: base64) ?? [] }
    let typeMember = JSONObject.Member("@type", .string(url))
    let inner: MessageDescriptor
    do throws(ConversionError) {
      inner = try pool.message(inAnyOf: url)
    } catch {
      guard options.toleratesUnknownTypes else { throw error }
      let bytes = JSONValue.string(Base64.text(of: content))
      return .object(JSONObject([typeMember, JSONObject.Member("value", bytes)]))
    }
    let value = try message(content[...], inner, depth: depth + 1)
    if WellKnownType(rawValue: inner.name) == nil, case .object(let fields) = value {
      return .object(JSONObject([typeMember] + fields.members))
    }
    return .object(JSONObject([typeMember, JSONObject.Member("value", value)]))
  }
}

extension JSONToWire {
  func wellKnown(
    _ wellKnown: WellKnownType, _ json: JSONValue, _ type: MessageDescriptor, depth: Int
  ) throws(ConversionError) -> [UInt8] {
    if json == .null, wellKnown != .value { throw json.isNot("a value") }
    switch wellKnown {
    case .any: return try any(json, type, depth: depth)
    case .timestamp:
      guard case .string(let text) = json, let time = TimeText.timestamp(parsing: text) else {
        throw json.isNot("a timestamp such as \"2026-11-15T09:00:00Z\"")
      }
      return try members(time, type, depth: depth)
    case .duration:
      guard case .string(let text) = json, let time = TimeText.duration(parsing: text) else {
        throw json.isNot("a duration such as \"1.5s\"")
      }
      return try members(time, type, depth: depth)
    case .fieldMask:
      guard case .string(let text) = json, let paths = fieldMaskPaths(text) else {
        throw json.isNot("field names such as \"displayName,issueDate\"")
      }
      return try members(["paths": .array(paths.map { .string($0) })], type, depth: depth)
    case .structure: return try only("fields", json, type, depth: depth)
    case .listValue: return try only("values", json, type, depth: depth)
    case .value: return try only(valueField(json), json, type, depth: depth)
    case .doubleValue, .floatValue, .int64Value, .uint64Value, .int32Value, .uint32Value,
      .boolValue, .stringValue, .bytesValue:
      return try only("value", json, type, depth: depth)
    }
  }

  /// A message whose only field holds the whole value; errors do not name that field, which the
  /// JSON does not show.
  private func only(
    _ field: String, _ json: JSONValue, _ type: MessageDescriptor, depth: Int
  ) throws(ConversionError) -> [UInt8] {
    do throws(ConversionError) {
      return try members(JSONObject([JSONObject.Member(field, json)]), type, depth: depth)
    } catch {
      throw error.outside(field)
    }
  }

  private func members(
    _ time: TimeText.Seconds, _ type: MessageDescriptor, depth: Int
  ) throws(ConversionError) -> [UInt8] {
    try members(
      ["seconds": .number(JSONNumber(time.seconds)), "nanos": .number(JSONNumber(time.nanos))],
      type, depth: depth)
  }

  /// The one field of a `google.protobuf.Value` that holds such a value.
  private func valueField(_ json: JSONValue) -> String {
    switch json {
    case .null: "nullValue"
    case .bool: "boolValue"
    case .number: "numberValue"
    case .string: "stringValue"
    case .array: "listValue"
    case .object: "structValue"
    }
  }

  /// `displayName,issueDate` as `display_name` and `issue_date`; `nil` when a name has an
  /// underscore, which would not come back the same.
  private func fieldMaskPaths(_ text: String) -> [String]? {
    guard !text.contains("_") else { return nil }
    return text.split(separator: ",").map { path in
      path.reduce(into: "") { result, character in
        result += character.isUppercase ? "_" + character.lowercased() : String(character)
      }
    }
  }

  private func any(
    _ json: JSONValue, _ type: MessageDescriptor, depth: Int
  ) throws(ConversionError) -> [UInt8] {
    guard case .object(let object) = json else { throw json.isNot("an object with \"@type\"") }
    if object.members.isEmpty { return [] }
    guard case .string(let url)? = object["@type"] else {
      throw ConversionError(
        path: "@type", message: "it must name the type, such as type.googleapis.com/package.Name")
    }
    let inner = try pool.message(inAnyOf: url)
    let fields = JSONObject(object.members.filter { $0.name != "@type" })
    let content: [UInt8]
    if WellKnownType(rawValue: inner.name) == nil {
      content = try message(.object(fields), inner, depth: depth + 1)
    } else {
      guard let value = fields["value"], fields.members.count == 1 else {
        throw ConversionError(
          message: "an Any of \(inner.name) has exactly the members \"@type\" and \"value\"")
      }
      do throws(ConversionError) {
        content = try message(value, inner, depth: depth + 1)
      } catch {
        throw error.inside("value")
      }
    }
    return try members(
      ["typeUrl": .string(url), "value": .string(Base64.text(of: content))], type, depth: depth)
  }
}

extension DescriptorPool {
  /// The type that an Any's URL names after its last slash.
  fileprivate func message(inAnyOf url: String) throws(ConversionError) -> MessageDescriptor {
    guard let slash = url.lastIndex(of: "/") else {
      throw ConversionError(
        path: "@type", message: "\"\(url)\" has no slash before the type's name")
    }
    do throws(ConversionError) {
      return try message(String(url[url.index(after: slash)...]))
    } catch {
      throw error.inside("@type")
    }
  }
}
