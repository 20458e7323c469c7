import Glibc
import TTRPC
import Testing

@Suite("An alarm on the wall clock")
struct WallClockTimerTests {
  private func wallNow() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  @Test func `it goes off at its instant, once`() throws {
    let loop = try EventLoop()
    let timer = try WallClockTimer(loop: loop)
    var firedAt: [Int64] = []
    timer.onFire = { firedAt.append(wallNow()) }
    let due = wallNow() + 5_000_000
    timer.set(nanoseconds: due)
    while firedAt.isEmpty { try loop.turn(wait: .seconds(10)) }
    #expect(firedAt[0] >= due)
    try loop.turn(wait: .milliseconds(1))
    #expect(firedAt.count == 1)
    withExtendedLifetime(timer) {}
  }

  @Test func `an instant that has passed is due at once, and none never is`() throws {
    let loop = try EventLoop()
    let timer = try WallClockTimer(loop: loop)
    var count = 0
    timer.onFire = { count += 1 }
    timer.set(nanoseconds: nil)
    try loop.turn(wait: .milliseconds(1))
    #expect(count == 0)
    timer.set(nanoseconds: -5)
    try loop.turn(wait: .seconds(10))
    #expect(count == 1)
    timer.set(nanoseconds: wallNow() + 3_600_000_000_000)
    timer.set(nanoseconds: nil)
    try loop.turn(wait: .milliseconds(1))
    #expect(count == 1)
    withExtendedLifetime(timer) {}
  }
}
