import AccountStatusLedger
import Testing

@Suite struct RequestQueueTests {
  @Test func `first come, first taken`() {
    var queue = RequestQueue<Int>()
    #expect(queue.isEmpty)
    #expect(queue.popFirst() == nil)
    for number in 0..<5 { queue.append(number) }
    #expect((0..<5).map { _ in queue.popFirst() } == [0, 1, 2, 3, 4])
    #expect(queue.isEmpty)
  }

  @Test func `what is put back comes next`() {
    var queue = RequestQueue<Int>()
    queue.append(1)
    queue.append(2)
    #expect(queue.popFirst() == 1)
    queue.putBack(1)
    #expect(queue.popFirst() == 1)
    #expect(queue.popFirst() == 2)
    queue.putBack(2)
    queue.append(3)
    #expect(queue.popFirst() == 2)
    #expect(queue.popFirst() == 3)
    #expect(queue.popFirst() == nil)
  }

  @Test func `what was taken is let go`() {
    final class Load {}
    var queue = RequestQueue<Load>()
    weak var load: Load?
    do {
      let first = Load()
      load = first
      queue.append(first)
      queue.append(Load())
    }
    #expect(load != nil)
    _ = queue.popFirst()
    #expect(load == nil)
  }
}
