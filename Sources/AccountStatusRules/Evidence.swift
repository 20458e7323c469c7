import AccountStatusModel

/// The facts that count at an instant, by what they have a part in.
///
/// A fact is named by its rank: its place in the order in which facts count. Where several sources
/// introduce one thing, the first, which stands for all of them, is the one that had a part.
struct Evidence {
  /// Ranks of one kind of thing's facts, by the number of the thing.
  struct Ranks {
    private var lists: [Int32: [Int]] = [:]

    subscript(number: Int32) -> [Int] { lists[number] ?? [] }

    mutating func append(_ rank: Int, to number: Int32) {
      lists[number, default: []].append(rank)
    }
  }

  /// A waiver in force, and the decision that brought it.
  struct WaiverInForce {
    let waiver: NumberedWaiver
    let decision: Int
  }

  /// A reinstatement request.
  private struct Request {
    let number: Int32
    let openedAt: Instant
  }

  private let facts: AccountFacts
  private let asOf: Instant
  /// The places of the facts, by rank.
  private var places: [Int32] = []

  private(set) var registration: [Int] = []
  /// The fact that said last of which types the account is.
  private(set) var partnerTypes: [Int] = []
  private(set) var findings = Ranks()
  private(set) var issues = Ranks()
  private(set) var profile: [Int] = []
  private(set) var balances: [Currency: Int] = [:]
  private(set) var observation: [Int] = []
  private(set) var waivers: [WaiverInForce] = []
  private var links: [AccountID: Int] = [:]
  private var invoices = Ranks()
  private var payments = Ranks()
  private var invoiceIDs: [Int32: InvoiceIssued] = [:]

  private var requests: [Request] = []
  private var requestStatuses: [Int32: SupportRequestStatus] = [:]
  private var decidedRequests: Set<Int32> = []
  private var allDecidedAt: Instant?

  /// Takes what counts at `asOf`, as known at `knownAt`.
  init(_ facts: AccountFacts, asOf: Instant, knownAt: Instant) {
    self.facts = facts
    self.asOf = asOf
    var introduced: Set<Thing> = []
    for place in facts.order {
      let entry = facts.entries[Int(place)]
      if entry.effectiveAt > asOf { break }
      let kind = facts.stored[Int(place)].fact.kind
      guard entry.counts(knownAt: knownAt),
        kind.thing.map({ introduced.insert($0).inserted }) ?? true
      else { continue }
      places.append(place)
      take(entry, kind, rank: places.count - 1)
    }
  }

  /// The stored fact of a rank.
  func fact(_ rank: Int) -> StoredFact { facts.stored[Int(places[rank])] }

  /// When the fact of a rank took effect.
  func effectiveAt(_ rank: Int) -> Instant { facts.entries[Int(places[rank])].effectiveAt }

  /// What the fact of a rank does.
  func effect(_ rank: Int) -> FactEffect { facts.entries[Int(places[rank])].effect }
}

extension Evidence {
  private mutating func take(_ entry: FactEntry, _ kind: FactKind, rank: Int) {
    switch entry.effect {
    case .registration: (registration, partnerTypes) = ([rank], [rank])
    case .partnerTypes: partnerTypes = [rank]
    case .finding(let finding, _, _): findings.append(rank, to: finding)
    case .issue(let issue, _), .resolution(let issue): issues.append(rank, to: issue)
    case .profile: profile.append(rank)
    case .balance(let amount): balances[amount.currency] = rank
    case .observation: observation = [rank]
    case .request(let number, let isReinstatement):
      if isReinstatement { requests.append(Request(number: number, openedAt: entry.effectiveAt)) }
    case .requestStatus(let number, let status): requestStatuses[number] = status
    case .decision(_, let request, _, let waivers):
      decide(request, at: entry.effectiveAt)
      take(waivers, of: rank)
    default: takeBilling(entry.effect, kind, rank: rank)
    }
  }

  private mutating func takeBilling(_ effect: FactEffect, _ kind: FactKind, rank: Int) {
    switch effect {
    case .invoice(let invoice, _, _):
      invoices.append(rank, to: invoice)
      if case .invoiceIssued(let issued) = kind { invoiceIDs[invoice] = issued }
    case .voiding(let invoice), .credit(_, let invoice, _), .dispute(let invoice, _):
      invoices.append(rank, to: invoice)
    case .payment(let payment, _, _), .allocation(let payment, _), .reversal(let payment):
      payments.append(rank, to: payment)
    default:
      switch kind {
      case .providerLinked(let provider?): links[provider] = rank
      case .providerUnlinked(let provider?): links[provider] = nil
      default: break
      }
    }
  }

  private mutating func decide(_ request: Int32?, at instant: Instant) {
    if let request { decidedRequests.insert(request) } else { allDecidedAt = instant }
  }

  private mutating func take(_ numbers: Range<Int32>, of decision: Int) {
    for number in numbers {
      let waiver = facts.names.waivers[Int(number)]
      if waiver.until > asOf { waivers.append(WaiverInForce(waiver: waiver, decision: decision)) }
    }
  }
}

extension Evidence {
  /// What was issued under an invoice's number.
  func issued(_ invoice: Int32) -> InvoiceIssued? { invoiceIDs[invoice] }

  /// An invoice's own facts, and those of every payment as far as they touch it.
  func facts(ofInvoice invoice: Int32) -> [Int] {
    var ranks = invoices[invoice]
    var paid: Set<Int32> = []
    for place in facts.names.allocationsOfInvoice[Int(invoice)] {
      paid.insert(facts.names.allocations[Int(place)].payment)
    }
    for payment in paid {
      let own = payments[payment].map { (rank: $0, names: self.names(invoice, in: effect($0))) }
      guard own.contains(where: { $0.names == true }) else { continue }
      ranks += own.filter { $0.names ?? true }.map(\.rank)
    }
    return ranks.sorted()
  }

  /// A payment's facts.
  func facts(ofPayment payment: Int32) -> [Int] { payments[payment] }

  /// The fact that links a provider.
  func link(to provider: AccountID) -> Int? { links[provider] }

  /// The latest-opened reinstatement request that is neither closed nor decided.
  var pendingRequest: Identifier? {
    let pending = requests.last { request in
      !decidedRequests.contains(request.number) && requestStatuses[request.number] != .closed
        && allDecidedAt.map { $0 < request.openedAt } ?? true
    }
    return pending.map { facts.names.requests[$0.number] }
  }

  /// Whether an allocation names an invoice; nil: the fact is the payment's receipt or reversal
  /// and concerns whatever the payment goes to.
  private func names(_ invoice: Int32, in effect: FactEffect) -> Bool? {
    let ranges: Range<Int32>
    let isReceipt: Bool
    switch effect {
    case .payment(_, _, let allocations): (ranges, isReceipt) = (allocations, true)
    case .allocation(_, let allocations): (ranges, isReceipt) = (allocations, false)
    default: return nil
    }
    let isNamed = ranges.contains { facts.names.allocations[Int($0)].invoice == invoice }
    return isNamed ? true : isReceipt ? nil : false
  }
}
