import JSONText
import Testing

struct JSONPositionTests {
  private let root = JSONPath()
  private let document = """
    {
      "name": "å",
      "rows": [
        {"n": 1}, {"n": [2, {"deep": null}]},
        -3
      ], "empty": {}, "none": []
    }

    """

  private func place(
    _ path: JSONPath, of part: JSONPath.Part = .value, in text: String? = nil
  ) -> String {
    path.position(in: Array((text ?? document).utf8), of: part).description
  }

  @Test func `values and names are found where they stand`() {
    #expect(place(root) == "1:1")
    #expect(place(root["name"]) == "2:11")
    #expect(place(root["name"], of: .name) == "2:3")
    #expect(place(root["rows"]) == "3:11")
    #expect(place(root["rows"][0]) == "4:5")
    #expect(place(root["rows"][1]["n"][1]["deep"]) == "4:34")
    #expect(place(root["rows"][1]["n"][1]["deep"], of: .name) == "4:26")
    #expect(place(root["rows"][2]) == "5:5")
    #expect(place(root["none"], of: .name) == "6:19")
  }

  @Test func `columns count bytes`() {
    #expect(place(root["b"], in: #"{"å": 1, "b": 2}"#) == "1:16")
    #expect(place(root["a"], in: "\r\n\t {\"a\":\r\n1}") == "3:1")
  }

  @Test func `a name is found as it reads, not as it is escaped`() {
    #expect(place(root["é"], in: #"{"e\u0301": 1, "\u00e9": 2}"#) == "1:26")
  }

  @Test func `what is missing is missing where the way ends`() {
    #expect(place(root["rows"][1]["absent"]) == "4:15")
    #expect(place(root["rows"][3]) == "3:11")
    #expect(place(root["empty"]["x"]["y"]) == "6:15")
    #expect(place(root["none"][0]) == "6:27")
    #expect(place(root["name"]["x"]) == "2:11")
    #expect(place(root["name"][0]) == "2:11")
  }

  @Test func `in text that is no document the way ends where it goes wrong`() {
    #expect(place(root["a"], in: #"{"b": nul, "a": 1}"#) == "1:7")
    #expect(place(root["a"], in: "") == "1:1")
    #expect(place(root["a"], in: #"{"b" 1}"#) == "1:6")
    let deep = String(repeating: "[", count: 100_000)
    #expect(place(root["a"], in: #"{"b": "# + deep) == "1:106")
  }

  @Test func `places are in the text's order`() {
    #expect(JSONPosition(line: 1, column: 9) < JSONPosition(line: 2, column: 1))
    #expect(JSONPosition(line: 2, column: 1) < JSONPosition(line: 2, column: 2))
  }

  /// Every value of a document, its path found by walking the value.
  @Test func `every value of a document stands where its text begins`() throws {
    let bytes = Array(document.utf8)
    let lines = document.split(separator: "\n", omittingEmptySubsequences: false)
    func visit(_ value: JSONValue, _ path: JSONPath) {
      let place = path.position(in: bytes)
      let rest = String(
        decoding: Array(lines[place.line - 1].utf8).dropFirst(place.column - 1), as: UTF8.self)
      switch value {
      case .object(let object):
        #expect(rest.hasPrefix("{"))
        for member in object.members { visit(member.value, path[member.name]) }
      case .array(let elements):
        #expect(rest.hasPrefix("["))
        for (index, element) in elements.enumerated() { visit(element, path[index]) }
      default:
        #expect(rest.hasPrefix(value.text()))
      }
    }
    visit(try JSONValue(parsing: bytes), root)
  }
}
