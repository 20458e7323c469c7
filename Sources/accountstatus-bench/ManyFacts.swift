import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import CBenchmark
import Dispatch
import Synchronization

/// The life of one account with as many facts as asked for, over five and a half years: mostly
/// invoices, two of three paid, with credits, findings and vettings in between.
enum ManyFacts {
  private static let account: AccountID = "many-facts"
  private static let start: Instant = "2020-01-01T00:00:00Z"
  private static let days: Int64 = 2000
  /// After the last of them.
  static let now: Instant = "2026-01-01T00:00:00Z"

  /// The facts as stored, each learned when it became true.
  static func life(of count: Int) -> [StoredFact] {
    facts(count).enumerated().map { place, fact in
      StoredFact(fact, sequence: UInt64(place + 1), recordedAt: fact.effectiveAt)
    }
  }

  /// The facts in requests of a size that a call may have.
  static func requests(_ count: Int) -> [[Fact]] {
    let facts = facts(count)
    return stride(from: 0, to: count, by: 1000).map { Array(facts[$0..<min($0 + 1000, count)]) }
  }

  /// One more fact, a day later than all others.
  static func another(_ number: Int) -> Fact {
    fact(
      "another-\(number)", at: start.adding(nanoseconds: (days + 1) * Instant.nanosecondsPerDay),
      .abuseFindingChanged(
        findingID: "F-0", severity: .minor,
        state: number.isMultiple(of: 2) ? .dismissed : .suspected))
  }

  private static func facts(_ count: Int) -> [Fact] {
    let step = days * Instant.nanosecondsPerDay / Int64(count)
    var facts: [Fact] = []
    func add(_ id: String, _ kind: (Instant) -> FactKind) {
      let at = start.adding(nanoseconds: Int64(facts.count) * step)
      facts.append(fact(id, at: at, kind(at)))
    }
    add("registered") { _ in
      .accountRegistered(
        AccountRegistered(cloud: .publicCloud, partnerTypes: [.indirectReseller], program: .csp))
    }
    var number = 0
    while facts.count < count {
      for (kind, make) in kinds(number) { add("\(kind)-\(number)", make) }
      number += 1
    }
    return Array(facts.prefix(count))
  }

  private static func kinds(_ number: Int) -> [(String, (Instant) -> FactKind)] {
    let invoice = Identifier(checked: "INV-\(number)")
    let total = Money("EUR", billionths: 1000 * Money.billionthsPerUnit)
    var kinds: [(String, (Instant) -> FactKind)] = [
      (
        "issued",
        {
          .invoiceIssued(InvoiceIssued(invoiceID: invoice, issueDate: $0.day, total: total))
        }
      )
    ]
    func add(_ name: String, every period: Int, _ kind: FactKind) {
      if number.isMultiple(of: period) { kinds.append((name, { _ in kind })) }
    }
    if !number.isMultiple(of: 3) {
      add(
        "paid", every: 1,
        .paymentReceived(
          paymentID: Identifier(checked: "PAY-\(number)"), amount: total,
          allocations: [Allocation(invoiceID: invoice, amount: total)]))
    }
    add(
      "credited", every: 5,
      .creditApplied(
        creditID: Identifier(checked: "C-\(number)"), invoiceID: invoice,
        amount: Money("EUR", billionths: Money.billionthsPerUnit)))
    add(
      "found", every: 7,
      .abuseFindingChanged(
        findingID: Identifier(checked: "F-\(number)"), severity: .minor, state: .suspected))
    add(
      "vetted", every: 11, .profileVerificationChanged(ProfileVerification(overall: .authorized)))
    return kinds
  }

  private static func fact(_ id: String, at instant: Instant, _ kind: FactKind) -> Fact {
    Fact(
      accountID: account, source: "benchmark", factID: Identifier(checked: id),
      effectiveAt: instant, kind: kind)
  }
}

/// A ledger on a file, asked for one thing at a time.
final class LedgerRun {
  private let ledger: Ledger
  private let answers: Answers

  /// Hands an answer from the ledger's thread to the one that waits.
  private final class Answers: Sendable {
    private let failure = Mutex<LedgerError?>(nil)
    private let arrival = DispatchSemaphore(value: 0)

    func take(_ delivery: Delivery) {
      switch delivery {
      case .committed(let group) where !group.replies.isEmpty: arrival.signal()
      case .failed(_, let error):
        failure.withLock { $0 = error }
        arrival.signal()
      default: break
      }
    }

    func next() throws {
      arrival.wait()
      if let error = failure.withLock({ $0 }) { throw error }
    }
  }

  init(_ path: String) throws {
    let answers = Answers()
    self.answers = answers
    ledger = try Ledger.open(
      Ledger.Configuration(
        databasePath: path, editions: try EditionCatalogue(), clock: WallClock()),
      publish: { _ in }, deliver: { answers.take($0) })
  }

  /// Reports facts; milliseconds to the durable commit.
  func report(_ facts: [Fact]) throws -> Double {
    let start = benchmark_now()
    ledger.submit(
      .report(RequestID(1), facts: facts, mode: .allOrNothing, recorder: Recorder()))
    try answers.next()
    return Double(benchmark_now() - start) / 1e6
  }

  func stop() { ledger.stop() }
}
