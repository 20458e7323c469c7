import AccountStatusModel

// How text for a person is laid out.

extension String {
  /// The text, with spaces behind it up to a width.
  func padded(_ width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }

  /// Lines of at most 100 columns, where no word is longer, the first behind a label and the others
  /// below the text of the first.
  package func wrapped(behind label: String) -> [String] {
    var lines = [label]
    var isEmpty = true
    for word in split(separator: " ") {
      if !isEmpty, lines[lines.count - 1].count + 1 + word.count > 100 {
        lines.append(String(repeating: " ", count: label.count))
        isEmpty = true
      }
      lines[lines.count - 1] += isEmpty ? String(word) : " \(word)"
      isEmpty = false
    }
    return lines
  }
}

/// `1 account`, `2 accounts`.
package func counted(_ count: Int, _ thing: String) -> String {
  count == 1 ? "1 \(thing)" : "\(count) \(thing)s"
}

/// The time between two instants in whole days, or hours below two days; nil: there is none.
package func timeSpan(from start: String, to end: String) -> String? {
  guard let start = try? Instant(start), let end = try? Instant(end), start <= end else {
    return nil
  }
  let hours = (end.nanoseconds - start.nanoseconds) / (3600 * Instant.nanosecondsPerSecond)
  return hours < 48 ? "\(hours) h" : "\(hours / 24) days"
}
