import AccountStatusModel

/// What a server does, as lines for a terminal.
///
/// Nothing is wider than the screen, and the methods make room for what comes after them.
package struct ActivityText {
  private let activity: Activity
  private let width: Int
  private let isColored: Bool

  /// - width: columns; at least 80 are used where nothing is known.
  package init(_ activity: Activity, width: Int? = nil, isColored: Bool) {
    self.activity = activity
    self.width = width ?? 80
    self.isColored = isColored
  }

  /// The lines, at most `height`; nil: as many as there are.
  package func lines(height: Int? = nil) -> [String] {
    let head = head
    let tail = tail
    let room = height.map { max(1, $0 - head.count - tail.count - 2) } ?? activity.methods.count
    return Array((head + methods(room) + tail).prefix(height ?? .max))
  }

  private var head: [String] {
    let info = activity.now.info
    let name = "accountstatusd \(info.string("version")), pid \(info.number("pid"))"
    // To the second: more would only flicker.
    let clock = info.string("now").prefix { $0 != "." && $0 != "Z" } + "Z"
    let gap = String(repeating: " ", count: max(2, width - name.count - clock.count))
    var lines = [fitted(name + gap + clock), accounts]
    let errors = "\(rate(activity.errorsPerSecond))/s errors"
    lines += [
      row(
        "calls",
        [
          "\(rate(activity.callsPerSecond))/s",
          Color.red.paint(errors, if: isColored && activity.errorsPerSecond >= 0.5),
          "\(count("calls.in_flight")) in flight", "\(count("connections")) connections",
          "\(count("watchers")) watchers",
        ]),
      row(
        "ledger",
        [
          "\(rate(activity.rate("ledger.commits"))) commits/s",
          "\(rate(activity.rate("ledger.facts_stored"))) facts/s",
          "\(count("ledger.requests_pending")) pending",
        ]),
      row(
        "table",
        [
          "generation \(count("table.generation"))",
          "\(count("table.hand_overs")) readers mapped it",
          "\(count("table.hand_overs_refused")) refused",
        ]),
      row(
        "process",
        ["\(memory) resident", "\(Int((activity.cpuShare * 100).rounded())) % of a core"]),
    ]
    let reason = info.string("readOnlyBecause")
    if !reason.isEmpty {
      lines.append(Color.red.paint(fitted("read-only  \(reason)"), if: isColored))
    }
    return lines
  }

  private var accounts: String {
    let states = AccountState.allCases.map { state in
      let name = "accounts.\(state.contractName.lowercased())"
      let text = "\(count(name)) \(state.contractName.kebab)"
      let isWorrying = state == .suspended && activity.now.counter(name) > 0
      return Color.red.paint(text, if: isColored && isWorrying)
    }
    return row("accounts", ["\(count("accounts")) in all"] + states)
  }

  private func methods(_ room: Int) -> [String] {
    guard !activity.methods.isEmpty else { return [] }
    let names = activity.methods.prefix(room).map { String($0.name.prefix(width - 52)) }
    let widest = max(28, names.map(\.count).max() ?? 0)
    let titles = ["CALLS/S", "ERR/S", "P50", "P90", "P99", "P99.9"]
    var lines = ["", columns("METHOD (latencies since the start)", titles, widest)]
    for (name, method) in zip(names, activity.methods) {
      let cells =
        [rate(method.callsPerSecond), rate(method.errorsPerSecond)]
        + method.latencies.map(LatencyText.short)
      lines.append(columns(name, cells, widest))
    }
    return lines
  }

  private var tail: [String] {
    guard !activity.suspensions.isEmpty else { return [] }
    return ["", "NEXT SUSPENSIONS"]
      + activity.suspensions.prefix(5).map { fitted("\($0.at)  \($0.account)") }
  }

  private func row(_ name: String, _ parts: [String]) -> String {
    name.padded(8) + "  " + parts.joined(separator: "  ")
  }

  private func columns(_ name: String, _ cells: [String], _ widest: Int) -> String {
    let name = String(name.prefix(widest)).padded(widest)
    let widths = [8, 7, 9, 9, 9, 9]
    return name
      + zip(cells, widths).map { cell, width in
        String(repeating: " ", count: max(0, width - cell.count)) + cell
      }.joined()
  }

  private func fitted(_ line: String) -> String { String(line.prefix(width)) }

  private func count(_ name: String) -> String {
    Progress.grouped(Int(clamping: activity.now.counter(name)))
  }

  /// One decimal below ten, none above.
  private func rate(_ value: Double) -> String {
    let tenths = (min(value, 1e12) * 10).rounded()
    if tenths == 0 { return "0" }
    return tenths < 100 ? "\(tenths / 10)" : Progress.grouped(Int((tenths / 10).rounded()))
  }

  private var memory: String {
    let tenths = (Double(activity.now.counter("memory.resident_bytes")) / 1e5).rounded()
    return "\(tenths / 10) MB"
  }
}

/// A duration of the contract for people.
enum LatencyText {
  /// `0.000012500s` as `12.5 µs`.
  static func short(_ duration: String) -> String {
    guard let seconds = Double(duration.dropLast()) else { return "-" }
    let microseconds = (seconds * 10_000_000).rounded() / 10
    if microseconds < 1000 { return "\(microseconds) µs" }
    let milliseconds = (microseconds / 100).rounded() / 10
    return milliseconds < 1000 ? "\(milliseconds) ms" : "\((milliseconds / 100).rounded() / 10) s"
  }
}
