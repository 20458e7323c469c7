import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Foundation
import Testing

/// Current answers out of a client's own cache, kept fresh by a real daemon under the wall clock.
@Suite(.timeLimit(.minutes(5))) struct CacheReadTests {
  /// A daemon that can be started again, and a client that keeps what it tells.
  private final class Watched {
    let directory: String
    var server: ServerProcess
    let client: AccountStatusClient
    /// A client that asks the daemon for everything.
    let asker: AccountStatusClient

    init() throws {
      directory =
        FileManager.default.temporaryDirectory
        .appendingPathComponent("cache-\(UUID().uuidString.prefix(8))").path
      server = try Self.start(in: directory)
      var configuration = AccountStatusClient.Configuration()
      configuration.readsTable = false
      configuration.connectPatience = .seconds(60)
      configuration.timeout = .seconds(120)
      asker = try AccountStatusClient(socket: server.socket, configuration: configuration)
      configuration.cache = StatusCache.Options()
      // However slow the machine is: what makes an answer wrong is not its age.
      configuration.maxStaleness = .seconds(600)
      client = try AccountStatusClient(socket: server.socket, configuration: configuration)
    }

    deinit {
      server.kill()
      try? FileManager.default.removeItem(atPath: directory)
    }

    private static func start(in directory: String) throws -> ServerProcess {
      try ServerProcess.durable(
        runtimeDirectory: directory, database: "\(directory)/ledger.sqlite")
    }

    func restart(killing: Bool) throws {
      if killing { server.kill() } else { server.stop() }
      server = try Self.start(in: directory)
    }

    func report(_ kind: FactKind, of account: AccountID, at instant: Instant) async throws {
      _ = try await client.report([
        Fact(
          accountID: account, source: "test", factID: Identifier(stringLiteral: UUID().uuidString),
          effectiveAt: instant, kind: kind)
      ])
    }

    func register(_ account: AccountID) async throws {
      try await report(
        .accountRegistered(
          AccountRegistered(cloud: .publicCloud, partnerTypes: [.directBill], program: .csp)),
        of: account, at: "2020-01-01T00:00:00Z")
    }

    func suspend(_ account: AccountID, _ state: AbuseState = .confirmed, day: Int = 2) async throws
    {
      try await report(
        .abuseFindingChanged(findingID: "F-1", severity: .significant, state: state), of: account,
        at: Instant(nanoseconds: 1_577_836_800_000_000_000 + Int64(day) * 86_400_000_000_000))
    }

    func untilCached(_ account: AccountID) async throws {
      try await eventually { try await client.getStatus(account).source == .cache }
    }
  }

  /// Runs a test beside the task that keeps the cache fresh.
  private func watching(_ body: (Watched) async throws -> Void) async throws {
    let watched = try Watched()
    let client = watched.client
    let feeding = Task { try await client.runCache() }
    do {
      try await body(watched)
    } catch {
      feeding.cancel()
      throw error
    }
    feeding.cancel()
    try await feeding.value
  }

  @Test func `the cache and the daemon answer alike`() async throws {
    try await watching { watched in
      try await watched.register("active")
      try await watched.register("suspended")
      try await watched.suspend("suspended")
      try await watched.register("closed")
      try await watched.report(.accountClosed, of: "closed", at: "2021-01-01T00:00:00Z")
      for account: AccountID in ["active", "suspended", "closed"] {
        try await watched.untilCached(account)
        let asked = try await watched.asker.getStatus(account)
        var cached = try await watched.client.getStatus(account)
        #expect(cached.source == .cache)
        cached.value.asOf = asked.asOf
        #expect(cached.value == asked.value)
        let check = try await watched.client.check(Capability.allCases, of: account)
        let askedCheck = try await watched.asker.check(Capability.allCases, of: account)
        #expect(check.source == .cache)
        #expect(check.verdicts.map(\.isAllowed) == askedCheck.verdicts.map(\.isAllowed))
      }
      let error = await #expect(throws: AccountStatusError.self) {
        try await watched.client.getStatus("nobody")
      }
      #expect(error?.kind == .notFound)
      #expect(watched.client.counters.answeredByCache > 0)
    }
  }

  @Test func `no answer is behind a write of the client's own, whatever the daemon goes through`()
    async throws
  {
    try await watching { watched in
      try await watched.register("contoso")
      for round in 0..<9 {
        try await watched.untilCached("contoso")
        try await watched.suspend(
          "contoso", round.isMultiple(of: 2) ? .confirmed : .dismissed, day: round + 2)
        let least = try await watched.asker.getStatus("contoso").revision
        for _ in 0..<50 {
          #expect(try await watched.client.getStatus("contoso").revision == least)
        }
        if round % 3 == 2 { try watched.restart(killing: round == 5) }
      }
    }
  }

  @Test func `a daemon that stands still is noticed, and the caller decides`() async throws {
    let server = try ServerProcess.ephemeral()
    var configuration = AccountStatusClient.Configuration()
    configuration.readsTable = false
    configuration.cache = StatusCache.Options()
    configuration.maxStaleness = .seconds(2)
    let client = try AccountStatusClient(socket: server.socket, configuration: configuration)
    let feeding = Task { try await client.runCache() }
    try await eventually {
      try await client.isActive("nobody", otherwise: true).source == .cache
    }
    server.pause()
    try await eventually {
      let decision = try await client.isActive(
        "nobody", otherwise: true, timeout: .milliseconds(100))
      return decision.source == .callersDefault && decision.holds
    }
    server.resume()
    try await eventually {
      try await client.isActive("nobody", otherwise: true).source == .cache
    }
    feeding.cancel()
    try await feeding.value
  }

  @Test func `under a clock that a test holds the daemon is asked`() async throws {
    let server = try ServerProcess.ephemeral(["--clock", "manual", "--now", "2026-01-01T00:00:00Z"])
    var configuration = AccountStatusClient.Configuration()
    configuration.readsTable = false
    configuration.cache = StatusCache.Options()
    let client = try AccountStatusClient(socket: server.socket, configuration: configuration)
    let cache = try #require(client.cache)
    _ = try await client.report([
      Fact(
        accountID: "contoso", source: "test", factID: "1", effectiveAt: "2020-01-01T00:00:00Z",
        kind: .accountRegistered(
          AccountRegistered(cloud: .publicCloud, partnerTypes: [.directBill], program: .csp)))
    ])
    let feeding = Task { try await client.runCache() }
    try await eventually { cache.count == 1 }
    for _ in 0..<20 {
      #expect(try await client.getStatus("contoso").source == .rpc)
    }
    feeding.cancel()
    try await feeding.value
  }

  @Test func `the example judges orders out of what it keeps`() async throws {
    let watched = try Watched()
    try await watched.register("contoso")
    try await watched.register("fabrikam")
    try await watched.suspend("fabrikam")
    let example = try Example("order-service-example", ["deny"], socket: watched.server.socket)
    try await eventually { try example.ask("contoso") == "contoso: taken (cache)" }
    #expect(try example.ask("fabrikam") == "fabrikam: refused (cache)")
    #expect(try example.ask("nobody") == "nobody: refused (cache)")
    #expect(try example.ask("no account id") == "no account id: no account")
    watched.server.stop()
    try await eventually { try example.ask("contoso") == "contoso: refused (callersDefault)" }
    #expect(example.end() == 0)
  }
}

/// An example that is run as a user runs it, and asked line by line.
private final class Example {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()

  init(_ name: String, _ arguments: [String], socket: String) throws {
    let bundle = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.executableURL = bundle.deletingLastPathComponent().appendingPathComponent(name)
    process.arguments = arguments
    process.environment = ["ACCOUNTSTATUS_SOCKET": socket]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  /// The answer to a line.
  func ask(_ line: String) throws -> String {
    try input.fileHandleForWriting.write(contentsOf: Data("\(line)\n".utf8))
    var answer: [UInt8] = []
    while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != 10 {
      answer.append(byte)
    }
    return String(decoding: answer, as: UTF8.self)
  }

  /// Says that no more comes; the exit status.
  func end() -> Int32 {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
