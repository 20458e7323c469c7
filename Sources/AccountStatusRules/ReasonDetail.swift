import AccountStatusModel

// A reason's one line for people. It names dates, amounts and thresholds, never how much time has
// passed, so that no line changes by time alone.

extension Sweep {
  /// The most subjects that a line spells out.
  static let mostSpelledOut = 3

  /// Says why a reason holds.
  func detail(of code: ReasonCode, _ subjects: [Subject]) -> String {
    switch code {
    case .accountAbuse:
      let severities = (rules.abuse?.severities.words ?? []).map(spoken).joined(separator: " or ")
      let states = (rules.abuse?.states.words ?? []).map(spoken).joined(separator: " or ")
      return "Abuse, \(severities) and \(states): \(list(subjects) { $0.id.text })"
    case .billingPastDue:
      let threshold = rules.billing.map { spoken($0.pastDue) } ?? ""
      return "Past due for \(threshold): \(list(subjects, invoice))"
    case .indirectProviderIssue:
      let issues = list(subjects) { $0.id.text }
      return "Affects the indirect provider's operations and this account: \(issues)"
    case .profileFailedOrRejected:
      return profileDetail
    }
  }

  private var profileDetail: String {
    if isProfileUnderReview {
      let last = profileRecord.lastFinalized.map(spoken) ?? ""
      return "Profile verification is pending after it was \(last)"
    }
    let overall = profileRecord.overall.map(spoken) ?? ""
    guard let lasting = rules.profile?.lasting, lasting.fewestDays > 0,
      let start = profileRecord.runStart
    else { return "Profile verification is \(overall)" }
    return "Profile verification is \(overall) since \(start.day), for \(spoken(lasting))"
  }

  private func invoice(_ subject: Subject) -> String {
    let open = receivables.open(of: subject.number)?.description ?? ""
    let due = receivables.dueDate(of: subject.number)?.description ?? ""
    return "\(subject.id) (\(open) open, due \(due))"
  }

  private func list(
    _ subjects: [Subject],
    _ text: (Subject) -> String
  ) -> String {
    let spelledOut = subjects.prefix(Self.mostSpelledOut).map(text).joined(separator: ", ")
    let rest = subjects.count - Self.mostSpelledOut
    return rest > 0 ? "\(spelledOut) and \(rest) more" : spelledOut
  }

  private func spoken(_ threshold: DayThreshold) -> String {
    "\(threshold.comparator == .moreThan ? "more than" : "at least") \(threshold.days) days"
  }

  private func spoken(_ word: some Word) -> String { word.contractName.lowercased() }
}
