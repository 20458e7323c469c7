/// Something to say to people, before it is put into the words of a language.
///
/// A key of the message catalogues and the values of its named placeholders. So the rules know
/// what there is to say, and nothing of any language.
package struct Phrase: Hashable, Sendable {
  /// Which message of the catalogues.
  package var key: MessageKey
  /// By the name of the placeholder.
  package var values: [String: Value]

  /// Describes a phrase.
  package init(_ key: MessageKey, _ values: [String: Value] = [:]) {
    self.key = key
    self.values = values
  }

  /// What stands for a placeholder.
  package enum Value: Hashable, Sendable {
    /// An id, as it is.
    case id(String)
    case number(Int)
    case money(Money)
    case day(CalendarDay)
    case instant(Instant)
    /// A word of the contract by its enum and its name, such as `AccountState` and `ACTIVE`.
    case word(String, String)
    /// Joined by commas and "and".
    case all([Value])
    /// Joined by commas and "or".
    case any([Value])

    /// An id chosen outside.
    package static func id(_ id: Identifier) -> Value { .id(id.text) }

    /// A word of the contract.
    package static func word<W: Word>(_ word: W) -> Value { .word("\(W.self)", word.contractName) }
  }
}

/// Every message of the catalogues, by its name there.
package enum MessageKey: String, CaseIterable, Hashable, Sendable {
  // One sentence on an account as a whole.
  case summaryActive, summaryActiveUntil, summarySuspended, summaryEligible, summaryClosed
  case summaryNotCovered

  // The rules that decide, with or without a number of days.
  case ruleAbuse, ruleBillingMoreThan, ruleBillingAtLeast, ruleProvider
  case ruleProfile, ruleProfileMoreThan, ruleProfileAtLeast

  // How the article was read where it leaves room.
  case interpretationBilling, interpretationAbuse, interpretationUnderReview

  // What a reason or a notice concerns.
  case subjectInvoice, subjectInvoiceNotLate, subjectFinding, subjectIssue
  case subjectIssueOfUnknownProvider, subjectProfile, subjectProfileUnderReview, subjectPayment
  case subjectCheck, subjectProvider, subjectBalance, subjectObserved, subjectRegistration

  case waiverOfSubject, waiverOfAll, notice, capability

  // The steps of the way back, to take and taken.
  case stepReviewBilling, stepPayInvoice, stepPayInvoiceDone, stepAllocatePayment
  case stepAllocatePaymentDone, stepVerifyProfile, stepFixProfileCheck, stepFixProfileCheckDone
  case stepProviderResolvesIssue, stepUnknownProviderResolvesIssue
  case stepProviderResolvesIssueDone, stepCheckProfileComplete, stepFileSupportRequest
  case stepFileSupportRequestDone, stepAwaitDecision, stepAnswerSupport
  case stepContactSupport

  // Headings of a printed explanation.
  case labelSince, labelWhy, labelArticle, labelReading, labelUnderReview, labelNothingOutstanding
  case labelFact, labelRecorder, labelMore, labelWaived, labelNotices, labelMay, labelMayNot
  case labelEverything, labelNext, labelNextState, labelNoNext, labelSteps, labelRules, labelAnswer
  case labelKnownAt, labelProjected
}
