/// How far a long command is: `120 000 facts, 3 refused, 41 000/s, 37 %, 12 s left`.
package struct Progress {
  /// Pause between two looks at it: often enough to seem alive.
  private static let interval = Duration.milliseconds(100)

  private let start: ContinuousClock.Instant
  private var shown: ContinuousClock.Instant?
  /// What there is to do, and what of it is done, in any unit; `nil` where nobody knows.
  package var total: Int?
  package var done = 0

  package init(at start: ContinuousClock.Instant = .now, total: Int? = nil) {
    self.start = start
    self.total = total
  }

  /// The text to show now; `nil` when the last one is young.
  package mutating func text(
    facts: Int, refused: Int, at now: ContinuousClock.Instant = .now
  ) -> String? {
    if let shown, now - shown < Self.interval { return nil }
    shown = now
    let seconds = (now - start) / .seconds(1)
    var parts = ["\(Self.grouped(facts)) facts"]
    if refused > 0 { parts.append("\(Self.grouped(refused)) refused") }
    guard seconds > 0 else { return parts.joined(separator: ", ") }
    parts.append("\(Self.grouped(Int(Double(facts) / seconds)))/s")
    if let total, total > 0 {
      let share = min(Double(done) / Double(total), 1)
      parts.append("\(Int(share * 100)) %")
      if share > 0 { parts.append("\(Self.time(seconds * (1 - share) / share)) left") }
    }
    return parts.joined(separator: ", ")
  }

  /// Thousands apart: `41 000`.
  static func grouped(_ number: Int) -> String {
    let digits = String(number)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text += " " }
      text.append(digit)
    }
    return text
  }

  private static func time(_ seconds: Double) -> String {
    let whole = Int(min(seconds, 360_000_000).rounded(.up))
    return whole < 60
      ? "\(whole) s" : whole < 3600 ? "\(whole / 60) min \(whole % 60) s" : "\(whole / 3600) h"
  }
}
