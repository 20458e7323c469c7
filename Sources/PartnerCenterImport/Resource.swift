import AccountStatusModel
import JSONText

/// The kinds of documented resource that bear on an account's status.
enum ResourceKind: String, CaseIterable {
  case invoice = "Invoice"
  case invoiceSummary = "InvoiceSummary"
  case legalBusinessProfile = "LegalBusinessProfile"
  case serviceRequest = "ServiceRequest"
  case partnerRelationship = "PartnerRelationship"

  /// All of them, for messages.
  static let list = allCases.map(\.rawValue).joined(separator: ", ")

  /// A member that no other kind has, for resources that do not say what they are.
  fileprivate var mark: [String] {
    switch self {
    case .invoice: ["invoiceDate", "totalCharges"]
    case .invoiceSummary: ["balanceAmount"]
    case .legalBusinessProfile: ["vettingStatus"]
    case .serviceRequest: ["supportTopicId", "createdDate"]
    case .partnerRelationship: ["relationshipType"]
    }
  }
}

/// One resource of a document: its members, read by name, and its place.
struct Resource {
  let object: JSONObject
  let path: String

  init(_ object: JSONObject, path: String) {
    self.object = object
    self.path = path
  }

  /// The place of a member.
  func path(of member: String) -> String {
    path.isEmpty ? member : "\(path).\(member)"
  }

  /// Whether it holds resources and is none itself.
  var isCollection: Bool {
    if object["items"] != nil { return true }
    guard case .string(let name)? = object["attributes"]?["objectType"] else { return false }
    return normalized(name) == "collection" || normalized(name) == "invoicesummaries"
  }

  /// What `attributes.objectType` says, or what the members show where it is absent.
  func kind() throws(Remark) -> ResourceKind {
    if case .string(let name)? = object["attributes"]?["objectType"] {
      for kind in ResourceKind.allCases where normalized(kind.rawValue) == normalized(name) {
        return kind
      }
      throw Remark(
        path: path(of: "attributes.objectType"),
        "\(PartnerCenterImport.shown(.string(name))) is no resource that can be imported; "
          + "\(ResourceKind.list) are")
    }
    for kind in ResourceKind.allCases where kind.mark.contains(where: { object[$0] != nil }) {
      return kind
    }
    throw Remark(
      path: path(of: "attributes.objectType"),
      "is missing; it says what the resource is: \(ResourceKind.list)")
  }

  /// A rejection for a member that must be there.
  func missing(_ member: String, _ example: String = "") -> Remark {
    Remark(
      path: path(of: member),
      "is missing; it is required" + (example.isEmpty ? "" : ", for example \(example)"))
  }

  /// A member's value as messages show it.
  func shown(_ member: String) -> String {
    PartnerCenterImport.shown(object[member] ?? .null)
  }
}

// MARK: - Members

extension Resource {
  /// A member's text; `nil` when it is absent, null or of another kind.
  func text(_ member: String) -> String? {
    guard case .string(let text)? = object[member] else { return nil }
    return text
  }

  /// A member's enum value without case and punctuation, for comparison: `AttentionNeeded` and
  /// `attention_needed` are both `attentionneeded`; `nil` when it is absent or null.
  ///
  /// What is no text is returned as its JSON, which no enum value equals.
  func word(_ member: String) -> String? {
    switch object[member] {
    case nil, .null: nil
    case .string(let text): normalized(text)
    case .some(let other): other.text()
    }
  }

  /// The id in a member that must be there, written as text or as a whole number.
  func identifier(_ member: String) throws(Remark) -> Identifier {
    let text = try idText(member)
    do throws(FormError) {
      return try Identifier(text)
    } catch {
      throw Remark(path: path(of: member), "\(shown(member)) \(error)")
    }
  }

  /// The id of an account in a member that must be there.
  func accountID(_ member: String) throws(Remark) -> AccountID {
    let text = try idText(member)
    do throws(FormError) {
      return try AccountID(text)
    } catch {
      throw Remark(path: path(of: member), "\(shown(member)) is no account id: \(error)")
    }
  }

  private func idText(_ member: String) throws(Remark) -> String {
    switch object[member] {
    case .string(let text): return text
    case .number(let number) where number.text.utf8.allSatisfy { (0x30...0x39).contains($0) }:
      return number.text
    case nil, .null: throw missing(member)
    case .some:
      throw Remark(path: path(of: member), "an id in quotes is expected, not \(shown(member))")
    }
  }

  /// The time in a member; `nil` when it is absent, null or `0001-01-01`, which means never.
  ///
  /// A time without a zone is UTC, a date alone its midnight.
  func instant(_ member: String) throws(Remark) -> Instant? {
    switch object[member] {
    case nil, .null: return nil
    case .string(let text):
      if text.hasPrefix("0001-01-01") { return nil }
      guard let instant = try? Instant(zoned(text)) else {
        throw Remark(
          path: path(of: member),
          "\(shown(member)) is not a time from 1970-01-01 to 2261-12-31, "
            + "such as 2026-10-30T00:00:00Z")
      }
      return instant
    case .some:
      throw Remark(
        path: path(of: member),
        "a time in quotes, such as \"2026-10-30T00:00:00Z\", is expected, not \(shown(member))")
    }
  }

  private func zoned(_ text: String) -> String {
    let bytes = Array(text.utf8)
    if bytes.count == 10 { return text + "T00:00:00Z" }
    // Behind the date, a sign or Z is a zone.
    let hasZone = bytes.dropFirst(11).contains { "Zz+-".utf8.contains($0) }
    return hasZone ? text : text + "Z"
  }

  /// The currency in a member that must be there, in capitals or not.
  func currency(_ member: String) throws(Remark) -> Currency {
    guard object[member] != nil, object[member] != .null else { throw missing(member, "\"EUR\"") }
    // Only of these letters: other scripts have capitals that end in ours.
    let letters = (text(member) ?? "").utf8.map { (0x61...0x7A).contains($0) ? $0 - 0x20 : $0 }
    guard let currency = try? Currency(String(decoding: letters, as: UTF8.self)) else {
      throw Remark(
        path: path(of: member),
        "\(shown(member)) is not a currency; write three letters in quotes, such as \"EUR\"")
    }
    return currency
  }

  /// The amount in a member; `nil` when it is absent or null.
  ///
  /// Exact from the digits written. Refused: more than nine decimals, text in a number's place,
  /// and an exponent, which is how a binary float that lost its last digits is printed.
  func amount(_ member: String, in currency: Currency) throws(Remark) -> Money? {
    switch object[member] {
    case nil, .null: return nil
    case .number(let number):
      let digits = number.text.utf8
      guard digits.count <= 64, !digits.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }),
        let amount = try? Money(currency, decimal: number.text)
      else {
        throw Remark(
          path: path(of: member),
          "\(shown(member)) is not an amount; write it out with at most 18 digits before the "
            + "point and nine behind it, for example 1000.00")
      }
      return amount
    case .some:
      throw Remark(
        path: path(of: member),
        "\(shown(member)) is not an amount; write a number without quotes, for example 1000.00")
    }
  }

  /// A remark for every member that is none of these.
  func remarks(onMembersBeside known: Set<String>) -> [Remark] {
    object.members.filter { !known.contains($0.name) }.map { member in
      Remark(
        path: path(of: String(member.name.prefix(60))), "is not known and was left out")
    }
  }
}

private func normalized(_ word: String) -> String {
  word.filter { $0 != "_" && $0 != "-" && $0 != " " }.lowercased()
}
