import JSONText
import Testing

struct JSONReaderTests {
  @Test(arguments: [
    ("null", JSONValue.null), ("true", .bool(true)), (" false\n", .bool(false)),
    ("\"\"", .string("")), ("[]", .array([])), ("{}", .object([:])),
    ("[1,\t[null] ]", .array([.number(JSONNumber(1)), .array([.null])])),
    ("{\"a\":{\"b\":\"c\"}}", .object(["a": .object(["b": .string("c")])])),
  ])
  func `a document becomes a value`(text: String, value: JSONValue) throws {
    #expect(try JSONValue(parsing: text) == value)
  }

  @Test func `numbers keep their text`() throws {
    for text in ["0", "-0", "18250.40", "1e3", "-1.5E+07", "123456789012345678901234567890"] {
      #expect(try JSONValue(parsing: text) == .number(try #require(JSONNumber(text))))
    }
  }

  @Test func `members keep their order`() throws {
    guard case .object(let object) = try JSONValue(parsing: #"{"z":1,"a":2,"m":3}"#) else {
      Issue.record("not an object")
      return
    }
    #expect(object.members.map(\.name) == ["z", "a", "m"])
  }

  @Test(arguments: [
    (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u00e5\u00E5""#, "åå"),
    (#""\ud83d\ude00""#, "😀"), (#""\uDBFF\uDFFF""#, "\u{10FFFF}"), (#""\u0000""#, "\0"),
    ("\"åäö😀\u{7F}\"", "åäö😀\u{7F}"),
  ])
  func `strings are unescaped`(text: String, content: String) throws {
    #expect(try JSONValue(parsing: text) == .string(content))
  }

  @Test(arguments: [
    "", " ", "nul", "True", "1 2", "[1,]", "[,1]", "[1", "{", "{\"a\"}", "{\"a\":}", "{a:1}",
    "{\"a\":1,}", "{\"a\" 1}", "{'a':1}", "01", "-", "+1", "1.", ".5", "1e", "1e+", "0x10", "NaN",
    "Infinity", "- 1", "1_000", "\"", "\"a", "\"\n\"", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"",
    "\"\\ud83d\"", "\"\\ud83dx\"", "\"\\ud83d\\n\"", "\"\\ude00\"", "\"\\ud83d\\ud83d\"",
    "\"\\u٠٠٠٠\"", "// x\n1", "[1]]", "\u{FEFF}1",
  ])
  func `what is not JSON is refused`(text: String) {
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: text) }
  }

  @Test(arguments: [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE5]])
  func `text that is not UTF-8 is refused`(content: [UInt8]) {
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: [0x22] + content + [0x22]) }
  }

  @Test func `a name that stands twice is refused where it stands`() {
    #expect(
      throws: JSONSyntaxError(
        message: #"the name "a" stands twice in one object"#,
        position: JSONPosition(line: 2, column: 2))
    ) { try JSONValue(parsing: "{\"a\":1,\n \"\\u0061\":2}") }
  }

  @Test func `two spellings of a letter are two names`() throws {
    let value = try JSONValue(parsing: "{\"\u{E9}\":1,\"e\u{301}\":2}")
    #expect(value["\u{E9}"] == .number(JSONNumber(1)))
    #expect(value["e\u{301}"] == .number(JSONNumber(2)))
  }

  @Test func `nesting is bounded`() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try JSONValue(parsing: nested(100))
    #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: nested(101)) }
    #expect(throws: JSONSyntaxError.self) {
      try JSONValue(parsing: String(repeating: "{\"a\":", count: 1_000_000))
    }
  }

  @Test func `an error says where`() {
    let place = JSONPosition(line: 3, column: 5)
    #expect(throws: JSONSyntaxError(message: "a value is expected here", position: place)) {
      try JSONValue(parsing: "{\n  \"a\": 1,\n\"b\":?}")
    }
    #expect(
      JSONSyntaxError(message: "why", position: place).description == "line 3, column 5: why")
  }

  @Test func `every damaged document is refused or read, never a crash`() throws {
    let document = Array(#"{"a":[1,-2.5e3,true,null,"\ud83d\ude00åx\n"],"b":{"c":{}}}"#.utf8)
    var read = 0
    for place in document.indices {
      for byte in UInt8.min...UInt8.max {
        var damaged = document
        damaged[place] = byte
        if let value = try? JSONValue(parsing: damaged) {
          read += 1
          #expect(try JSONValue(parsing: value.text()) == value)
        }
      }
      #expect(throws: JSONSyntaxError.self) { try JSONValue(parsing: Array(document[..<place])) }
    }
    #expect(read > document.count)
  }
}
