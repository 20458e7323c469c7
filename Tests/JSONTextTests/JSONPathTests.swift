import JSONText
import Testing

struct JSONPathTests {
  @Test func `a path is written as messages write it`() {
    #expect(JSONPath().description == "")
    #expect(JSONPath()["csp"]["billing"].description == "csp.billing")
    #expect(JSONPath()["rows"][3]["basis"].description == "rows[3].basis")
    #expect(JSONPath()[0][1].description == "[0][1]")
  }

  @Test func `paths are equal step by step`() {
    #expect(JSONPath()["a"][0] == JSONPath([.member("a"), .element(0)]))
    #expect(JSONPath()["a"][0] != JSONPath()["a[0]"])
  }
}
