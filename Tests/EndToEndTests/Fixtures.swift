import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Foundation

/// A daemon with its clock held at an instant, and a client of it.
struct Served {
  let server: ServerProcess
  let client: AccountStatusClient
  /// A client that asks the daemon for everything.
  let asker: AccountStatusClient

  /// The instant at which the clock stands when nobody says otherwise.
  static let start: Instant = "2026-07-02T00:00:00Z"

  init(
    now: Instant = start, arguments: [String] = [], environment: [String: String] = [:]
  ) throws {
    server = try ServerProcess.ephemeral(
      ["--clock", "manual", "--now", "\(now)"] + arguments, environment: environment)
    client = try AccountStatusClient(socket: server.socket)
    var configuration = AccountStatusClient.Configuration()
    configuration.readsTable = false
    asker = try AccountStatusClient(socket: server.socket, configuration: configuration)
  }

  /// Reports one fact and returns what became of it.
  @discardableResult
  func report(
    _ kind: FactKind, of account: AccountID = "northwind", at instant: Instant,
    id: Identifier? = nil
  ) async throws -> Answer<[FactResult]> {
    let id = id ?? Identifier(stringLiteral: UUID().uuidString)
    return try await client.report([
      Fact(accountID: account, source: "test", factID: id, effectiveAt: instant, kind: kind)
    ])
  }

  /// Registers an account, for direct billing in the public cloud unless it is said otherwise.
  func register(
    _ account: AccountID = "northwind", cloud: Cloud = .publicCloud,
    types: WordSet<PartnerType> = [.directBill], at instant: Instant = "2026-01-01T00:00:00Z"
  ) async throws {
    try await report(
      .accountRegistered(AccountRegistered(cloud: cloud, partnerTypes: types, program: .csp)),
      of: account, at: instant)
  }

  /// INV-1 of the worked cases: issued 2026-07-01, default term, suspends on 2026-10-30.
  func issueInvoice(of account: AccountID = "northwind") async throws {
    try await report(
      .invoiceIssued(
        InvoiceIssued(
          invoiceID: "INV-1", issueDate: "2026-07-01", total: Money("EUR", units: 1000))),
      of: account, at: "2026-07-01T09:00:00Z")
  }
}

/// Waits until something is so, for as long as a busy machine may need.
func eventually(_ condition: () async throws -> Bool) async throws {
  let end = ContinuousClock.now + .seconds(120)
  while try await !condition() {
    guard ContinuousClock.now < end else { throw CocoaError(.userCancelled) }
    try Task.checkCancellation()
    await Task.yield()
  }
}

/// A directory that goes away with the value.
final class TemporaryDirectory {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("e2e-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(
      at: url, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o750])
    path = url.path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Makes a file of zeros and returns its path.
  func make(_ name: String, byteCount: Int = 0) throws -> String {
    try Data(count: byteCount).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }
}

/// What a finished program said.
struct Output {
  let status: Int32
  let out: String
  let error: String
}

/// Runs a program built beside the tests, or one with a path, to its end.
func run(
  _ program: String, _ arguments: [String], environment: [String: String] = [:],
  input: String = ""
) throws -> Output {
  let process = Process()
  let path = program.contains("/") ? program : ServerProcess.executable(program)
  process.executableURL = URL(fileURLWithPath: path)
  process.arguments = arguments
  process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  let out = try TemporaryDirectory()
  // Files, not pipes: a program may say more than a pipe holds before anyone reads it.
  let names = try ["out", "error", "in"].map { try out.make($0) }
  try input.write(toFile: names[2], atomically: false, encoding: .utf8)
  process.standardOutput = FileHandle(forWritingAtPath: names[0])
  process.standardError = FileHandle(forWritingAtPath: names[1])
  process.standardInput = FileHandle(forReadingAtPath: names[2])
  try process.run()
  process.waitUntilExit()
  return Output(
    status: process.terminationStatus,
    out: try String(contentsOfFile: names[0], encoding: .utf8),
    error: try String(contentsOfFile: names[1], encoding: .utf8))
}

/// The repository's root, where C sources of preload libraries lie.
let repository = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

/// Builds a library of `Tests/` for LD_PRELOAD.
func preload(_ source: String, in directory: TemporaryDirectory) throws -> String {
  let library = directory.file(
    URL(fileURLWithPath: source).deletingPathExtension().lastPathComponent + ".so")
  let output = try run(
    "/usr/bin/env",
    ["cc", "-shared", "-fPIC", "-O2", "-o", library, "\(repository)/Tests/\(source)", "-ldl"])
  guard output.status == 0 else { throw CocoaError(.fileWriteUnknown) }
  return library
}
