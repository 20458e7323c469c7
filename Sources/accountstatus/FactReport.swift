import AccountStatusClient
import AccountStatusModel
import JSONText
import ProtobufJSON

/// Sends facts in chunks, each fact with a result of its own, and prints the results in their order.
///
/// Holds what is on its way, a few thousand facts at most, and nothing of what is done.
struct FactReport {
  /// As many as a chunk may hold.
  private static let chunkCount = 1000
  /// Half of what a chunk may hold: eight on their way then fit a connection's input.
  private static let chunkBytes = 512 << 10

  /// Chunks on their way, sent or not: more than an import lets be unanswered.
  private static let batchCount = 16

  /// A fact on its way, or one that was refused before it got there.
  private struct Item {
    let place: String
    let name: String
    let source: String
    let factID: String
    var refusal: JSONValue?
  }

  private let console: Console
  private let interrupt: Interrupt?
  private var stream: any FactStream
  private var listing: Listing
  /// What the next chunk will hold: its facts, and the items that are told with them.
  private var items: [Item] = []
  private var facts: [[UInt8]] = []
  private var bytes = 0
  /// Chunks on their way, oldest first; those without a good fact were not sent.
  private var batches: [(items: [Item], factCount: Int)] = []
  private var counts: [String: Int] = [:]
  private var deniedCount = 0
  private var lastPlace = ""
  private var token = ""
  /// How far it is; the caller says what there is to do.
  var progress = Progress()

  /// A report of one fact: its result in JSON is no array.
  init(single server: Server, _ console: Console, format: OutputFormat) {
    self.init(
      FewFacts(server), console, nil, Listing(format, console, isSingle: true))
  }

  /// A report of any number of facts, until it is interrupted.
  init(
    _ server: Server, _ console: Console, format: OutputFormat, interrupt: Interrupt? = nil
  ) {
    let mayRetry: @Sendable () -> Bool = { !(interrupt?.isRaised ?? false) }
    self.init(
      server.openImport(mayRetry), console, interrupt, Listing(format, console, isStreamed: true))
  }

  private init(
    _ stream: any FactStream, _ console: Console, _ interrupt: Interrupt?, _ listing: Listing
  ) {
    self.stream = stream
    self.console = console
    self.interrupt = interrupt
    self.listing = listing
  }

  /// Takes a fact to send; `place` says where it came from, for example `line 3`.
  mutating func add(_ fact: JSONValue, from place: String) async throws {
    var item = Item(
      place: place, name: FactText(fact).name, source: fact.string("source"),
      factID: fact.string("factId"))
    do {
      let encoded = try Contract.pool.bytes(of: fact, as: "accountstatus.v1.Fact")
      if encoded.count <= Self.chunkBytes {
        facts.append(encoded)
        bytes += encoded.count
      } else {
        item.refusal = Self.refusal(
          "has \(encoded.count) bytes; a fact has at most \(Self.chunkBytes)")
      }
    } catch {
      item.refusal = Self.refusal(error.message, field: error.path)
    }
    try await take(item)
  }

  /// Takes note of something that is no fact, and why.
  mutating func refuse(_ message: String, from place: String) async throws {
    try await take(
      Item(place: place, name: "", source: "", factID: "", refusal: Self.refusal(message)))
  }

  /// Sends what there is and prints all results: whoever writes the facts may wait for them.
  mutating func flush() async throws {
    guard !items.isEmpty || !batches.isEmpty else { return }
    try await orTellWhatIsDone { report in
      try await report.send()
      while !report.batches.isEmpty { try await report.receive() }
    }
  }

  /// Sends what is left and prints a summary. After an interrupt nothing more is sent.
  mutating func finish() async throws -> ExitStatus {
    if interrupt?.isRaised == true {
      items = []
      facts = []
    }
    try await flush()
    await stream.finish()
    listing.finish()
    if !counts.isEmpty { console.note(summary) }
    if !token.isEmpty { console.note("token \(token)") }
    if interrupt?.isRaised == true {
      console.note("interrupted\(behind); the rest was not sent: \(Self.advice)")
      return .interrupted
    }
    if counts.isEmpty { console.note("nothing new to report") }
    let refused = counts["REFUSED"] ?? 0
    if refused == 0 { return .success }
    return deniedCount == refused ? .notPermitted : .no
  }
}

// MARK: - Chunks

extension FactReport {
  private mutating func take(_ item: Item) async throws {
    items.append(item)
    guard items.count >= Self.chunkCount || bytes >= Self.chunkBytes else { return }
    try await orTellWhatIsDone { try await $0.send() }
  }

  private mutating func send() async throws {
    guard !items.isEmpty else { return }
    batches.append((items, facts.count))
    let facts = facts
    (items, self.facts, bytes) = ([], [], 0)
    if !facts.isEmpty {
      while !stream.hasRoom { try await receive() }
      try await stream.send(facts)
    }
    // What was not sent waits for the chunk before it, but not without bound.
    while batches.first?.factCount == 0 || batches.count > Self.batchCount {
      try await receive()
    }
  }

  /// Prints the results of the oldest chunk.
  private mutating func receive() async throws {
    let batch = batches[0]
    var results: ArraySlice<JSONValue> = []
    if batch.factCount > 0 {
      let reply = try await stream.receive()
      results = reply.array("results")[...]
      guard results.count == batch.factCount else {
        throw AccountStatusError(
          .unreadableReply,
          "the server gave \(results.count) results for \(batch.factCount) facts")
      }
      token = reply.string("token")
    }
    batches.removeFirst()
    for item in batch.items {
      if let refusal = item.refusal {
        add(.object(["outcome": .string("FACT_OUTCOME_REFUSED"), "refusal": refusal]), item)
      } else if let result = results.popFirst() {
        add(result, item)
      }
      lastPlace = item.place
    }
    let text = progress.text(
      facts: counts.values.reduce(0, +), refused: counts["REFUSED"] ?? 0)
    if let text { console.progress(text) }
  }

  /// Before a failure is told, what was done is.
  private mutating func orTellWhatIsDone(
    _ body: (inout FactReport) async throws -> Void
  ) async throws {
    do {
      try await body(&self)
    } catch {
      listing.finish()
      if !counts.isEmpty {
        console.note("\(summary)\(behind); what comes after may be stored too: \(Self.advice)")
      }
      throw error
    }
  }

  private static let advice =
    "send it all again, and what is stored is known already"

  private var behind: String { lastPlace.isEmpty ? "" : ", up to \(lastPlace)" }

  private var summary: String {
    "\(counts["STORED"] ?? 0) stored, \(counts["DUPLICATE"] ?? 0) known already, "
      + "\(counts["REFUSED"] ?? 0) refused"
  }
}

// MARK: - Results

extension FactReport {
  private static func refusal(_ message: String, field: String = "") -> JSONValue {
    var members: [JSONObject.Member] = [.init("code", .number(JSONNumber(3)))]
    if !field.isEmpty { members.append(.init("field", .string(field))) }
    members.append(.init("message", .string(message)))
    return .object(JSONObject(members))
  }

  private mutating func add(_ result: JSONValue, _ item: Item) {
    let outcome = result.word("outcome", "FACT_OUTCOME_")
    counts[outcome, default: 0] += 1
    if result["refusal"]?.number("code") == "7" { deniedCount += 1 }
    var members: [JSONObject.Member] = [
      .init("place", .string(item.place)),
      .init("source", .string(item.source)),
      .init("factId", .string(item.factID)),
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
      + (item.factID.isEmpty ? "" : "  \(item.name)")
    guard let refusal = result["refusal"] else { return line }
    return (["\(line): \(Self.message(of: refusal))"] + Self.outstanding(refusal))
      .joined(separator: "\n")
  }

  /// A line for each reason that stands against an approval, and for what it holds.
  private static func outstanding(_ refusal: JSONValue) -> [String] {
    refusal.array("outstanding").flatMap { reason in
      let code = reason.word("code", "REASON_CODE_")
      let subjects = reason.strings("subjects")
      return (subjects.isEmpty ? [""] : subjects).map { subject in
        let name = code.kebab + (subject.isEmpty ? "" : ":\(subject)")
        let remedy = StatusText.remedy(code, subject.isEmpty ? [] : [subject])
        return "  \(name)  \(remedy), or --waive \(name)=UNTIL"
      }
    }
  }

  /// `ALREADY_EXISTS: invoiceIssued.invoiceId: erp/INV-1 reported it with different content`
  static func message(of refusal: JSONValue) -> String {
    // The place is named already; the field is told from the fact on.
    var field = refusal.string("field")
    if field.hasPrefix("facts[") {
      field = field.firstIndex(of: ".").map { String(field[field.index(after: $0)...]) } ?? ""
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
