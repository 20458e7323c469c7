/// The suspensions of an account and what was decided on them, up to an instant.
public struct AccountHistory: Hashable, Sendable {
  /// Oldest first; the newest of them where there are very many.
  public var episodes: [Episode]
  /// Oldest first; the newest of them where there are very many.
  public var decisions: [DecisionRecord]
  /// How many older episodes are left out.
  public var earlierEpisodes: Int
  /// How many older decisions are left out.
  public var earlierDecisions: Int

  /// Describes a history.
  public init(
    episodes: [Episode] = [], decisions: [DecisionRecord] = [], earlierEpisodes: Int = 0,
    earlierDecisions: Int = 0
  ) {
    self.episodes = episodes
    self.decisions = decisions
    self.earlierEpisodes = earlierEpisodes
    self.earlierDecisions = earlierDecisions
  }
}

/// One suspension from its opening to its end.
public struct Episode: Hashable, Sendable {
  /// What ended an episode.
  public enum End: Hashable, Sendable {
    /// This approval.
    case approved(decisionID: Identifier)
    /// The edition reinstates by itself once nothing is outstanding.
    case automatic
    /// The account was closed.
    case accountClosed
  }

  /// Its opening.
  public var since: Instant
  /// The first instant behind it; nil: it is open.
  public var until: Instant?
  /// Every reason that held in it, with its first since and all of its subjects, their detail
  /// left empty.
  public var reasons: [Reason]
  /// What ended it; nil: it is open, or what ended it is not known to this library.
  public var end: End?

  /// Describes an episode.
  public init(since: Instant, until: Instant? = nil, reasons: [Reason] = [], end: End? = nil) {
    self.since = since
    self.until = until
    self.reasons = reasons
    self.end = end
  }
}

/// A decision on reinstatement, and whose it was.
public struct DecisionRecord: Hashable, Sendable {
  /// The decision, with who reported it and when.
  public var fact: StoredFact
  /// An approval ended the episode that was open; a decline left it open.
  public var tookEffect: Bool

  /// Describes a decision.
  public init(fact: StoredFact, tookEffect: Bool) {
    self.fact = fact
    self.tookEffect = tookEffect
  }
}

/// What was learned too late, and which answers about the past it changed.
public struct Correction: Hashable, Sendable {
  /// When it was learned.
  public var recordedAt: Instant
  /// What turned out to have been different, in time order; at least one.
  public var stretches: [PastDifference]
  /// The late facts and retractions that may have changed it, by effective time.
  public var facts: [StoredFact]
  /// How many later stretches are left out.
  public var laterStretches: Int
  /// How many later facts are left out.
  public var laterFacts: Int

  /// Describes a correction.
  public init(
    recordedAt: Instant, stretches: [PastDifference], facts: [StoredFact] = [],
    laterStretches: Int = 0, laterFacts: Int = 0
  ) {
    self.recordedAt = recordedAt
    self.stretches = stretches
    self.facts = facts
    self.laterStretches = laterStretches
    self.laterFacts = laterFacts
  }
}

/// What a correction of the past compares: an account's state and the codes of its reasons.
public struct PastState: Hashable, Sendable {
  /// Where the account stood.
  public var state: AccountState
  /// Why; empty unless it was suspended.
  public var reasons: WordSet<ReasonCode>

  /// Describes how an account stood.
  public init(_ state: AccountState, reasons: WordSet<ReasonCode> = []) {
    self.state = state
    self.reasons = reasons
  }
}

/// A stretch of time about which two pasts say different things.
public struct PastDifference: Hashable, Sendable {
  /// The first instant of the stretch.
  public var from: Instant
  /// The first instant behind it.
  public var until: Instant
  /// What the first past says; nil: not registered.
  public var before: PastState?
  /// What the second one says.
  public var after: PastState?

  /// Describes a difference.
  public init(from: Instant, until: Instant, before: PastState?, after: PastState?) {
    self.from = from
    self.until = until
    self.before = before
    self.after = after
  }
}
