import TTRPC
import Testing

@Suite struct PeekLearnerTests {
  /// A connection whose reads take some time each, by the way they are made.
  private struct Connection {
    var learner = PeekLearner()
    var plain: Int64
    var peek: Int64
    var peeks = 0

    init(plain: Int64, peek: Int64) {
      (self.plain, self.peek) = (plain, peek)
      learner.sawLength(100)
    }

    mutating func read(length: Int = 100) {
      let attempt = learner.next()
      if attempt.isPeek { peeks += 1 }
      if attempt.isTimed { learner.took(attempt.isPeek ? peek : plain, attempt) }
      learner.sawLength(length)
    }

    /// How many of the next reads peek.
    mutating func peeks(of reads: Int, length: Int = 100) -> Int {
      let before = peeks
      for _ in 0..<reads { read(length: length) }
      return peeks - before
    }
  }

  @Test func `a client that polls is read plainly`() {
    var connection = Connection(plain: 300, peek: 550)
    _ = connection.peeks(of: 16)
    // What is tried now and then stays out of the 99th percentile.
    #expect(1...40 ~= connection.peeks(of: 10_000))
  }

  @Test func `a client whom a read would wake is peeked at`() {
    var connection = Connection(plain: 2_500, peek: 550)
    _ = connection.peeks(of: 16)
    #expect(9_960...9_999 ~= connection.peeks(of: 10_000))
  }

  @Test func `a connection learns anew when its client waits otherwise`() {
    var connection = Connection(plain: 300, peek: 550)
    _ = connection.peeks(of: 5_000)
    connection.plain = 2_500
    _ = connection.peeks(of: 300)
    #expect(connection.peeks(of: 1_000) >= 990)
    connection.plain = 300
    _ = connection.peeks(of: 10_000)
    #expect(connection.peeks(of: 1_000) <= 10)
  }

  @Test(arguments: [Int64.max, 50_000_000, 0, -1, .min])
  func `one odd time changes nothing`(_ odd: Int64) {
    for (plain, peek) in [(300, 550), (2_500, 550)] as [(Int64, Int64)] {
      var connection = Connection(plain: plain, peek: peek)
      _ = connection.peeks(of: 2_000)
      for isPeek in [true, false] {
        connection.learner.took(odd, .init(isPeek: isPeek, isTimed: true))
      }
      let peeks = connection.peeks(of: 1_000)
      #expect(plain < peek ? peeks <= 10 : peeks >= 990)
    }
  }

  @Test func `many requests at once are read plainly`() {
    var connection = Connection(plain: 2_500, peek: 550)
    connection.learner.sawLength(PeekLearner.longestRequest + 1)
    #expect(connection.peeks(of: 1_000, length: PeekLearner.longestRequest + 1) == 0)
    connection.learner.sawLength(PeekLearner.longestRequest)
    #expect(connection.peeks(of: 1_000) > 900)
  }

  @Test func `the first read, of which nothing is known, is plain`() {
    var learner = PeekLearner()
    #expect(learner.next() == .plain)
  }
}
