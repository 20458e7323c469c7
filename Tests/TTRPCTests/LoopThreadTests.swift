import Foundation
import Glibc
import Synchronization
import TTRPC
import Testing

@Suite("Threads of our own")
struct LoopThreadTests {
  @Test func `a thread has its name, blocks signals, and is waited for`() throws {
    let name = Mutex("")
    let maskBefore = isTerminationBlocked()
    let blocksTerm = Atomic(false)
    let thread = try LoopThread(name: "a-name-that-is-longer") {
      var mask = sigset_t()
      pthread_sigmask(SIG_SETMASK, nil, &mask)
      blocksTerm.store(sigismember(&mask, SIGTERM) == 1, ordering: .relaxed)
      let text = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
      name.withLock { $0 = text ?? "" }
    }
    thread.join()
    #expect(name.withLock { $0 } == "a-name-that-is-\n")
    let blocked = blocksTerm.load(ordering: .relaxed)
    #expect(blocked)
    #expect(isTerminationBlocked() == maskBefore)
  }

  private func isTerminationBlocked() -> Bool {
    var mask = sigset_t()
    pthread_sigmask(SIG_SETMASK, nil, &mask)
    return sigismember(&mask, SIGTERM) == 1
  }
}
