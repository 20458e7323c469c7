import AccountStatusModel
import JSONText

/// A fact on one line.
struct FactText {
  private static let envelope: Set<String> = [
    "accountId", "source", "factId", "effectiveAt", "sequence", "recordedAt", "recordedBy",
  ]

  let fact: JSONValue

  init(_ fact: JSONValue) {
    self.fact = fact
  }

  /// `partner-center/northwind/invoice/INV-1/issued invoiceIssued`
  var name: String {
    "\(fact.string("source"))/\(fact.string("factId"))".printable
      + " \(kind?.name ?? "without a kind")"
  }

  /// `2026-07-01T00:00:00Z  invoiceIssued  invoiceId=INV-1 total=1000.00 EUR …`
  var text: String { "\(fact.string("effectiveAt"))  \(what)" }

  /// `invoiceIssued  invoiceId=INV-1 total=1000.00 EUR …`
  var what: String {
    let content = kind.map { Self.content($0.value) } ?? ""
    let name = kind?.name ?? ""
    return content.isEmpty ? name : "\(name)  \(content)"
  }

  /// The member that says what happened.
  private var kind: JSONObject.Member? {
    guard case .object(let object) = fact else { return nil }
    return object.members.first { !Self.envelope.contains($0.name) }
  }

  private static func content(_ value: JSONValue) -> String {
    switch value {
    case .object(let object):
      if let money = money(value) { return money }
      return object.members.map { "\($0.name)=\(nested($0.value))" }.joined(separator: " ")
    case .array(let elements):
      return "[" + elements.map(content).joined(separator: ", ") + "]"
    case .string(let text): return text.printable
    default: return value.text()
    }
  }

  /// Content in content: what belongs to it stands in parentheses.
  private static func nested(_ value: JSONValue) -> String {
    guard case .object = value, money(value) == nil else { return content(value) }
    return "(\(content(value)))"
  }

  private static func money(_ value: JSONValue) -> String? {
    guard value["currencyCode"] != nil, let units = Int64(value.number("units")),
      let nanos = Int32(value.number("nanos")),
      let currency = try? Currency(value.string("currencyCode")),
      let money = try? Money(currency, units: units, nanos: nanos)
    else { return nil }
    return money.description
  }
}

extension String {
  /// It with its control characters written out: what a reporter wrote begins no line and steers no
  /// terminal.
  var printable: String {
    guard unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      return self
    }
    return unicodeScalars.reduce(into: "") { text, scalar in
      if scalar.properties.generalCategory == .control {
        text += scalar.escaped(asASCII: true)
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
  }
}
