import TTRPC
import Testing

@Suite("Pauses between attempts")
struct BackoffTests {
  @Test func `pauses double up to the longest`() {
    var backoff = Backoff(.milliseconds(10)...Duration.milliseconds(100))
    let pauses = (0..<6).map { _ in backoff.next(random: 1) }
    #expect(pauses == [10, 20, 40, 80, 100, 100].map { .milliseconds($0) })
    backoff.succeeded()
    #expect(backoff.next(random: 1) == .milliseconds(10))
  }

  @Test func `a pause is between half of its step and all of it`() {
    var backoff = Backoff(.milliseconds(10)...Duration.seconds(1))
    #expect(backoff.next(random: 0) == .milliseconds(5))
    for _ in 0..<100 {
      let pause = backoff.next()
      #expect(pause >= .milliseconds(10) && pause <= .seconds(1))
    }
  }
}
