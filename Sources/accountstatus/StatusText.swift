import AccountStatusModel
import JSONText

/// A status for the person who has to act on it: where it stands, why, what still works, what comes
/// next, and the way back.
struct StatusText {
  let status: JSONValue
  let isColored: Bool

  init(_ status: JSONValue, isColored: Bool) {
    self.status = status
    self.isColored = isColored
  }

  private var state: String { status.word("state", "ACCOUNT_STATE_") }
  private var reasons: [JSONValue] { status.array("reasons") }

  /// Several lines, the last without its end.
  var text: String {
    var lines = [heading, ""]
    lines += reasons.enumerated().flatMap { reason($1, label: $0 == 0 ? "why" : "") }
    if state == "SUSPENDED" && reasons.isEmpty {
      lines += field("why", "no reason is outstanding; only the reinstatement is")
    }
    lines += capabilities
    let notices = status.kebabs("notices", "NOTICE_")
    if !notices.isEmpty { lines += field("notices", notices.joined(separator: ", ")) }
    lines += field("next", next)
    if state == "SUSPENDED" { lines += field("way back", wayBack) }
    return (lines + field("rules", rules)).joined(separator: "\n")
  }

  /// `northwind  SUSPENDED  since 2026-10-30T00:00:00Z (16 days)`
  private var heading: String {
    let since = status.string("since")
    return "\(status.string("accountId"))  \(Self.painted(state, isColored))  since \(since)"
      + (timeSpan(from: since, to: status.string("asOf")).map { " (\($0))" } ?? "")
  }

  /// A state, or another word for it, in the colour of the state.
  static func painted(
    _ state: String, as word: String? = nil, _ isColored: Bool
  ) -> String {
    let color: Color =
      switch state {
      case "ACTIVE": .green
      case "SUSPENDED": .red
      case "CLOSED": .gray
      default: .yellow
      }
    return color.paint(word ?? state, if: isColored)
  }

  /// A reason in a word: `billing-past-due (INV-1)`.
  static func short(_ reason: JSONValue) -> String {
    let subjects = reason.strings("subjects")
    let code = reason.word("code", "REASON_CODE_").kebab
    return subjects.isEmpty ? code : "\(code) (\(subjects.joined(separator: ", ")))"
  }

  /// Why a transition is to come: `: billing-past-due (INV-1)`, or nothing.
  static func cause(of transition: JSONValue) -> String {
    let because = transition.kebabs("because", "REASON_CODE_")
    let subjects = transition.strings("subjects")
    return (because.isEmpty ? "" : ": \(because.joined(separator: ", "))")
      + (subjects.isEmpty ? "" : " (\(subjects.joined(separator: ", ")))")
  }

  private func reason(_ reason: JSONValue, label: String) -> [String] {
    var summary = reason.word("code", "REASON_CODE_").kebab
    if reason["since"] != nil { summary += " since \(reason.string("since"))" }
    let subjects = reason.strings("subjects")
    if !subjects.isEmpty { summary += ": \(subjects.joined(separator: ", "))" }
    if reason.flag("underReview") { summary += " (under review)" }
    let detail = reason.string("detail")
    return field(label, summary) + (detail.isEmpty ? [] : field("", detail))
  }

  private var capabilities: [String] {
    let allowed = status.kebabs("capabilities", "CAPABILITY_")
    let denied = Capability.allCases.map(\.kebab).filter { !allowed.contains($0) }
    if denied.isEmpty { return field("may", "everything") }
    return field("may", allowed.isEmpty ? "nothing" : allowed.joined(separator: ", "))
      + field("may not", denied.joined(separator: ", "))
  }

  private var next: String {
    guard let transition = status["nextTransition"] else { return "no change is known to come" }
    let at = transition.string("at")
    var text = "\(transition.word("toState", "ACCOUNT_STATE_")) at \(at)"
    if let span = timeSpan(from: status.string("asOf"), to: at) { text += " (in \(span))" }
    return text + Self.cause(of: transition)
  }

  private var rules: String {
    var text = "edition \(status.string("policyEdition")), revision \(status.number("revision"))"
    text += ", as of \(status.string("asOf"))"
    if status["knownAt"] != nil { text += ", as known at \(status.string("knownAt"))" }
    return status.flag("projected") ? "\(text), a projection" : text
  }

  private func field(_ label: String, _ text: String) -> [String] {
    text.wrapped(behind: "  " + label.padded(11))
  }
}

// MARK: - The way back

extension StatusText {
  /// What has to happen until the account is in good standing again.
  private var wayBack: String {
    let id = status.string("accountId")
    if !reasons.isEmpty {
      var steps: [String] = []
      for reason in reasons {
        steps.append(Self.remedy(reason.word("code", "REASON_CODE_"), reason.strings("subjects")))
      }
      return steps.joined(separator: "; ") + "; then \(request(id))"
    }
    return request(id)
  }

  /// What clears a reason.
  static func remedy(_ reason: String, _ subjects: [String]) -> String {
    switch reason {
    case "BILLING_PAST_DUE":
      subjects.isEmpty ? "pay the overdue invoices" : "pay \(subjects.joined(separator: ", "))"
    case "ACCOUNT_ABUSE": "contact support about the abuse finding"
    case "INDIRECT_PROVIDER_ISSUE": "the provider resolves its issue; contact support"
    case "PROFILE_FAILED_OR_REJECTED": "complete the partner profile and fix each failed check"
    default: "contact support about \(reason.kebab)"
    }
  }

  /// Where the request for reinstatement stands, and who acts next.
  private func request(_ id: String) -> String {
    switch status.word("reinstatementState", "REINSTATEMENT_STATE_") {
    case "AWAITING_REMEDY": "support decides on the request that is filed"
    case "IN_REVIEW": "support decides on the request that is filed (in review)"
    case "PARTNER_ACTION_NEEDED": "answer support's question on the request that is filed"
    case "DECLINED":
      "the last request was declined; file another: accountstatus reinstate request \(id)"
    default: "file a support request: accountstatus reinstate request \(id)"
    }
  }
}
