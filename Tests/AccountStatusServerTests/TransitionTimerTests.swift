import AccountStatusLedger
import AccountStatusModel
import AccountStatusServer
import Glibc
import TTRPC
import Testing

@Suite("The timer of transitions")
struct TransitionTimerTests {
  private func caughtUp(_ server: LocalServer) -> [Instant] {
    server.deliveries.compactMap { if case .caughtUp(_, let now, _) = $0 { now } else { nil } }
  }

  private func failures(_ server: LocalServer) -> Int {
    server.deliveries.count { if case .failed = $0 { true } else { false } }
  }

  private var wallClock: Instant { WallClock().now }

  @Test func `it has the ledger catch up at the instant, not before`() throws {
    let server = try LocalServer()
    let timer = try TransitionTimer(loop: server.loop, link: server.link, isManual: false)
    let due = wallClock.adding(nanoseconds: 30_000_000)
    timer.expect(due)
    try server.turn()
    if wallClock < due { #expect(caughtUp(server).isEmpty) }
    try server.until("the ledger caught up") { caughtUp(server).count == 1 }
    #expect(wallClock >= due)
    withExtendedLifetime(timer) {}
  }

  @Test func `under a manual clock it waits for nobody`() throws {
    let server = try LocalServer()
    let timer = try TransitionTimer(loop: server.loop, link: server.link, isManual: true)
    timer.expect(newYear)
    try server.store([registration()])
    #expect(caughtUp(server).isEmpty)
    withExtendedLifetime(timer) {}
  }

  @Test func `after a failure it rests, then tries again`() throws {
    let server = try LocalServer()
    server.ledger.stop()
    let timer = try TransitionTimer(loop: server.loop, link: server.link, isManual: false)
    timer.expect(newYear)
    for attempt in 1...3 {
      try server.until("attempt \(attempt)") { failures(server) == attempt }
      try server.turn(30)
      #expect(failures(server) == attempt, "it rests")
      server.time.advance(.seconds(1))
    }
    withExtendedLifetime(timer) {}
  }

  @Test func `another alarm during the rest does not double the attempts`() throws {
    let server = try LocalServer()
    server.ledger.stop()
    let timer = try TransitionTimer(loop: server.loop, link: server.link, isManual: false)
    for alarm in 1...3 {
      server.time.advance(.milliseconds(300))
      timer.expect(newYear)
      try server.until("alarm \(alarm)") { failures(server) == alarm }
      try server.turn(30)
    }
    server.time.advance(.milliseconds(999))
    try server.turn(30)
    #expect(failures(server) == 3, "the rest begins anew with each failure")
    server.time.advance(.milliseconds(1))
    try server.until("one attempt") { failures(server) == 4 }
    try server.turn(30)
    #expect(failures(server) == 4)
    withExtendedLifetime(timer) {}
  }

  @Test func `what is due and cannot be committed does not make it spin`() throws {
    let server = try LocalServer()
    let timer = try TransitionTimer(loop: server.loop, link: server.link, isManual: false)
    // The ledger knows of nothing that is due: it will not say when the next transition is.
    timer.expect(newYear)
    try server.until("the ledger caught up") { caughtUp(server).count == 1 }
    try server.turn(30)
    // Whoever asks now is answered after the timer, if it asked again meanwhile.
    try server.catchUp()
    #expect(caughtUp(server).count == 2)
    server.time.advance(.seconds(1))
    try server.until("it tries again after a rest") { caughtUp(server).count == 3 }
    withExtendedLifetime(timer) {}
  }

  @Test func `an alarm while the ledger catches up is not lost`() throws {
    let server = try LocalServer()
    var work: [() -> Void] = []
    let link = LedgerLink(ledger: server.ledger, index: server.index) { work.append($0) }
    let timer = try TransitionTimer(loop: server.loop, link: link, isManual: false)
    timer.expect(newYear)
    try server.until("it asked") { link.pendingCount == 1 }
    timer.alarm()
    timer.alarm()
    #expect(link.pendingCount == 1)
    link.receive(.caughtUp(RequestID(1), now: newYear, server.index.token))
    work.removeFirst()()
    #expect(link.pendingCount == 1, "it goes on, once for both")
    link.receive(.caughtUp(RequestID(2), now: newYear, server.index.token))
    work.removeFirst()()
    #expect(link.pendingCount == 0)
    withExtendedLifetime(timer) {}
  }
}
