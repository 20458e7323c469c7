import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Foundation
import Synchronization
import Testing

/// Many clients watch a daemon that is killed and restarted while others write: everything they were
/// told is checked.
///
/// Some thousand changes in an ordinary run; ACCOUNTSTATUS_WATCHED_CHANGES says how many otherwise.
@Suite(.serialized) struct WatchHistoryTests {
  private static let wanted =
    ProcessInfo.processInfo.environment["ACCOUNTSTATUS_WATCHED_CHANGES"].flatMap { Int($0) }
    ?? 4000
  /// More where there are many changes: an account with hundreds of facts is slow to decide.
  private static let accounts = (0..<(wanted < 50_000 ? 200 : 2000)).map {
    AccountID(stringLiteral: "account-\($0)")
  }

  @Test func `every watch is told everything, in order and once, across kills and restarts`()
    async throws
  {
    let daemon = try RestartingDaemon()
    let client = try daemon.client()
    let history = WatchHistory()
    let stop = max(Self.wanted / 4, 1000)
    let watches =
      (0..<4).map { _ in history.watch(client, keepsEverything: true) }
      + [
        history.watch(client, Array(Self.accounts.prefix(20)), keepsEverything: true),
        history.watch(
          client, keepsEverything: true, pause: { $0 % 50 == 0 ? .milliseconds(5) : nil }),
        // Reads nothing for longer than the server waits.
        history.watch(
          client, keepsEverything: true,
          pause: { $0 % stop == stop - 1 ? .milliseconds(1500) : nil }),
      ]
    try await write(Self.wanted, client, restarting: daemon)
    try await history.finish(watches, client)
    try report(history, watches, daemon)
    #expect(daemon.restarts >= 3)
  }

  @Test func `where changes are no longer kept a watch begins anew, and knows everything again`()
    async throws
  {
    let daemon = try RestartingDaemon(arguments: ["--keep-changes", "1000"])
    let client = try daemon.client()
    let history = WatchHistory()
    let watch = history.watch(client, keepsEverything: false)
    try await write(100, client, restarting: nil)
    try await history.untilKnown(watch, client)
    // While it is away, more changes than are kept.
    watch.cancel()
    let token = try #require(await watch.value)
    try await write(2500, client, restarting: nil, from: 1)
    let next = history.watch(
      client, from: token, keepsEverything: false, continuing: watch)
    try await history.finish([next], client)
    try report(history, [next], daemon)
    #expect(history.validator(of: next).snapshotCount == 2)
  }

  /// Confirms and dismisses findings about all accounts in turn, from several tasks.
  private func write(
    _ changes: Int, _ client: AccountStatusClient, restarting daemon: RestartingDaemon?,
    from first: Int = 0
  ) async throws {
    for start in stride(from: 0, to: Self.accounts.count, by: 1000) {
      let part = Self.accounts[start..<min(start + 1000, Self.accounts.count)]
      _ = try await client.report(part.map(Self.registration), timeout: .seconds(60))
    }
    let start: Instant = "2026-01-02T00:00:00Z"
    let size = Self.accounts.count / 4
    let rounds = max(changes / (4 * size), 1)
    let every = max(rounds / 4, 1)
    for round in first..<first + rounds {
      if let daemon, round % every == every / 2 {
        try daemon.restart(violently: daemon.restarts % 3 != 2)
      }
      try await withThrowingTaskGroup { group in
        for writer in 0..<4 {
          group.addTask {
            let facts = Self.accounts[writer * size..<(writer + 1) * size].map { account in
              Fact(
                accountID: account, source: "test",
                factID: Identifier(checked: "finding-\(round)-\(account)"),
                effectiveAt: start.adding(nanoseconds: Int64(round) * 1_000_000_000),
                kind: .abuseFindingChanged(
                  findingID: "F-1", severity: .significant,
                  state: round % 2 == 0 ? .confirmed : .dismissed))
            }
            try await Self.report(facts, client)
          }
        }
        try await group.waitForAll()
      }
    }
  }

  private static func registration(_ account: AccountID) -> Fact {
    Fact(
      accountID: account, source: "test", factID: Identifier(checked: "register-\(account)"),
      effectiveAt: "2026-01-01T00:00:00Z",
      kind: .accountRegistered(
        AccountRegistered(cloud: .publicCloud, partnerTypes: [.directBill], program: .csp)))
  }

  /// Reports until it is stored: a fact counts once.
  private static func report(_ facts: [Fact], _ client: AccountStatusClient) async throws {
    while true {
      do throws(AccountStatusError) {
        _ = try await client.report(facts, timeout: .seconds(60))
        return
      } catch {
        guard [.unavailable, .deadlineExceeded].contains(error.kind) else { throw error }
        await Task.yield()
      }
    }
  }

  private func report(
    _ history: WatchHistory, _ watches: [WatchHistory.Watch], _ daemon: RestartingDaemon
  ) throws {
    let validators = watches.map { history.validator(of: $0) }
    print(
      "\(history.revisionCount) changes by \(Self.accounts.count) accounts, told as "
        + "\(validators.map(\.changeCount)), \(daemon.restarts) restarts, "
        + "\(validators.map(\.breakCount)) breaks, \(history.slowCount) of them for being slow, "
        + "\(validators.map(\.violations.count).reduce(0, +)) violations")
    for validator in validators {
      #expect(validator.violations == [], "\(validator.violations.prefix(5))")
      #expect(validator.changeCount > 0 || validator.snapshotCount > 1)
    }
  }
}

/// A daemon on one ledger that goes and comes back.
private final class RestartingDaemon {
  private let directory: TemporaryDirectory
  private let arguments: [String]
  private var server: ServerProcess
  private(set) var restarts = 0

  init(arguments: [String] = []) throws {
    directory = try TemporaryDirectory()
    self.arguments = arguments
    server = try Self.start(directory, arguments)
  }

  private static func start(
    _ directory: TemporaryDirectory, _ arguments: [String]
  ) throws -> ServerProcess {
    try ServerProcess.durable(
      runtimeDirectory: directory.path, database: directory.file("ledger.sqlite"),
      arguments: arguments)
  }

  func client() throws -> AccountStatusClient {
    var configuration = AccountStatusClient.Configuration()
    configuration.connectPatience = .seconds(60)
    configuration.readsTable = false
    return try AccountStatusClient(socket: server.socket, configuration: configuration)
  }

  /// By kill -9, or in good order.
  func restart(violently: Bool) throws {
    if violently { server.kill() } else { server.stop() }
    server = try Self.start(directory, arguments)
    restarts += 1
  }
}

/// What several watches were told.
private final class WatchHistory: Sendable {
  /// A watch, and, once it has been cancelled, where it may be gone on with.
  struct Watch {
    let number: Int
    let task: Task<Token?, Never>

    func cancel() { task.cancel() }
    var value: Token? { get async { await task.value } }
  }

  private struct State {
    var oracle = StatusOracle()
    var validators: [WatchValidator] = []
    var failures: [AccountStatusError] = []
    var slowCount = 0
  }

  private let state = Mutex(State())

  /// Begins to watch; `pause` is how long it takes over the event of a number.
  func watch(
    _ client: AccountStatusClient, _ accounts: [AccountID] = [], from token: Token? = nil,
    keepsEverything: Bool, continuing other: Watch? = nil,
    pause: @escaping @Sendable (Int) -> Duration? = { _ in nil }
  ) -> Watch {
    let number = state.withLock { state in
      state.validators.append(
        other.map { state.validators[$0.number] }
          ?? WatchValidator(
            accounts: accounts.isEmpty ? nil : Set(accounts), keepsEverything: keepsEverything))
      return state.validators.count - 1
    }
    if other != nil {
      take(.disconnected(AccountStatusError(.cancelled, "it was left")), number)
    }
    let task = Task {
      var events = client.watch(accounts, from: token).makeAsyncIterator()
      var count = 0
      do {
        while let event = try await events.next() {
          self.take(event, number)
          count += 1
          if let pause = pause(count) { try await Task.sleep(for: pause) }
        }
      } catch let error as AccountStatusError where error.kind != .cancelled {
        self.state.withLock { $0.failures.append(error) }
      } catch {}
      return events.token
    }
    return Watch(number: number, task: task)
  }

  private func take(_ event: WatchEvent, _ number: Int) {
    state.withLock { state in
      if case .disconnected(let error) = event, error.reason == "WATCH_TOO_SLOW" {
        state.slowCount += 1
      }
      state.validators[number].take(event, &state.oracle)
    }
  }

  func validator(of watch: Watch) -> WatchValidator {
    state.withLock { $0.validators[watch.number] }
  }

  var slowCount: Int { state.withLock(\.slowCount) }

  /// Changes committed, by the revisions that are known.
  var revisionCount: UInt64 {
    state.withLock {
      $0.validators.map { $0.known.values.reduce(0) { $0 + $1.revision } }.max() ?? 0
    }
  }

  /// Waits until a watch knows what the server says.
  func untilKnown(_ watch: Watch, _ client: AccountStatusClient) async throws {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(120)
    let truth = try await Self.truth(client)
    while !validator(of: watch).knows(truth), clock.now < end {
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  /// Waits until all know what the server says, and ends them.
  func finish(_ watches: [Watch], _ client: AccountStatusClient) async throws {
    for watch in watches { try await untilKnown(watch, client) }
    let truth = try await Self.truth(client)
    for watch in watches {
      watch.cancel()
      _ = await watch.value
      state.withLock { $0.validators[watch.number].finish(truth) }
    }
    #expect(state.withLock(\.failures) == [])
  }

  private static func truth(
    _ client: AccountStatusClient
  ) async throws -> [AccountID: AccountStatus] {
    var truth: [AccountID: AccountStatus] = [:]
    for try await page in client.listStatuses(pageSize: 1000, timeout: .seconds(60)) {
      for status in page.entries { truth[status.accountID] = status }
    }
    return truth
  }
}
