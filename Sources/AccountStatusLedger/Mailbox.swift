import Glibc

/// Where requests wait for the ledger's thread.
///
/// Unchecked because `items` and the flags are touched with `mutex` held only, and the two
/// allocations live exactly as long as the box.
package final class Mailbox: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let arrival: UnsafeMutablePointer<pthread_cond_t>
  private var items: [LedgerRequest] = []
  private var isClosed = false
  private var isAwaited = false

  package init() {
    mutex = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    arrival = .allocate(capacity: 1)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(arrival, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(arrival)
    arrival.deallocate()
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Adds a request; false after `close`.
  package func put(_ request: LedgerRequest) -> Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    if isClosed { return false }
    items.append(request)
    if isAwaited { pthread_cond_signal(arrival) }
    return true
  }

  /// Takes no more requests.
  package func close() {
    pthread_mutex_lock(mutex)
    isClosed = true
    pthread_cond_signal(arrival)
    pthread_mutex_unlock(mutex)
  }

  /// Moves all requests into `batch`, which is empty. Waits for the first one until `deadline`, in
  /// nanoseconds of CLOCK_MONOTONIC; 0 waits not at all, nil for ever. False: closed, and nothing
  /// more will come.
  package func take(into batch: inout [LedgerRequest], waitingUntil deadline: UInt64?) -> Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while items.isEmpty, !isClosed, deadline != 0 {
      isAwaited = true
      let isTimedOut: Bool
      if let deadline {
        var time = timespec(
          tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
        isTimedOut = pthread_cond_timedwait(arrival, mutex, &time) == ETIMEDOUT
      } else {
        pthread_cond_wait(arrival, mutex)
        isTimedOut = false
      }
      isAwaited = false
      if isTimedOut { break }
    }
    swap(&items, &batch)
    return !(isClosed && batch.isEmpty)
  }
}
