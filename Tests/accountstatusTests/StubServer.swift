import AccountStatusClient
import AccountStatusModel
import ArgumentParser
import JSONText
import ProtobufJSON
import Synchronization
import accountstatus

/// A server that answers from a table and keeps what it was asked.
final class StubServer: Sendable {
  /// What it was asked, in order.
  struct Request {
    var method: String
    var message: JSONValue

    /// The message as JSON text.
    var text: String { message.text() }
  }

  /// A watch that was asked for.
  struct Watched: Equatable {
    var accounts: [AccountID]
    var token: [UInt8]
  }

  private let requests = Mutex<[Request]>([])
  private let watched = Mutex<[Watched]>([])
  /// What a watch tells before it is cancelled.
  private let events: [ToldEvent]
  private let facts: [Fact]?
  private let answer: @Sendable (_ method: String, _ request: JSONValue) throws -> String

  /// `answer` gives the reply as JSON text, or throws an AccountStatusError; nil facts are those of
  /// an account that the ledger does not know.
  init(
    facts: [Fact]? = [], events: [ToldEvent] = [],
    answer: @escaping @Sendable (String, JSONValue) throws -> String
  ) {
    self.events = events
    self.facts = facts
    self.answer = answer
  }

  /// A server with one reply for everything but its clock.
  convenience init(_ reply: String) {
    self.init { method, _ in method == "GetInfo" ? Self.info : reply }
  }

  /// A server that refuses everything.
  convenience init(_ error: AccountStatusError) {
    self.init { _, _ in throw error }
  }

  static let info = #"{"now":"2026-11-15T09:00:00Z"}"#

  var asked: [Request] { requests.withLock { $0 } }
  var watches: [Watched] { watched.withLock { $0 } }

  /// The server as commands see it.
  func server(socket: String = "/nowhere/rpc.sock") -> Server {
    Server(
      socket: socket,
      call: { [self] method, payload async throws(AccountStatusError) in
        try reply(to: method, payload)
      },
      facts: { [facts] account async throws(AccountStatusError) in
        guard let facts else { throw AccountStatusError(.notFound, "nothing about \(account)") }
        return facts
      },
      openImport: { [self] _ in StubImport(stub: self) },
      openWatch: { [self] accounts, token in
        watched.withLock { $0.append(Watched(accounts: accounts, token: token)) }
        return StubWatch(events: events)
      })
  }

  fileprivate func reply(to method: String, _ payload: [UInt8]) throws(AccountStatusError)
    -> [UInt8]
  {
    let isHealth = method == "grpc.health.v1.Health/Check"
    let short = String(method.split(separator: "/").last ?? "")
    let type = isHealth ? "grpc.health.v1.HealthCheck" : "accountstatus.v1.\(short)"
    do {
      let request = try Contract.pool.json(of: payload, as: "\(type)Request")
      requests.withLock { $0.append(Request(method: method, message: request)) }
      let reply = try JSONValue(parsing: try answer(short, request))
      return try Contract.pool.bytes(of: reply, as: "\(type)Response")
    } catch let error as AccountStatusError {
      throw error
    } catch {
      throw AccountStatusError(.unreadableReply, "\(error)")
    }
  }
}

/// A bulk import that the stub answers, eight chunks late: as `ImportFacts`.
private struct StubImport: FactStream {
  let stub: StubServer
  private var requests: [[UInt8]] = []
  private var sent: UInt64 = 0

  init(stub: StubServer) {
    self.stub = stub
  }

  var hasRoom: Bool { requests.count < 8 }

  mutating func send(_ facts: [[UInt8]]) throws {
    precondition(hasRoom)
    sent += 1
    let request = JSONValue.object([
      "chunk": .number(JSONNumber(sent)),
      "facts": .array(
        try facts.map { try Contract.pool.json(of: $0, as: "accountstatus.v1.Fact") }),
    ])
    requests.append(try Contract.pool.bytes(of: request, as: "accountstatus.v1.ImportFactsRequest"))
  }

  mutating func receive() throws -> JSONValue {
    let reply = try stub.reply(
      to: "accountstatus.v1.LedgerService/ImportFacts", requests.removeFirst())
    return try Contract.pool.json(of: reply, as: "accountstatus.v1.ImportFactsResponse")
  }

  func finish() {}
}

/// A watch that tells a list of events, then ends as if it were interrupted.
private struct StubWatch: ChangeStream {
  let token = "AQ=="
  var events: [ToldEvent]

  init(events: [ToldEvent]) {
    self.events = events
  }

  mutating func next() throws -> ToldEvent {
    if events.isEmpty { throw AccountStatusError(.cancelled, "interrupted") }
    return events.removeFirst()
  }
}

/// The status of our commands, not that of the processes that the testing library starts.
typealias ExitStatus = accountstatus.ExitStatus

/// Parses a command line.
func parse(_ arguments: [String]) throws -> any ParsableCommand {
  try AccountStatusCommand.parseAsRoot(arguments)
}

/// What a command printed, and how it ended.
struct Outcome {
  var output: String
  var notes: String
  var status: ExitStatus
}

/// Runs a command line against a stub.
func run(
  _ arguments: [String], on stub: StubServer, socket: String = "/nowhere/rpc.sock"
) async throws -> Outcome {
  guard let command = try parse(arguments) as? any ServerCommand else {
    throw NoCommand(arguments: arguments)
  }
  let output = Mutex("")
  let notes = Mutex("")
  let console = Console(
    print: { line in output.withLock { $0 += line + "\n" } },
    note: { line in notes.withLock { $0 += line + "\n" } })
  let status = await command.execute(stub.server(socket: socket), console)
  return Outcome(output: output.withLock { $0 }, notes: notes.withLock { $0 }, status: status)
}

/// The arguments name no command that asks a server.
struct NoCommand: Error {
  var arguments: [String]
}
