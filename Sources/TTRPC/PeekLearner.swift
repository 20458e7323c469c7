/// Whether a connection's requests are better taken before they are answered, or looked at, answered,
/// and taken then. Pure: what each way took in, decisions out.
///
/// Taking a request makes room in the client's socket, which wakes a client that blocks in `recv`:
/// too early, since the reply is not there. Where it sleeps on another core, that costs the server
/// more than the request itself. To look first (MSG_PEEK) costs one call to the kernel more, which is
/// wasted on clients that poll. So both ways are timed now and then, and the cheaper one is taken.
///
/// Only for requests that come one at a time: many together would be copied twice.
package struct PeekLearner {
  /// A way of reading.
  package struct Attempt: Equatable {
    /// Look, answer, take; else take, answer.
    package var isPeek: Bool
    /// The learner waits for `took`.
    package var isTimed: Bool

    package init(isPeek: Bool, isTimed: Bool) {
      self.isPeek = isPeek
      self.isTimed = isTimed
    }

    /// Take, and say nothing of it.
    package static let plain = Attempt(isPeek: false, isTimed: false)
  }

  /// What is longer counts as many requests, in bytes.
  package static let longestRequest = 512
  /// At first both ways are timed in turn, for so many reads.
  private static let lessons = 16
  /// Then one read in so many of the way chosen is timed, and one of the other way: few enough for
  /// the 99th percentile not to see them.
  private static let timedEvery = 16
  private static let otherEvery = 512
  /// What took longer took as long as this, in nanoseconds.
  private static let longestCost: Int64 = 1_000_000

  /// What a read takes, in nanoseconds, as far as it is known; 0: not at all.
  private var plainCost: Int32 = 0
  private var peekCost: Int32 = 0
  private var count = 0
  private var isOneAtATime = false
  /// Whether peeking is cheaper.
  private var isPeekBetter = false

  package init() {}

  /// How to make the next read.
  @inline(__always)
  package mutating func next() -> Attempt {
    guard isOneAtATime else { return .plain }
    count &+= 1
    guard count % Self.timedEvery == 0 || count < Self.lessons else {
      return Attempt(isPeek: isPeekBetter, isTimed: false)
    }
    if count < Self.lessons { return Attempt(isPeek: count % 2 == 0, isTimed: true) }
    let isOther = count % Self.otherEvery == 0
    return Attempt(isPeek: isPeekBetter != isOther, isTimed: true)
  }

  /// How much came.
  @inline(__always)
  package mutating func sawLength(_ length: Int) {
    isOneAtATime = length <= Self.longestRequest
  }

  /// What a timed attempt took, without the answering, in nanoseconds.
  package mutating func took(_ nanoseconds: Int64, _ attempt: Attempt) {
    if attempt.isPeek {
      Self.learn(&peekCost, nanoseconds)
    } else {
      Self.learn(&plainCost, nanoseconds)
    }
    isPeekBetter = peekCost > 0 && peekCost < plainCost
  }

  /// Moves a quarter of the way, and never further than to one and a quarter of what was known: a
  /// read in which the processor was lost teaches little.
  private static func learn(_ cost: inout Int32, _ nanoseconds: Int64) {
    let seen = Int32(min(max(nanoseconds, 1), longestCost))
    cost = cost == 0 ? seen : max(cost + (min(seen, 2 * cost) - cost) / 4, 1)
  }
}
