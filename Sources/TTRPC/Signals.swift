internal import CLinux
internal import Glibc

/// Which signals a process takes as events instead of interruptions.
package enum SignalMask {
  /// Blocks every signal in the calling thread and those it starts.
  ///
  /// First thing in `main`, before anything makes a thread; loops then read signals from a
  /// descriptor. Children inherit the mask: unblock it there before they run a program.
  package static func blockAll() {
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, nil)
  }
}

/// Signals as events of a loop: a signalfd. On the loop's thread.
package final class SignalWatch {
  private let loop: EventLoop
  private let descriptor: Int32
  private var registration: EventLoop.Watch?

  /// Calls back with the number of each of these signals that arrives; they must be blocked.
  package init(
    loop: EventLoop, _ signals: [Int32], _ handler: @escaping (Int32) -> Void
  ) throws(RuntimeError) {
    var mask = sigset_t()
    sigemptyset(&mask)
    for number in signals { sigaddset(&mask, number) }
    let descriptor = signalfd(-1, &mask, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
    guard descriptor >= 0 else { throw .last("make a signalfd") }
    self.loop = loop
    self.descriptor = descriptor
    registration = try loop.add(descriptor, .readable) { _ in
      var info = signalfd_siginfo()
      while read(descriptor, &info, MemoryLayout<signalfd_siginfo>.size) > 0 {
        handler(Int32(info.ssi_signo))
      }
    }
  }

  deinit {
    if let registration { loop.remove(registration) }
    close(descriptor)
  }
}
