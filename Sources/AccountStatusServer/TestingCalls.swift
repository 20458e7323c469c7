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
  private let setBeating: (Bool) -> Void

  /// Faults in force at a time. A test writes them down one by one.
  private static let mostFaults = 100

  /// - setBeating: stops and starts the status table's signs of life.
  package init(
    link: LedgerLink, index: StatusIndex, clock: ManualClock?,
    setBeating: @escaping (Bool) -> Void
  ) {
    self.link = link
    self.index = index
    self.clock = clock
    self.setBeating = setBeating
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
    router.unary(TestingService.injectFault) { [self] context, payload, reply in
      Responder.run(context, &reply, server) { responder throws(RPCError) in
        try inject(InjectFaultRequest.decodeRequest(payload), into: server())
        responder.send(InjectFaultResponse())
      }
    }
    router.unary(TestingService.clearFaults) { [self] context, payload, reply in
      Responder.run(context, &reply, server) { responder throws(RPCError) in
        _ = try ClearFaultsRequest.decodeRequest(payload)
        setBeating(true)
        responder.send(ClearFaultsResponse(struck: server().clearFaults()))
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

// MARK: - Faults

extension TestingCalls {
  private func inject(_ request: InjectFaultRequest, into server: RPCServer) throws(RPCError) {
    if request.strikesCalls {
      guard server.faultCount < Self.mostFaults else {
        throw RPCError(
          .tooMuch, "\(Self.mostFaults) faults are in force already; call ClearFaults")
      }
      let ending: CallFault.Ending =
        if request.dropsConnection {
          .disconnected
        } else if request.code != .ok {
          .failed(RPCError(request.code, "a fault that was injected for a test"))
        } else {
          .handled
        }
      server.inject(
        CallFault(
          delay: request.delay, ending: ending,
          count: request.count == 0 ? nil : Int(request.count)),
        for: try methods(request.method, of: server))
    }
    if request.stopsHeartbeat { setBeating(false) }
  }

  /// The methods that a request is about: never this service's, or nothing could end its faults.
  private func methods(
    _ name: String, of server: RPCServer
  ) throws(RPCError) -> Set<MethodDescriptor> {
    let methods = server.offeredMethods.filter { method in
      method.service != TestingService.name
        && (name.isEmpty || name == method.service || name == "\(method.service)/\(method.name)")
    }
    guard !methods.isEmpty else {
      throw RPCError(
        FormError(
          field: "method",
          "is \"\(name)\", which can strike nothing here; give package.Service/Method or "
            + "package.Service, but not \(TestingService.name)"))
    }
    return Set(methods)
  }
}
