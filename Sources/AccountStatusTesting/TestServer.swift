public import AccountStatusClient
public import AccountStatusModel
internal import Synchronization

/// A server of its own for a test: in a temporary directory, under a clock that the test holds.
///
///     let server = try await TestServer(["contoso": .active, "fabrikam": .suspended])
///     let gateway = try OrderGateway(socket: server.socket)
///     #expect(await gateway.takesOrder(of: "contoso"))
///     #expect(await !gateway.takesOrder(of: "fabrikam"))
///
/// It ends with the value, and at the latest with the test's process, however that ends.
public final class TestServer: Sendable {
  /// What the clock says at first, unless a test says otherwise.
  public static let start: Instant = "2026-01-01T00:00:00Z"

  /// The daemon.
  public let process: ServerProcess
  /// A client of the server.
  public let client: AccountStatusClient
  private let factCount = Atomic<Int>(0)

  /// Starts a server, and makes some accounts stand as the test wants them.
  ///
  /// - arguments: more of them for the daemon, for example `["--policy-edition", "2022-03"]`.
  public init(
    _ accounts: [AccountID: TestStanding] = [:], at now: Instant = start, arguments: [String] = []
  ) async throws {
    process = try ServerProcess.ephemeral(["--clock", "manual", "--now", "\(now)"] + arguments)
    var configuration = AccountStatusClient.Configuration()
    // Of a machine that runs many tests at once.
    configuration.timeout = .seconds(60)
    client = try AccountStatusClient(socket: process.socket, configuration: configuration)
    for (account, standing) in accounts { try await add(account, standing) }
  }

  deinit {
    client.close()
  }

  /// Path of the socket that the service under test asks.
  public var socket: String { process.socket }

  /// What makes clients in other processes, of any language, use this server.
  public var environment: [String: String] {
    ["ACCOUNTSTATUS_SOCKET": process.socket, "ACCOUNTSTATUS_TABLE_SOCKET": process.tableSocket]
  }
}

// MARK: - The clock

extension TestServer {
  /// What the clock says.
  public var now: Instant {
    get async throws(AccountStatusError) { try await client.info().now }
  }

  /// Moves the clock forward; returns what it says when all that was due by then is decided and can
  /// be read.
  @discardableResult
  public func advance(by duration: Duration) async throws(AccountStatusError) -> Instant {
    try await client.advanceClock(by: duration)
  }

  /// Sets the clock to an instant that is not before the present; in all else as `advance`.
  @discardableResult
  public func setClock(to now: Instant) async throws(AccountStatusError) -> Instant {
    try await client.setClock(to: now)
  }
}

// MARK: - Facts

extension TestServer {
  /// Makes a new account stand as the test wants it, at the clock's present.
  public func add(
    _ account: AccountID, _ standing: TestStanding = .active
  ) async throws(AccountStatusError) {
    _ = try await client.report(standing.facts(about: account, at: now))
  }

  /// Reports a fact about an account; true from an instant on, else from the clock's present.
  @discardableResult
  public func report(
    _ kind: FactKind, of account: AccountID, at instant: Instant? = nil
  ) async throws(AccountStatusError) -> Answer<[FactResult]> {
    let number = factCount.wrappingAdd(1, ordering: .relaxed).newValue
    let present = try await now
    return try await client.report([
      Fact(
        accountID: account, source: "test", factID: Identifier(checked: "\(number)"),
        effectiveAt: instant ?? present, kind: kind)
    ])
  }

  /// Suspends an account from the clock's present on: a significant abuse finding is confirmed.
  public func suspend(_ account: AccountID) async throws(AccountStatusError) {
    let number = factCount.wrappingAdd(1, ordering: .relaxed).newValue
    try await report(
      .abuseFindingChanged(
        findingID: Identifier(checked: "test-\(number)"), severity: .significant,
        state: .confirmed), of: account)
  }
}

// MARK: - Waits

extension TestServer {
  /// What a test waited for in vain.
  public struct Timeout: Error, CustomStringConvertible {
    /// One line.
    public let description: String
  }

  /// Waits until something holds of an account's status, for what the service under test reports by
  /// itself; an account that is not registered has none.
  @discardableResult
  public func wait(
    for account: AccountID, atMost patience: Duration = .seconds(60),
    until holds: (AccountStatus?) -> Bool
  ) async throws -> AccountStatus? {
    let clock = ContinuousClock()
    let end = clock.now + patience
    while true {
      let status = try await status(of: account)
      if holds(status) { return status }
      guard clock.now < end else {
        throw Timeout(
          description: "\(account) is \(status?.state.contractName ?? "not registered") "
            + "after \(patience), which is not what was waited for")
      }
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  /// Waits until an account is in a state.
  @discardableResult
  public func wait(
    until account: AccountID, is state: AccountState, atMost patience: Duration = .seconds(60)
  ) async throws -> AccountStatus? {
    try await wait(for: account, atMost: patience) { $0?.state == state }
  }

  private func status(of account: AccountID) async throws(AccountStatusError) -> AccountStatus? {
    do throws(AccountStatusError) {
      return try await client.getStatus(account).value
    } catch {
      guard error.kind == .notFound else { throw error }
      return nil
    }
  }
}

// MARK: - Trouble

extension TestServer {
  /// Makes the server do something wrong on purpose.
  public func inject(_ fault: Fault) async throws(AccountStatusError) {
    try await client.inject(fault)
  }

  /// Ends all faults; returns how many calls they struck.
  @discardableResult
  public func clearFaults() async throws(AccountStatusError) -> UInt64 {
    try await client.clearFaults()
  }

  /// Ends the server in order, as an operator would.
  public func stop() { process.stop() }

  /// Ends the server at once, as a crash would.
  public func kill() { process.kill() }

  /// Makes the server silent: it takes connections and answers nothing. The status table goes stale.
  public func pause() { process.pause() }

  /// Makes a silent server go on.
  public func resume() { process.resume() }
}
