import AccountStatusModel
import AccountStatusRules
import JSONText
import Testing

/// What the reader complains about, and where: a text of 2020-06 with one thing changed.
@Suite struct EditionReaderTests {
  private static let text = PolicyEdition.named("2020-06").fileText

  private func complaints(_ text: String) -> String {
    do throws(EditionFileError) {
      _ = try EditionFile(path: "2020-06.json", bytes: Array(text.utf8)).edition()
      return "it was taken"
    } catch {
      return error.description
    }
  }

  /// The complaints after one change; the first of several places is the one of csp.
  private func complaints(_ old: String, _ new: String) throws -> String {
    let range = try #require(Self.text.firstRange(of: old))
    return complaints(Self.text[..<range.lowerBound] + new + Self.text[range.upperBound...])
  }

  @Test(arguments: [
    ("60", "-3", "19:17: csp.billing.pastDue.days: -3: must be 0 to 36 500"),
    ("60", "36501", "19:17: csp.billing.pastDue.days: 36501: must be 0 to 36 500"),
    ("60", "59.5", "19:17: csp.billing.pastDue.days: 59.5: must be 0 to 36 500"),
    ("60", "\"60\"", "19:17: csp.billing.pastDue.days: \"60\": must be 0 to 36 500"),
    ("60", "null", "19:17: csp.billing.pastDue.days: null: must be 0 to 36 500"),
    ("60", "1e999999999", "19:17: csp.billing.pastDue.days: 1e999999999: must be 0 to 36 500"),
    (
      "MORE_THAN", "UNSPECIFIED",
      "18:23: csp.billing.pastDue.comparator: \"DAY_COMPARATOR_UNSPECIFIED\": must be one of "
        + "DAY_COMPARATOR_MORE_THAN, DAY_COMPARATOR_AT_LEAST"
    ),
    (
      "\"DAY_COMPARATOR_MORE_THAN\"", "1",
      "18:23: csp.billing.pastDue.comparator: 1: must be one of DAY_COMPARATOR_MORE_THAN, "
        + "DAY_COMPARATOR_AT_LEAST"
    ),
    (
      "\"billing\"", "\"biling\"",
      "16:5: csp.biling: is no field; the fields here are autoReinstate, abuse, billing, "
        + "provider, profile"
    ),
    (
      "\"2020-06\"", "\"2020-07\"",
      "2:11: name: \"2020-07\": must be \"2020-06\", as the file is called"
    ),
    (
      "\"2020-06\"", "\".2020\"",
      "2:11: name: \".2020\": must be 1 to 64 of A-Z a-z 0-9 . _ -, the first a letter or digit"
    ),
    ("\"2020-06\"", "{}", "2:11: name: an object: must be a string"),
    (
      "CLOUD_US_GOVERNMENT", "CLOUD_PUBLIC",
      "5:5: coveredClouds[1]: \"CLOUD_PUBLIC\": is listed already"
    ),
    (
      "CLOUD_US_GOVERNMENT", "CLOUD_MARS",
      "5:5: coveredClouds[1]: \"CLOUD_MARS\": must be one of CLOUD_PUBLIC, "
        + "CLOUD_US_GOVERNMENT, CLOUD_GERMANY, CLOUD_CHINA_21VIANET"
    ),
    (
      "\"holdsUnderReview\": true", "\"holdsUnderReview\": 1",
      "36:27: csp.profile.holdsUnderReview: 1: must be true or false"
    ),
    (
      "\"autoReinstate\": []", "\"autoReinstate\": {}",
      "38:22: csp.autoReinstate: an object: must be an array"
    ),
    (
      "\"ABUSE_STATE_CONFIRMED\"", "",
      "12:17: csp.abuse.states: must list at least one of ABUSE_STATE_SUSPECTED, "
        + "ABUSE_STATE_CONFIRMED, ABUSE_STATE_DISMISSED"
    ),
    (
      "MANAGE_EXISTING_LICENSES", "MANAGE_EXISTING_DEPLOYMENTS",
      "80:21: capabilities[1].capability: \"CAPABILITY_MANAGE_EXISTING_DEPLOYMENTS\": has a row "
        + "already"
    ),
    (
      "\"capabilities\": [", "\"capabilities\": [7,", "73:20: capabilities[0]: 7: must be an object"
    ),
  ])
  func `what is wrong is told with its place, its value and what is right`(
    _ old: String, _ new: String, _ complaint: String
  ) throws {
    #expect(try complaints(old, new) == "2020-06.json:" + complaint)
  }

  @Test func `all that is wrong is told, in the file's order, up to twenty`() throws {
    #expect(
      try complaints("\"days\"", "\"day\"").split(separator: "\n") == [
        "2020-06.json:17:18: csp.billing.pastDue.days: is missing",
        "2020-06.json:19:9: csp.billing.pastDue.day: is no field; the fields here are comparator, "
          + "days",
      ])
    let all = complaints(Self.text.replacing("true", with: "\"yes\""))
    #expect(all.split(separator: "\n").count == 14)
    #expect(all.hasPrefix("2020-06.json:36:27: csp.profile.holdsUnderReview"))
    #expect(complaints(Self.text.replacing("_", with: "")).split(separator: "\n").count == 20)
  }

  @Test func `a capability without a row is named`() throws {
    var edition = PolicyEdition.named("2020-06")
    edition.capabilities = CapabilityMatrix(
      rows: edition.capabilities.rows.filter { $0.capability != .addAddon }, allowedOutside: [])
    #expect(
      complaints(edition.fileText)
        == "2020-06.json:73:19: capabilities: has no row for CAPABILITY_ADD_ADDON")
  }

  @Test func `rows may stand in any order`() throws {
    let edition = PolicyEdition.named("2020-06")
    var turned = edition
    turned.capabilities = CapabilityMatrix(
      rows: edition.capabilities.rows.reversed(),
      allowedOutside: edition.capabilities.allowedOutside)
    let file = EditionFile(path: "2020-06.json", bytes: Array(turned.fileText.utf8))
    #expect(try file.edition() == edition)
  }

  @Test func `every field but a rule must be there`() throws {
    let document = PolicyEdition.named("2020-06").json
    var count = 0
    for path in document.paths {
      guard case .member(let name)? = path.steps.last else { continue }
      let isRule =
        path.steps.count == 2 && ["abuse", "billing", "provider", "profile"].contains(name)
      let answer = complaints(document.setting(path.steps[...], to: nil).text())
      #expect(isRule ? answer == "it was taken" : answer.hasSuffix(": \(path): is missing"))
      count += 1
    }
    #expect(count == 6 + 2 * 16 + 19 * 3)
  }

  @Test func `every value must be of its kind`() throws {
    let document = PolicyEdition.named("2020-06").json
    let kinds: [JSONValue] = [
      .null, .bool(true), .number(JSONNumber(-1)), .string(""), .array([.array([])]), .object([:]),
    ]
    for path in document.paths {
      let value = document.value(at: path.steps[...])
      for other in kinds where other.kind != value?.kind {
        let answer = complaints(document.setting(path.steps[...], to: other).text(.indented))
        #expect(answer.hasPrefix("2020-06.json:"), "\(path) as \(other.kind): \(answer)")
        #expect(answer.contains(" \(path)"), "\(path) as \(other.kind): \(answer)")
      }
    }
  }
}
