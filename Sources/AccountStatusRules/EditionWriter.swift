package import AccountStatusModel
package import JSONText

extension PolicyEdition {
  /// The text of an edition's file: canonical JSON of `accountstatus.v1.PolicyEdition` with every
  /// field shown.
  package var fileText: String { json.text(.indented) + "\n" }

  /// The edition as a value of that JSON.
  package var json: JSONValue {
    .object([
      "name": .string(name),
      "coveredClouds": list(coveredClouds),
      "csp": csp.json,
      "maicpp": maicpp.json,
      "capabilities": .array(capabilities.rows.map(\.json)),
      "allowedOutside": list(capabilities.allowedOutside),
    ])
  }
}

extension ProgramRules {
  /// A rule that is absent is left out: no reason there.
  fileprivate var json: JSONValue {
    var members: [JSONObject.Member] = []
    if let abuse {
      let rule: JSONObject = [
        "severities": list(abuse.severities), "states": list(abuse.states),
      ]
      members.append(.init("abuse", .object(rule)))
    }
    if let billing {
      members.append(.init("billing", .object(["pastDue": billing.pastDue.json])))
    }
    if let provider {
      members.append(.init("provider", .object(["partnerTypes": list(provider.partnerTypes)])))
    }
    if let profile {
      let rule: JSONObject = [
        "states": list(profile.states), "lasting": profile.lasting.json,
        "holdsUnderReview": .bool(profile.holdsUnderReview),
      ]
      members.append(.init("profile", .object(rule)))
    }
    members.append(.init("autoReinstate", list(autoReinstate)))
    return .object(JSONObject(members))
  }
}

extension DayThreshold {
  fileprivate var json: JSONValue {
    .object(["comparator": word(comparator), "days": .number(JSONNumber(days))])
  }
}

extension CapabilityMatrix.Row {
  fileprivate var json: JSONValue {
    .object([
      "capability": word(capability),
      "allowedWhileSuspended": .bool(isAllowedWhileSuspended),
      "basis": word(basis),
    ])
  }
}

private func word<Element: EditionWord>(_ word: Element) -> JSONValue {
  .string(Element.spelling.name(of: word))
}

private func list(_ set: WordSet<some EditionWord>) -> JSONValue {
  .array(set.words.map { word($0) })
}
