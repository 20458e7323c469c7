internal import CLinux
internal import Glibc
internal import Synchronization

/// An operating-system thread of our own, for a loop or for work that blocks.
///
/// Swift's pool has as many threads as cores and must not block, so whatever waits gets one of
/// these. All signals are blocked in it: they belong to the loop that asks for them.
package final class LoopThread: Sendable {
  private let thread: pthread_t
  private let isJoined = Atomic(false)

  /// Starts a thread that runs `body` and ends.
  ///
  /// - name: what ps and gdb show; cut to 15 bytes.
  package init(
    name: String, _ body: sending @escaping () -> Void
  ) throws(RuntimeError) {
    let start = Unmanaged.passRetained(Start(name: name, body: body))
    var thread = pthread_t()
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    let result = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        String(decoding: start.name.utf8.prefix(15), as: UTF8.self).withCString(linux_name_thread)
        start.body()
        return nil
      }, start.toOpaque())
    pthread_sigmask(SIG_SETMASK, &before, nil)
    guard result == 0 else {
      start.release()
      throw .system(operation: "start a thread", errno: result)
    }
    self.thread = thread
  }

  deinit {
    if !isJoined.load(ordering: .acquiring) { pthread_detach(thread) }
  }

  /// Waits for the body to return. Not on the thread itself.
  package func join() {
    if isJoined.exchange(true, ordering: .acquiringAndReleasing) { return }
    pthread_join(thread, nil)
  }

  private final class Start {
    let name: String
    let body: () -> Void
    init(name: String, body: @escaping () -> Void) {
      self.name = name
      self.body = body
    }
  }
}
