import AccountStatusModel
import PartnerCenterImport
import Testing

struct PartnerRelationshipReadingTests {
  private func texts(_ facts: [Fact]) -> [String] {
    facts.map { fact in
      switch fact.kind {
      case .providerLinked(let provider): "\(fact.accountID) linked \(provider?.text ?? "")"
      case .providerUnlinked(let provider): "\(fact.accountID) unlinked \(provider?.text ?? "")"
      default: fact.kind.contractName
      }
    }
  }

  @Test func `each reseller of a collection is linked or unlinked on its own account`() throws {
    let result = imported(try document("fabrikam-indirect-resellers"), of: "fabrikam")
    #expect(
      texts(result.facts) == [
        "0e5f7f3a-0000-4000-8000-000000000002 linked fabrikam",
        "0e5f7f3a-0000-4000-8000-000000000003 unlinked fabrikam",
      ])
    #expect(result.facts.allSatisfy { $0.effectiveAt == observedAt })
    #expect(
      result.facts.first?.identity.factID
        == "0e5f7f3a-0000-4000-8000-000000000002/provider/fabrikam/000001")
    #expect(result.remarks == [] && result.rejections == [])
  }

  @Test func `read from the reseller's side, the reseller is the owner`() {
    let result = imported(
      relationship(["id": "\"fabrikam\"", "relationshipType": "\"IsIndirectResellerOf\""]))
    #expect(texts(result.facts) == ["northwind linked fabrikam"])
  }

  @Test(arguments: [
    ("Active", "linked"), ("active", "linked"), ("terminated", "unlinked"),
    ("TerminatedByPartner", "unlinked"), ("terminated_by_microsoft", "unlinked"),
    ("inactive", "unlinked"),
  ])
  func `states come in several spellings`(state: String, word: String) {
    let facts = imported(relationship(["state": "\"\(state)\""])).facts
    #expect(texts(facts) == ["tailspin \(word) northwind"])
  }

  @Test(arguments: [
    ("state", "\"pending\""), ("state", "1"), ("relationshipType", "\"is_friend_of\""),
    ("relationshipType", "{}"),
  ])
  func `unknown states and types are remarks`(member: String, value: String) {
    let result = imported(relationship([member: value]))
    #expect(result.facts == [] && result.rejections == [])
    #expect(result.remarks.map(\.path) == [member])
    #expect(result.remarks.first?.text.hasPrefix("\(value) is not known") == true)
  }

  @Test func `without a type the other partner is the reseller`() {
    let facts = imported(relationship(["relationshipType": "null"])).facts
    #expect(texts(facts) == ["tailspin linked northwind"])
  }

  @Test func `only what changed is reported, with the reseller's own facts in view`() {
    var ledger = imported(relationship()).facts
    let ended = relationship(["state": "\"terminated_by_partner\""])
    for (document, expected) in [
      (relationship(), [String]()), (ended, ["tailspin unlinked northwind"]), (ended, []),
      (relationship(), ["tailspin linked northwind"]),
    ] {
      // All at one instant: the greater id must win.
      let facts = imported(document, ledger: ledger).facts
      #expect(texts(facts) == expected)
      ledger += facts
    }
    var importer = DocumentImporter(accountID: northwind, observedAt: observedAt, ledger: [])
    importer.add(ledger, of: "tailspin")
    #expect(importer.read(Document(Array(relationship().utf8))).facts == [])
  }

  @Test func `a link to another provider is another link`() {
    let other = Fact(
      accountID: "tailspin", source: "crm", factID: "1", effectiveAt: "2026-01-01T00:00:00Z",
      kind: .providerLinked("contoso"))
    #expect(imported(relationship(), ledger: [other]).facts.count == 1)
    let same = Fact(
      accountID: "tailspin", source: "crm", factID: "2", effectiveAt: "2026-01-01T00:00:00Z",
      kind: .providerLinked("northwind"))
    #expect(imported(relationship(), ledger: [other, same]).facts == [])
  }

  @Test func `a reseller that a later collection does not hold stays linked`() {
    let both = "[\(relationship()),\(relationship(["id": "\"wingtip\""]))]"
    let ledger = imported(both).facts
    #expect(ledger.count == 2)
    #expect(imported("[\(relationship())]", ledger: ledger).facts == [])
    #expect(imported("{\"totalCount\":0,\"items\":[]}", ledger: ledger).facts == [])
  }

  @Test(arguments: [
    ("id", "null"), ("id", "\"northwind\""), ("id", "\"two words\""), ("id", "{}"),
    ("state", "null"), ("state", "\"\""),
  ])
  func `a relationship without the other partner or a state is rejected`(
    member: String, value: String
  ) {
    let result = imported("[\(relationship([member: value])),\(relationship())]")
    #expect(result.facts.count == 1)
    #expect(result.rejections.map(\.path) == ["[0].\(member)"])
  }
}
