import JSONText

/// A policy edition for the person who has to live by it: each programme's reasons in words with
/// their interval of days, then what a suspended account may do.
struct EditionText {
  let edition: JSONValue
  let summary: JSONValue

  /// Several lines, the last without its end.
  var text: String {
    var lines = [heading, ""]
    lines += paragraph("clouds", edition.kebabs("coveredClouds", "CLOUD_").joined(separator: ", "))
    lines += program("csp")
    if edition["maicpp"] == edition["csp"] {
      lines += ["", "maicpp: the same as csp"]
    } else {
      lines += program("maicpp")
    }
    return (lines + capabilities).joined(separator: "\n")
  }

  /// `2020-06 (default), comes with the server`
  private var heading: String {
    let name = edition.string("name") + (summary.flag("isDefault") ? " (default)" : "")
    return "\(name), \(Self.origin(summary))"
  }

  /// Where an edition comes from.
  static func origin(_ summary: JSONValue) -> String {
    let file = summary.string("file")
    return file.isEmpty ? "comes with the server" : "from \(file)"
  }

  private func paragraph(_ label: String, _ text: String) -> [String] {
    text.wrapped(behind: "\(label): ")
  }
}

// MARK: - A programme

extension EditionText {
  private func program(_ name: String) -> [String] {
    let rules = edition[name] ?? .object([:])
    var lines = ["", "\(name): an account is suspended for"]
    let reasons = [
      ("account-abuse", abuse(rules["abuse"])), ("billing-past-due", billing(rules["billing"])),
      ("indirect-provider-issue", provider(rules["provider"])),
      ("profile-failed-or-rejected", profile(rules["profile"])),
    ]
    for (code, words) in reasons {
      if let words { lines += paragraph("  \(code)", words) }
    }
    if lines.count == 2 { lines.append("  nothing") }
    let automatic = rules.kebabs("autoReinstate", "REASON_CODE_")
    return lines
      + paragraph(
        "  reinstated",
        automatic.isEmpty
          ? "by an approval only"
          : "by an approval, or by itself when the last of \(either(automatic)) clears")
  }

  private func abuse(_ rule: JSONValue?) -> String? {
    rule.map {
      "a finding that is \(either($0.kebabs("severities", "ABUSE_SEVERITY_"))) and "
        + either($0.kebabs("states", "ABUSE_STATE_"))
    }
  }

  private func billing(_ rule: JSONValue?) -> String? {
    rule.map { rule in
      "an open invoice \(threshold(rule["pastDue"])) past its due date: "
        + interval(rule["pastDue"])
    }
  }

  private func provider(_ rule: JSONValue?) -> String? {
    rule.map {
      "an open issue that affects the provider's operations and the account, of "
        + either($0.kebabs("partnerTypes", "PARTNER_TYPE_"))
    }
  }

  private func profile(_ rule: JSONValue?) -> String? {
    rule.map { rule in
      var words = "a profile that is \(either(rule.kebabs("states", "VERIFICATION_STATE_")))"
      if rule["lasting"].map(fewestDays) != 0 {
        words += " for \(threshold(rule["lasting"])): \(interval(rule["lasting"]))"
      }
      if rule.flag("holdsUnderReview") {
        words += "; a pending vetting after that does not clear it"
      }
      return words
    }
  }

  /// `more than 60 days`
  private func threshold(_ value: JSONValue?) -> String {
    let comparator = value?.word("comparator", "DAY_COMPARATOR_").lowercased() ?? "unspecified"
    return "\(comparator.replacing("_", with: " ")) \(value?.number("days") ?? "0") days"
  }

  /// `(60 d, ∞)`: the days that are enough, without the threshold or with it.
  private func interval(_ value: JSONValue?) -> String {
    let days = value?.number("days") ?? "0"
    return switch value?.word("comparator", "DAY_COMPARATOR_") {
    case "MORE_THAN": "(\(days) d, ∞)"
    case "AT_LEAST": "[\(days) d, ∞)"
    default: "an interval unknown here"
    }
  }

  /// 0 where no time has to pass; nil where that is not known.
  private func fewestDays(_ threshold: JSONValue) -> Int? {
    guard threshold.word("comparator", "DAY_COMPARATOR_") == "AT_LEAST" else { return nil }
    return Int(threshold.number("days"))
  }

  private func either(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "nothing" }
    return words.dropLast().joined(separator: ", ") + " or \(last)"
  }
}

// MARK: - Capabilities

extension EditionText {
  private var capabilities: [String] {
    let rows = edition.array("capabilities")
    func list(_ isAllowed: Bool) -> String {
      rows.filter { $0.flag("allowedWhileSuspended") == isAllowed }.map { row in
        let name = row.word("capability", "CAPABILITY_").kebab
        // The article is the rule; what is not in it says so.
        let basis = row.word("basis", "CAPABILITY_BASIS_").kebab
        return basis == "article" ? name : "\(name) (\(basis))"
      }.joined(separator: ", ")
    }
    return ["", "while suspended, by the article where nothing else is said"]
      + paragraph("  allowed", list(true)) + paragraph("  denied", list(false))
      + ["", "closed or not covered"]
      + paragraph(
        "  allowed", edition.kebabs("allowedOutside", "CAPABILITY_").joined(separator: ", "))
  }
}
