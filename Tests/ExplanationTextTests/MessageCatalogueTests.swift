import AccountStatusModel
import ExplanationText
import Testing

@Suite struct MessageCatalogueTests {
  private let english = MessageCatalogue.of(.english)
  private let swedish = MessageCatalogue.of(.swedish)

  @Test func `both catalogues have the same messages and placeholders`() {
    #expect(Set(english.placeholders.keys) == Set(MessageKey.allCases))
    for key in MessageKey.allCases {
      #expect(swedish.placeholders[key] == english.placeholders[key], "\(key)")
    }
  }

  @Test(arguments: Language.allCases)
  func `every word of the contract has its text`(_ language: Language) {
    func names<W: Word>(_: W.Type) -> (String, Set<String>) {
      ("\(W.self)", Set(W.allCases.map(\.contractName)))
    }
    let expected = Dictionary(uniqueKeysWithValues: [
      names(AccountState.self), names(ReasonCode.self), names(Notice.self),
      names(Capability.self), names(CapabilityBasis.self), names(Role.self),
      names(AbuseSeverity.self), names(AbuseState.self), names(PartnerType.self),
      names(VerificationState.self), names(VerificationCheck.self), names(CheckState.self),
    ])
    #expect(MessageCatalogue.of(language).vocabulary == expected)
  }

  @Test func `a phrase is put into words, numbers and dates of the language`() {
    let amount = Money("EUR", billionths: 1_234_567_500_000_000)
    var phrase = Phrase(
      .subjectInvoice,
      [
        "invoice": .id("INV-1"), "open": .money(amount), "due": .day("2026-08-30"),
        "days": .number(61),
      ])
    #expect(
      english.text(phrase)
        == "Invoice INV-1: 1,234,567.50 EUR open, due 2026-08-30, 61 days past due.")
    #expect(
      swedish.text(phrase)
        == "Faktura INV-1: 1\u{a0}234\u{a0}567,50 EUR obetalt, förföll 2026-08-30, 61 dagar sedan.")
    phrase.values["days"] = .number(1)
    #expect(english.text(phrase).hasSuffix("1 day past due."))
    #expect(swedish.text(phrase).hasSuffix("1 dag sedan."))
  }

  @Test(arguments: [
    (Int128(0), "0.00 EUR"), (-1_500_000_000, "-1.50 EUR"), (999_000_000_000, "999.00 EUR"),
    (-1_000_000_000_000, "-1,000.00 EUR"), (1, "0.000000001 EUR"),
  ])
  func `money is exact, whatever its sign and size`(_ billionths: Int128, _ text: String) {
    let money = Phrase.Value.money(Money("EUR", billionths: billionths))
    #expect(english.text(.summaryActive, ["since": money]) == "Active since \(text).")
  }

  @Test func `a list is joined as the language does`() {
    func text(_ values: [Phrase.Value], _ catalogue: MessageCatalogue) -> String {
      catalogue.text(.notice, ["notice": .all(values)])
    }
    let codes = ReasonCode.allCases.map { Phrase.Value.word($0) }
    #expect(
      text(Array(codes.prefix(2)), english)
        == "significant account abuse and invoice too long past due")
    #expect(text([.id("a"), .id("b"), .id("c")], swedish) == "a, b och c")
    #expect(text([.id("a")], swedish) == "a" && text([], swedish) == "")
    #expect(
      english.text(.notice, ["notice": .any([.id("a"), .id("b"), .id("c")])]) == "a, b or c")
  }

  @Test func `what is not known shows itself`() {
    #expect(english.text(.summaryActive) == "Active since {since}.")
    #expect(english.word("AccountState", "FROZEN") == "FROZEN")
  }

  @Test(arguments: [
    ("[", "line 1, column 2: "), ("{}", "decimalMark is no text"),
    (
      #"{"decimalMark":".","digitGroup":"","list":{"separator":",","and":"&","or":"|"}}"#,
      "messages is no object"
    ),
    (
      #"""
      {"decimalMark":".","digitGroup":"","list":{"separator":",","and":"&","or":"|"},
       "messages":{"summaryActiv":"x"},"words":{}}
      """#, "messages.summaryActiv is no message"
    ),
    (
      #"""
      {"decimalMark":".","digitGroup":"","list":{"separator":",","and":"&","or":"|"},
       "messages":{"summaryActive":"{since"},"words":{}}
      """#, "messages.summaryActive: its braces are no placeholders"
    ),
    (
      #"""
      {"decimalMark":".","digitGroup":"","list":{"separator":",","and":"&","or":"|"},
       "messages":{"summaryActive":"x"},"words":{}}
      """#, "messages.summaryActiveUntil is missing"
    ),
  ])
  func `a file that is no complete catalogue is refused by name`(_ json: String, _ fault: String) {
    let error = #expect(throws: MessageCatalogue.Fault.self) { try MessageCatalogue(json: json) }
    #expect(error?.description.contains(fault) == true, "\(error?.description ?? "")")
  }
}
