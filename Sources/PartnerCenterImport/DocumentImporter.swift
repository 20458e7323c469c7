package import AccountStatusModel
import JSONText

/// Turns Partner Center's documents into the facts that an account's ledger lacks.
///
/// An import is a difference: a document that the ledger knows yields nothing, a later copy yields
/// what changed. Form is read leniently and money strictly: an amount is exact or the item that
/// holds it is rejected. The items of a document stand alone, a bad one leaves the others whole.
///
///     var importer = DocumentImporter(accountID: account, observedAt: now, ledger: facts)
///     let invoices = importer.read(invoiceBytes)
///     let profile = importer.read(profileBytes)  // sees the facts of the invoices
package struct DocumentImporter {
  /// The source of every fact that an import yields.
  package static let source: Identifier = "partner-center"

  let accountID: AccountID
  let observedAt: Instant
  let vettingVersion: VettingVersion
  var ledger: LedgerView

  /// Prepares to read documents about one account.
  ///
  /// - Parameters:
  ///   - accountID: whose documents they are; they do not say.
  ///   - observedAt: when what they say without a time was seen to be true.
  ///   - vettingVersion: which vetting a legal business profile describes; it does not say.
  ///   - ledger: the facts stored for the account, in any order, retracted ones and retractions
  ///     included.
  package init(
    accountID: AccountID, observedAt: Instant, vettingVersion: VettingVersion = .current,
    ledger: [Fact]
  ) {
    self.accountID = accountID
    self.observedAt = observedAt
    self.vettingVersion = vettingVersion
    self.ledger = LedgerView(ledger)
  }

  /// Reads one document: a resource, a collection of them, or an array.
  ///
  /// The facts it yields count as known to the documents read after it.
  package mutating func read(_ document: [UInt8]) -> ImportedDocument {
    var result = ImportedDocument()
    // A byte order mark is common in files saved on Windows, and no part of JSON.
    let text = document.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(document[3...]) : document
    do {
      read(try JSONValue(parsing: text), path: "", into: &result)
    } catch {
      result.rejections.append(Remark(path: "", "this is not JSON: \(error)"))
    }
    return result
  }

  private mutating func read(
    _ json: JSONValue, path: String, into result: inout ImportedDocument
  ) {
    switch json {
    case .array(let items):
      read(items, path: path, into: &result)
    case .object(let object):
      let resource = Resource(object, path: path)
      if case .array(let items)? = object["items"] {
        read(items, path: resource.path(of: "items"), into: &result)
        remark(on: resource, count: items.count, into: &result)
      } else {
        read(resource, into: &result)
      }
    default:
      result.rejections.append(
        Remark(path: path, "an object is expected, not \(json.kind)"))
    }
  }

  private mutating func read(
    _ items: [JSONValue], path: String, into result: inout ImportedDocument
  ) {
    for (index, item) in items.enumerated() {
      let itemPath = "\(path)[\(index)]"
      // Collections do not nest; an item that looks like one is as bad as any other.
      guard case .object(let object) = item else {
        result.rejections.append(
          Remark(path: itemPath, "an object is expected, not \(item.kind)"))
        continue
      }
      read(Resource(object, path: itemPath), into: &result)
    }
  }

  /// Reads one resource: all of its facts, or a rejection.
  private mutating func read(_ resource: Resource, into result: inout ImportedDocument) {
    do throws(Remark) {
      let reading = try reading(of: resource, as: try resource.kind())
      for fact in reading.facts { try check(fact, of: resource) }
      for fact in reading.facts { ledger.append(fact) }
      result.facts += reading.facts
      result.remarks += reading.remarks
    } catch {
      result.rejections.append(error)
    }
  }

  private func reading(
    of resource: Resource, as kind: ResourceKind
  ) throws(Remark) -> Reading {
    switch kind {
    case .invoice: return try invoice(resource)
    case .legalBusinessProfile: return try legalBusinessProfile(resource)
    case .invoiceSummary, .serviceRequest, .partnerRelationship:
      throw Remark(
        path: resource.path(of: "attributes.objectType"),
        "a \(kind.rawValue) cannot be imported yet; Invoice and LegalBusinessProfile can")
    }
  }

  /// Judges a fact's form as the server will, so that the rejection names the document's item.
  private func check(_ fact: Fact, of resource: Resource) throws(Remark) {
    do {
      try fact.checkForm()
    } catch {
      throw Remark(path: resource.path, "\(error)")
    }
  }

  /// A page of a collection holds less than the collection.
  private func remark(
    on collection: Resource, count: Int, into result: inout ImportedDocument
  ) {
    guard case .number(let number)? = collection.object["totalCount"],
      let total = number.integer(as: Int.self), total != count
    else { return }
    result.remarks.append(
      Remark(
        path: collection.path(of: "totalCount"),
        "says \(total) while \(count) are here; import the other pages too"))
  }
}

extension DocumentImporter {
  /// A fact of this account, under an id made of the account, the thing and what changed.
  ///
  /// Equal imports on equal ledgers give equal ids, so one that is repeated before the ledger
  /// shows it is stored once. An id that the ledger has already, for what happened before, gets
  /// a number.
  func fact(
    _ name: String, effectiveAt: Instant, kind: FactKind, in resource: Resource
  ) throws(Remark) -> Fact {
    Fact(
      accountID: accountID, source: Self.source,
      factID: try identifier("\(accountID)/\(name)", in: resource), effectiveAt: effectiveAt,
      kind: kind)
  }

  /// An id made from the resource's own.
  func identifier(_ text: String, in resource: Resource) throws(Remark) -> Identifier {
    do throws(FormError) {
      return try Identifier(text)
    } catch {
      throw Remark(path: resource.path(of: "id"), "\"\(text)\", an id made from it, \(error)")
    }
  }

  /// `name`, or with the first number from 2 that makes it new to the ledger.
  func unused(_ name: String) -> String {
    var candidate = name
    var number = 1
    while ledger.holds(source: Self.source, factID: "\(accountID)/\(candidate)") {
      number += 1
      candidate = "\(name)/\(number)"
    }
    return candidate
  }
}

/// Which vetting of a legal business profile a document describes.
package enum VettingVersion: String, Sendable, CaseIterable {
  /// The vetting under way, or the last one when none is.
  case current
  /// The last vetting that came to an end.
  case lastFinalized = "last-finalized"
}
