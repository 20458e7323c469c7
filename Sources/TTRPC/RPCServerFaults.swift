/// Faults on purpose: what the server does to calls that it would handle.
///
/// A method with a fault in force is never marked as allowed, the mark that lets a call through at
/// once. So the calls of a server without faults look at nothing that they would not look at anyway.
extension RPCServer {
  /// Strikes calls to come of some methods.
  package func inject(_ fault: CallFault, for struck: Set<MethodDescriptor>) {
    faults.add(
      fault, for: Set((0..<methods.count).filter { struck.contains(methods.descriptors[$0]) }))
    policyEpoch += 1
  }

  /// Ends all faults; returns how many calls were struck. What waits goes on waiting.
  @discardableResult
  package func clearFaults() -> UInt64 {
    policyEpoch += 1
    return faults.clear()
  }

  /// Faults that are not used up.
  package var faultCount: Int { faults.count }
  /// Calls struck since faults were last cleared.
  package var callsStruck: UInt64 { faults.struck }

  /// Strikes a unary call that its peer may make; false when no fault is left for it.
  func strike(_ link: LinkPointer, _ call: IncomingCall, _ now: MonotonicInstant) -> Bool {
    guard let fault = takeFault(call) else { return false }
    hasDeferred = true
    link.pointee.wire.pointee.hold(call, receivedAt: now)
    let late = LateCall(call)
    after(fault, link.pointee.id(call.stream)) { [unowned self] link in
      // It is in flight while it waits; to be handled it must be as one that has just come.
      _ = link.pointee.wire.pointee.remove(call.stream)
      readCount &+= 1
      late.withCall { dispatch(link, link.pointee.wire, $0, now) }
      recordInline(now)
      markDirty(link)
    }
    return true
  }

  /// Strikes a streaming call in flight, whose handler is not made yet; its messages wait.
  func strikeStream(
    _ link: LinkPointer, _ call: IncomingCall, _ now: MonotonicInstant
  ) -> Bool {
    guard let fault = takeFault(call) else { return false }
    let id = link.pointee.id(call.stream)
    link.pointee.wire.pointee.setReceiving(call.stream, false)
    let late = LateCall(call)
    after(fault, id) { [unowned self] link in
      late.withCall { makeHandler(link, $0, now) }
      setReceiving(id, true)
      stopIfEnding(link, call.stream)
    }
    return true
  }

  private func takeFault(_ call: IncomingCall) -> CallFault? {
    let count = faults.count
    let fault = faults.strike(call.method)
    if faults.count != count { policyEpoch += 1 }
    return fault
  }

  /// Waits for as long as a fault says and then does what it says, if the call still waits as well.
  private func after(
    _ fault: CallFault, _ id: CallID, handle: @escaping (LinkPointer) -> Void
  ) {
    // Counted from this turn, so that no delay is none.
    loop.schedule(at: loop.now.advanced(by: fault.delay)) { [weak self] in
      guard let self, isLive(id), let link = link(id) else { return }
      switch fault.ending {
      case .handled: handle(link)
      case .failed(let error): fail(id, error)
      case .disconnected:
        flush(link)
        abandon(link)
      }
    }
  }
}

/// A call that outlives the frame it came in.
private struct LateCall {
  private let call: IncomingCall
  private let payload: [UInt8]
  private let envelope: [UInt8]

  init(_ call: IncomingCall) {
    self.call = call
    payload = Array(call.payload)
    envelope = call.metadata.isEmpty ? [] : Array(call.metadata.envelope)
  }

  func withCall(_ body: (IncomingCall) -> Void) {
    payload.withUnsafeBytes { payload in
      envelope.withUnsafeBytes { envelope in
        var call = call
        call.payload = payload
        call.metadata = Metadata(envelope: envelope, isEmpty: call.metadata.isEmpty)
        body(call)
      }
    }
  }
}
