import Dispatch
import Glibc
import Synchronization

/// Ctrl-C, as a wish to stop in good order. The second one ends the program at once.
package final class Interrupt: Sendable {
  /// Readable once it is raised, and for ever after.
  package let descriptor: Int32
  private let writer: Int32
  private let raised = Atomic(false)

  /// Not raised; by whom it is, is up to the caller.
  package init?() {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (descriptor, writer) = (ends[0], ends[1])
  }

  deinit {
    close(descriptor)
    close(writer)
  }

  /// Whether the user wishes to stop.
  package var isRaised: Bool { raised.load(ordering: .acquiring) }

  /// Raises it. Once is for ever.
  package func raise() {
    guard !raised.exchange(true, ordering: .acquiringAndReleasing) else { return }
    var byte: UInt8 = 1
    _ = write(writer, &byte, 1)
  }

  /// Runs something during which the first SIGINT raises the interrupt.
  package static func catching<Value>(
    _ body: (Interrupt?) async throws -> Value
  ) async rethrows -> Value {
    guard let interrupt = Interrupt() else { return try await body(nil) }
    // A source is told of a signal that would otherwise do nothing.
    signal(SIGINT, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler {
      signal(SIGINT, SIG_DFL)
      interrupt.raise()
    }
    source.activate()
    defer {
      source.cancel()
      signal(SIGINT, SIG_DFL)
    }
    return try await body(interrupt)
  }
}
