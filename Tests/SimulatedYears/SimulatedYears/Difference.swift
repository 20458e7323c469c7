import AccountStatusModel

/// Where the server and a straight evaluation do not agree.
struct Difference: Error {
  let account: AccountID?
  /// What was compared.
  let what: String
  let expected: String
  let found: String
}

/// Counts comparisons, and stops at the first difference.
package struct Comparisons {
  /// How many answers were compared, by what they were.
  package private(set) var counts: [Subject: Int] = [:]

  /// What is compared.
  package enum Subject: String, CaseIterable, Sendable {
    case verdict = "verdicts on facts"
    case row = "status rows"
    case record = "records of the index"
    case change = "change rows"
    case full = "full answers from snapshots"
    case past = "answers about the past, asked again"
    case list = "lists"
    case timer = "next transitions"
    case oracle = "answers of the naive reading"
  }

  /// How many answers were compared.
  package var total: Int { counts.values.reduce(0, +) }

  /// The same by what they were, for people.
  package var listing: [(subject: String, count: Int)] {
    Subject.allCases.map { ($0.rawValue, counts[$0, default: 0]) }
  }

  /// Compares one answer.
  mutating func equal<Value: Equatable>(
    _ subject: Subject, _ found: Value, _ expected: Value, of account: AccountID? = nil,
    _ what: @autoclosure () -> String
  ) throws {
    counts[subject, default: 0] += 1
    guard found != expected else { return }
    throw Difference(
      account: account, what: "\(subject.rawValue): \(what())", expected: plain(expected),
      found: plain(found))
  }
}

/// A value for people, module names left out.
func plain(_ value: Any) -> String {
  "\(value)".replacing("AccountStatusModel.", with: "").replacing("AccountStatusLedger.", with: "")
    .replacing("AccountStatusRules.", with: "")
}
