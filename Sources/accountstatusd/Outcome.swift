internal import Dispatch
internal import Synchronization

/// What another thread or task comes to, for the one that waits for it.
package final class Outcome<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let isSet = DispatchSemaphore(value: 0)

  package init() {}

  /// Sets the value, once.
  package func set(_ value: Value) {
    self.value.withLock { $0 = value }
    isSet.signal()
  }

  /// Waits for the value. Once.
  package func wait() -> Value {
    isSet.wait()
    guard let value = value.withLock(\.self) else { preconditionFailure("set before signalled") }
    return value
  }
}
