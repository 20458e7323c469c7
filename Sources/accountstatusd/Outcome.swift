internal import AccountStatusServer
internal import Synchronization

/// How the loop's thread ended, for the thread that waits for it.
final class Outcome: Sendable {
  private let failure = Mutex<StartError?>(nil)

  /// Why it ended early; nil: it did not.
  var error: StartError? { failure.withLock(\.self) }

  /// Says why it ended.
  func set(_ error: StartError) {
    failure.withLock { $0 = error }
  }
}
