import JSONText

/// A change, or an account of a snapshot, as a line.
///
///     2026-10-30T00:00:00Z  northwind                ACTIVE -> SUSPENDED  billing-past-due
struct ChangeText {
  private let change: JSONValue
  private let isColored: Bool

  init(_ change: JSONValue, isColored: Bool) {
    self.change = change
    self.isColored = isColored
  }

  private var previous: JSONValue? { change["previous"] }
  private var current: JSONValue? { change["current"] }

  var line: String {
    let asOf = (current ?? previous)?.string("asOf") ?? ""
    let parts = [
      asOf.padded(20), change.string("accountId").padded(24), states, details,
    ]
    return parts.filter { !$0.isEmpty }.joined(separator: "  ")
  }

  private var states: String {
    let before = previous.map(state)
    guard let current else { return (before.map { "\($0) -> " } ?? "") + "not registered" }
    let now = state(of: current)
    return before == nil || before == now ? now : "\(before ?? "") -> \(now)"
  }

  private func state(of status: JSONValue) -> String {
    StatusText.painted(status.word("state", "ACCOUNT_STATE_"), isColored)
  }

  /// What is true now, of what is different now.
  private var details: String {
    guard let current else { return past }
    var parts: [String] = []
    func add(_ member: String, _ text: String) {
      if previous?[member] != current[member], !text.isEmpty { parts.append(text) }
    }
    let reasons = current.array("reasons").map { $0.word("code", "REASON_CODE_").kebab }
    add("reasons", reasons.isEmpty ? "no reason" : reasons.joined(separator: ", "))
    add("notices", current.kebabs("notices", "NOTICE_").joined(separator: ", "))
    let reinstatement = current.word("reinstatementState", "REINSTATEMENT_STATE_").kebab
    add("reinstatementState", reinstatement == "none" ? "" : "reinstatement \(reinstatement)")
    if let next = current["nextTransition"] {
      add("nextTransition", "\(next.word("toState", "ACCOUNT_STATE_")) at \(next.string("at"))")
    }
    if previous == nil { parts.removeAll { $0 == "no reason" } }
    return (parts + [past]).filter { !$0.isEmpty }.joined(separator: "; ")
  }

  private var past: String { change.flag("pastChanged") ? "its past has changed" : "" }
}
