import AccountStatusModel
import JSONText

/// A simulation for a person: whether the account would be reinstated, what would change and when.
struct SimulationText {
  /// What a simulation leaves behind.
  static let nothingStored = "this was a simulation: nothing was stored"

  private let reply: JSONValue
  private let id: AccountID
  private let lines: [Simulate.Line]
  private let isColored: Bool

  init(_ reply: JSONValue, of id: AccountID, _ lines: [Simulate.Line], isColored: Bool) {
    self.reply = reply
    self.id = id
    self.lines = lines
    self.isColored = isColored
  }

  private var results: [JSONValue] { reply.array("results") }

  /// Whether some fact would be refused.
  var isRefused: Bool { results.contains { $0["refusal"] != nil } }

  /// Several lines, the last without its end.
  var text: String {
    let asOf = (reply["simulated"] ?? reply["actual"])?.string("asOf") ?? ""
    var text = ["\(id)  simulated\(asOf.isEmpty ? "" : " as of \(asOf)"); nothing was stored", ""]
    text += ["  before     \(standing(reply["actual"]))"]
    text += ["  after      \(standing(reply["simulated"]))"]
    text += ["  reinstated \(verdict)"]
    text += labelled("changes", reply.array("transitions").map(transition), none: "none is to come")
    text += labelled("facts", zip(lines, results).map(fact), none: "none")
    return text.joined(separator: "\n")
  }

  private func labelled(_ label: String, _ entries: [String], none: String) -> [String] {
    (entries.isEmpty ? [none] : entries).enumerated().map { index, entry in
      "  \((index == 0 ? label : "").padded(10)) \(entry)"
    }
  }

  /// `SUSPENDED since 2026-10-30T00:00:00Z: billing-past-due (INV-1)`
  private func standing(_ status: JSONValue?) -> String {
    guard let status else { return "not registered" }
    let state = status.word("state", "ACCOUNT_STATE_")
    let text =
      StatusText.painted(state, isColored) + " since \(status.string("since"))"
    guard state == "SUSPENDED" else { return text }
    let reasons = Self.reasons(status)
    return text + (reasons.isEmpty ? ": nothing is outstanding" : ": \(reasons)")
  }

  private static func reasons(_ status: JSONValue) -> String {
    status.array("reasons").map(StatusText.short).joined(separator: ", ")
  }

  private func transition(_ transition: JSONValue) -> String {
    let state = transition.word("toState", "ACCOUNT_STATE_")
    return "\(StatusText.painted(state, isColored)) at \(transition.string("at"))"
      + StatusText.cause(of: transition)
  }

  /// `line 3  what-if/line-3 paymentReceived: would be stored`
  private func fact(_ line: Simulate.Line, _ result: JSONValue) -> String {
    let name = "\(line.place)  \(FactText(line.fact).name): "
    guard let refusal = result["refusal"] else {
      let isKnown = result.word("outcome", "FACT_OUTCOME_") == "DUPLICATE"
      return name + (isKnown ? "is known already, counts once" : "would be stored")
    }
    return name + Color.red.paint("would be refused", if: isColored)
      + ": \(FactReport.message(of: refusal))"
  }
}

// MARK: - The question

extension SimulationText {
  /// Whether the account is reinstated then, and what is missing if it is not.
  private var verdict: String {
    guard let after = reply["simulated"] else {
      return "no: the account is not registered then"
    }
    let before = reply["actual"]?.word("state", "ACCOUNT_STATE_")
    switch after.word("state", "ACCOUNT_STATE_") {
    case "ACTIVE":
      if before == "SUSPENDED" { return "yes: active from \(after.string("since"))" }
      return "it is active, so there is nothing to reinstate"
    case "SUSPENDED":
      guard after.flag("eligibleForReinstatement") else {
        return "no: \(Self.reasons(after)) would be outstanding"
      }
      return "no, but eligible: \(missing(after))"
    case "CLOSED": return "no: the account would be closed"
    case "NOT_COVERED": return "no: the edition does not cover the account's cloud"
    default: return "unknown: the server says a state that this program does not know"
    }
  }

  /// What an eligible account still needs.
  private func missing(_ status: JSONValue) -> String {
    switch status.word("reinstatementState", "REINSTATEMENT_STATE_") {
    case "IN_REVIEW": "support has to approve the request that is filed"
    case "PARTNER_ACTION_NEEDED": "answer support's question on the request that is filed"
    default: "file a request (accountstatus reinstate request \(id)), and support has to approve it"
    }
  }
}
