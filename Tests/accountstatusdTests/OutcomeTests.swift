import Dispatch
import Testing
import accountstatusd

@Suite("What another thread comes to")
struct OutcomeTests {
  @Test func `who waits gets what another thread sets`() {
    let outcome = Outcome<Int>()
    DispatchQueue.global().async { outcome.set(7) }
    #expect(outcome.wait() == 7)
  }

  @Test func `it may be set before anybody waits, also to nil`() {
    let outcome = Outcome<String?>()
    outcome.set(nil)
    #expect(outcome.wait() == nil)
  }
}
