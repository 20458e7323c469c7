import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Foundation
import Testing

/// Transitions under the wall clock, seen in the table of a daemon that cannot do anything for them.
@Suite(.serialized, .timeLimit(.minutes(2))) struct TransitionTests {
  private let server: ServerProcess
  private let client: AccountStatusClient
  private let table: StatusTable
  private let account: AccountID = "northwind"

  init() throws {
    server = try ServerProcess.ephemeral()
    var configuration = AccountStatusClient.Configuration()
    configuration.readsTable = false
    client = try AccountStatusClient(socket: server.socket, configuration: configuration)
    let directory = URL(fileURLWithPath: server.socket).deletingLastPathComponent()
    table = try StatusTable(
      socket: directory.appendingPathComponent("table.sock").path,
      options: StatusTable.Options(maxStaleness: .seconds(3600), timeout: .seconds(10)))
  }

  private var now: Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }

  private func report(
    _ id: String, of account: AccountID = "northwind", at instant: Instant, _ kind: FactKind
  ) async throws {
    _ = try await client.report([
      Fact(
        accountID: account, source: "test", factID: Identifier(checked: id), effectiveAt: instant,
        kind: kind)
    ])
  }

  private let finding: FactKind = .abuseFindingChanged(
    findingID: "F-1", severity: .significant, state: .confirmed)

  private func register(_ account: AccountID = "northwind") async throws {
    try await report(
      "register-\(account)", of: account, at: now.adding(nanoseconds: -Instant.nanosecondsPerDay),
      .accountRegistered(
        AccountRegistered(cloud: .publicCloud, partnerTypes: [.directBill], program: .csp)))
  }

  /// A finding at `begin` and the account's end at `end`, both told of beforehand.
  private func foresee(_ begin: Instant, _ end: Instant) async throws {
    try await register()
    try await report("finding", at: begin, finding)
    try await report("end", at: end, .accountClosed)
  }

  /// Reads without a pause until an instant, and checks each reading against the instants between
  /// which it was made.
  private func watch(_ begin: Instant, until end: Instant) {
    var seen: [AccountState: Int] = [:]
    var before = now
    while before < end {
      let reading = table.read(account)
      let after = now
      if after < end {
        #expect(reading.result == .found)
        if after < begin { #expect(reading.state == .active) }
        if before >= begin { #expect(reading.state == .suspended) }
        seen[reading.state ?? .notCovered, default: 0] += 1
      }
      before = after
    }
    #expect(seen.count == 2 && seen[.active] != nil, "\(seen)")
  }

  @Test func `a status flips at its instant in the table of a stopped daemon`() async throws {
    let begin = now.adding(nanoseconds: 6 * Instant.nanosecondsPerSecond)
    let end = begin.adding(nanoseconds: 2 * Instant.nanosecondsPerSecond)
    try await foresee(begin, end)
    #expect(table.read(account).nextTransition?.at == begin)
    server.signal(SIGSTOP)
    watch(begin, until: end)
    // Beyond the second transition the table does not know, and says so.
    let late = table.read(account, StatusTable.Options(maxStaleness: .seconds(3600)))
    #expect(late.result == .stale)
    #expect(late.state == .suspended)
    server.signal(SIGCONT)
    #expect(try await client.getStatus(account).state == .closed)
  }

  @Test func `a status flips at its instant in the table of a dead daemon`() async throws {
    let begin = now.adding(nanoseconds: 6 * Instant.nanosecondsPerSecond)
    let end = begin.adding(nanoseconds: 1 * Instant.nanosecondsPerSecond)
    try await foresee(begin, end)
    #expect(table.read(account).nextTransition?.at == begin)
    server.kill()
    watch(begin, until: end)
    #expect(table.read(account).result == .stale)
  }

  @Test func `a reply to a write is never ahead of the table`() async throws {
    for round in 0..<50 {
      let account = AccountID(checked: "account-\(round)")
      try await register(account)
      #expect(table.read(account).state == .active)
      try await report("finding-\(round)", of: account, at: now, finding)
      #expect(table.read(account).state == .suspended, "round \(round)")
    }
  }
}
