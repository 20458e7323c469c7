// Putting the texts of an explanation into other words, all else unchanged.

extension Explanation {
  /// The same with every text put into other words.
  package func worded<Other>(_ words: (Text) -> Other) -> Explanation<Other> {
    Explanation<Other>(
      summary: words(summary), reasons: reasons.map { $0.worded(words) },
      waivers: waivers.map { $0.worded(words) }, notices: notices.map { $0.worded(words) },
      capabilities: capabilities.map { $0.worded(words) }, steps: steps.map { $0.worded(words) })
  }
}

extension ReasonExplanation {
  fileprivate func worded<Other>(_ words: (Text) -> Other) -> ReasonExplanation<Other> {
    ReasonExplanation<Other>(
      code: code, since: since, rule: words(rule), articleSentence: articleSentence,
      interpretation: interpretation.map(words), threshold: threshold,
      isUnderReview: isUnderReview, subjects: subjects.map { $0.worded(words) })
  }
}

extension SubjectExplanation {
  fileprivate func worded<Other>(_ words: (Text) -> Other) -> SubjectExplanation<Other> {
    SubjectExplanation<Other>(subject, words(text), invoice: invoice, days: days, facts: facts)
  }
}

extension WaiverExplanation {
  fileprivate func worded<Other>(_ words: (Text) -> Other) -> WaiverExplanation<Other> {
    WaiverExplanation<Other>(
      reason: reason, subject: subject, until: until, text: words(text), decision: decision)
  }
}

extension NoticeExplanation {
  fileprivate func worded<Other>(_ words: (Text) -> Other) -> NoticeExplanation<Other> {
    NoticeExplanation<Other>(
      notice: notice, text: words(text), subjects: subjects.map { $0.worded(words) })
  }
}

extension CapabilityExplanation {
  fileprivate func worded<Other>(_ words: (Text) -> Other) -> CapabilityExplanation<Other> {
    CapabilityExplanation<Other>(
      capability: capability, isAllowed: isAllowed, basis: basis, text: words(text))
  }
}

extension RemediationStep {
  fileprivate func worded<Other>(_ words: (Text) -> Other) -> RemediationStep<Other> {
    RemediationStep<Other>(
      code, subject: subject, role: role, alsoRoles: alsoRoles, link: link, isDone: isDone,
      text: words(text))
  }
}
