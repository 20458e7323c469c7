package import AccountStatusModel

/// What becomes of a fact on arrival.
package enum Judgement: Hashable, Sendable {
  /// Store it.
  case accept
  /// It is stored already, at this sequence: count it once.
  case duplicate(sequence: UInt64)
  /// Store nothing; it may be sent again.
  case refuse(FactRefusal)
}

/// Why a fact is refused.
package struct FactRefusal: Error, Hashable, Sendable {
  /// The family of a refusal: the code that the caller gets.
  package enum Code: Hashable, Sendable {
    /// The fact is malformed whatever else is known.
    case invalidArgument
    /// Its identity, or the thing it introduces, is taken by something else.
    case alreadyExists
    /// A rule on arrival stands against it.
    case failedPrecondition
  }

  /// Which family.
  package var code: Code
  /// Path of the field in proto3 JSON names; empty: the fact as a whole.
  package var field: String
  /// What is wrong and what would be right, for people.
  package var message: String
  /// The reasons that stand against an approval.
  package var outstanding: [Reason] = []
}

/// Judges a fact on arrival against the stored facts of its account.
///
/// The ledger has looked for the identity in other accounts before (`judgeRepeat`).
package func judge(
  _ fact: Fact, given facts: AccountFacts, defaultEdition: PolicyEdition
) -> Judgement {
  .accept
}

/// Judges a fact whose identity is stored already, for whatever account.
package func judgeRepeat(_ fact: Fact, of stored: StoredFact) -> Judgement {
  .duplicate(sequence: stored.sequence)
}
