extension JSONValue {
  /// How a document is laid out.
  package enum Layout: Sendable {
    /// On one line, without spaces.
    case compact
    /// Two spaces a level, one member or element a line.
    case indented
  }

  /// This value as JSON text, without a line end.
  package func text(_ layout: Layout = .compact) -> String {
    var writer = JSONWriter(isIndented: layout == .indented)
    writer.write(self)
    return writer.text
  }
}

/// Appends values to a text.
private struct JSONWriter {
  let isIndented: Bool
  var text = ""
  var level = 0

  mutating func write(_ value: JSONValue) {
    switch value {
    case .null: text += "null"
    case .bool(let bool): text += bool ? "true" : "false"
    case .number(let number): text += number.text
    case .string(let string): write(string)
    case .array(let elements):
      list("[", "]", elements) { writer, element in writer.write(element) }
    case .object(let object):
      list("{", "}", object.members) { writer, member in
        writer.write(member.name)
        writer.text += writer.isIndented ? ": " : ":"
        writer.write(member.value)
      }
    }
  }

  private mutating func list<Element>(
    _ open: String, _ close: String, _ elements: [Element],
    _ body: (inout JSONWriter, Element) -> Void
  ) {
    text += open
    level += 1
    for (index, element) in elements.enumerated() {
      if index > 0 { text += "," }
      newLine()
      body(&self, element)
    }
    level -= 1
    if !elements.isEmpty { newLine() }
    text += close
  }

  private mutating func newLine() {
    guard isIndented else { return }
    text += "\n" + String(repeating: "  ", count: level)
  }

  private mutating func write(_ string: String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\0"..<" ":
        let hexadecimal = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - hexadecimal.count) + hexadecimal
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
