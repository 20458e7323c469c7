import AccountStatusClient
import AccountStatusModel
import JSONText
import ProtobufJSON

/// Sends facts in chunks, each with a result of its own, and prints the results in their order.
struct FactReport {
  /// Well below the server's bounds of 1 000 facts and 1 MiB.
  private static let chunkCount = 500
  private static let chunkBytes = 512 << 10

  /// A fact on its way, or one that was refused before it got there.
  private struct Item {
    let place: String
    let fact: JSONValue
    let refusal: JSONValue?
  }

  private let server: Server
  private let console: Console
  private var listing: Listing
  private var items: [Item] = []
  private var bytes = 0
  private var counts: [String: Int] = [:]
  private var deniedCount = 0
  private var token = ""

  /// `isSingle` when there is one fact: its result in JSON is then no array.
  init(_ server: Server, _ console: Console, format: OutputFormat, isSingle: Bool = false) {
    self.server = server
    self.console = console
    listing = Listing(format, console, isSingle: isSingle)
  }

  /// Takes a fact to send; `place` says where it came from, for example `line 3`.
  mutating func add(_ fact: JSONValue, from place: String) async throws {
    do {
      bytes += try Contract.pool.bytes(of: fact, as: "accountstatus.v1.Fact").count
    } catch {
      let refusal = JSONValue.object([
        "code": .number(JSONNumber(3)), "field": .string(error.path),
        "message": .string(error.message),
      ])
      items.append(Item(place: place, fact: fact, refusal: refusal))
      return
    }
    items.append(Item(place: place, fact: fact, refusal: nil))
    if items.count >= Self.chunkCount || bytes >= Self.chunkBytes { try await send() }
  }

  /// Takes note of something that is no fact, and why.
  mutating func refuse(_ message: String, from place: String) {
    let refusal = JSONValue.object([
      "code": .number(JSONNumber(3)), "message": .string(message),
    ])
    items.append(Item(place: place, fact: .object([:]), refusal: refusal))
  }

  /// Sends what is left and prints a summary.
  mutating func finish() async throws -> ExitStatus {
    try await send()
    listing.finish()
    let stored = counts["STORED"] ?? 0
    let duplicate = counts["DUPLICATE"] ?? 0
    let refused = counts["REFUSED"] ?? 0
    console.note(
      counts.isEmpty
        ? "nothing new to report"
        : "\(stored) stored, \(duplicate) known already, \(refused) refused")
    if !token.isEmpty { console.note("token \(token)") }
    if refused == 0 { return .success }
    return deniedCount == refused ? .notPermitted : .no
  }

  private mutating func send() async throws {
    guard let first = items.first else { return }
    let facts = items.filter { $0.refusal == nil }.map(\.fact)
    var results: ArraySlice<JSONValue> = []
    if !facts.isEmpty {
      do {
        let reply = try await server.ask(
          "LedgerService/ReportFacts",
          ["facts": .array(facts), "mode": .string("REPORT_MODE_EACH")])
        results = reply.array("results")[...]
        token = reply.string("token")
      } catch {
        console.note(
          "\(counts["STORED"] ?? 0) facts were stored before \(first.place); "
            + "send them all again, each counts once")
        throw error
      }
      guard results.count == facts.count else {
        throw AccountStatusError(
          .unreadableReply, "the server gave \(results.count) results for \(facts.count) facts")
      }
    }
    for item in items {
      if let refusal = item.refusal {
        add(
          .object(["outcome": .string("FACT_OUTCOME_REFUSED"), "refusal": refusal]), item)
      } else if let result = results.popFirst() {
        add(result, item)
      }
    }
    items = []
    bytes = 0
    console.progress("\(counts.values.reduce(0, +)) facts")
  }

  private mutating func add(_ result: JSONValue, _ item: Item) {
    let outcome = result.word("outcome", "FACT_OUTCOME_")
    counts[outcome, default: 0] += 1
    if result["refusal"]?.number("code") == "7" { deniedCount += 1 }
    var members: [JSONObject.Member] = [
      .init("place", .string(item.place)),
      .init("source", .string(item.fact.string("source"))),
      .init("factId", .string(item.fact.string("factId"))),
    ]
    if case .object(let object) = result { members += object.members }
    let text = text(outcome, result, item)
    listing.add(.object(JSONObject(members)), text: text)
  }

  /// `stored 17     line 3  bank/INV-1 invoiceIssued`
  private func text(_ outcome: String, _ result: JSONValue, _ item: Item) -> String {
    let color: Color? = outcome == "REFUSED" ? .red : outcome == "STORED" ? .green : nil
    let word = outcome.lowercased()
    let shown = color?.paint(word, if: console.isColored) ?? word
    let sequence = result["sequence"].map { _ in " \(result.number("sequence"))" } ?? ""
    let padding = String(repeating: " ", count: max(0, 16 - word.count - sequence.count))
    let line =
      "\(shown)\(sequence)\(padding)  \(item.place)"
      + (item.fact["factId"] == nil ? "" : "  \(FactText(item.fact).name)")
    guard let refusal = result["refusal"] else { return line }
    return "\(line): \(Self.message(of: refusal))"
  }

  private static func message(of refusal: JSONValue) -> String {
    // The place is named already; the field is told from the fact on.
    var field = refusal.string("field")
    if field.hasPrefix("facts["), let dot = field.firstIndex(of: ".") {
      field = String(field[field.index(after: dot)...])
    }
    let message = refusal.string("message")
    let code = refusal.number("code")
    let name = Int(code).flatMap { codes.indices.contains($0) ? codes[$0] : nil } ?? "CODE_\(code)"
    return field.isEmpty || message.hasPrefix(field)
      ? "\(name): \(message)" : "\(name): \(field): \(message)"
  }

  /// The names of the canonical codes, by number.
  private static let codes = [
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
    "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
    "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
  ]
}
