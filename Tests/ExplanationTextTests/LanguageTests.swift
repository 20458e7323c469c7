import ExplanationText
import Testing

@Suite struct LanguageTests {
  @Test(arguments: [
    ("sv", Language.swedish), ("sv-SE", .swedish), ("sv_SE.UTF-8", .swedish), ("SV", .swedish),
    ("sv-Latn-FI", .swedish), ("en", .english), ("en-GB", .english), ("de-DE", .english),
    ("", .english), ("C.UTF-8", .english), ("svk", .english), ("-sv", .english),
  ])
  func `the first part of a tag decides`(_ tag: String, _ language: Language) {
    #expect(Language(tag: tag) == language)
  }

  @Test func `the first variable that says something decides`() {
    func language(_ environment: [String: String]) -> Language {
      Language { environment[$0] }
    }
    #expect(language(["LANG": "sv_SE.UTF-8"]) == .swedish)
    #expect(language(["LC_MESSAGES": "sv_SE", "LANG": "en_US"]) == .swedish)
    #expect(language(["LC_ALL": "C", "LC_MESSAGES": "sv_SE", "LANG": "sv_SE"]) == .english)
    #expect(language(["LC_ALL": "", "LANG": "sv_SE"]) == .swedish)
    #expect(language([:]) == .english)
  }
}
