import AccountStatusModel
import JSONText

/// An account's history for a person: one entry after another, in the order of time.
struct HistoryText {
  /// What happened at an instant: a line, and more below it.
  private struct Entry {
    let at: Instant
    /// Orders what happens at one instant: facts, what ends, what begins, what is learned.
    let rank: Int
    let lines: [String]
  }

  /// Clocks of reporters and the way to the server differ by moments; more than this is a delay.
  private static let noticeable = 60 * Instant.nanosecondsPerSecond

  /// The text.
  private(set) var lines: [String]
  /// Remarks that are no part of it.
  private(set) var notes: [String] = []

  private let history: JSONValue
  private let isColored: Bool
  /// The recorded_at of the retraction of a fact, by source and id.
  private var retractions: [[String]: Instant] = [:]
  /// Decisions that ended or kept nothing, by source and id.
  private var idleDecisions: Set<[String]> = []

  init(
    of account: AccountID, _ history: JSONValue, _ facts: [JSONValue], knownAt: Instant?,
    showsAll: Bool, isColored: Bool
  ) {
    self.history = history
    self.isColored = isColored
    let asOf = Self.instant(history, "asOf") ?? .distantFuture
    let known = facts.filter { Self.instant($0, "recordedAt") ?? asOf <= knownAt ?? .distantFuture }
    lines = [
      "\(account)  edition \(history.string("policyEdition")), as of \(history.string("asOf"))"
        + (knownAt.map { ", as known at \($0)" } ?? ""), "",
    ]
    for fact in known {
      guard let retracted = fact["factRetracted"] else { continue }
      let name = [retracted.string("source"), retracted.string("factId")]
      retractions[name] = retractions[name] ?? Self.instant(fact, "recordedAt")
    }
    for decision in history.array("decisions") where !decision.flag("tookEffect") {
      if let fact = decision["fact"] { idleDecisions.insert(Self.name(of: fact)) }
    }

    var entries = known.compactMap { self.fact($0) }
    let future = entries.count { $0.at > asOf }
    entries.removeAll { $0.at > asOf }
    entries += history.array("episodes").flatMap { self.episode($0) }
    let corrections = history.array("corrections").filter { showsAll || Self.isNoticeable($0) }
    entries += corrections.compactMap { self.correction($0) }
    entries.sort { ($0.at, $0.rank) < ($1.at, $1.rank) }
    lines += entries.flatMap(\.lines)
    note(future: future, leftOut: history.array("corrections").count - corrections.count)
  }

  private mutating func note(future: Int, leftOut: Int) {
    let episodes = history.number("earlierEpisodes")
    let decisions = history.number("earlierDecisions")
    if episodes != "0" { notes.append("\(episodes) earlier suspensions are left out") }
    if decisions != "0" { notes.append("\(decisions) earlier decisions are left out") }
    if future > 0 { notes.append("\(counted(future, "fact")) will take effect later") }
    if leftOut > 0 {
      notes.append(
        "\(counted(leftOut, "correction")) of less than a minute left out; --all shows "
          + (leftOut == 1 ? "it" : "them"))
    }
  }
}

// MARK: - Facts

extension HistoryText {
  private func fact(_ fact: JSONValue) -> Entry? {
    guard let at = Self.instant(fact, "effectiveAt") else { return nil }
    var origin = "\(fact.string("source"))/\(fact.string("factId"))"
    let reporter = Self.reporter(fact["recordedBy"])
    if !reporter.isEmpty { origin += " by \(reporter)" }
    if let learned = Self.instant(fact, "recordedAt"), Self.isNoticeable(from: at, to: learned) {
      origin += ", learned \(Self.short(learned))"
    }
    if let retracted = retractions[Self.name(of: fact)] {
      origin += ", RETRACTED \(Self.short(retracted))"
    }
    return entry(at, rank: 0, decision(fact) ?? FactText(fact).what, [origin])
  }

  /// `D-1 APPROVED on R-1, waives …: the note`
  private func decision(_ fact: JSONValue) -> String? {
    guard let decision = fact["reinstatementDecided"] else { return nil }
    let outcome = decision.word("outcome", "DECISION_OUTCOME_")
    var text = "\(outcome) by decision \(decision.string("decisionId"))"
    let request = decision.string("requestId")
    if !request.isEmpty { text += " on request \(request)" }
    for waiver in decision.array("waivers") {
      let subject = waiver.string("subject")
      text += ", waives \(waiver.word("reason", "REASON_CODE_").kebab)"
      text += subject.isEmpty ? "" : " of \(subject)"
      text += " until \(Self.short(waiver, "until"))"
    }
    let note = decision.string("note")
    if !note.isEmpty { text += ": \(note.printable)" }
    guard idleDecisions.contains(Self.name(of: fact)) else { return text }
    return text
      + (decision.array("waivers").isEmpty
        ? " (without effect: no suspension was open)"
        : " (no suspension was open: only what it waives counts)")
  }

  /// `billing-sync (uid 998)`, with the unit before the command.
  private static func reporter(_ recorder: JSONValue?) -> String {
    guard let recorder else { return "" }
    let names = [recorder.string("unit"), recorder.string("command")]
    let name = names.first { !$0.isEmpty } ?? ""
    let uid = "uid \(recorder.number("uid"))"
    return name.isEmpty ? uid : "\(name) (\(uid))"
  }

  private static func name(of fact: JSONValue) -> [String] {
    [fact.string("source"), fact.string("factId")]
  }
}

// MARK: - Suspensions

extension HistoryText {
  private func episode(_ episode: JSONValue) -> [Entry] {
    guard let since = Self.instant(episode, "since") else { return [] }
    var entries: [Entry] = []
    var first: [String] = []
    for reason in episode.array("reasons") {
      let text = StatusText.short(reason)
      guard let start = Self.instant(reason, "since"), start > since else {
        first.append(text)
        continue
      }
      entries.append(entry(start, rank: 3, "\(painted("SUSPENDED")) also for \(text)"))
    }
    let why = first.joined(separator: ", ")
    entries.append(entry(since, rank: 2, "\(painted("SUSPENDED")) \(why)"))
    if let until = Self.instant(episode, "until") {
      entries.append(entry(until, rank: 1, end(of: episode)))
    }
    return entries
  }

  private func end(of episode: JSONValue) -> String {
    switch episode.word("endedBy", "EPISODE_END_") {
    case "APPROVED":
      "\(painted("ACTIVE")) reinstated by decision \(episode.string("decisionId"))"
    case "AUTOMATIC": "\(painted("ACTIVE")) reinstated by itself: nothing was outstanding"
    case "ACCOUNT_CLOSED": "\(painted("CLOSED")) while suspended"
    case let other: "the suspension ended: \(other.kebab)"
    }
  }
}

// MARK: - Corrections

extension HistoryText {
  private func correction(_ correction: JSONValue) -> Entry? {
    guard let at = Self.instant(correction, "recordedAt") else { return nil }
    var below = correction.array("stretches").map { stretch in
      "\(Self.short(stretch, "from")) – \(Self.short(stretch, "until")) "
        + "was \(state(stretch["before"])), is \(state(stretch["after"]))"
    }
    let later = correction.number("laterStretches")
    if later != "0" { below.append("and \(later) later stretches") }
    return entry(at, rank: 4, "LEARNED \(Self.because(correction))", below)
  }

  private static func because(_ correction: JSONValue) -> String {
    let facts = correction.array("facts").map { FactText($0).name }
    let more = facts.count - 3 + (Int(correction.number("laterFacts")) ?? 0)
    return facts.prefix(3).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }

  private func state(_ state: JSONValue?) -> String {
    guard let state else { return "not registered" }
    let reasons = state.kebabs("reasons", "REASON_CODE_")
    let word = painted(state.word("state", "ACCOUNT_STATE_"))
    return reasons.isEmpty ? word : "\(word) (\(reasons.joined(separator: ", ")))"
  }

  /// Whether its stretches are a minute or more together.
  private static func isNoticeable(_ correction: JSONValue) -> Bool {
    var total = Int64(0)
    for stretch in correction.array("stretches") {
      guard let from = instant(stretch, "from"), let until = instant(stretch, "until") else {
        return true
      }
      total += until.nanoseconds - from.nanoseconds
    }
    return total >= noticeable
  }
}

// MARK: - Parts

extension HistoryText {
  private func entry(
    _ at: Instant, rank: Int, _ text: String, _ below: [String] = []
  ) -> Entry {
    let time = Self.short(at).padded(20)
    let indent = String(repeating: " ", count: 22)
    return Entry(
      at: at, rank: rank,
      lines: ["\(time)  \(text)"] + below.map { Color.gray.paint(indent + $0, if: isColored) })
  }

  private func painted(_ state: String) -> String { StatusText.painted(state, isColored) }

  private static func instant(_ value: JSONValue, _ member: String) -> Instant? {
    try? Instant(value.string(member))
  }

  private static func isNoticeable(from: Instant, to: Instant) -> Bool {
    to.nanoseconds - from.nanoseconds >= noticeable
  }

  /// Midnights as dates.
  private static func short(_ instant: Instant) -> String {
    instant.day.start == instant ? "\(instant.day)" : "\(instant)"
  }

  private static func short(_ value: JSONValue, _ member: String) -> String {
    instant(value, member).map(short) ?? value.string(member)
  }
}
