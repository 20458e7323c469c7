package import AccountStatusClient
package import JSONText
import ProtobufJSON

/// Where facts go that are encoded already, and whence their results come, in order.
package protocol FactStream {
  /// Whether more may be sent before a reply is received.
  var hasRoom: Bool { get }
  /// Sends 1 to 1 000 facts.
  mutating func send(_ facts: [[UInt8]]) async throws
  /// The oldest reply that was not received yet: `results`, one per fact, and a `token`.
  mutating func receive() async throws -> JSONValue
  /// Nothing more comes.
  mutating func finish() async
}

/// Facts in bulk, in chunks of an import that outlives its connection.
package struct BulkFacts: FactStream {
  private var session: ImportSession
  private var chunks: UInt64 = 0
  private var facts = 0

  package init(_ session: ImportSession) {
    self.session = session
  }

  package var hasRoom: Bool { session.hasRoom }

  package mutating func send(_ facts: [[UInt8]]) async throws {
    chunks += 1
    let first = self.facts
    self.facts += facts.count
    try await session.send(
      ImportChunk(number: chunks, firstFact: first, encodedFacts: facts))
  }

  package mutating func receive() async throws -> JSONValue {
    guard let answer = try await session.receive() else {
      throw AccountStatusError(.unreadableReply, "there is no reply to come")
    }
    return try Contract.pool.json(
      of: answer.payload, as: "accountstatus.v1.ImportFactsResponse",
      options: PrintingOptions(toleratesUnknownTypes: true))
  }

  package mutating func finish() async {
    await session.finish()
  }
}

/// A few facts, in one call.
package struct FewFacts: FactStream {
  private let server: Server
  private var facts: [[UInt8]] = []

  package init(_ server: Server) {
    self.server = server
  }

  package var hasRoom: Bool { facts.isEmpty }

  package mutating func send(_ facts: [[UInt8]]) {
    self.facts = facts
  }

  package mutating func receive() async throws -> JSONValue {
    defer { facts = [] }
    let facts = try facts.map { try Contract.pool.json(of: $0, as: "accountstatus.v1.Fact") }
    return try await server.ask(
      "LedgerService/ReportFacts",
      ["facts": .array(facts), "mode": .string("REPORT_MODE_EACH")])
  }

  package func finish() {}
}
