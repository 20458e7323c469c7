internal import AccountStatusAPI
public import AccountStatusModel
internal import TTRPC

/// Asks an account-status server, and reports facts to it.
///
///     let client = try AccountStatusClient()
///     let status = try await client.getStatus("acct-42")
///     if status.state == .suspended { … }
///
/// One client serves any number of tasks over one connection, which is made when it is first
/// needed and again, with jittered back-off, when it breaks. A call whose connection broke is made
/// once more where a second call has the effect of one; that is every method here but
/// `advanceClock`. Current BASIC answers come from the status table where it can be read: the
/// server's own memory, never a copy. No failure ever reads as "active".
public final class AccountStatusClient: Sendable {
  /// How a client behaves.
  public struct Configuration: Sendable {
    /// How long a call may take unless it says otherwise; nil: for ever. The server enforces it
    /// as well. An import has no limit as a whole.
    public var timeout: Duration? = .seconds(5)
    /// How long an import waits for a server that has gone, or has fallen silent, before it fails:
    /// long enough for a restart.
    public var importPatience: Duration = .seconds(30)
    /// How long a call waits for a server that is not there. Zero: it fails at once.
    public var connectPatience: Duration = .zero
    /// First and longest pause between attempts to connect; each is doubled and jittered.
    public var backoff: ClosedRange<Duration> = .milliseconds(10)...Duration.seconds(1)
    /// Whether current BASIC answers are looked up in the status table before the server is asked.
    /// `ACCOUNTSTATUS_TABLE=off` in the environment turns it off as well.
    public var readsTable = true
    /// Path of the table's socket; nil: `$ACCOUNTSTATUS_TABLE_SOCKET`, else `table.sock` beside the
    /// server's. The variable counts only where the server's socket is not given either.
    public var tableSocket: String?
    /// A table whose server has shown no sign of life for longer is not answered from, nor a cache.
    public var maxStaleness: Duration = .seconds(2)
    /// What to keep for where the table cannot be read; nil: nothing. `runCache` keeps it up to
    /// date.
    public var cache: StatusCache.Options?

    /// The defaults.
    public init() {}
  }

  /// Path of the server's socket.
  public let socket: String
  /// The status table; nil: it is turned off. For hot paths; the client reads it by itself.
  public let table: StatusTable?
  /// What is kept of what the server told; nil: nothing is. The client reads it by itself.
  public let cache: StatusCache?
  let configuration: Configuration
  let rpc: RPCClient
  let counts = ReadCounts()

  /// Makes a client; connects nothing yet.
  ///
  /// - socket: path of `rpc.sock`; nil: `$ACCOUNTSTATUS_SOCKET`, else the first that exists of
  ///   `$XDG_RUNTIME_DIR/accountstatus/rpc.sock` and `/run/accountstatus/rpc.sock`.
  public init(
    socket: String? = nil, configuration: Configuration = Configuration()
  ) throws(AccountStatusError) {
    let path = SocketPath.resolve(socket)
    let tablePath = SocketPath.table(configuration.tableSocket, server: (socket, path))
    let table =
      if configuration.readsTable, let tablePath {
        try StatusTable(
          socket: tablePath, options: .init(maxStaleness: configuration.maxStaleness))
      } else {
        StatusTable?.none
      }
    let cache: StatusCache? =
      if let options = configuration.cache {
        try StatusCache(options, maxStaleness: configuration.maxStaleness)
      } else {
        nil
      }
    var options = RPCClient.Options()
    options.onConnect = {
      table?.doubt()
      cache?.doubtAll()
    }
    options.connectPatience = configuration.connectPatience
    options.backoff = configuration.backoff
    do throws(RuntimeError) {
      rpc = try RPCClient(path: path, options: options)
    } catch {
      throw AccountStatusError(.unavailable, error.description)
    }
    self.socket = path
    self.table = table
    self.cache = cache
    self.configuration = configuration
  }

  deinit {
    rpc.close()
  }

  /// Ends all calls as unavailable, and the connection. Idempotent.
  public func close() {
    rpc.close()
  }
}

// MARK: - Statuses

extension AccountStatusClient {
  /// The status of an account.
  ///
  /// With `asOf`, `knownAt` or `policyEdition` the view is `full`.
  /// - asOf: the instant asked about; nil: now.
  /// - knownAt: only what was known by then counts; nil: everything stored.
  /// - policyEdition: the edition of the rules; nil: the server's default.
  /// - atLeast: the answer is at least that fresh.
  /// - timeout: nil: the configuration's.
  /// With none of these, in the view `basic`, the table is read first, then the cache, and then the
  /// server asked.
  /// Fails with `notFound` for an account that is not registered.
  public func getStatus(
    _ account: AccountID, view: StatusView = .basic, asOf: Instant? = nil, knownAt: Instant? = nil,
    policyEdition: String? = nil, atLeast: Token? = nil, timeout: Duration? = nil
  ) async throws(AccountStatusError) -> Answer<AccountStatus> {
    let query = StatusQuery(asOf: asOf, knownAt: knownAt, policyEdition: policyEdition)
    let isCurrent = view == .basic && query.isCurrent && (atLeast?.bytes ?? []).isEmpty
    if isCurrent, let answer = answerHere(about: account) {
      return try answer.registered(account)
    }
    let request = GetStatusRequest(
      accountID: account, view: view.wire, query: query, atLeast: atLeast?.bytes ?? [])
    return try await askStatus(request, timeout: timeout)
  }

  /// The server's answer.
  func askStatus(
    _ request: GetStatusRequest, timeout: Duration?
  ) async throws(AccountStatusError) -> Answer<AccountStatus> {
    let response: GetStatusResponse = try await hearing(request.accountID, request.query) {
      () async throws(AccountStatusError) in
      try await call(StatusService.getStatus, request, timeout: timeout)
    } revision: {
      $0.status.revision
    }
    return Answer(response.status, token: Token(bytes: response.token))
  }

  /// The statuses of several accounts, in their order; one that is not registered fails by itself.
  ///
  /// More than 1 000 are asked for in parts, each answered at a position of its own; the token is
  /// the last part's, and no part is older than the one before it.
  public func getStatuses(
    _ accounts: [AccountID], view: StatusView = .basic, asOf: Instant? = nil,
    knownAt: Instant? = nil, policyEdition: String? = nil, atLeast: Token? = nil,
    timeout: Duration? = nil
  ) async throws(AccountStatusError) -> Answer<[BatchResult]> {
    var results: [BatchResult] = []
    results.reserveCapacity(accounts.count)
    var token = atLeast ?? Token(bytes: [])
    var rest = accounts[...]
    repeat {
      let part = rest.prefix(BatchGetStatusRequest.maximumIDs)
      rest = rest.dropFirst(part.count)
      let request = BatchGetStatusRequest(
        accountIDs: part.map(\.text), view: view.wire,
        query: StatusQuery(asOf: asOf, knownAt: knownAt, policyEdition: policyEdition),
        atLeast: token.bytes)
      let response: BatchGetStatusResponse = try await call(
        StatusService.batchGetStatus, request, timeout: timeout)
      guard response.results.count == part.count else {
        throw .unreadable(
          FormError("has \(response.results.count) results for \(part.count) accounts"))
      }
      for (account, entry) in zip(part, response.results) {
        results.append(
          BatchResult(accountID: account, result: entry.result.mapError { AccountStatusError($0) }))
      }
      token = Token(bytes: response.token)
    } while !rest.isEmpty
    return Answer(results, token: token)
  }

  /// Whether an account may do all of some things, and why not.
  ///
  /// Takes 1 to 64 capabilities; the other parameters are those of `getStatus`, and so is the order
  /// in which the table and the server are asked. The table does not know an answer's basis.
  public func check(
    _ capabilities: [Capability], of account: AccountID, asOf: Instant? = nil,
    knownAt: Instant? = nil, policyEdition: String? = nil, atLeast: Token? = nil,
    timeout: Duration? = nil
  ) async throws(AccountStatusError) -> Answer<CapabilityCheck> {
    let query = StatusQuery(asOf: asOf, knownAt: knownAt, policyEdition: policyEdition)
    let isCurrent = query.isCurrent && (atLeast?.bytes ?? []).isEmpty
    // A malformed request is the server's to refuse.
    if isCurrent, (1...CheckCapabilityRequest.maximumCapabilities).contains(capabilities.count),
      let answer = try answerHere(about: account)?.registered(account)
    {
      return Answer(
        CapabilityCheck(capabilities, of: answer.value), token: answer.token,
        source: answer.source, age: answer.age)
    }
    let request = CheckCapabilityRequest(
      accountID: account, capabilities: capabilities, query: query, atLeast: atLeast?.bytes ?? [])
    let response: CheckCapabilityResponse = try await hearing(account, query) {
      () async throws(AccountStatusError) in
      try await call(StatusService.checkCapability, request, timeout: timeout)
    } revision: {
      $0.revision
    }
    guard response.results.map(\.capability) == capabilities else {
      throw .unreadable(FormError("does not answer the capabilities asked about"))
    }
    return Answer(CapabilityCheck(response), token: Token(bytes: response.token))
  }

  /// The current statuses, by account id, a page at a time: of all accounts, or of those with a
  /// state, or for which a reason holds.
  public func listStatuses(
    state: AccountState? = nil, reason: ReasonCode? = nil, pageSize: Int? = nil,
    timeout: Duration? = nil
  ) -> Pages<AccountStatus> {
    listStatuses(StatusFilter(state: state, reason: reason), pageSize: pageSize, timeout: timeout)
  }

  /// The statuses of the accounts that match, by account id, a page at a time.
  ///
  /// BASIC, and since when the reinstatement state holds. An account that matches all the time is
  /// listed once, whatever else changes meanwhile. A page may be short or empty and not be the
  /// last.
  ///
  /// - asOf, knownAt, policyEdition: with any of them the accounts are evaluated page by page;
  ///   those that were not registered then are left out.
  /// - pageSize: at most 1 000; nil: the server's choice.
  /// - timeout: of each page.
  public func listStatuses(
    _ filter: StatusFilter, asOf: Instant? = nil, knownAt: Instant? = nil,
    policyEdition: String? = nil, atLeast: Token? = nil, pageSize: Int? = nil,
    timeout: Duration? = nil
  ) -> Pages<AccountStatus> {
    Pages { [self] pageToken async throws(AccountStatusError) in
      let request = ListStatusesRequest(
        filter: filter,
        query: StatusQuery(asOf: asOf, knownAt: knownAt, policyEdition: policyEdition),
        pageSize: UInt32(clamping: pageSize ?? 0), pageToken: pageToken,
        atLeast: atLeast?.bytes ?? [])
      let response: ListStatusesResponse = try await call(
        StatusService.listStatuses, request, timeout: timeout)
      return Page(
        entries: response.statuses, nextPageToken: response.nextPageToken,
        token: Token(bytes: response.token))
    }
  }
}

// MARK: - Facts

extension AccountStatusClient {
  /// Stores 1 to 1 000 facts; returns when they are durable.
  ///
  /// Facts are judged in order, each seeing those before it. A fact that was stored before is a
  /// duplicate and counts once, so a report whose outcome is unknown can be sent again. With
  /// `allOrNothing` a refused fact fails the call, and the error's `refusals` name all of them.
  public func report(
    _ facts: [Fact], mode: ReportMode = .allOrNothing, timeout: Duration? = nil
  ) async throws(AccountStatusError) -> Answer<[FactResult]> {
    // Whatever comes of it, what it may have changed is no longer known here.
    defer { cache?.doubt(facts.lazy.map(\.accountID)) }
    let request = ReportFactsRequest(facts: facts, mode: mode.wire)
    let response: ReportFactsResponse = try await call(
      LedgerService.reportFacts, request, timeout: timeout)
    guard response.results.count == facts.count else {
      throw .unreadable(
        FormError("has \(response.results.count) results for \(facts.count) facts"))
    }
    return Answer(response.results.map { FactResult($0) }, token: Token(bytes: response.token))
  }

  /// Stores any number of facts in chunks; the sequence returned yields what became of each chunk,
  /// in order, after its commit.
  ///
  /// It sends as it is read, and keeps at most 8 chunks unanswered. Every fact has its own result.
  /// When the connection breaks, it goes on behind the last answer, for as long as the
  /// configuration's `importPatience`. What was stored counts once, however often it is sent.
  public func importFacts<Facts: AsyncSequence & Sendable>(
    _ facts: Facts
  ) -> FactImport<Facts> where Facts.Element == Fact, Facts.Failure == Never {
    FactImport(client: self, facts: facts)
  }

  /// The same for facts that are at hand.
  public func importFacts<Facts: Sequence<Fact> & Sendable>(
    _ facts: Facts
  ) -> FactImport<AsyncFacts<Facts>> {
    importFacts(AsyncFacts(facts: facts))
  }

  /// The facts of an account, in the order they were stored, a page at a time.
  ///
  /// - pageSize: at most 1 000; nil: the server's choice.
  /// - atLeast: every page is at least that fresh.
  /// - timeout: of each page.
  public func listFacts(
    of account: AccountID, pageSize: Int? = nil, atLeast: Token? = nil, timeout: Duration? = nil
  ) -> Pages<StoredFact> {
    Pages { [self] pageToken async throws(AccountStatusError) in
      let request = ListFactsRequest(
        accountID: account, pageSize: UInt32(clamping: pageSize ?? 0), pageToken: pageToken,
        atLeast: atLeast?.bytes ?? [])
      let response: ListFactsResponse = try await call(
        LedgerService.listFacts, request, timeout: timeout)
      return Page(
        entries: response.facts, nextPageToken: response.nextPageToken,
        token: Token(bytes: response.token))
    }
  }
}

// MARK: - The server

extension AccountStatusClient {
  /// The server about itself.
  public func info(timeout: Duration? = nil) async throws(AccountStatusError) -> ServerInfo {
    let response: GetInfoResponse = try await call(
      AdminService.getInfo, GetInfoRequest(), timeout: timeout)
    return ServerInfo(response)
  }

  /// Counts and latencies since the server started.
  public func stats(timeout: Duration? = nil) async throws(AccountStatusError) -> ServerStats {
    let response: GetStatsResponse = try await call(
      AdminService.getStats, GetStatsRequest(), timeout: timeout)
    return ServerStats(response)
  }

  /// Whether the server, or one of its services by its full proto name, answers.
  public func health(
    service: String = "", timeout: Duration? = nil
  ) async throws(AccountStatusError) -> Health {
    let response: HealthCheckResponse = try await call(
      HealthService.check, HealthCheckRequest(service: service), timeout: timeout)
    return Health(response.status)
  }

  /// Sets a test server's manual clock; never backwards. Returns its time.
  ///
  /// Returns after every transition due by then is committed and published.
  @discardableResult
  public func setClock(
    to now: Instant, timeout: Duration? = nil
  ) async throws(AccountStatusError) -> Instant {
    defer { cache?.doubtAll() }
    let response: SetClockResponse = try await call(
      TestingService.setClock, SetClockRequest(now: now), timeout: timeout)
    return response.now
  }

  /// Moves a test server's manual clock forward. Returns its time.
  ///
  /// Returns after every transition due by then is committed and published. Never made twice.
  @discardableResult
  public func advanceClock(
    by duration: Duration, timeout: Duration? = nil
  ) async throws(AccountStatusError) -> Instant {
    defer { cache?.doubtAll() }
    let response: AdvanceClockResponse = try await call(
      TestingService.advanceClock, AdvanceClockRequest(by: duration), timeout: timeout)
    return response.now
  }
}
