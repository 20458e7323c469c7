import AccountStatusLedger
import AccountStatusModel
import AccountStatusServer
import CStatusTable
import Testing

@Suite("The search for a page")
struct ListSearchTests {
  private static let now: Instant = "2026-02-01T00:00:00Z"

  private final class Outcome {
    var page: StatusIndex.Page?
    func take(_ page: StatusIndex.Page) { self.page = page }
  }

  private func row(
    _ id: String, _ state: AccountState, from start: Instant = "2026-01-01T00:00:00Z"
  ) -> StatusRow {
    let answer = BasicAnswer(
      state: state, reinstatementState: .none, reinstatementSince: nil,
      isEligibleForReinstatement: false, nextState: nil, nextTransitionAt: .distantFuture,
      since: start, reasons: [], notices: [], capabilities: [])
    return StatusRow(
      accountID: AccountID(checked: id), revision: 1, validFrom: start,
      flipAt: .distantFuture, validUntil: .distantFuture, untilFlip: answer, fromFlip: nil)
  }

  /// A server whose index shows these accounts.
  private func server(_ ids: [String], _ state: AccountState = .active) throws -> LocalServer {
    let server = try LocalServer(at: Self.now)
    publish(ids, state, in: server)
    return server
  }

  private func publish(_ ids: [String], _ state: AccountState, in server: LocalServer) {
    for id in ids { server.index.publish(row(id, state)) }
    server.index.takeInNewAccounts()
  }

  private func begin(_ server: LocalServer, limit: Int, after id: AccountID? = nil) -> Outcome {
    let outcome = Outcome()
    ListSearch(server.queries, StatusFilter(state: .active), limit: limit, at: Self.now)
      .begin(after: id, outcome.take)
    return outcome
  }

  private let ids = (1000..<2000).map { "a-\($0)" }

  @Test func `a short page is there at once`() throws {
    let outcome = begin(try server(ids), limit: 100)
    #expect(outcome.page?.entries.map(\.accountID.text) == Array(ids.prefix(100)))
    #expect(outcome.page?.continuation == "a-1099")
  }

  @Test func `a long page is found in steps, and others have their turn between`() throws {
    let server = try server(ids)
    let outcome = begin(server, limit: 1000)
    var turns = 0
    while outcome.page == nil {
      turns += 1
      try server.turn(1)
      #expect(turns < 100)
    }
    #expect(turns >= 1000 / ListSearch.step.reads - 1)
    #expect(outcome.page?.entries.map(\.accountID.text) == ids)
    #expect(outcome.page?.continuation == nil)
  }

  @Test func `what changes between two steps is listed once or not at all`() throws {
    let server = try server(ids)
    let outcome = begin(server, limit: 2000)
    #expect(outcome.page == nil)
    // The first step has passed the one, and none has come to the others.
    publish(["a-0500", "b-1"], .active, in: server)
    publish(["a-1001", "a-1999"], .suspended, in: server)
    try server.until("the page is found") { outcome.page != nil }
    let expected = ids.filter { $0 != "a-1999" } + ["b-1"]
    #expect(outcome.page?.entries.map(\.accountID.text) == expected)
  }

  @Test func `a page is of its instant, whatever time does meanwhile`() throws {
    let server = try server(ids)
    let outcome = begin(server, limit: 2000)
    // Only its evaluation can tell now what it was then.
    server.index.publish(row("a-1999", .suspended, from: Self.now.adding(nanoseconds: 1)))
    try server.until("the page is found") { outcome.page != nil }
    #expect(outcome.page?.entries.map(\.accountID.text) == ids)
    #expect(outcome.page?.entries.last?.result == .STATUS_TABLE_STALE)
  }

  @Test func `what is written meanwhile makes a search read nothing but that`() throws {
    let server = try server((10_000..<60_000).map { "a-\($0)" }, .suspended)
    publish(["z"], .active, in: server)
    let outcome = begin(server, limit: 1)
    server.index.publish(row("a-10000", .suspended, from: Self.now.adding(nanoseconds: 1)))
    var turns = 0
    while outcome.page == nil {
      turns += 1
      try server.turn(1)
      #expect(turns < 20)
    }
    #expect(outcome.page?.entries.map(\.accountID.text) == ["z"])
  }

  @Test func `accounts that do not match cost steps too, and the search goes through them`() throws
  {
    // Their state does not tell what they are until they are read.
    let server = try server(ids, .suspended)
    publish(["z"], .active, in: server)
    let outcome = begin(server, limit: 1)
    try server.until("the page is found") { outcome.page != nil }
    #expect(outcome.page?.entries.map(\.accountID.text) == ["z"])
  }
}
