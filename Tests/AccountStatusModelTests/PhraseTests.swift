import AccountStatusModel
import Testing

@Suite struct PhraseTests {
  @Test func `a word is named by its enum and its name in the contract`() {
    #expect(Phrase.Value.word(AccountState.notCovered) == .word("AccountState", "NOT_COVERED"))
    #expect(Phrase.Value.word(Cloud.publicCloud) == .word("Cloud", "PUBLIC"))
    #expect(Phrase.Value.id(Identifier("INV-1")) == .id("INV-1"))
  }
}
