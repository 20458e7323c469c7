import AccountStatusLedger
import Synchronization
import Testing

@Suite struct LedgerThreadTests {
  @Test func `joining waits for the end, once`() throws {
    let done = Mutex(false)
    let thread = try LedgerThread { done.withLock { $0 = true } }
    thread.join()
    #expect(done.withLock { $0 })
    thread.join()
  }

  @Test func `what the closure holds is let go at its end`() throws {
    final class Load: Sendable {}
    var load: Load? = Load()
    weak let seen = load
    let thread = try LedgerThread { [load] in _ = load }
    load = nil
    thread.join()
    #expect(seen == nil)
  }
}
