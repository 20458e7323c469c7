import Glibc
import Synchronization

/// A thread of the operating system that runs one closure.
///
/// Not a task: the ledger's work blocks in fsync, and would hold one of the few threads that all
/// tasks share.
package final class LedgerThread: Sendable {
  private let handle: Mutex<pthread_t?>

  /// Carries the closure, and what it owns, to the thread. Unchecked because pthread_create orders
  /// all that was done before it, and whoever makes a thread touches what the closure captures no
  /// more.
  private final class Start: @unchecked Sendable {
    let body: () -> Void

    init(_ body: @escaping () -> Void) {
      self.body = body
    }
  }

  /// Starts a thread. What the closure captures belongs to that thread from now on: not `sending`,
  /// because the store has met the caller's `publish` before, which the compiler cannot forget.
  package init(_ body: @escaping () -> Void) throws(LedgerError) {
    var thread = pthread_t()
    let start = Unmanaged.passRetained(Start(body))
    let code = pthread_create(
      &thread, nil,
      { context in
        if let context {
          let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
          LedgerThread.nameThread()
          LedgerThread.yieldToReaders()
          start.body()
        }
        return nil
      }, start.toOpaque())
    guard code == 0 else {
      start.release()
      throw LedgerError(
        .unexpected, "the ledger's thread cannot start: \(String(cString: strerror(code)))")
    }
    handle = Mutex(thread)
  }

  /// For `top` and `ps`; without it nothing is lost.
  private static func nameThread() {
    let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = write(file, "ledger", 6)
    close(file)
  }

  /// Where there are fewer cores than threads with work, who answers reads goes first: on Linux the
  /// nice value is a thread's own. Lowering one's own priority needs no right.
  private static func yieldToReaders() {
    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 5)
  }

  deinit {
    if let thread = handle.withLock({ $0 }) { pthread_detach(thread) }
  }

  /// Waits for the end of the closure. The first call waits; others return at once.
  package func join() {
    let thread = handle.withLock { handle in
      defer { handle = nil }
      return handle
    }
    if let thread { pthread_join(thread, nil) }
  }
}
