import ExplanationText
import Testing

@Suite struct MessageTemplateTests {
  @Test func `a message is text and placeholders, in order`() {
    let template = MessageTemplate("{a} is {n} {n|day|days} late")
    #expect(
      template?.pieces == [
        .value("a"), .text(" is "), .value("n"), .text(" "),
        .choice("n", one: "day", other: "days"), .text(" late"),
      ])
    #expect(template?.placeholders == ["a", "n"])
    #expect(MessageTemplate("plain")?.pieces == [.text("plain")])
  }

  @Test(arguments: ["{", "a {b", "b} a", "{}", "{a|b}", "{a|b|c|d}", "{a{b}}", "{a||c}"])
  func `braces that are no placeholder are a fault`(_ text: String) {
    #expect(MessageTemplate(text) == nil)
  }
}
