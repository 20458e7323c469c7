internal import AccountStatusAPI
package import AccountStatusLedger
internal import AccountStatusModel
package import TTRPC

/// The handlers of `TestingService`: they exist only in an ephemeral server. On the loop's thread.
package final class TestingCalls {
  private let link: LedgerLink
  private let index: StatusIndex
  /// nil under the system's clock, which nobody sets here.
  private let clock: ManualClock?

  package init(link: LedgerLink, index: StatusIndex, clock: ManualClock?) {
    self.link = link
    self.index = index
    self.clock = clock
  }

  /// Adds the service to a router.
  package func register(in router: inout Router, _ server: @escaping () -> RPCServer) {
    router.unary(TestingService.setClock) { [self] context, payload, reply in
      Responder.run(context, &reply, server) { responder throws(RPCError) in
        let now = try SetClockRequest.decodeRequest(payload).now
        try move(to: now, field: "now") {
          responder.complete(with: $0.map { SetClockResponse(now: $0) })
        }
      }
    }
    router.unary(TestingService.advanceClock) { [self] context, payload, reply in
      Responder.run(context, &reply, server) { responder throws(RPCError) in
        let by = try AdvanceClockRequest.decodeRequest(payload).by
        let now = try manualClock().now.adding(nanoseconds: by.clampedNanoseconds)
        try move(to: now, field: "by") {
          responder.complete(with: $0.map { AdvanceClockResponse(now: $0) })
        }
      }
    }
  }

  private func manualClock() throws(RPCError) -> ManualClock {
    guard let clock else {
      throw RPCError(
        .clockNotManual,
        "the server runs by the system's clock; start it with --ephemeral --clock manual")
    }
    return clock
  }

  /// Moves the clock; completes after every transition due by then is committed and published.
  private func move(
    to now: Instant, field: String, _ completion: @escaping (Result<Instant, RPCError>) -> Void
  ) throws(RPCError) {
    let clock = try manualClock()
    guard now >= clock.now else {
      throw RPCError(
        .clockBackwards, "the clock is at \(clock.now) and never goes back to \(now)")
    }
    guard Instant.range.contains(now) else {
      throw RPCError(
        FormError(field: field, "leads out of the calendar, which ends with 2261-12-31"))
    }
    clock.set(now)
    index.setManualClock(now)
    link.catchUp { completion($0.map { _ in now }.mapError { .unavailable($0) }) }
  }
}
