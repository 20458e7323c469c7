import AccountStatusClient
import AccountStatusModel
import AccountStatusTesting
import Foundation
import Testing

/// Transitions under the wall clock, seen in the table of a daemon that cannot do anything for them.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TransitionTests {
  private let server: ServerProcess
  private let client: AccountStatusClient
  private let table: StatusTable

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

  private func fact(
    _ id: String, of account: AccountID, at instant: Instant, _ kind: FactKind
  ) -> Fact {
    Fact(
      accountID: account, source: "test", factID: Identifier(checked: "\(id)-\(account)"),
      effectiveAt: instant, kind: kind)
  }

  private func registration(of account: AccountID) -> Fact {
    fact(
      "registration", of: account, at: now.adding(nanoseconds: -Instant.nanosecondsPerDay),
      .accountRegistered(
        AccountRegistered(cloud: .publicCloud, partnerTypes: [.directBill], program: .csp)))
  }

  private func finding(on account: AccountID, at instant: Instant) -> Fact {
    fact(
      "finding", of: account, at: instant,
      .abuseFindingChanged(findingID: "F-1", severity: .significant, state: .confirmed))
  }

  /// What is to come for an account, told to a daemon that stopped before any of it came.
  private struct Foreseen {
    let account: AccountID
    /// It is suspended from here.
    let begin: Instant
    /// It is closed from here.
    let end: Instant
  }

  /// Tells the daemon what is to come and stops it; where that took too long, begins again with
  /// another account and more time.
  private func foresee(
    lasting seconds: Int64, stop: () -> Void, resume: () -> Void
  ) async throws -> Foreseen {
    var lead: Int64 = 2
    while true {
      let account = AccountID(checked: "northwind-\(lead)")
      let begin = now.adding(nanoseconds: lead * Instant.nanosecondsPerSecond)
      let end = begin.adding(nanoseconds: seconds * Instant.nanosecondsPerSecond)
      _ = try await client.report([
        registration(of: account), finding(on: account, at: begin),
        fact("end", of: account, at: end, .accountClosed),
      ])
      #expect(table.read(account).result == .found)
      stop()
      if now < begin { return Foreseen(account: account, begin: begin, end: end) }
      try #require(lead < 60)
      resume()
      lead *= 2
    }
  }

  /// Reads without a pause until an instant, and checks each reading against the instants between
  /// which it was made.
  private func watch(_ foreseen: Foreseen) {
    let (begin, end) = (foreseen.begin, foreseen.end)
    var seen: [AccountState: Int] = [:]
    var before = now
    while before < end {
      let reading = table.read(foreseen.account)
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
    let foreseen = try await foresee(
      lasting: 2, stop: { server.signal(SIGSTOP) }, resume: { server.signal(SIGCONT) })
    #expect(table.read(foreseen.account).nextTransition?.at == foreseen.begin)
    watch(foreseen)
    // Beyond the second transition the table does not know, and says so.
    let late = table.read(foreseen.account)
    #expect(late.result == .stale)
    #expect(late.state == .suspended)
    server.signal(SIGCONT)
    #expect(try await client.getStatus(foreseen.account).state == .closed)
  }

  @Test func `a status flips at its instant in the table of a dead daemon`() async throws {
    // Stopped first: only a daemon that still lives could be told again.
    let foreseen = try await foresee(
      lasting: 1, stop: { server.signal(SIGSTOP) }, resume: { server.signal(SIGCONT) })
    server.kill()
    #expect(table.read(foreseen.account).nextTransition?.at == foreseen.begin)
    watch(foreseen)
    #expect(table.read(foreseen.account).result == .stale)
  }

  @Test func `a reply to a write is never ahead of the table`() async throws {
    for round in 0..<50 {
      let account = AccountID(checked: "account-\(round)")
      _ = try await client.report([registration(of: account)])
      #expect(table.read(account).state == .active)
      _ = try await client.report([finding(on: account, at: now)])
      #expect(table.read(account).state == .suspended, "round \(round)")
    }
  }
}
