internal import CLinux
internal import Glibc
internal import Synchronization

/// How other threads reach a loop: messages in a queue and an eventfd that wakes it.
///
/// The only thing that crosses into a loop's thread. Sending never blocks beyond the lock and never
/// calls into the loop; messages arrive in order, in batches. A mailbox outlives its loop without
/// harm: what is sent then is dropped with it, unless it was closed, which the sender is told.
package final class Mailbox<Message: Sendable>: Sendable {
  private let state = Mutex(State())
  /// Non-blocking; closed with the mailbox, so that no sender ever writes to a descriptor that has
  /// become something else.
  let descriptor: Int32

  private struct State {
    var queue: [Message] = []
    var isClosed = false
  }

  package init() throws(RuntimeError) {
    descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard descriptor >= 0 else { throw .last("make an eventfd") }
  }

  deinit { Glibc.close(descriptor) }

  /// Queues a message and wakes the loop. From any thread. False once the mailbox is closed.
  @discardableResult
  package func send(_ message: Message) -> Bool {
    let (isOpen, isFirst) = state.withLock { state in
      if state.isClosed { return (false, false) }
      state.queue.append(message)
      return (true, state.queue.count == 1)
    }
    // Whoever finds the queue empty wakes the loop; the others ride along.
    if isFirst { eventfd_write(descriptor, 1) }
    return isOpen
  }

  /// Takes no more messages; what is still queued is the caller's to deal with.
  package func close() -> [Message] {
    state.withLock { state in
      state.isClosed = true
      defer { state.queue = [] }
      return state.queue
    }
  }

  /// Takes everything that is queued. By the loop, after the eventfd became readable.
  func receive() -> [Message] {
    var count: eventfd_t = 0
    eventfd_read(descriptor, &count)
    return state.withLock { state in
      defer { state.queue = [] }
      return state.queue
    }
  }
}
