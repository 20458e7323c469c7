import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Foundation
import Testing

/// Large files through the command line, a real daemon, and what may happen to either.
///
/// ACCOUNTSTATUS_IMPORT_FACTS says how many facts the long one has.
@Suite(.serialized, .timeLimit(.minutes(10))) struct BulkTests {
  /// `accountstatus` under way. What it prints and nobody reads holds it up: so it is in the middle
  /// of its work for as long as a test wants.
  private final class Running {
    let process = Process()
    private(set) var out = ""
    private let pipe = Pipe()
    private let directory: TemporaryDirectory

    init(_ arguments: [String], input: FileHandle? = nil) throws {
      directory = try TemporaryDirectory()
      process.executableURL = URL(fileURLWithPath: ServerProcess.executable("accountstatus"))
      process.arguments = arguments
      process.standardInput = input ?? FileHandle.nullDevice
      process.standardOutput = pipe
      process.standardError = FileHandle(forWritingAtPath: try directory.make("error"))
      try process.run()
    }

    deinit {
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    var error: String {
      (try? String(contentsOfFile: directory.file("error"), encoding: .utf8)) ?? ""
    }

    /// Reads until it has printed so many bytes; fails when the program ends before.
    func until(printed count: Int) throws {
      while out.utf8.count < count {
        try #require(try read(), "it ended after \(out.utf8.count) bytes: \(error)")
      }
    }

    /// Reads to the end; the exit status.
    func wait() throws -> Int32 {
      while try read() {}
      process.waitUntilExit()
      return process.terminationStatus
    }

    /// Reads what comes next; false at the end.
    private func read() throws -> Bool {
      let descriptor = pipe.fileHandleForReading.fileDescriptor
      var query = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      try #require(poll(&query, 1, 120_000) == 1, "it prints nothing: \(error)")
      let piece = pipe.fileHandleForReading.availableData
      // Everything printed is ASCII: no character is cut.
      out += String(decoding: piece, as: UTF8.self)
      return !piece.isEmpty
    }
  }

  private func line(_ number: Int) -> String {
    #"{"accountId":"bulk-\#(number)","source":"bulk","factId":"r-\#(number)","#
      + #""effectiveAt":"2026-01-01T00:00:00Z","accountRegistered":{"cloud":"CLOUD_PUBLIC","#
      + #""partnerTypes":["PARTNER_TYPE_DIRECT_BILL"],"program":"PROGRAM_CSP"}}"#
  }

  /// A file with a registration a line.
  private func file(_ count: Int, in directory: TemporaryDirectory) throws -> String {
    let path = directory.file("facts.jsonl")
    let text = (0..<count).map(line).joined(separator: "\n") + "\n"
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    return path
  }

  private func daemon(in directory: TemporaryDirectory) throws -> ServerProcess {
    try ServerProcess.durable(
      runtimeDirectory: directory.path, database: directory.file("ledger.sqlite"))
  }

  private func accounts(_ client: AccountStatusClient) async throws -> UInt64? {
    try await client.stats().counters.first { $0.name == "accounts" }?.value
  }

  @Test func `an import outlives kill -9 of the daemon, and stores every fact once`() async throws {
    let count =
      ProcessInfo.processInfo.environment["ACCOUNTSTATUS_IMPORT_FACTS"].flatMap { Int($0) }
      ?? 20_000
    let directory = try TemporaryDirectory()
    let path = try file(count, in: directory)
    var server = try daemon(in: directory)
    let report = try Running(["--socket", server.socket, "report", path, "--patience", "2m"])
    for round in 1...3 {
      try report.until(printed: round * 50 * count / 8)
      server.kill()
      server = try daemon(in: directory)
    }
    #expect(try report.wait() == 0, "\(report.error)")
    // A result for each line, in order; what was stored and not answered is known already.
    let lines = report.out.split(separator: "\n")
    #expect(lines.count == count)
    #expect(
      lines.enumerated().allSatisfy { index, line in
        (line.hasPrefix("stored ") || line.hasPrefix("duplicate "))
          && line.contains("  line \(index + 1)  bulk/r-\(index) accountRegistered")
      })
    #expect(report.error.contains(", 0 refused"))
    let client = try AccountStatusClient(socket: server.socket)
    #expect(try await accounts(client) == UInt64(count))
    let facts = try await client.listFacts(of: try AccountID("bulk-\(count / 2)")).all()
    #expect(facts.count == 1)
    // Again: all of it is known.
    let again = try Running(["--socket", server.socket, "report", path])
    #expect(try again.wait() == 0)
    #expect(again.error.hasPrefix("0 stored, \(count) known already, 0 refused\n"))
    #expect(try await accounts(client) == UInt64(count))
    #expect(server.stop() == 0)
  }

  @Test func `an import goes on when the daemon is restarted in good order`() async throws {
    let directory = try TemporaryDirectory()
    let path = try file(6000, in: directory)
    var server = try daemon(in: directory)
    let report = try Running(["--socket", server.socket, "report", path, "--patience", "2m"])
    try report.until(printed: 1)
    #expect(server.stop() == 0)
    server = try daemon(in: directory)
    #expect(try report.wait() == 0, "\(report.error)")
    #expect(try await accounts(AccountStatusClient(socket: server.socket)) == 6000)
  }

  @Test func `a daemon that never comes back ends the import with what was done`() throws {
    let directory = try TemporaryDirectory()
    let path = try file(20_000, in: directory)
    let server = try daemon(in: directory)
    let report = try Running(["--socket", server.socket, "report", path, "--patience", "5s"])
    try report.until(printed: 1)
    server.kill()
    #expect(try report.wait() == 4)
    let done = report.out.split(separator: "\n").count
    #expect(done > 0 && done.isMultiple(of: 1000))
    #expect(
      report.error.contains("\(done) stored, 0 known already, 0 refused, up to line \(done); "))
    #expect(report.error.contains("send it all again"))
    #expect(report.error.contains("gave up after 5.0 seconds"))
  }

  @Test func `a bad line in the middle is refused by itself`() throws {
    let directory = try TemporaryDirectory()
    let server = try daemon(in: directory)
    let path = directory.file("mixed.jsonl")
    let lines = (0..<3000).map { number in
      switch number {
      case 1499: "{\"accountId\":"
      case 2000: line(2000).replacing("CLOUD_PUBLIC", with: "CLOUD_NINE")
      case 2001: String(repeating: "x", count: 2 << 20)
      default: line(number)
      }
    }
    try lines.joined(separator: "\n").write(toFile: path, atomically: false, encoding: .utf8)
    let output = try run("accountstatus", ["--socket", server.socket, "report", path])
    #expect(output.status == 1)
    #expect(output.error.hasPrefix("2997 stored, 0 known already, 3 refused\n"))
    let refused = output.out.split(separator: "\n").filter { $0.hasPrefix("refused") }
    #expect(refused.count == 3)
    #expect(refused[0].contains("line 1500: INVALID_ARGUMENT: column 14"))
    #expect(refused[1].contains("line 2001  bulk/r-2000 ") && refused[1].contains("CLOUD_NINE"))
    #expect(refused[2].contains("line 2002: INVALID_ARGUMENT: is longer than a megabyte"))
  }

  @Test func `a fact on the standard input is told before the next one comes`() throws {
    let directory = try TemporaryDirectory()
    let server = try daemon(in: directory)
    let pipe = Pipe()
    let report = try Running(
      ["--socket", server.socket, "report", "-"], input: pipe.fileHandleForReading)
    for number in 0..<3 {
      try pipe.fileHandleForWriting.write(contentsOf: Data((line(number) + "\n").utf8))
      // The program waits for more, and yet has told of this.
      try report.until(printed: report.out.utf8.count + 1)
      #expect(report.out.split(separator: "\n").count == number + 1)
    }
    try pipe.fileHandleForWriting.close()
    #expect(try report.wait() == 0)
    #expect(report.error.hasPrefix("3 stored, 0 known already, 0 refused\n"))
  }

  @Test func `Ctrl-C says what was done and leaves no half chunk`() async throws {
    let directory = try TemporaryDirectory()
    let server = try daemon(in: directory)
    let path = try file(20_000, in: directory)
    let report = try Running(["--socket", server.socket, "report", path])
    try report.until(printed: 1)
    kill(report.process.processIdentifier, SIGINT)
    #expect(try report.wait() == 130)
    #expect(report.process.terminationReason == .exit)
    let done = report.out.split(separator: "\n").count
    // Whole chunks, and what was told is all that was stored.
    #expect(done < 20_000 && done.isMultiple(of: 1000))
    #expect(report.error.contains("\(done) stored, 0 known already, 0 refused\n"))
    #expect(report.error.contains("interrupted, up to line \(done); "))
    #expect(try await accounts(AccountStatusClient(socket: server.socket)) == UInt64(done))
  }

  @Test func `Ctrl-C while waiting for the standard input ends it`() throws {
    let directory = try TemporaryDirectory()
    let server = try daemon(in: directory)
    let pipe = Pipe()
    let report = try Running(
      ["--socket", server.socket, "report", "-"], input: pipe.fileHandleForReading)
    try pipe.fileHandleForWriting.write(contentsOf: Data((line(1) + "\n").utf8))
    try report.until(printed: 1)
    kill(report.process.processIdentifier, SIGINT)
    #expect(try report.wait() == 130)
    #expect(report.error.contains("interrupted, up to line 1"))
  }

  @Test func `every kind of document is imported once, through the real binary`() async throws {
    let served = try Served(now: "2026-11-15T09:00:00Z")
    let documents = "\(repository)/Tests/PartnerCenterImportTests/Documents"
    try await served.register("northwind")
    try await served.register("fabrikam", types: [.indirectProvider])
    let arguments: [[String]] = [
      ["northwind", "northwind-invoices.json", "northwind-invoice-summary.json"],
      ["northwind", "northwind-legal-business-profile.json"],
      [
        "northwind", "northwind-legal-business-profile-last-finalized.json", "--vetting-version",
        "last-finalized",
      ],
      [
        "northwind", "northwind-service-request.json", "--purpose", "reinstatement", "--role",
        "global-admin",
      ],
      ["fabrikam", "fabrikam-indirect-resellers.json"],
    ]
    func load(_ more: [String] = []) throws -> [Output] {
      try arguments.map { arguments in
        let rest = arguments.dropFirst().map {
          $0.hasSuffix(".json") ? "\(documents)/\($0)" : $0
        }
        return try run(
          "accountstatus",
          ["--socket", served.server.socket, "import", "--account", arguments[0]] + rest + more)
      }
    }
    let dry = try load(["--dry-run"])
    #expect(dry.allSatisfy { $0.status == 0 && $0.error.contains("none reported") })
    let first = try load()
    #expect(first.map(\.status) == [0, 0, 0, 0, 0], "\(first.map(\.error))")
    #expect(first.map { $0.out.split(separator: "\n").count } == [8, 1, 1, 2, 2])
    let second = try load()
    #expect(second.allSatisfy { $0.status == 0 && $0.out.isEmpty }, "\(second)")
    #expect(second.allSatisfy { $0.error.contains("nothing new to report") })
    let reseller = try await served.client.listFacts(
      of: "0e5f7f3a-0000-4000-8000-000000000002"
    ).all()
    #expect(reseller.map(\.fact.kind) == [.providerLinked("fabrikam")])
    let bad = try run(
      "accountstatus",
      [
        "--socket", served.server.socket, "import", "--account", "northwind",
        "\(documents)/partly-bad-invoices.json",
      ])
    #expect(bad.status == 1 && bad.error.contains("rejected: items[1].invoiceDate: \"yesterday\""))
    #expect(bad.out.split(separator: "\n").count == 1)
  }
}
