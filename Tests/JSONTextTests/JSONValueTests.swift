import JSONText
import Testing

struct JSONValueTests {
  @Test func `a member is found by its exact name`() {
    let object = JSONValue.object(["Id": .null, "id": .bool(true)])
    #expect(object["id"] == .bool(true))
    #expect(object["ID"] == nil)
    #expect(JSONValue.array([])["id"] == nil)
  }

  @Test func `each kind has a name for messages`() {
    let values: [JSONValue] = [
      .null, .bool(true), .number(JSONNumber(1)), .string(""), .array([]), .object([:]),
    ]
    #expect(
      values.map(\.kind) == ["null", "a boolean", "a number", "a string", "an array", "an object"])
  }
}
