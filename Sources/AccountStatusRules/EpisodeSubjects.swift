import AccountStatusModel

/// What an open episode was about from its opening on: invoices and issues that were subjects in it,
/// whether they still are or not.
///
/// A walk to an instant that looks, before each step, at what the step's facts touch: only that
/// can cease to be a subject. So its cost is that of the facts, however many subjects there are.
struct EpisodeSubjects {
  /// The sweep at the instant asked about.
  private(set) var sweep: Sweep
  /// Invoices that were subjects in the episode and were touched since.
  private(set) var invoices: Set<Int32> = []
  /// The same for provider issues.
  private(set) var issues: Set<Int32> = []

  private let payees: Payees

  /// Walks to an instant; nil: the account is not registered then.
  init?(_ facts: AccountFacts, edition: PolicyEdition, asOf: Instant, knownAt: Instant) {
    guard let sweep = Sweep(facts, edition: edition, knownAt: knownAt),
      sweep.registeredAt <= asOf
    else { return nil }
    self.sweep = sweep
    payees = Payees(facts.names)
    var next = facts.order[...]
    while let instant = self.sweep.nextInstant, instant <= asOf {
      while let place = next.first, facts.entries[Int(place)].effectiveAt <= instant {
        next = next.dropFirst()
        if self.sweep.episode != nil { note(facts.entries[Int(place)].effect) }
      }
      let openedAt = self.sweep.episode?.openedAt
      self.sweep.step()
      if openedAt == nil || openedAt != self.sweep.episode?.openedAt {
        invoices = []
        issues = []
      }
    }
  }

  private mutating func note(_ effect: FactEffect) {
    switch effect {
    case .credit(_, let invoice, _): note(invoice)
    // What a voided invoice no longer takes, others that the payment goes to do.
    case .voiding(let invoice), .invoice(let invoice, _, _):
      note(invoice)
      for payment in payees.payments(of: invoice) { notePayees(of: payment) }
    case .payment(let payment, _, _), .allocation(let payment, _), .reversal(let payment):
      notePayees(of: payment)
    case .issue(let issue, _), .resolution(let issue):
      if sweep.provider.isListed(issue) { issues.insert(issue) }
    case .partnerTypes, .registration:
      issues.formUnion(sweep.provider.listedSubjects)
    default: break
    }
  }

  private mutating func note(_ invoice: Int32) {
    if sweep.receivables.pastDue.isListed(invoice) { invoices.insert(invoice) }
  }

  private mutating func notePayees(of payment: Int32) {
    for invoice in payees.invoices(of: payment) { note(invoice) }
  }
}

/// Which payments go to which invoices, by any allocation of theirs.
private struct Payees {
  private let names: FactNames
  private var invoices: [Int32: Set<Int32>] = [:]

  init(_ names: FactNames) {
    self.names = names
    for allocation in names.allocations {
      invoices[allocation.payment, default: []].insert(allocation.invoice)
    }
  }

  func invoices(of payment: Int32) -> Set<Int32> { invoices[payment] ?? [] }

  func payments(of invoice: Int32) -> Set<Int32> {
    Set(names.allocationsOfInvoice[Int(invoice)].map { names.allocations[Int($0)].payment })
  }
}

extension ReasonSubjects {
  /// Whether the reason holds, unwaived, for a subject.
  func isListed(_ subject: Int32) -> Bool {
    isApplicable && waiversOfAll == 0 && subjects[Int(subject)].isListed
  }

  /// The subjects that hold by the rule, waived or not, whether the rule applies or not.
  var holdingSubjects: [Int32] {
    subjects.indices.lazy.filter { subjects[$0].holds }.map(Int32.init)
  }
}
