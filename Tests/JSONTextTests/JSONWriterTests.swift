import JSONText
import Testing

struct JSONWriterTests {
  private let value = JSONValue.object([
    "id": .string("a\"\\\n\r\t\u{1}å😀"), "empty": .array([]), "none": .object([:]),
    "list": .array([.number(JSONNumber(1)), .null]), "yes": .bool(true),
  ])

  @Test func `compact is one line`() {
    #expect(
      value.text()
        == #"{"id":"a\"\\\n\r\t\u0001å😀","empty":[],"none":{},"list":[1,null],"yes":true}"#)
  }

  @Test func `indented has a member a line`() {
    #expect(
      value.text(.indented) == #"""
        {
          "id": "a\"\\\n\r\t\u0001å😀",
          "empty": [],
          "none": {},
          "list": [
            1,
            null
          ],
          "yes": true
        }
        """#)
  }

  @Test func `what is written reads back the same`() throws {
    #expect(try JSONValue(parsing: value.text(.indented)) == value)
    let controls = JSONValue.string(
      String(
        String.UnicodeScalarView(
          (0...0x200).map {
            Unicode.Scalar(UInt8(truncatingIfNeeded: $0))
          })))
    #expect(try JSONValue(parsing: controls.text()) == controls)
  }
}
