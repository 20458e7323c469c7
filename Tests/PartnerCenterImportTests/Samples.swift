import AccountStatusModel
import Foundation
import PartnerCenterImport

let northwind: AccountID = "northwind"
let observedAt: Instant = "2026-11-15T09:00:00Z"

/// The bytes of a document in `Documents/`.
func document(_ name: String) throws -> [UInt8] {
  let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Documents/\(name).json")
  return Array(try Data(contentsOf: file))
}

/// Reads one document about northwind.
func imported(
  _ document: [UInt8], at instant: Instant = observedAt, version: VettingVersion = .current,
  ledger: [Fact] = []
) -> ImportedDocument {
  var importer = DocumentImporter(
    accountID: northwind, observedAt: instant, vettingVersion: version, ledger: ledger)
  return importer.read(document)
}

/// Reads one document, given as text.
func imported(
  _ text: String, at instant: Instant = observedAt, version: VettingVersion = .current,
  ledger: [Fact] = []
) -> ImportedDocument {
  imported(Array(text.utf8), at: instant, version: version, ledger: ledger)
}

/// An Invoice with these members beside or instead of the usual ones.
func invoice(_ changes: [String: String] = [:]) -> String {
  var members = [
    "id": "\"INV-1\"", "invoiceDate": "\"2026-07-01T00:00:00Z\"", "totalCharges": "1000.00",
    "paidAmount": "0", "currencyCode": "\"EUR\"", "documentType": "\"invoice\"",
    "attributes": "{\"objectType\":\"Invoice\"}",
  ]
  members.merge(changes) { $1 }
  return "{"
    + members.sorted { $0.key < $1.key }
    .map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
}

/// A fact of northwind from another source.
func fact(_ id: Identifier, at instant: Instant, _ kind: FactKind) -> Fact {
  Fact(accountID: northwind, source: "bank", factID: id, effectiveAt: instant, kind: kind)
}

/// An amount of euros.
func euros(_ text: String) throws -> Money {
  try Money("EUR", decimal: text)
}
