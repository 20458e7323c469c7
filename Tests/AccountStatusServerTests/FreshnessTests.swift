import AccountStatusLedger
import AccountStatusServer
import TTRPC
import Testing

@Suite("Reads that wait for a position")
struct FreshnessTests {
  private final class Outcome {
    var count = 0
    var error: RPCError?
    func take(_ error: RPCError?) {
      count += 1
      self.error = error
    }
  }

  private func token(_ server: LocalServer, ahead: UInt64) -> LedgerToken {
    var token = server.index.token
    token.position += ahead
    return token
  }

  private func wait(
    _ server: LocalServer, _ token: [UInt8], deadline: MonotonicInstant? = nil
  ) -> Outcome {
    let outcome = Outcome()
    server.freshness.wait(for: token, deadline: deadline, outcome.take)
    return outcome
  }

  @Test func `no token and a position that was reached go on at once`() throws {
    let server = try LocalServer()
    let past = try server.store([registration()])
    try server.store([invoice()])
    for token in [[], past.encoded, server.index.token.encoded] {
      let outcome = wait(server, token)
      #expect(outcome.count == 1 && outcome.error == nil)
    }
  }

  @Test func `a token of another ledger, or none at all, is refused at once`() throws {
    let server = try LocalServer()
    var other = server.index.token
    other.storeID = .random()
    var restored = server.index.token
    restored.epoch += 1
    let cut = Array(server.index.token.encoded.dropLast())
    for token in [other.encoded, restored.encoded, cut, [1, 2, 3]] {
      let outcome = wait(server, token)
      #expect(outcome.count == 1 && outcome.error?.code == .invalidArgument)
      #expect(outcome.error?.fieldViolations.map(\.field) == ["atLeast"])
    }
  }

  @Test func `who waits goes on when the position is published, not before`() throws {
    let server = try LocalServer()
    let (near, far) = (token(server, ahead: 1), token(server, ahead: 1000))
    let (first, second) = (wait(server, near.encoded), wait(server, far.encoded))
    try server.turn()
    #expect(first.count == 0 && second.count == 0)
    try server.store([registration()])
    try server.until("the first goes on") { first.count == 1 }
    #expect(first.error == nil && second.count == 0)
    server.time.advance(.seconds(10))
    try server.turn()
    #expect(first.count == 1, "its timer is gone")
    #expect(second.count == 1 && second.error != nil)
  }

  @Test func `nobody waits longer than the patience`() throws {
    let server = try LocalServer()
    let outcome = wait(server, token(server, ahead: 9).encoded)
    server.time.advance(Freshness.patience - .milliseconds(1))
    try server.turn()
    #expect(outcome.count == 0)
    server.time.advance(.milliseconds(1))
    try server.turn()
    #expect(outcome.count == 1)
    #expect(outcome.error?.retryDelay != nil)
    try server.store([registration(), invoice()])
    #expect(outcome.count == 1)
  }

  @Test func `nor longer than its deadline`() throws {
    let server = try LocalServer()
    let deadline = server.time.now.advanced(by: .milliseconds(5))
    let outcome = wait(server, token(server, ahead: 9).encoded, deadline: deadline)
    server.time.advance(.milliseconds(5))
    try server.turn()
    #expect(outcome.count == 1 && outcome.error != nil)
  }
}
