package import AccountStatusClient

/// What a command's exit tells the program that started it.
package enum ExitStatus: Int32, Sendable {
  /// Yes; everything was found or stored.
  case success = 0
  /// No; some facts were refused or items rejected.
  case no = 1
  /// An account is not registered.
  case notFound = 2
  /// The server has not reached the position asked for.
  case stale = 3
  /// No server answers, or it cannot at present.
  case unavailable = 4
  /// The command line, or a request made of it, is malformed.
  case usage = 64
  /// Any other failure.
  case failure = 70
  /// This user may not.
  case notPermitted = 77
  /// Stopped by Ctrl-C, in good order.
  case interrupted = 130

  package init(_ error: AccountStatusError) {
    switch error.kind {
    case .notFound: self = .notFound
    case .permissionDenied: self = .notPermitted
    case .invalidArgument: self = .usage
    case .unavailable where error.reason == "POSITION_NOT_REACHED": self = .stale
    case .unavailable, .deadlineExceeded: self = .unavailable
    default: self = .failure
    }
  }
}
