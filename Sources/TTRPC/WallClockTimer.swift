internal import CLinux
internal import Glibc

/// One alarm on the wall clock that also goes off when somebody sets the clock. On the loop's
/// thread.
///
/// A timerfd on CLOCK_REALTIME with TFD_TIMER_CANCEL_ON_SET: the kernel cancels it, readably, at a
/// discontinuous change. It then stays armed for its instant, and notices the next change as well.
package final class WallClockTimer {
  /// Called at the instant, and when the clock was set.
  package var onFire: () -> Void = {}

  /// An instant that is never reached: armed for it, the timer only notices clock changes.
  private static let never: Int64 = .max

  private let loop: EventLoop
  private let descriptor: Int32
  private var registration: EventLoop.Watch?
  private var instant = never

  package init(loop: EventLoop) throws(RuntimeError) {
    let flags = TFD_CLOEXEC | TFD_NONBLOCK
    let descriptor = timerfd_create(CLOCK_REALTIME, Int32(flags))
    guard descriptor >= 0 else { throw .last("make a timerfd") }
    self.loop = loop
    self.descriptor = descriptor
    arm()
    registration = try loop.add(descriptor, .readable) { [unowned self] _ in fire() }
  }

  deinit {
    if let registration { loop.remove(registration) }
    close(descriptor)
  }

  /// Sets the alarm, in nanoseconds since 1970; nil: only clock changes set it off.
  package func set(nanoseconds: Int64?) {
    instant = max(nanoseconds ?? Self.never, 1)
    arm()
  }

  private func fire() {
    var expirations: UInt64 = 0
    let count = read(descriptor, &expirations, MemoryLayout<UInt64>.size)
    if count < 0, errno == ECANCELED {
      // Armed again, or the next change of the clock would go unnoticed.
      arm()
    } else if count < 0 {
      return
    } else {
      instant = Self.never
      arm()
    }
    onFire()
  }

  private func arm() {
    var time = itimerspec()
    time.it_value.tv_sec = Int(instant / 1_000_000_000)
    time.it_value.tv_nsec = Int(instant % 1_000_000_000)
    let flags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET
    timerfd_settime(descriptor, Int32(flags), &time, nil)
  }
}
