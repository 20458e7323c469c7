import AccountStatusModel

/// Reinstatement requests and what was decided on them, while the sweep goes on.
struct ReinstatementRecord {
  private struct Request {
    var openedAt: Instant?
    var status = SupportRequestStatus.open
    var isDecided = false
  }

  private var requests: [Request]
  /// Reinstatement requests in the order of their opening.
  private var opened: [Int32] = []
  /// The latest decision that names no request: it decides all opened before it.
  private var allDecidedAt: Instant?

  init(requests count: Int) {
    requests = Array(repeating: Request(), count: count)
  }

  mutating func open(_ request: Int32, isReinstatement: Bool, at instant: Instant) {
    guard requests[Int(request)].openedAt == nil else { return }
    requests[Int(request)].openedAt = instant
    if isReinstatement { opened.append(request) }
  }

  /// A status dated before the request's opening takes effect with it, the latest one.
  mutating func update(_ request: Int32, to status: SupportRequestStatus) {
    requests[Int(request)].status = status
  }

  /// Decides a request, nil being all opened so far: those of the same instant come before.
  mutating func decide(_ request: Int32?, at instant: Instant) {
    if let request {
      requests[Int(request)].isDecided = true
    } else {
      allDecidedAt = instant
    }
  }

  /// The status of the latest-opened request that is neither closed nor decided.
  var pendingStatus: SupportRequestStatus? {
    for number in opened.reversed() {
      let request = requests[Int(number)]
      if let openedAt = request.openedAt, let allDecidedAt, openedAt <= allDecidedAt {
        return nil
      }
      if request.status != .closed && !request.isDecided { return request.status }
    }
    return nil
  }
}
