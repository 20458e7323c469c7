/// How long to wait between attempts: doubled from the shortest to the longest, and jittered so that
/// clients that lost their server together do not come back together.
package struct Backoff {
  let range: ClosedRange<Duration>
  private var failures = 0

  package init(_ range: ClosedRange<Duration>) {
    self.range = range
  }

  /// The pause after one more failure: between half of the step and all of it.
  package mutating func next(random: Double = .random(in: 0...1)) -> Duration {
    let step = min(range.lowerBound * (1 << min(failures, 30)), range.upperBound)
    failures += 1
    return step * (0.5 + random / 2)
  }

  package mutating func succeeded() {
    failures = 0
  }
}
