import TTRPC
import Testing

@Suite("Actions by instant")
struct TimerQueueTests {
  private func at(_ nanoseconds: Int64) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: nanoseconds)
  }

  @Test func `what is due comes in order, equals as they were added`() {
    var queue = TimerQueue<String>()
    _ = queue.add(at: at(30), "c")
    _ = queue.add(at: at(10), "a")
    _ = queue.add(at: at(30), "d")
    _ = queue.add(at: at(20), "b")
    #expect(queue.next == at(10))
    #expect(queue.popDue(at: at(9)) == nil)
    var popped: [String] = []
    while let action = queue.popDue(at: at(30)) { popped.append(action) }
    #expect(popped == ["a", "b", "c", "d"])
    #expect(queue.next == nil)
  }

  @Test func `what is removed does not come, and removing twice is nothing`() {
    var queue = TimerQueue<Int>()
    let first = queue.add(at: at(1), 1)
    let second = queue.add(at: at(2), 2)
    queue.remove(first)
    queue.remove(first)
    #expect(queue.next == at(2))
    #expect(queue.popDue(at: at(5)) == 2)
    queue.remove(second)
    #expect(queue.count == 0)
  }

  @Test func `what was added after the limit waits, with what is behind it`() {
    var queue = TimerQueue<Int>()
    #expect(queue.newest == nil)
    _ = queue.add(at: at(2), 2)
    let limit = queue.newest
    _ = queue.add(at: at(1), 1)
    #expect(queue.popDue(at: at(5), upTo: limit) == nil)
    #expect(queue.popDue(at: at(5), upTo: queue.newest) == 1)
    #expect(queue.popDue(at: at(5), upTo: limit) == 2)
  }

  @Test func `it agrees with sorting, under any adding and removing`() {
    var generator = SystemRandomNumberGenerator()
    var queue = TimerQueue<Int>()
    var model: [Int: (instant: Int64, timer: TimerID)] = [:]
    for number in 0..<5_000 {
      let instant = Int64.random(in: 0..<1_000, using: &generator)
      model[number] = (instant, queue.add(at: at(instant), number))
      if number % 3 != 0, let victim = model.keys.randomElement(using: &generator),
        let entry = model.removeValue(forKey: victim)
      {
        queue.remove(entry.timer)
      }
    }
    let expected = model.sorted { ($0.value.instant, $0.key) < ($1.value.instant, $1.key) }.map(
      \.key)
    var popped: [Int] = []
    while let next = queue.next, let number = queue.popDue(at: at(1_000)) {
      #expect(next.nanoseconds == model[number]?.instant)
      popped.append(number)
    }
    #expect(popped == expected)
  }
}
