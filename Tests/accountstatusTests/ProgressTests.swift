import Testing
import accountstatus

struct ProgressTests {
  private let start = ContinuousClock.now

  private func text(
    _ seconds: Double, total: Int?, done: Int, facts: Int, refused: Int = 0
  ) -> String? {
    var progress = Progress(at: start, total: total)
    progress.done = done
    return progress.text(facts: facts, refused: refused, at: start + .seconds(seconds))
  }

  @Test func `it tells the count, the rate, the share and the time left`() {
    #expect(
      text(3, total: 1000, done: 370, facts: 120_000, refused: 3)
        == "120 000 facts, 3 refused, 40 000/s, 37 %, 6 s left")
    #expect(
      text(100, total: 1_000_000, done: 100_000, facts: 7)
        == "7 facts, 0/s, 10 %, 15 min 0 s left")
    #expect(text(100, total: 1_000_000, done: 1000, facts: 7)?.hasSuffix("27 h left") == true)
    #expect(text(2, total: 10, done: 20, facts: 4) == "4 facts, 2/s, 100 %, 0 s left")
  }

  @Test func `without a size there is no share`() {
    #expect(text(2, total: nil, done: 99, facts: 1_234_567) == "1 234 567 facts, 617 283/s")
    #expect(text(2, total: 0, done: 0, facts: 0) == "0 facts, 0/s")
    #expect(text(0, total: 5, done: 0, facts: 999) == "999 facts")
  }

  @Test func `it is looked at ten times a second`() {
    var progress = Progress(at: start)
    #expect(progress.text(facts: 1, refused: 0, at: start + .milliseconds(1)) != nil)
    #expect(progress.text(facts: 2, refused: 0, at: start + .milliseconds(100)) == nil)
    #expect(progress.text(facts: 3, refused: 0, at: start + .milliseconds(101)) != nil)
  }
}
