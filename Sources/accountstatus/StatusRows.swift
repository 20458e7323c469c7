import JSONText

/// Statuses as the rows of a table, with the columns that a list is about.
struct StatusRows {
  private struct Column {
    let title: String
    /// The last column is as wide as its text.
    let width: Int
    let text: (JSONValue) -> String
    /// How the text is painted, which must not change its width.
    var paint: (String) -> String = { $0 }
  }

  private let columns: [Column]

  init(_ filter: FilterOptions, isColored: Bool) {
    var columns = [
      Column(title: "ACCOUNT", width: 24) { $0.string("accountId") },
      Column(
        title: "STATE", width: 11, text: { $0.word("state", "ACCOUNT_STATE_") },
        paint: { StatusText.painted($0, isColored) }),
    ]
    if filter.suspendsWithin != nil {
      columns.append(
        Column(title: "SUSPENDS AT", width: 20) { $0["nextTransition"]?.string("at") ?? "" })
      columns.append(
        Column(title: "IN", width: 8) { status in
          timeSpan(from: status.string("asOf"), to: status["nextTransition"]?.string("at") ?? "")
            ?? ""
        })
    } else if filter.eligible || filter.reinstatement != nil {
      columns.append(
        Column(title: "REINSTATEMENT", width: 21) {
          $0.word("reinstatementState", "REINSTATEMENT_STATE_").kebab
        })
      columns.append(
        Column(title: "REINSTATEMENT SINCE", width: 20) { $0.string("reinstatementSince") })
    } else {
      columns.append(Column(title: "SINCE", width: 20) { $0.string("since") })
    }
    if filter.olderThan != nil, filter.suspendsWithin == nil {
      let member = filter.reinstatement == nil ? "since" : "reinstatementSince"
      columns.append(
        Column(title: "FOR", width: 8) {
          timeSpan(from: $0.string(member), to: $0.string("asOf")) ?? ""
        })
    }
    if filter.notice != nil {
      columns.append(
        Column(title: "NOTICES", width: 28) {
          $0.kebabs("notices", "NOTICE_").joined(separator: ", ")
        })
    }
    let showsNext = filter.suspendsWithin == nil
    columns.append(
      Column(title: "REASONS", width: 0) { Self.reasons(of: $0, showsNext: showsNext) })
    self.columns = columns
  }

  /// The first line.
  var heading: String {
    line(columns.map { ($0.title, $0.title) })
  }

  /// The line of an account.
  func row(_ status: JSONValue) -> String {
    line(
      columns.map { column in
        let text = column.text(status)
        return (text, column.paint(text))
      })
  }

  private func line(_ cells: [(plain: String, painted: String)]) -> String {
    let padded = zip(columns, cells).map { column, cell in
      cell.painted + String(repeating: " ", count: max(0, column.width - cell.plain.count))
    }
    return String(padded.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
  }

  private static func reasons(of status: JSONValue, showsNext: Bool) -> String {
    var why = status.array("reasons").map { $0.word("code", "REASON_CODE_").kebab }
    if status.flag("eligibleForReinstatement") { why.append("eligible for reinstatement") }
    if showsNext, let next = status["nextTransition"] {
      why.append("\(next.word("toState", "ACCOUNT_STATE_")) at \(next.string("at"))")
    }
    return why.joined(separator: ", ")
  }
}
