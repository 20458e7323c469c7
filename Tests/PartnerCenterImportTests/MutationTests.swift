import AccountStatusModel
import Foundation
import JSONText
import PartnerCenterImport
import Testing

/// What holds for every document, however it is damaged. Seeded: a failure names its seed.
@Suite(.timeLimit(.minutes(5))) struct MutationTests {
  private static let count = 1200

  /// The amounts that facts state. Of copies of an invoice only what was paid since is reported,
  /// which no document spells.
  private func amounts(of facts: [Fact]) -> [Money] {
    var payments: [Identifier: [Money]] = [:]
    var amounts: [Money] = []
    for fact in facts {
      switch fact.kind {
      case .invoiceIssued(let invoice): amounts.append(invoice.total)
      case .balanceReported(let amount): amounts.append(amount)
      case .paymentReceived(_, let amount, let allocations):
        #expect(allocations.map(\.amount) == [amount])
        for allocation in allocations { payments[allocation.invoiceID, default: []].append(amount) }
      default: break
      }
    }
    return amounts + payments.values.filter { $0.count == 1 }.flatMap(\.self)
  }

  /// Facts without their ids: an id tells what was known before.
  private func meaning(_ facts: [Fact]) -> [String] {
    facts.map { "\($0.accountID) \($0.effectiveAt) \($0.kind)" }
  }

  private func check(
    _ bytes: [UInt8], _ result: ImportedDocument, of account: AccountID, seed: UInt64
  ) throws {
    for fact in result.facts { try fact.checkForm() }
    let spelled = PartnerCenterImportTests.amounts(in: bytes)
    for amount in amounts(of: result.facts) {
      #expect(spelled.contains(canonical(amount)), "\(amount), seed \(seed)")
      #expect(amount.units != nil, "\(amount), seed \(seed)")
    }
    for remark in result.rejections + result.remarks {
      #expect(!remark.text.isEmpty && remark.description.utf8.allSatisfy { $0 >= 0x20 })
    }
    let again = imported(bytes, of: account, at: "2026-12-24T00:00:00Z", ledger: result.facts)
    #expect(again.facts == [], "seed \(seed)")
    #expect(again.rejections.map(\.path) == result.rejections.map(\.path), "seed \(seed)")
  }

  @Test(arguments: documents.indices)
  func `damaged bytes never crash, never invent money, and import once`(index: Int) throws {
    let (name, account) = documents[index]
    let bytes = try document(name)
    var rejected = 0
    for seed in 0..<UInt64(Self.count) {
      var random = SeededGenerator(seed: seed)
      let damaged = random.damaged(bytes)
      let result = imported(damaged, of: account)
      try check(damaged, result, of: account, seed: seed)
      if !result.rejections.isEmpty { rejected += 1 }
    }
    #expect(rejected > Self.count / 4)
  }

  @Test(arguments: documents.indices)
  func `one wrong value costs one item at most, and is named`(index: Int) throws {
    let (name, account) = documents[index]
    let bytes = try document(name)
    let original = try JSONValue(parsing: bytes)
    let whole = imported(bytes, of: account)
    var lost = 0
    for seed in 0..<UInt64(Self.count) {
      var random = SeededGenerator(seed: seed)
      let (mutated, path) = random.mutated(original)
      let text = Array(mutated.text().utf8)
      let result = imported(text, of: account)
      try check(text, result, of: account, seed: seed)
      guard path.count >= 2, case .item(let item) = path[1], mutated["items"] != nil else {
        continue
      }
      // Good items are kept, and read as if nothing had happened to their neighbour.
      let others = others(original, without: item)
      let expected = meaning(imported(Array(others.text().utf8), of: account).facts)
      let kept = meaning(result.facts)
      if let twin = twin(in: mutated, of: item) {
        // It took another item's id: the two are read as copies of one thing.
        #expect(twin != item)
        continue
      }
      #expect(expected.allSatisfy(kept.contains), "seed \(seed): \(path)")
      guard path.count > 2 else { continue }
      // A fact that is gone is accounted for, at that item.
      let gone = meaning(whole.facts).filter { !kept.contains($0) }
      guard !gone.isEmpty else { continue }
      lost += 1
      let named = (result.rejections + result.remarks).contains {
        $0.path.hasPrefix("items[\(item)]")
      }
      #expect(named || kept.count >= expected.count + 1, "seed \(seed): \(path)")
    }
    if case .array? = original["items"] { #expect(lost > 30) }
  }

  @Test(arguments: documents.indices)
  func `a copy that differs is a difference, and settles`(index: Int) throws {
    let (name, account) = documents[index]
    let bytes = try document(name)
    let original = try JSONValue(parsing: bytes)
    let stored = imported(bytes, of: account).facts
    for seed in 0..<UInt64(Self.count) {
      var random = SeededGenerator(seed: seed)
      let text = Array(random.mutated(original).document.text().utf8)
      let later: Instant = "2026-12-01T00:00:00Z"
      let change = imported(text, of: account, at: later, ledger: stored).facts
      let ledger = stored + change
      #expect(imported(text, of: account, at: later, ledger: ledger).facts == [], "seed \(seed)")
      #expect(
        imported(text, of: account, at: later, ledger: ledger.shuffled(using: &random)).facts == [],
        "seed \(seed)")
      // Each fact is a new one: what was stored is never said again under its old id.
      #expect(Set(ledger.map(\.identity)).count == ledger.count, "seed \(seed)")
    }
  }

  @Test(arguments: documents.indices)
  func `a document cut at any byte yields nothing, and says that it is none`(index: Int) throws {
    let (name, account) = documents[index]
    let bytes = try document(name)
    let end = (bytes.lastIndex { !" \r\n".utf8.contains($0) } ?? 0) + 1
    for length in 0..<end {
      let result = imported(Array(bytes[..<length]), of: account)
      #expect(result.facts == [] && result.rejections.map(\.path) == [""], "cut at \(length)")
    }
    for length in end...bytes.count {
      #expect(
        imported(Array(bytes[..<length]), of: account).facts == imported(bytes, of: account).facts)
    }
  }

  /// The document without one item.
  private func others(_ document: JSONValue, without item: Int) -> JSONValue {
    document.replacing(at: [.member("items"), .item(item)], with: nil)
  }

  /// Another item with the same id.
  private func twin(in document: JSONValue, of item: Int) -> Int? {
    guard case .array(let items)? = document["items"], items.indices.contains(item),
      let id = items[item]["id"]
    else { return nil }
    return items.indices.first { $0 != item && items[$0]["id"] == id }
  }
}
