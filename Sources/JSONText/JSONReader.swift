extension JSONValue {
  /// Reads one JSON document, by the letter of RFC 8259.
  ///
  /// Refused beyond the grammar: an object with the same name twice, text that is not UTF-8, half
  /// of a surrogate pair, and nesting deeper than `maximumDepth`. Nothing is repaired: what two
  /// readers could understand differently is not understood here.
  package init(
    parsing bytes: [UInt8], maximumDepth: Int = 100
  ) throws(JSONSyntaxError) {
    var reader = JSONReader(bytes: bytes, maximumDepth: maximumDepth)
    self = try reader.document()
  }

  package init(parsing text: String) throws(JSONSyntaxError) {
    try self.init(parsing: Array(text.utf8))
  }
}

/// Why some text is not one JSON document.
package struct JSONSyntaxError: Error, Equatable, CustomStringConvertible {
  package let message: String
  /// Where it went wrong.
  package let position: JSONPosition

  package init(message: String, position: JSONPosition) {
    self.message = message
    self.position = position
  }

  package var description: String {
    "line \(position.line), column \(position.column): \(message)"
  }
}

/// A recursive-descent reader over the bytes of one document.
struct JSONReader {
  let bytes: [UInt8]
  let maximumDepth: Int
  var position = 0
  private var depth = 0

  init(bytes: [UInt8], maximumDepth: Int) {
    self.bytes = bytes
    self.maximumDepth = maximumDepth
  }

  mutating func document() throws(JSONSyntaxError) -> JSONValue {
    let value = try nextValue()
    skipWhitespace()
    guard position == bytes.count else { throw failure("one document is expected, not more text") }
    return value
  }

  mutating func nextValue() throws(JSONSyntaxError) -> JSONValue {
    skipWhitespace()
    guard let first = peek else { throw failure("the document ends where a value is expected") }
    switch first {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
    default: throw failure("a value is expected here")
    }
  }

  /// Steps into an object or array, up to the deepest allowed.
  mutating func enter() throws(JSONSyntaxError) {
    guard depth < maximumDepth else {
      throw failure("nesting is deeper than the \(maximumDepth) levels allowed")
    }
    depth += 1
    position += 1
    skipWhitespace()
  }

  private mutating func object() throws(JSONSyntaxError) -> JSONObject {
    var members: [JSONObject.Member] = []
    var names: Set<[UInt8]> = []
    try enter()
    defer { depth -= 1 }
    if skip("}") { return JSONObject() }
    repeat {
      skipWhitespace()
      let start = position
      let name = try memberName()
      guard names.insert(Array(name.utf8)).inserted else {
        position = start
        throw failure("the name \"\(name)\" stands twice in one object")
      }
      members.append(JSONObject.Member(name, try nextValue()))
      skipWhitespace()
    } while skip(",")
    guard skip("}") else { throw failure("a comma or the object's } is expected") }
    return JSONObject(members)
  }

  /// A member's name and the colon behind it.
  mutating func memberName() throws(JSONSyntaxError) -> String {
    guard peek == UInt8(ascii: "\"") else { throw failure("a member name in quotes is expected") }
    let name = try string()
    skipWhitespace()
    guard skip(":") else { throw failure("a colon is expected after a member name") }
    return name
  }

  private mutating func array() throws(JSONSyntaxError) -> [JSONValue] {
    var values: [JSONValue] = []
    try enter()
    defer { depth -= 1 }
    if skip("]") { return values }
    repeat {
      values.append(try nextValue())
      skipWhitespace()
    } while skip(",")
    guard skip("]") else { throw failure("a comma or the array's ] is expected") }
    return values
  }

  private mutating func word(
    _ word: String, _ value: JSONValue
  ) throws(JSONSyntaxError) -> JSONValue {
    guard bytes[position...].starts(with: word.utf8) else {
      throw failure("a value is expected here")
    }
    position += word.utf8.count
    return value
  }

  private mutating func number() throws(JSONSyntaxError) -> JSONNumber {
    var scanner = NumberScanner(bytes, at: position)
    guard scanner.scan() else { throw failure("this is not a JSON number") }
    let text = String(decoding: bytes[position..<scanner.position], as: UTF8.self)
    position = scanner.position
    return JSONNumber(unchecked: text)
  }

  var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func skipWhitespace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  private func failure(_ message: String) -> JSONSyntaxError {
    JSONSyntaxError(message: message, position: JSONPosition(of: position, in: bytes))
  }
}

// MARK: - Strings

extension JSONReader {
  private mutating func string() throws(JSONSyntaxError) -> String {
    position += 1
    var content: [UInt8] = []
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else {
          throw failure("the string that ends here is not UTF-8")
        }
        position += 1
        return text
      case UInt8(ascii: "\\"):
        position += 1
        content.append(contentsOf: try escape())
      case 0..<0x20:
        throw failure("a control character in a string must be escaped")
      default:
        content.append(byte)
        position += 1
      }
    }
    throw failure("the document ends inside a string")
  }

  /// The bytes that the escape after a backslash stands for.
  private mutating func escape() throws(JSONSyntaxError) -> [UInt8] {
    defer { position += 1 }
    switch peek {
    case UInt8(ascii: "\""): return [0x22]
    case UInt8(ascii: "\\"): return [0x5C]
    case UInt8(ascii: "/"): return [0x2F]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"): return Array(String(Character(try escapedScalar())).utf8)
    default: throw failure("there is no such escape")
    }
  }

  /// The scalar of `uXXXX`, or of a surrogate pair `uXXXX\uXXXX`; stops on its last digit.
  private mutating func escapedScalar() throws(JSONSyntaxError) -> Unicode.Scalar {
    let unit = try hexadecimalUnit()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard unit < 0xDC00, bytes[(position + 1)...].starts(with: [0x5C, UInt8(ascii: "u")]) else {
      throw failure("half of a surrogate pair stands for no character")
    }
    position += 2
    let low = try hexadecimalUnit()
    guard (0xDC00...0xDFFF).contains(low),
      let scalar = Unicode.Scalar(0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
    else { throw failure("half of a surrogate pair stands for no character") }
    return scalar
  }

  private mutating func hexadecimalUnit() throws(JSONSyntaxError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      position += 1
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue,
        byte < 0x80
      else { throw failure("four hexadecimal digits are expected after \\u") }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }
}
