import AccountStatusModel

/// What was learned at one instant about the past, and can have changed it.
struct LateLesson {
  /// When it was learned.
  let recordedAt: Instant
  /// Late facts and retractions, by effective time, then identity.
  let facts: [StoredFact]
}

/// The facts of an account that came late, or took late ones back, and can have changed answers
/// about the past.
///
/// Reports take their time, so most facts come late by moments; but most are about money, and no
/// invoice that they touch is old enough then to be a reason. Telling those apart, which costs n
/// once, saves a sweep for each of them.
struct LateLessons {
  private let facts: AccountFacts
  private let money: MoneyReach

  init(of facts: AccountFacts, _ edition: PolicyEdition) {
    self.facts = facts
    money = MoneyReach(of: facts, edition)
  }

  /// The lessons recorded before an instant, if one is given, and not after another.
  func newestFirst(before: Instant?, knownAt: Instant) -> some Sequence<LateLesson> {
    let end = facts.stored.partitioningIndex {
      $0.recordedAt > knownAt || $0.recordedAt >= before ?? .distantFuture
    }
    return sequence(state: end) { end -> LateLesson? in
      while end > 0 {
        let recordedAt = facts.stored[end - 1].recordedAt
        var found: [StoredFact] = []
        while end > 0, facts.stored[end - 1].recordedAt == recordedAt {
          end -= 1
          if canHaveChangedThePast(end) { found.append(facts.stored[end]) }
        }
        guard !found.isEmpty else { continue }
        found.sort {
          ($0.fact.effectiveAt, $0.fact.identity) < ($1.fact.effectiveAt, $1.fact.identity)
        }
        return LateLesson(recordedAt: recordedAt, facts: found)
      }
      return nil
    }
  }

  /// Whether what was stored at a place can have changed answers about instants before it.
  private func canHaveChangedThePast(_ place: Int) -> Bool {
    let entry = facts.entries[place]
    guard case .factRetracted(let identity) = facts.stored[place].fact.kind else {
      // One that was taken back before it came never counted.
      let counted = entry.retractedAt.map { $0 > entry.recordedAt } ?? true
      return counted && isFelt(entry, before: entry.recordedAt)
    }
    guard let retracted = self.entry(of: identity), retracted.recordedAt < entry.recordedAt,
      retracted.retractedAt == entry.recordedAt
    else { return false }
    return isFelt(retracted, before: entry.recordedAt)
  }

  private func entry(of identity: FactIdentity) -> FactEntry? {
    guard let stored = facts[identity] else { return nil }
    return facts.entries[facts.stored.partitioningIndex { $0.sequence >= stored.sequence }]
  }

  /// Whether a fact can make a difference to state or reasons before an instant.
  private func isFelt(_ entry: FactEntry, before end: Instant) -> Bool {
    guard entry.effectiveAt < end else { return false }
    return switch entry.effect {
    case .registration, .partnerTypes, .closing, .finding, .issue, .resolution: true
    case .profile(let change): change.overall != nil || change.lastFinalized != nil
    case .decision(_, _, let outcome, let waivers): outcome == .approved || !waivers.isEmpty
    case .invoice(let invoice, _, _), .voiding(let invoice):
      money.firstReason(of: invoice) < end
    case .credit(_, let invoice, _): money.firstReason(ofInvoiceAlone: invoice) < end
    case .payment(let payment, _, _), .allocation(let payment, _), .reversal(let payment):
      money.firstReason(ofPayment: payment) < end
    case .dispute, .balance, .request, .requestStatus, .observation, .link, .retraction: false
    }
  }
}

/// From when on what is said of an invoice or a payment can decide whether an invoice is a reason.
///
/// An invoice's issue or voiding moves money of the payments that name it, and so reaches every
/// invoice that those name; a payment reaches the invoices that it names.
private struct MoneyReach {
  private var ofInvoiceAlone: [Instant]
  private var ofPayment: [Instant]
  private var ofInvoice: [Instant]

  init(of facts: AccountFacts, _ edition: PolicyEdition) {
    let names = facts.names
    ofInvoiceAlone = Array(repeating: .distantFuture, count: names.invoices.count)
    ofPayment = Array(repeating: .distantFuture, count: names.payments.count)
    let rules = [edition.csp.billing, edition.maicpp.billing]
    if let fewest = rules.compactMap({ $0?.pastDue.fewestDays }).min() {
      for entry in facts.entries {
        guard case .invoice(let invoice, let due, _) = entry.effect,
          let start = due.adding(days: fewest).start
        else { continue }
        ofInvoiceAlone[Int(invoice)] = min(ofInvoiceAlone[Int(invoice)], start)
      }
    }
    for allocation in names.allocations {
      let payment = Int(allocation.payment)
      ofPayment[payment] = min(ofPayment[payment], ofInvoiceAlone[Int(allocation.invoice)])
    }
    ofInvoice = ofInvoiceAlone
    for allocation in names.allocations {
      let invoice = Int(allocation.invoice)
      ofInvoice[invoice] = min(ofInvoice[invoice], ofPayment[Int(allocation.payment)])
    }
  }

  func firstReason(of invoice: Int32) -> Instant { ofInvoice[Int(invoice)] }
  func firstReason(ofInvoiceAlone invoice: Int32) -> Instant { ofInvoiceAlone[Int(invoice)] }
  func firstReason(ofPayment payment: Int32) -> Instant { ofPayment[Int(payment)] }
}

extension Array {
  /// The first index whose element meets a condition that all later elements meet, too.
  fileprivate func partitioningIndex(_ isBehind: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
