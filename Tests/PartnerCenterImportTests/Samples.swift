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

/// Reads one document about northwind, or about another account.
func imported(
  _ document: [UInt8], of account: AccountID = northwind, at instant: Instant = observedAt,
  unstated: DocumentImporter.Unstated = .init(), ledger: [Fact] = []
) -> ImportedDocument {
  var importer = DocumentImporter(
    accountID: account, observedAt: instant, unstated: unstated, ledger: ledger)
  return importer.read(Document(document))
}

/// Reads one document, given as text.
func imported(
  _ text: String, of account: AccountID = northwind, at instant: Instant = observedAt,
  unstated: DocumentImporter.Unstated = .init(), ledger: [Fact] = []
) -> ImportedDocument {
  imported(Array(text.utf8), of: account, at: instant, unstated: unstated, ledger: ledger)
}

/// The last vetting that came to an end, for a profile.
let lastFinalized: DocumentImporter.Unstated = {
  var unstated = DocumentImporter.Unstated()
  unstated.vettingVersion = .lastFinalized
  return unstated
}()

/// An Invoice with these members beside or instead of the usual ones.
func invoice(_ changes: [String: String] = [:]) -> String {
  resource(
    [
      "id": "\"INV-1\"", "invoiceDate": "\"2026-07-01T00:00:00Z\"", "totalCharges": "1000.00",
      "paidAmount": "0", "currencyCode": "\"EUR\"", "documentType": "\"invoice\"",
      "attributes": "{\"objectType\":\"Invoice\"}",
    ], changes)
}

/// A resource with these members beside or instead of a usual set.
private func resource(_ usual: [String: String], _ changes: [String: String]) -> String {
  let members = usual.merging(changes) { $1 }.sorted { $0.key < $1.key }
  return "{" + members.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
}

/// An InvoiceSummary.
func summary(_ changes: [String: String] = [:]) -> String {
  resource(
    [
      "balanceAmount": "1000.00", "currencyCode": "\"EUR\"",
      "accountingDate": "\"2026-09-30T00:00:00\"",
      "attributes": "{\"objectType\":\"InvoiceSummary\"}",
    ], changes)
}

/// A ServiceRequest.
func request(_ changes: [String: String] = [:]) -> String {
  resource(
    [
      "id": "\"REQ-1\"", "status": "\"open\"",
      "primaryContact": "{\"firstName\":\"Global\",\"lastName\":\"admin\"}",
      "createdDate": "\"2026-11-02T10:15:00.0000000Z\"",
      "lastModifiedDate": "\"2026-11-03T08:00:00Z\"",
      "attributes": "{\"objectType\":\"ServiceRequest\"}",
    ], changes)
}

/// A PartnerRelationship of northwind with a reseller.
func relationship(_ changes: [String: String] = [:]) -> String {
  resource(
    [
      "id": "\"tailspin\"", "name": "\"Tailspin Resale\"", "state": "\"Active\"",
      "relationshipType": "\"is_indirect_cloud_solution_provider_of\"",
      "attributes": "{\"objectType\":\"PartnerRelationship\"}",
    ], changes)
}

/// A fact of northwind from another source.
func fact(_ id: Identifier, at instant: Instant, _ kind: FactKind) -> Fact {
  Fact(accountID: northwind, source: "bank", factID: id, effectiveAt: instant, kind: kind)
}

/// An amount of euros.
func euros(_ text: String) throws -> Money {
  try Money("EUR", decimal: text)
}
