import AccountStatusLedger
import AccountStatusModel
import Testing

@Suite struct BackgroundWorkTests {
  private func work(latest: Instant = newYear, hasOtherRules: Bool = false) -> BackgroundWork {
    BackgroundWork(rules: 7, latestNow: latest, hasOtherRules: hasOtherRules)
  }

  @Test func `there is nothing to do at first`() {
    #expect(work().next == nil)
  }

  @Test func `catching up goes on until no transition is due, then tells who waits`() {
    var work = work()
    work.catchUp(with: suspension, for: RequestID(1))
    work.catchUp(with: suspension, for: RequestID(2))
    let task = BackgroundWork.Task.catchUp(.flipsBy(suspension), now: suspension)
    #expect(work.next == task)
    #expect(work.did(task, upTo: 5) == [])
    #expect(work.next == task)
    #expect(work.did(task, upTo: nil) == [RequestID(1), RequestID(2)])
    #expect(work.next == nil)
    #expect(work.caughtUpTo == suspension)
  }

  @Test func `a clock set back first seeks what is ahead of it, by number`() {
    var work = work(latest: suspension)
    work.catchUp(with: delinquent, for: nil)
    let first = BackgroundWork.Task.catchUp(.beginsAfter(delinquent, beyond: 0), now: delinquent)
    #expect(work.next == first)
    _ = work.did(first, upTo: 40)
    let second = BackgroundWork.Task.catchUp(.beginsAfter(delinquent, beyond: 40), now: delinquent)
    #expect(work.next == second)
    _ = work.did(second, upTo: nil)
    #expect(work.next == .catchUp(.flipsBy(delinquent), now: delinquent))
  }

  @Test func `an instant that a write saw counts as ahead`() {
    var work = work()
    work.saw(suspension)
    work.catchUp(with: delinquent, for: nil)
    #expect(work.next == .catchUp(.beginsAfter(delinquent, beyond: 0), now: delinquent))
  }

  @Test func `what a clock set back has before it again is not caught up with`() {
    var work = work()
    work.catchUp(with: suspension, for: nil)
    _ = work.did(.catchUp(.flipsBy(suspension), now: suspension), upTo: nil)
    work.saw(delinquent)
    #expect(work.caughtUpTo == delinquent)
    work.catchUp(with: newYear, for: nil)
    #expect(work.caughtUpTo == newYear)
  }

  @Test func `rows of other rules wait for what is due, and are done by number`() {
    var work = work(hasOtherRules: true)
    let first = BackgroundWork.Task.decideAnew(.decidedByOther(rules: 7, beyond: 0))
    #expect(work.next == first)
    work.catchUp(with: suspension, for: nil)
    #expect(work.next == .catchUp(.flipsBy(suspension), now: suspension))
    _ = work.did(.catchUp(.flipsBy(suspension), now: suspension), upTo: nil)
    #expect(work.next == first)
    _ = work.did(first, upTo: 12)
    let second = BackgroundWork.Task.decideAnew(.decidedByOther(rules: 7, beyond: 12))
    #expect(work.next == second)
    _ = work.did(second, upTo: nil)
    #expect(work.next == nil)
  }

  @Test func `who waits is told once`() {
    var work = work()
    work.catchUp(with: suspension, for: RequestID(1))
    #expect(work.takeWaiting() == [RequestID(1)])
    #expect(work.takeWaiting() == [])
  }
}
