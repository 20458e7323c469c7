package import AccountStatusModel

/// Turns Partner Center's documents into the facts that the ledger lacks.
///
/// An import is a difference: a document that the ledger knows yields nothing, a later copy yields
/// what changed. Form is read leniently and money strictly: an amount is exact or the item that
/// holds it is rejected. The items of a document stand alone, a bad one leaves the others whole.
///
///     var importer = DocumentImporter(accountID: account, observedAt: now, ledger: facts)
///     let document = Document(bytes)
///     for other in importer.accounts(in: document) { importer.add(factsOf(other), of: other) }
///     let result = importer.read(document)
///
/// Documents see the facts of those read before them.
package struct DocumentImporter {
  /// The source of every fact that an import yields.
  package static let source: Identifier = "partner-center"

  let accountID: AccountID
  let observedAt: Instant
  let unstated: Unstated
  private var ledgers: [AccountID: LedgerView] = [:]

  /// What documents do not say, and the operator knows.
  package struct Unstated: Sendable {
    /// Which vetting a legal business profile describes.
    package var vettingVersion = VettingVersion.current
    /// What service requests ask for; `nil`: those known keep their purpose, new ones get `other`.
    package var purpose: SupportRequestPurpose?
    /// In which role the requester asks; `nil`: those known keep it, new ones have none.
    package var role: Role?

    package init() {}
  }

  /// Prepares to read documents about one account.
  ///
  /// - Parameters:
  ///   - accountID: whose documents they are; they do not say.
  ///   - observedAt: when what they say without a time was seen to be true.
  ///   - unstated: what else they do not say.
  ///   - ledger: the facts stored for the account, in any order, retracted ones and retractions
  ///     included; those of other accounts may be among them.
  package init(
    accountID: AccountID, observedAt: Instant, unstated: Unstated = Unstated(), ledger: [Fact]
  ) {
    self.accountID = accountID
    self.observedAt = observedAt
    self.unstated = unstated
    ledgers[accountID] = LedgerView()
    for fact in ledger { ledgers[fact.accountID, default: LedgerView()].append(fact) }
  }

  /// The other accounts that a document yields facts about, and whose stored facts are not known
  /// here yet; in the document's order.
  package func accounts(in document: Document) -> [AccountID] {
    var seen = Set(ledgers.keys)
    return document.contents().resources.compactMap { resource in
      guard (try? resource.kind()) == .partnerRelationship,
        let reseller = try? relationship(resource)?.reseller, seen.insert(reseller).inserted
      else { return nil }
      return reseller
    }
  }

  /// Takes the facts stored for another account; none when it has none.
  package mutating func add(_ facts: [Fact], of account: AccountID) {
    var view = ledgers[account] ?? LedgerView()
    for fact in facts { view.append(fact) }
    ledgers[account] = view
  }

  /// Reads one document: a resource, a collection of them, or an array.
  package mutating func read(_ document: Document) -> ImportedDocument {
    let contents = document.contents()
    var result = ImportedDocument(
      facts: [], remarks: contents.remarks, rejections: contents.rejections)
    for resource in contents.resources {
      do throws(Remark) {
        let reading = try reading(of: resource)
        for fact in reading.facts { try check(fact, of: resource) }
        for fact in reading.facts { ledgers[fact.accountID, default: LedgerView()].append(fact) }
        result.facts += reading.facts
        result.remarks += reading.remarks
      } catch {
        result.rejections.append(error)
      }
    }
    return result
  }

  /// Reads one resource: all of its facts, or a rejection.
  private func reading(of resource: Resource) throws(Remark) -> Reading {
    switch try resource.kind() {
    case .invoice: try invoice(resource)
    case .invoiceSummary: try invoiceSummary(resource)
    case .legalBusinessProfile: try legalBusinessProfile(resource)
    case .serviceRequest: try serviceRequest(resource)
    case .partnerRelationship: try partnerRelationship(resource)
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
}

extension DocumentImporter {
  /// What is known of the account whose documents these are.
  var ledger: LedgerView { ledger(of: accountID) }

  /// What is known of an account.
  func ledger(of account: AccountID) -> LedgerView { ledgers[account] ?? LedgerView() }

  /// A fact under an id made of the account, the thing and what changed.
  ///
  /// Equal imports on equal ledgers give equal ids, so one that is repeated before the ledger
  /// shows it is stored once.
  func fact(
    _ name: String, of account: AccountID? = nil, effectiveAt: Instant, kind: FactKind,
    in resource: Resource
  ) throws(Remark) -> Fact {
    let account = account ?? accountID
    return Fact(
      accountID: account, source: Self.source,
      factID: try identifier("\(account)/\(name)", in: resource), effectiveAt: effectiveAt,
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

  /// `name`, or with the first number from 2 that makes it new to the ledger: an id that happened
  /// before is not used again.
  func unused(_ name: String) -> String {
    var candidate = name
    var number = 1
    while ledger.holds(source: Self.source, factID: "\(accountID)/\(candidate)") {
      number += 1
      candidate = "\(name)/\(number)"
    }
    return candidate
  }

  /// `name` with the first number that makes it new to the ledger, written so that a later id is a
  /// greater one: of two last-value facts at one instant the greater id counts.
  func numbered(_ name: String, of account: AccountID? = nil) -> String {
    let account = account ?? accountID
    let ledger = ledger(of: account)
    var number = 0
    while true {
      number += 1
      let padding = String(repeating: "0", count: max(0, 6 - String(number).count))
      let candidate = "\(name)/\(padding)\(number)"
      if !ledger.holds(source: Self.source, factID: "\(account)/\(candidate)") { return candidate }
    }
  }

  /// Whether an import's last word about a thing for that very instant was the same.
  ///
  /// Another source's word can outrank it there; saying it again would change nothing.
  func hasSaid(
    _ kind: FactKind, about thing: LedgerView.Thing, of account: AccountID? = nil,
    at instant: Instant
  ) -> Bool {
    ledger(of: account ?? accountID).facts(about: thing).last { fact in
      // That a request was opened says nothing about how it stands.
      if case .supportRequestOpened = fact.kind { return false }
      return fact.identity.source == Self.source && fact.effectiveAt == instant
    }?.kind == kind
  }
}

/// Which vetting of a legal business profile a document describes.
package enum VettingVersion: String, Sendable, CaseIterable {
  /// The vetting under way, or the last one when none is.
  case current
  /// The last vetting that came to an end.
  case lastFinalized = "last-finalized"
}
