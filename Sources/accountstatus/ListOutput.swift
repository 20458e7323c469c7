import AccountStatusModel
import JSONText

/// What a list of statuses is sorted by.
enum ListOrder {
  case account
  /// The next transition, the soonest first.
  case nextTransition
  /// The beginning of the state, the oldest first.
  case since
  /// The beginning of the reinstatement state, the oldest first.
  case reinstatementSince

  /// What comes first has the smaller one; what has none comes last.
  fileprivate func key(of status: JSONValue) -> Instant {
    let text =
      switch self {
      case .account: ""
      case .nextTransition: status["nextTransition"]?.string("at") ?? ""
      case .since: status.string("since")
      case .reinstatementSince: status.string("reinstatementSince")
      }
    return (try? Instant(text)) ?? .distantFuture
  }
}

/// Prints a list of statuses: as they come, or put in order when they have all come.
///
/// More than fit in memory without thought are printed as they come after all, which a note says.
struct ListOutput {
  private let rows: StatusRows
  private let format: OutputFormat
  private let console: Console
  private var listing: Listing
  /// nil: statuses are printed as they come.
  private var order: ListOrder?
  private var held: [(key: Instant, status: JSONValue)] = []
  private var count = 0

  init(_ rows: StatusRows, sortsBy order: ListOrder, _ format: OutputFormat, _ console: Console) {
    self.rows = rows
    self.order = order == .account ? nil : order
    self.format = format
    self.console = console
    listing = Listing(format, console)
  }

  mutating func add(_ status: JSONValue) {
    guard let order else { return print(status) }
    held.append((order.key(of: status), status))
    guard held.count > List.sortLimit else { return }
    console.note("more than \(List.sortLimit) accounts: they are listed by account, not by time")
    self.order = nil
    printHeld()
  }

  mutating func finish() {
    // By account they came: those of the same instant stay so.
    held = held.enumerated()
      .sorted { ($0.element.key, $0.offset) < ($1.element.key, $1.offset) }.map(\.element)
    printHeld()
    listing.finish()
    if format == .text { console.note(counted(count, "account")) }
  }

  private mutating func printHeld() {
    let statuses = held
    held = []
    for (_, status) in statuses { print(status) }
  }

  private mutating func print(_ status: JSONValue) {
    if count == 0 && format == .text { console.print(rows.heading) }
    listing.add(status, text: rows.row(status))
    count += 1
  }
}
