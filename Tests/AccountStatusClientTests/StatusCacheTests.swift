import AccountStatusAPI
import AccountStatusClient
import AccountStatusModel
import Glibc
import TTRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct StatusCacheTests {
  /// Long enough for the slowest machine.
  private static let patience = Duration.seconds(3600)

  /// The wall clock, and so many seconds.
  private static func now(_ seconds: Int64 = 0) -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(
      nanoseconds: (Int64(time.tv_sec) + seconds) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  private func status(
    _ account: AccountID = "contoso", revision: UInt64 = 7, next: NextTransition? = nil
  ) -> AccountStatus {
    var status = suspendedStatus(account)
    status.asOf = Self.now()
    status.revision = revision
    status.standing.nextTransition = next
    return status
  }

  private func cache(
    _ options: StatusCache.Options = .init(), maxStaleness: Duration = patience
  ) throws -> StatusCache {
    try StatusCache(options, maxStaleness: maxStaleness)
  }

  /// A cache that was told of some accounts, and that this is all.
  private func filled(
    _ statuses: [AccountStatus], _ options: StatusCache.Options = .init(),
    maxStaleness: Duration = patience
  ) throws -> StatusCache {
    let cache = try cache(options, maxStaleness: maxStaleness)
    fill(cache, statuses)
    return cache
  }

  private func fill(_ cache: StatusCache, _ statuses: [AccountStatus]) {
    cache.take(.snapshotBegan)
    for status in statuses { cache.take(.status(status)) }
    cache.take(.snapshotEnded)
    cache.take(.progress(asOf: Self.now()))
  }

  @Test func `what was told is read as it was told`() throws {
    let told = status(next: NextTransition(at: "2200-01-01T00:00:00Z", toState: .closed))
    let reading = try filled([told]).read("contoso")
    #expect(reading.result == .found)
    #expect(reading.state == .suspended)
    #expect(reading.reasons.words == [.billingPastDue])
    #expect(reading.capabilities == told.capabilities)
    #expect(reading.notices == told.notices)
    #expect(reading.since == told.since)
    #expect(reading.nextTransition?.at == "2200-01-01T00:00:00Z")
    #expect(reading.nextTransition?.state == .closed)
    #expect(reading.reinstatementState == .notRequested)
    #expect(reading.revision == 7)
    #expect(reading.asOf >= told.asOf)
  }

  @Test func `in a cache of all accounts the others are not registered`() throws {
    let cache = try filled([status()])
    #expect(cache.read("nobody").result == .notFound)
    #expect(cache.count == 1)
  }

  @Test func `in a cache of some accounts nothing is known of the others`() throws {
    let cache = try filled([status()], .init(accounts: ["contoso", "fabrikam"]))
    #expect(cache.read("contoso").result == .found)
    #expect(cache.read("fabrikam").result == .notFound)
    #expect(cache.read("nobody").result == .unavailable)
  }

  @Test func `where there is no room nothing is known`() throws {
    let cache = try filled([status(), status("fabrikam")], .init(capacity: 1))
    #expect(cache.read("contoso").result == .found)
    #expect(cache.read("fabrikam").result == .unavailable)
    #expect(cache.read("nobody").result == .unavailable)
  }

  @Test func `nothing is known while a snapshot is being told`() throws {
    let cache = try cache()
    #expect(cache.read("contoso").result == .unavailable)
    cache.take(.snapshotBegan)
    cache.take(.status(status()))
    cache.take(.progress(asOf: Self.now()))
    #expect(cache.read("contoso").result == .unavailable)
    cache.take(.snapshotEnded)
    cache.take(.progress(asOf: Self.now()))
    #expect(cache.read("contoso").result == .found)
    cache.take(.snapshotBegan)
    #expect(cache.read("contoso").result == .unavailable)
  }

  @Test func `what was true too long ago is stale`() throws {
    let cache = try filled([status()], maxStaleness: .seconds(60))
    #expect(cache.read("contoso").result == .found)
    cache.take(.progress(asOf: Self.now(-70)))
    let reading = cache.read("contoso")
    #expect(reading.result == .stale)
    #expect(reading.age >= .seconds(60))
    #expect(cache.read("nobody").result == .unavailable)
  }

  @Test func `what is said to be true later is not believed`() throws {
    let cache = try cache()
    cache.take(.snapshotBegan)
    cache.take(.status(status()))
    cache.take(.snapshotEnded)
    cache.take(.progress(asOf: Self.now(60)))
    #expect(cache.read("contoso").result == .unavailable)
  }

  @Test func `a status is given until its next transition and no longer`() throws {
    let past = NextTransition(at: Self.now(), toState: .active)
    let cache = try filled([status(next: past)])
    #expect(cache.read("contoso").result == .stale)
    let future = NextTransition(at: Self.now(3600), toState: .active)
    cache.take(.status(status(next: future)))
    #expect(cache.read("contoso").result == .found)
  }

  @Test func `a doubted account is not answered until all is told that was true then`() throws {
    let cache = try filled([status(), status("fabrikam")])
    let before = Self.now()
    cache.doubt(["contoso", "nobody"])
    #expect(cache.read("contoso").result == .stale)
    #expect(cache.read("nobody").result == .unavailable)
    #expect(cache.read("fabrikam").result == .found)
    cache.take(.progress(asOf: before))
    #expect(cache.read("contoso").result == .stale)
    cache.take(.progress(asOf: Self.now()))
    #expect(cache.read("contoso").result == .found)
    #expect(cache.read("nobody").result == .notFound)
  }

  @Test func `an account that comes with a change is as doubted as it was without`() throws {
    let cache = try filled([])
    let before = Self.now()
    cache.doubt(["contoso"])
    cache.take(.status(status()))
    cache.take(.progress(asOf: before))
    #expect(cache.read("contoso").result == .stale)
    cache.take(.progress(asOf: Self.now()))
    #expect(cache.read("contoso").result == .found)
  }

  @Test func `no reading goes back behind an answer of the server's`() throws {
    let cache = try filled([status()])
    cache.heard("contoso", revision: 7)
    cache.heard("contoso", revision: 6)
    #expect(cache.read("contoso").result == .found)
    cache.heard("contoso", revision: 8)
    #expect(cache.read("contoso").result == .stale)
    cache.take(.progress(asOf: Self.now()))
    #expect(cache.read("contoso").result == .found)
    cache.heard("contoso", revision: 0)
    #expect(cache.read("contoso").result == .stale)
    cache.heard("nobody", revision: 0)
    #expect(cache.read("nobody").result == .notFound)
    cache.heard("nobody", revision: 1)
    #expect(cache.read("nobody").result == .unavailable)
  }

  @Test func `an account that is not registered any more is not`() throws {
    let cache = try filled([status()])
    cache.take(
      .changed(StatusChange(accountID: "contoso", previous: nil, current: nil, revision: 8)))
    #expect(cache.read("contoso").result == .notFound)
  }

  @Test func `more editions than there are names for leave no wrong name`() throws {
    let cache = try filled([])
    for number in 1...20 {
      var status = status(AccountID(checked: "a-\(number)"))
      status.policyEdition = "edition-\(number)"
      cache.take(.status(status))
    }
    #expect(cache.read("a-1").result == .found)
    #expect(cache.read("a-20").result == .stale)
  }

  @Test func `a client answers out of its cache, and says so`() async throws {
    let server = try ScriptedServer { _, _ in
      .message(GetStatusResponse(status: suspendedStatus(), token: [3]))
    }
    var configuration = AccountStatusClient.Configuration()
    configuration.readsTable = false
    configuration.maxStaleness = Self.patience
    configuration.cache = StatusCache.Options()
    let client = try AccountStatusClient(socket: server.path, configuration: configuration)
    #expect(try await client.getStatus("contoso").source == .rpc)
    let cache = try #require(client.cache)
    fill(cache, [status()])

    let answer = try await client.getStatus("contoso")
    #expect(answer.source == .cache)
    #expect(answer.state == .suspended)
    #expect(answer.policyEdition == "2020-06")
    let check = try await client.check([.viewBilling, .sellNewLicenses], of: "contoso")
    #expect(check.source == .cache)
    #expect(check.verdicts.map(\.isAllowed) == [true, false])
    let decision = try await client.allows(.viewBilling, of: "contoso", otherwise: false)
    #expect(decision.holds && decision.source == .cache)
    #expect(try await !client.isActive("nobody", otherwise: true).holds)
    #expect(client.counters.answeredByCache == 4)
    let error = await #expect(throws: AccountStatusError.self) {
      try await client.getStatus("nobody")
    }
    #expect(error?.kind == .notFound)

    #expect(try await client.getStatus("contoso", atLeast: Token(bytes: [1])).source == .rpc)
    #expect(try await client.getStatus("contoso", view: .full).source == .rpc)
    #expect(server.called.count == 3)
  }

  @Test func `whoever reports is answered by the server until all is told`() async throws {
    let server = try ScriptedServer { method, _ in
      method == LedgerService.reportFacts
        ? .fail(RPCError(.readOnly, "not now"))
        : .message(GetStatusResponse(status: suspendedStatus(), token: []))
    }
    var configuration = AccountStatusClient.Configuration()
    configuration.readsTable = false
    configuration.maxStaleness = Self.patience
    configuration.cache = StatusCache.Options()
    let client = try AccountStatusClient(socket: server.path, configuration: configuration)
    let cache = try #require(client.cache)
    _ = try await client.getStatus("acct-1")
    fill(cache, [status(), status("acct-1")])
    // Whatever came of it: it may have been stored all the same.
    _ = try? await client.report([registration(1)])
    #expect(try await client.getStatus("acct-1").source == .rpc)
    #expect(try await client.getStatus("contoso").source == .cache)
    cache.take(.progress(asOf: Self.now()))
    #expect(try await client.getStatus("acct-1").source == .cache)
  }

  @Test func `without a server the last that was told comes with the caller's decision`()
    async throws
  {
    let server = try ScriptedServer()
    var configuration = AccountStatusClient.Configuration()
    configuration.readsTable = false
    configuration.maxStaleness = .seconds(60)
    configuration.cache = StatusCache.Options()
    let client = try AccountStatusClient(socket: server.path, configuration: configuration)
    let cache = try #require(client.cache)
    fill(cache, [status()])
    cache.take(.progress(asOf: Self.now(-70)))
    server.stop()
    let decision = try await client.isActive("contoso", otherwise: true)
    #expect(decision.source == .callersDefault)
    #expect(decision.holds)
    #expect(decision.status?.state == .suspended)
    #expect(decision.age >= .seconds(60))
  }
}
