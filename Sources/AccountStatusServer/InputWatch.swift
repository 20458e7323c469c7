internal import CLinux
internal import Glibc
package import TTRPC

/// Waits for the end of an input that another process holds open: of a pipe, when that process has
/// ended, however it ended. What comes before the end is thrown away.
///
/// The kernel's own signal for this, PR_SET_PDEATHSIG, goes by the thread that started a process,
/// not by the process, and most test runners have threads that come and go. It serves to continue
/// a process that was stopped, which would never see the end. On the loop's thread.
package final class InputWatch {
  private let loop: EventLoop
  private var watch: EventLoop.Watch?

  /// - descriptor: a pipe, a socket or a terminal; it stays its owner's.
  package init(
    _ descriptor: Int32 = STDIN_FILENO, loop: EventLoop, onEnd: @escaping () -> Void
  ) throws(StartError) {
    self.loop = loop
    linux_signal_at_parents_end(SIGCONT)
    do throws(RuntimeError) {
      watch = try loop.add(descriptor, .readable) { [unowned self] _ in
        if Self.isAtEnd(descriptor) {
          stop()
          onEnd()
        }
      }
    } catch {
      throw StartError(
        "cannot wait for the end of standard input: give a pipe, a socket or a terminal (\(error))")
    }
  }

  /// Waits no longer.
  package func stop() {
    watch.map(loop.remove)
    watch = nil
  }

  private static func isAtEnd(_ descriptor: Int32) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
      let count = read(descriptor, buffer.baseAddress, buffer.count)
      return count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)
    }
  }
}
