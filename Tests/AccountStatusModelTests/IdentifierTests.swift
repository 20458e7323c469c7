import AccountStatusModel
import Testing

@Suite struct IdentifierTests {
  /// `Identifier("x")` itself would be a literal, which is checked when the program is written.
  private func id(_ text: String) throws(FormError) -> Identifier { try Identifier(text) }

  @Test func `an id has one to 128 bytes`() throws {
    #expect(throws: FormError.self) { try id("") }
    #expect(try Identifier(String(repeating: "x", count: 128)).text.utf8.count == 128)
    #expect(throws: FormError.self) { try Identifier(String(repeating: "x", count: 129)) }
    // Bytes, not letters: each of these has two.
    #expect(throws: FormError.self) { try Identifier(String(repeating: "é", count: 65)) }
  }

  @Test(arguments: ["\u{0}", "a\nb", "\u{7f}", "\u{85}", "a\u{9f}"])
  func `control characters are refused`(_ text: String) {
    #expect(throws: FormError.self) { try Identifier(text) }
  }

  @Test(arguments: ["INV-1", " ", "a b", "räksmörgås", "😀", "\u{301}"])
  func `anything else is an id`(_ text: String) throws {
    #expect(try Identifier(text).text == text)
  }

  @Test func `ids are equal when their bytes are`() throws {
    let composed = try id("caf\u{e9}")
    let decomposed = try id("cafe\u{301}")
    #expect(composed.text == decomposed.text)
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed, composed]).count == 2)
    #expect(decomposed < composed)
  }

  @Test func `ids are ordered byte by byte`() {
    let ordered: [Identifier] = ["A", "B", "Z", "a", "aa", "b", "z", "\u{e9}", "日", "😀"]
    #expect(ordered.shuffled().sorted() == ordered)
    for (index, one) in ordered.enumerated() {
      for (other, another) in ordered.enumerated() {
        #expect((one < another) == (index < other))
        #expect((one == another) == (index == other))
        if one == another { #expect(one.hashValue == another.hashValue) }
      }
    }
  }

  @Test(arguments: ["a", "AZaz09._:@-", String(repeating: "x", count: 64)])
  func `an account id is plain ASCII`(_ text: String) throws {
    #expect(try AccountID(text).text == text)
    #expect(try AccountID(text).description == text)
  }

  @Test(arguments: ["", "a b", "a/b", "é", "a\n", String(repeating: "x", count: 65)])
  func `any other account id is refused`(_ text: String) {
    #expect(throws: FormError.self) { try AccountID(text) }
  }

  @Test func `account ids are ordered byte by byte`() {
    let ordered: [AccountID] = ["-", ".", "0", "A", "_", "a", "ab", "b"]
    #expect(ordered.shuffled().sorted() == ordered)
  }
}
