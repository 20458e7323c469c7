import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules

/// What a ledger should hold and answer, by the rules alone.
struct ExpectedLedger {
  /// By number of arrival.
  private(set) var accounts: [ExpectedAccount] = []
  /// When the last fact was recorded.
  private(set) var lastRecordedAt = Instant(nanoseconds: 0)
  private var places: [AccountID: Int] = [:]
  private var names: [FactIdentity: StoredFact] = [:]
  private var edition: PolicyEdition
  /// Changes that the ledger should have delivered, by account, since somebody took them.
  private var changes: [AccountID: [ExpectedAccount.Change]] = [:]

  init(edition: PolicyEdition) {
    self.edition = edition
  }

  subscript(id: AccountID) -> ExpectedAccount? { places[id].map { accounts[$0] } }

  /// What should become of a fact. A sequence is the ledger's to give.
  enum Verdict: Equatable {
    case stored
    case duplicate
    case refused(FactRefusal)
  }

  /// What should become of a request.
  struct Outcome {
    /// One for each fact, in their order.
    var verdicts: [Verdict] = []
    /// Whether the request is stored: not if it is all or nothing and a fact is refused.
    var isDone = true
    /// The accounts that facts were stored for, in the order of the first.
    var touched: [AccountID] = []
  }

  /// Changes since the last call, by account.
  mutating func takeChanges() -> [AccountID: [ExpectedAccount.Change]] {
    defer { changes = [:] }
    return changes
  }
}

// Facts.
extension ExpectedLedger {
  /// Takes a request as the rules say, each fact seeing those before it.
  mutating func report(_ facts: [Fact], mode: ReportMode, now: Instant) -> Outcome {
    var undo = Undo(accountCount: accounts.count, lastRecordedAt: lastRecordedAt)
    let recordedAt = max(now, lastRecordedAt)
    var outcome = Outcome()
    var new: [(changes: [ExpectedAccount.Change], standing: Standing?, past: [PastSegment])] = []
    for fact in facts {
      let verdict = judge(fact)
      outcome.verdicts.append(verdict)
      guard verdict == .stored else { continue }
      let place = place(of: fact.accountID)
      if !outcome.touched.contains(fact.accountID) {
        outcome.touched.append(fact.accountID)
        undo.accounts.append((place, accounts[place]))
        let settled = accounts[place].settle(at: now)
        new.append((settled, accounts[place].standing(at: now), accounts[place].past(until: now)))
      }
      undo.names.append(fact.identity)
      names[fact.identity] = StoredFact(fact, sequence: .max, recordedAt: recordedAt)
      lastRecordedAt = recordedAt
      accounts[place].store(fact, sequence: .max, recordedAt: recordedAt)
    }
    outcome.isDone = mode == .each || outcome.verdicts.allSatisfy { !$0.isRefusal }
    guard outcome.isDone else {
      roll(back: undo)
      outcome.touched = []
      return outcome
    }
    for (id, (settled, standing, past)) in zip(outcome.touched, new) {
      let place = place(of: id)
      let decided = accounts[place].decide(at: now, before: standing, pastBefore: past)
      note(settled + decided, of: place)
    }
    return outcome
  }

  /// How everything was before a request.
  private struct Undo {
    let accountCount: Int
    let lastRecordedAt: Instant
    var accounts: [(place: Int, account: ExpectedAccount)] = []
    var names: [FactIdentity] = []
  }

  private mutating func roll(back undo: Undo) {
    for (place, account) in undo.accounts { accounts[place] = account }
    for name in undo.names { names[name] = nil }
    for account in accounts[undo.accountCount...] { places[account.id] = nil }
    accounts.removeSubrange(undo.accountCount...)
    lastRecordedAt = undo.lastRecordedAt
  }

  private func judge(_ fact: Fact) -> Verdict {
    let judgement =
      names[fact.identity].map { judgeRepeat(fact, of: $0) }
      ?? AccountStatusRules.judge(
        fact, given: AccountFacts(self[fact.accountID]?.stored ?? []), defaultEdition: edition)
    switch judgement {
    case .accept: return .stored
    case .duplicate: return .duplicate
    case .refuse(let refusal): return .refused(refusal)
    }
  }

  /// Takes over the sequences that the ledger gave.
  mutating func number(_ sequences: [FactIdentity: UInt64], of touched: [AccountID]) {
    for (name, sequence) in sequences { names[name]?.sequence = sequence }
    for id in touched { accounts[place(of: id)].number(sequences) }
  }

  /// The sequence of a fact; nil: it is not stored.
  func sequence(of name: FactIdentity) -> UInt64? { names[name]?.sequence }

  private mutating func place(of id: AccountID) -> Int {
    if let place = places[id] { return place }
    places[id] = accounts.count
    accounts.append(ExpectedAccount(id, edition: edition))
    return accounts.count - 1
  }

  private mutating func note(_ new: [ExpectedAccount.Change], of place: Int) {
    if !new.isEmpty { changes[accounts[place].id, default: []] += new }
  }
}

// Time.
extension ExpectedLedger {
  /// The ledger was asked to catch up: every account is brought to the present.
  mutating func catchUp(with now: Instant) {
    for place in accounts.indices { note(accounts[place].settle(at: now), of: place) }
  }

  /// The ledger was started with an edition as the default.
  mutating func adopt(_ edition: PolicyEdition) {
    self.edition = edition
    for place in accounts.indices { accounts[place].adopt(edition) }
  }

  /// The ledger has decided rows of other rules anew.
  mutating func decideAnew(at now: Instant) {
    for place in accounts.indices where !accounts[place].isCurrent {
      note(accounts[place].settle(at: now), of: place)
    }
  }

  /// When time alone changes something next.
  var nextFlip: Instant { accounts.map(\.flipAt).min() ?? .distantFuture }
}

extension ExpectedLedger.Verdict {
  var isRefusal: Bool {
    if case .refused = self { true } else { false }
  }
}
