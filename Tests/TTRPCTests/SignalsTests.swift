import Glibc
import Synchronization
import TTRPC
import Testing

@Suite("Signals as events")
struct SignalsTests {
  @Test func `a blocked signal comes to the loop that asked for it, others wait`() throws {
    let seen = Mutex<[Int32]>([])
    // Threads of ours block every signal.
    let thread = try LoopThread(name: "signals") {
      do {
        let loop = try EventLoop()
        let watch = try SignalWatch(loop: loop, [SIGUSR1, SIGHUP]) { number in
          seen.withLock { $0.append(number) }
        }
        for number in [SIGUSR1, SIGUSR2, SIGHUP] { pthread_kill(pthread_self(), number) }
        try loop.turn(wait: .zero)
        withExtendedLifetime(watch) {}
      } catch { Issue.record(error) }
    }
    thread.join()
    #expect(Set(seen.withLock { $0 }) == [SIGUSR1, SIGHUP])
  }

  @Test func `a process can block all signals first thing`() async {
    await #expect(processExitsWith: .success) {
      SignalMask.blockAll()
      // To this thread: the others of a test process were there before.
      raise(SIGTERM)
      let loop = try EventLoop()
      var seen: [Int32] = []
      let watch = try SignalWatch(loop: loop, [SIGTERM]) { seen.append($0) }
      try loop.turn(wait: .seconds(10))
      withExtendedLifetime(watch) {}
      #expect(seen == [SIGTERM])
    }
  }
}
