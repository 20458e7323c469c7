package import AccountStatusModel
package import AccountStatusRules

/// What leaves the ledger, in the order in which it became true. Nothing in it is undone later.
///
/// Every request is named in exactly one of `committed`, `facts`, `factPage`, `changePage`,
/// `caughtUp`, `failed`.
package enum Delivery: Sendable {
  /// A group of writes, or of due transitions, is durable: publish the rows, then reply.
  case committed(CommittedGroup)
  /// What is known of an account; nil: nothing is.
  case facts(RequestID, AccountSnapshot?)
  /// A page of facts.
  case factPage(RequestID, FactPage)
  /// A page of changes.
  case changePage(RequestID, ChangePage)
  /// Every transition due by `now` is committed and was delivered before.
  case caughtUp(RequestID, now: Instant, LedgerToken)
  /// These requests could not be answered. Of a report nothing is known to be stored; it may be
  /// sent again.
  case failed([RequestID], LedgerError)
  /// An account's facts cannot be read: its row goes on as it is. For the log.
  case unreadable(AccountID, LedgerError)
  /// Writes are refused until `recovered`, for this reason.
  case readOnly(LedgerError)
  /// Writes are taken again. A `committed` before it brings what a commit of unknown outcome did.
  case recovered
}

/// One durable commit.
package struct CommittedGroup: Sendable {
  /// The ledger as of this commit.
  package var token: LedgerToken
  /// The accounts whose row changed, each once.
  package var rows: [StatusRow]
  /// The changes behind the rows, in their order: what watchers are told.
  package var changes: [StatusChange]
  /// The results of the requests in it, refused ones included. Reply after publishing the rows.
  package var replies: [(id: RequestID, result: ReportResult)]
  /// The first instant at which a transition is due; nil: none is known. Ask `catchUp` then.
  package var nextTransitionAt: Instant?
  /// Whether `changes` are all there are. Not of what a commit of unknown outcome left behind:
  /// those have to be read.
  package var hasAllChanges = true

  /// Describes a commit.
  package init(
    token: LedgerToken, rows: [StatusRow] = [], changes: [StatusChange] = [],
    replies: [(id: RequestID, result: ReportResult)] = [], nextTransitionAt: Instant? = nil
  ) {
    self.token = token
    self.rows = rows
    self.changes = changes
    self.replies = replies
    self.nextTransitionAt = nextTransitionAt
  }
}

/// One committed change of an account's current answer, of its past, or of both.
package struct StatusChange: Hashable, Sendable {
  /// Its place in the ledger's order.
  package var position: UInt64
  /// The account.
  package var accountID: AccountID
  /// The revision it made; where only the past changed, the one there was.
  package var revision: UInt64
  /// The instant the answer is about: a transition's own instant, else when the fact was judged.
  package var asOf: Instant
  /// The answer from then on; nil: the account is not registered.
  package var answer: BasicAnswer?
  /// Facts learned late changed the state, or the codes of its reasons, at instants before `asOf`.
  package var isPastChanged = false
  /// The fingerprint of the rules that decided it.
  package var rules: Int64 = 0
  /// What was the answer before; nil: the account was not registered.
  package var previous: PreviousAnswer?

  /// Describes a change.
  package init(
    position: UInt64, accountID: AccountID, revision: UInt64, asOf: Instant,
    answer: BasicAnswer? = nil, isPastChanged: Bool = false, rules: Int64 = 0,
    previous: PreviousAnswer? = nil
  ) {
    self.position = position
    self.accountID = accountID
    self.revision = revision
    self.asOf = asOf
    self.answer = answer
    self.isPastChanged = isPastChanged
    self.rules = rules
    self.previous = previous
  }
}

/// What a change replaced.
package struct PreviousAnswer: Hashable, Sendable {
  /// Its revision.
  package var revision: UInt64
  /// The fingerprint of the rules that decided it.
  package var rules: Int64
  /// The last instant at which it was decided.
  package var asOf: Instant
  /// The answer itself.
  package var answer: BasicAnswer

  /// Describes an answer.
  package init(revision: UInt64, rules: Int64, asOf: Instant, answer: BasicAnswer) {
    self.revision = revision
    self.rules = rules
    self.asOf = asOf
    self.answer = answer
  }
}

/// The outcome of a report.
package enum ReportResult: Hashable, Sendable {
  /// One result per fact, in their order. Under `allOrNothing` none is refused.
  case done([FactResult])
  /// `allOrNothing` and at least one fact was refused: nothing was stored. In the facts' order.
  case refused([RefusedFact])
}

/// What became of one fact.
package enum FactResult: Hashable, Sendable {
  /// It is stored.
  case stored(sequence: UInt64)
  /// It was stored before, under this sequence.
  case duplicate(sequence: UInt64)
  /// It was refused, and left no trace.
  case refused(RefusedFact)
}

/// Why a fact was not stored.
package struct RefusedFact: Hashable, Sendable {
  /// Its place in the request.
  package var index: Int
  /// Its name.
  package var identity: FactIdentity
  /// Which rule refused it, and what would be right.
  package var refusal: FactRefusal
}

/// What is known of an account at a position.
package struct AccountSnapshot: Sendable {
  /// Its facts, ready to be evaluated at any instant.
  package var facts: AccountFacts
  /// The row of the current answer; its revision goes with every answer.
  package var row: StatusRow
  /// The ledger as of this snapshot.
  package var token: LedgerToken
}

/// A page of an account's facts.
package struct FactPage: Sendable {
  /// In the order they were stored.
  package var facts: [StoredFact]
  /// Whether more follow the last one.
  package var hasMore: Bool
  /// The ledger as of this page.
  package var token: LedgerToken
}

/// A page of changes.
package struct ChangePage: Sendable {
  /// In the order of their positions.
  package var changes: [StatusChange]
  /// Whether more follow the last one.
  package var hasMore: Bool
  /// Changes behind the position asked for are no longer kept.
  package var isCompacted: Bool
  /// The ledger as of this page.
  package var token: LedgerToken

  /// Describes a page.
  package init(
    changes: [StatusChange], hasMore: Bool, isCompacted: Bool, token: LedgerToken
  ) {
    self.changes = changes
    self.hasMore = hasMore
    self.isCompacted = isCompacted
    self.token = token
  }
}
