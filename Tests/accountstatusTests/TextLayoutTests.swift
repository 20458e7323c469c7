import Testing
import accountstatus

@Suite("How text is laid out")
struct TextLayoutTests {
  @Test func `a text is wrapped at 100 columns, below its beginning`() {
    let text = Array(repeating: "nine-char", count: 12).joined(separator: " ")
    let lines = text.wrapped(behind: "label ")
    #expect(lines.count == 2)
    #expect(lines[0].hasPrefix("label nine-char nine-char"))
    #expect(lines[0].count == 95)
    #expect(lines[1] == "      nine-char nine-char nine-char")
  }

  @Test func `a word that is too long has a line of its own, and is whole`() {
    let word = String(repeating: "x", count: 120)
    #expect("a \(word) b".wrapped(behind: "- ") == ["- a", "  \(word)", "  b"])
  }

  @Test func `nothing is the label alone`() {
    #expect("".wrapped(behind: "may not ") == ["may not "])
  }

  @Test func `one thing is counted apart`() {
    #expect((0...2).map { counted($0, "fact") } == ["0 facts", "1 fact", "2 facts"])
  }

  @Test func `a time is told in hours below two days, then in days`() {
    let start = "2026-11-15T09:00:00Z"
    #expect(timeSpan(from: start, to: "2026-11-15T09:59:59Z") == "0 h")
    #expect(timeSpan(from: start, to: "2026-11-17T08:59:59Z") == "47 h")
    #expect(timeSpan(from: start, to: "2026-11-17T09:00:00Z") == "2 days")
    #expect(timeSpan(from: start, to: "2026-11-15T08:00:00Z") == nil)
    #expect(timeSpan(from: "", to: start) == nil)
  }
}
