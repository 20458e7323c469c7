import AccountStatusModel
import JSONText

/// The kinds of documented resource that bear on an account's status.
enum ResourceKind: String, CaseIterable {
  case invoice = "Invoice"
  case invoiceSummary = "InvoiceSummary"
  case legalBusinessProfile = "LegalBusinessProfile"
  case serviceRequest = "ServiceRequest"
  case partnerRelationship = "PartnerRelationship"
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

  /// What `attributes.objectType` says, or what the members show where it is absent.
  func kind() throws(Remark) -> ResourceKind {
    if case .string(let name)? = object["attributes"]?["objectType"] {
      for kind in ResourceKind.allCases where normalized(kind.rawValue) == normalized(name) {
        return kind
      }
      throw Remark(
        path: path(of: "attributes.objectType"),
        "\"\(name)\" is no resource that can be imported; Invoice and LegalBusinessProfile are")
    }
    if object["vettingStatus"] != nil { return .legalBusinessProfile }
    if object["invoiceDate"] != nil || object["totalCharges"] != nil { return .invoice }
    throw Remark(
      path: path(of: "attributes.objectType"),
      "is missing; it says what the resource is, for example Invoice")
  }

  /// A member's text; `nil` when it is absent, null or of another kind.
  func text(_ member: String) -> String? {
    guard case .string(let text)? = object[member] else { return nil }
    return text
  }

  /// The id in a member that must be there, written as text or as a whole number.
  func identifier(_ member: String) throws(Remark) -> Identifier {
    let text: String
    switch object[member] {
    case .string(let string): text = string
    case .number(let number) where number.integer(as: UInt64.self) != nil: text = number.text
    case nil, .null: throw Remark(path: path(of: member), "is missing; it is required")
    case .some(let other):
      throw Remark(path: path(of: member), "an id in quotes is expected, not \(other.kind)")
    }
    do throws(FormError) {
      return try Identifier(text)
    } catch {
      throw Remark(path: path(of: member), "\(error)")
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
          "\"\(text)\" is not a time from 1970-01-01 to 2261-12-31, "
            + "such as 2026-10-30T00:00:00Z")
      }
      return instant
    case .some(let other):
      throw Remark(path: path(of: member), "a time in quotes is expected, not \(other.kind)")
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
    guard let text = text(member) else {
      throw Remark(path: path(of: member), "is missing; it is required, for example \"EUR\"")
    }
    do throws(FormError) {
      return try Currency(text.uppercased())
    } catch {
      throw Remark(path: path(of: member), "\(error)")
    }
  }

  /// The amount in a member; `nil` when it is absent or null.
  ///
  /// Exact from the digits written: more than nine decimals, or text in a number's place, is
  /// refused.
  func amount(_ member: String, in currency: Currency) throws(Remark) -> Money? {
    switch object[member] {
    case nil, .null: return nil
    case .number(let number):
      do throws(FormError) {
        return try Money(currency, decimal: number.text)
      } catch {
        throw Remark(path: path(of: member), "\(error)")
      }
    case .some(let other):
      throw Remark(path: path(of: member), "a number is expected, not \(other.text())")
    }
  }

  /// A member's enum value without case and punctuation, for comparison: `AttentionNeeded` and
  /// `attention_needed` are both `attentionneeded`; `nil` when it is absent.
  func word(_ member: String) -> String? {
    text(member).map(normalized)
  }

  /// A remark for every member that is none of these.
  func remarks(onMembersBeside known: Set<String>) -> [Remark] {
    object.members.filter { !known.contains($0.name) }.map { member in
      Remark(path: path(of: member.name), "is not known and was left out")
    }
  }
}

private func normalized(_ word: String) -> String {
  word.filter { $0 != "_" && $0 != "-" && $0 != " " }.lowercased()
}
