import AccountStatusModel

/// Reinstatement requests and what was decided on them, while the sweep goes on.
struct ReinstatementRecord {
  private struct Request {
    /// Its place among the reinstatement requests in the order of their opening.
    var place: Int?
    var isOpened = false
    var status = SupportRequestStatus.open
    var isDecided = false
  }

  private var requests: [Request]
  /// Reinstatement requests in the order of their opening.
  private var opened: [Int32] = []
  /// Bit n: the n-th of them is neither closed nor decided. A sweep asks for the latest at every
  /// step, and a long life has closed thousands: words are passed over, not requests.
  private var pending: [UInt64] = []

  init(requests count: Int) {
    requests = Array(count: count, of: Request())
  }

  mutating func open(_ request: Int32, isReinstatement: Bool) {
    guard !requests[Int(request)].isOpened else { return }
    requests[Int(request)].isOpened = true
    guard isReinstatement else { return }
    requests[Int(request)].place = opened.count
    if opened.count.isMultiple(of: 64) { pending.append(0) }
    opened.append(request)
    settle(request)
  }

  /// A status dated before the request's opening takes effect with it, the latest one.
  mutating func update(_ request: Int32, to status: SupportRequestStatus) {
    requests[Int(request)].status = status
    settle(request)
  }

  /// Decides a request, nil being all opened so far: those of the same instant come before.
  mutating func decide(_ request: Int32?) {
    if let request {
      requests[Int(request)].isDecided = true
      settle(request)
    } else {
      for request in opened {
        requests[Int(request)].isDecided = true
        requests[Int(request)].place = nil
      }
      opened.removeAll(keepingCapacity: true)
      pending.removeAll(keepingCapacity: true)
    }
  }

  private mutating func settle(_ number: Int32) {
    let request = requests[Int(number)]
    guard let place = request.place else { return }
    let bit: UInt64 = 1 << UInt64(place % 64)
    if request.status != .closed && !request.isDecided {
      pending[place / 64] |= bit
    } else {
      pending[place / 64] &= ~bit
    }
  }

  /// The status of the latest-opened request that is neither closed nor decided.
  var pendingStatus: SupportRequestStatus? {
    guard let word = pending.lastIndex(where: { $0 != 0 }) else { return nil }
    let place = word * 64 + 63 - pending[word].leadingZeroBitCount
    return requests[Int(opened[place])].status
  }
}

/// A reinstatement state and the unbroken stretch in which it holds.
struct ReinstatementStretch {
  private(set) var state = ReinstatementState.none
  /// Its first instant; nil: `none`.
  private(set) var since: Instant?

  /// Takes the state of an instant, one after another.
  mutating func settle(_ state: ReinstatementState, at instant: Instant) {
    guard state != self.state else { return }
    self.state = state
    since = state == .none ? nil : instant
  }
}

extension Sweep {
  /// How far the way back is after the last step.
  @inline(__always)
  var reinstatementState: ReinstatementState {
    guard state == .suspended else { return .none }
    guard let status = reinstatement.pendingStatus else {
      return episode?.isDeclined == true ? .declined : .notRequested
    }
    if !holdingCodes.isEmpty { return .awaitingRemedy }
    return status == .attentionNeeded ? .partnerActionNeeded : .inReview
  }
}
