import Testing

@Suite struct SwiftCodeTests {
  private func blanked(_ text: String) -> [String] {
    SwiftCode(text).lines.map { $0.filter { $0 != " " } }
  }

  @Test func `comments are blank, nested ones too`() {
    #expect(blanked("a // b") == ["a"])
    #expect(blanked("a /* b /* c */ d */ e") == ["ae"])
    #expect(blanked("a /* b\nc */ d") == ["a", "d"])
  }

  @Test func `texts are blank, whatever they hold`() {
    #expect(blanked(#"f("a{") + g"#) == ["f()+g"])
    #expect(blanked(#"f("\"{") {"#) == ["f(){"])
    #expect(blanked(##"f(#"\"{"#) {"##) == ["f(){"])
    #expect(blanked(#"f("\(g("{")){") {"#) == ["f(){"])
    #expect(blanked("f(\"\"\"\n  { \"\n  \"\"\") {") == ["f(", "", "){"])
  }

  @Test func `types are found where they are declared`() {
    let code = SwiftCode("package final class Loop {\n  // enum No\n  enum State { case a }\n}")
    #expect(code.typeNames.map(\.name) == ["Loop", "State"])
    #expect(code.typeNames.map(\.line) == [1, 3])
  }
}
