import AccountStatusModel
import ArgumentParser

/// Reads the values of the command line; the errors name what would be right.
enum Parse {
  static func accountID(_ text: String) throws -> AccountID {
    try form { () throws(FormError) in try AccountID(text) }
  }

  static func identifier(_ text: String) throws -> Identifier {
    try form { () throws(FormError) in try Identifier(text) }
  }

  /// A date, which is its midnight in UTC, or an instant as in RFC 3339.
  static func instant(_ text: String) throws -> Instant {
    if let day = try? CalendarDay(text) {
      return Instant(nanoseconds: Int64(day.number) * Instant.nanosecondsPerDay)
    }
    return try form { () throws(FormError) in try Instant(text) }
  }

  /// `500ms`, `2s`, `5m`, `1h` or `7d`.
  static func duration(_ text: String) throws -> Duration {
    let digits = text.prefix { ("0"..."9").contains($0) }
    let milliseconds = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
    guard let count = Int64(digits), let unit = milliseconds[String(text.dropFirst(digits.count))],
      case (let product, let overflow) = count.multipliedReportingOverflow(by: Int64(unit)),
      !overflow,
      product > 0
    else {
      throw ValidationError(
        "write a whole number more than zero and a unit: ms, s, m, h or d, such as 500ms or 2s")
    }
    return .milliseconds(product)
  }

  /// A word of the contract without its enum's prefix, kebab-case or upper case.
  static func word<W: Word>(_ text: String) throws -> W {
    let name = text.uppercased().replacing("-", with: "_")
    guard let word = W.allCases.first(where: { $0.contractName == name }) else {
      throw ValidationError("it is one of \(W.allCases.map(\.kebab).joined(separator: ", "))")
    }
    return word
  }

  /// `REASON[:SUBJECT]=UNTIL`, such as `billing-past-due:INV-1=2027-01-31`.
  static func waiver(_ text: String) throws -> Waiver {
    guard let equals = text.lastIndex(of: "=") else {
      throw ValidationError(
        "write REASON[:SUBJECT]=UNTIL, such as billing-past-due:INV-1=2027-01-31")
    }
    let parts = text[..<equals].split(
      separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    return Waiver(
      reason: try word(String(parts[0])),
      subject: parts.count > 1 ? try identifier(String(parts[1])) : nil,
      until: try instant(String(text[text.index(after: equals)...])))
  }

  /// A token as a report prints it.
  static func token(_ text: String) throws -> String {
    guard !text.isEmpty,
      text.utf8.allSatisfy({ byte in
        Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber
          || "+/=-_".utf8.contains(byte)
      })
    else { throw ValidationError("give a token as report, register or import printed it") }
    return text
  }

  private static func form<Value>(
    _ body: () throws(FormError) -> Value
  ) throws -> Value {
    do throws(FormError) {
      return try body()
    } catch {
      throw ValidationError("\(error)")
    }
  }
}

extension Word {
  /// The word as the command line writes it, for example `billing-past-due`.
  var kebab: String { contractName.lowercased().replacing("_", with: "-") }
}
