import AccountStatusModel
import ExplanationText
import JSONText

/// An explanation for the person who has to act on it, in the language that the server chose.
///
/// The sentences are the server's; the headings and the words are those of the same catalogue.
struct ExplanationLines {
  /// The most facts shown of a subject; `-o json` has all that the server gives.
  private static let factsShown = 6

  private let reply: JSONValue
  private let status: JSONValue
  private let catalogue: MessageCatalogue
  private let isColored: Bool

  init(_ reply: JSONValue, isColored: Bool) {
    self.reply = reply
    status = reply["status"] ?? .null
    catalogue = MessageCatalogue.of(Language(tag: reply.string("locale")))
    self.isColored = isColored
  }

  /// Several lines, the last without its end.
  var text: String {
    let sections = [
      [heading, reply.string("summary")], section(.labelWhy, why), section(.labelSteps, steps),
      section(.labelWaived, reply.array("waivers").flatMap { bullet($0.string("text"), "-", 2) }),
      section(.labelNotices, notices), capabilities + next + answer,
    ]
    return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
      .joined(separator: "\n\n")
  }

  private var state: String { status.word("state", "ACCOUNT_STATE_") }

  /// `northwind  SUSPENDED`
  private var heading: String {
    let word = catalogue.word("AccountState", state).uppercased()
    return "\(status.string("accountId"))  \(StatusText.painted(state, as: word, isColored))"
  }

  private func section(_ label: MessageKey, _ lines: [String]) -> [String] {
    lines.isEmpty ? [] : [catalogue.text(label)] + lines
  }

  /// A text behind a mark, wrapped and indented below itself.
  private func bullet(_ text: String, _ mark: String, _ indent: Int) -> [String] {
    text.wrapped(behind: String(repeating: " ", count: indent) + mark + " ")
  }
}

// MARK: - Why

extension ExplanationLines {
  private var why: [String] {
    guard state == "SUSPENDED" else { return [] }
    let reasons = reply.array("reasons")
    guard !reasons.isEmpty else { return bullet(catalogue.text(.labelNothingOutstanding), "-", 2) }
    return reasons.enumerated().flatMap { index, reason in self.reason(reason, "\(index + 1).") }
  }

  private func reason(_ reason: JSONValue, _ mark: String) -> [String] {
    var title = catalogue.word("ReasonCode", reason.word("code", "REASON_CODE_"))
    title = title.prefix(1).uppercased() + title.dropFirst()
    var asides = [
      catalogue.text(.labelArticle, ["sentence": .id(reason.string("articleSentence"))])
    ]
    if reason["since"] != nil {
      asides.append(catalogue.text(.labelSince, ["since": .id(reason.string("since"))]))
    }
    if reason.flag("underReview") { asides.append(catalogue.text(.labelUnderReview)) }
    var lines = bullet("\(title) (\(asides.joined(separator: ", ")))", mark, 2)
    lines += bullet(rule(of: reason), " ", 3)
    let reading = reason.string("interpretation")
    if !reading.isEmpty {
      lines += bullet(catalogue.text(.labelReading, ["text": .id(reading)]), " ", 3)
    }
    return lines + reason.array("subjects").flatMap { subject($0, indent: 5) }
  }

  /// The rule, with its threshold as an interval.
  private func rule(of reason: JSONValue) -> String {
    let rule = reason.string("rule")
    let interval = reason.string("interval")
    if interval.isEmpty { return rule }
    return "\(rule.hasSuffix(".") ? String(rule.dropLast()) : rule): \(interval)"
  }

  private func subject(_ subject: JSONValue, indent: Int) -> [String] {
    let facts = subject.array("facts")
    let hidden = facts.count - Self.factsShown
    var lines = bullet(subject.string("text"), "-", indent)
    for fact in facts.suffix(Self.factsShown) { lines += bullet(self.fact(fact), " ", indent + 2) }
    if hidden > 0 {
      lines += bullet(catalogue.text(.labelMore, ["count": .number(hidden)]), " ", indent + 2)
    }
    return lines
  }

  private func fact(_ fact: JSONValue) -> String {
    catalogue.text(
      .labelFact,
      [
        "kind": .id(fact.string("kind")), "source": .id(fact.string("source")),
        "fact": .id(fact.string("factId")), "effective": .id(fact.string("effectiveAt")),
        "recorded": .id(fact.string("recordedAt")),
        "recorder": .id(recorder(fact["recordedBy"] ?? .null)),
      ])
  }

  private func recorder(_ recorder: JSONValue) -> String {
    let uid = recorder.number("uid")
    let unit = recorder.string("unit")
    let name = unit.isEmpty ? recorder.string("command") : unit
    if name.isEmpty { return "uid \(uid)" }
    return catalogue.text(.labelRecorder, ["name": .id(name), "uid": .id(uid)])
  }

  private var notices: [String] {
    reply.array("notices").flatMap { notice in
      bullet(notice.string("text"), "-", 2)
        + notice.array("subjects").flatMap { bullet($0.string("text"), "-", 4) }
    }
  }
}

// MARK: - The way back

extension ExplanationLines {
  private var steps: [String] {
    reply.array("steps").flatMap { step in
      let isDone = step.flag("done")
      let link = step.string("link")
      let text = step.string("text") + roles(of: step)
      let lines = bullet(text, isDone ? "[x]" : "[ ]", 2)
      return lines + (isDone || link.isEmpty ? [] : bullet(link, " ", 4))
    }
  }

  /// ` (global admin, billing admin)`; nothing where it is not the partner who acts.
  private func roles(of step: JSONValue) -> String {
    let role = step.word("role", "ROLE_")
    guard role != "UNSPECIFIED", role != "ROLE_UNSPECIFIED" else { return "" }
    let others = step.strings("also").map { $0.word("ROLE_") }
    let names = ([role] + others).map { catalogue.word("Role", $0) }
    return " (\(names.joined(separator: ", ")))"
  }
}

// MARK: - What it may do, and what comes

extension ExplanationLines {
  private var capabilities: [String] {
    let denied = granted(false)
    if denied.isEmpty { return line(.labelMay, catalogue.text(.labelEverything)) }
    return line(.labelMay, granted(true)) + line(.labelMayNot, denied)
  }

  /// The capabilities that are allowed, or not, by where that comes from.
  private func granted(_ isAllowed: Bool) -> String {
    let chosen = reply.array("capabilities").filter { $0.flag("allowed") == isAllowed }
    var bases: [String] = []
    for basis in chosen.map({ $0.word("basis", "CAPABILITY_BASIS_") }) where !bases.contains(basis)
    {
      bases.append(basis)
    }
    return bases.map { basis in
      let names = chosen.filter { $0.word("basis", "CAPABILITY_BASIS_") == basis }
        .map { $0.string("text") }
      return "\(names.joined(separator: ", ")) (\(catalogue.word("CapabilityBasis", basis)))"
    }.joined(separator: "; ")
  }

  private var next: [String] {
    guard let transition = status["nextTransition"] else {
      return line(.labelNext, catalogue.text(.labelNoNext))
    }
    let state = catalogue.word("AccountState", transition.word("toState", "ACCOUNT_STATE_"))
    return line(
      .labelNext,
      catalogue.text(
        .labelNextState, ["state": .id(state), "at": .id(transition.string("at"))]))
  }

  private var answer: [String] {
    var text = catalogue.text(
      .labelAnswer,
      [
        "edition": .id(status.string("policyEdition")),
        "revision": .id(status.number("revision")), "asOf": .id(status.string("asOf")),
      ])
    if status["knownAt"] != nil {
      text +=
        ", "
        + catalogue.text(.labelKnownAt, ["knownAt": .id(status.string("knownAt"))])
    }
    if status.flag("projected") { text += ", " + catalogue.text(.labelProjected) }
    return line(.labelRules, text)
  }

  /// A label and its text; the labels are as wide as the widest.
  private func line(_ label: MessageKey, _ text: String) -> [String] {
    let labels: [MessageKey] = [.labelMay, .labelMayNot, .labelNext, .labelRules]
    let width = labels.map { catalogue.text($0).count }.max() ?? 0
    return text.wrapped(behind: catalogue.text(label).padded(width + 1))
  }
}
