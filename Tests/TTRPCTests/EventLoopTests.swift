import Glibc
import TTRPC
import Testing

@Suite("The loop")
struct EventLoopTests {
  @Test func `a readable descriptor calls its handler until it is removed`() throws {
    let loop = try EventLoop()
    let (one, other) = try UnixSocket.pair()
    defer { withExtendedLifetime((one, other)) {} }
    var calls = 0
    let watch = try loop.add(one.descriptor, .readable) { events in
      #expect(events == .readable)
      calls += 1
    }
    try loop.turn(wait: .zero)
    #expect(calls == 0)
    write(other.descriptor, "x", 1)
    try loop.turn(wait: .zero)
    try loop.turn(wait: .zero)
    #expect(calls == 2)
    loop.remove(watch)
    try loop.turn(wait: .zero)
    #expect(calls == 2)
  }

  @Test func `a handler that was removed in a turn is not called in it`() throws {
    let loop = try EventLoop()
    let pairs = try (0..<2).map { _ in try UnixSocket.pair() }
    defer { withExtendedLifetime(pairs) {} }
    var watches: [EventLoop.Watch] = []
    var calls = 0
    for pair in pairs {
      write(pair.1.descriptor, "x", 1)
      watches.append(
        try loop.add(pair.0.descriptor, .readable) { _ in
          calls += 1
          for watch in watches { loop.remove(watch) }
        })
    }
    try loop.turn(wait: .zero)
    #expect(calls == 1)
  }

  @Test func `interest can be changed`() throws {
    let loop = try EventLoop()
    let (one, other) = try UnixSocket.pair()
    defer { withExtendedLifetime((one, other)) {} }
    var seen: IOEvents = []
    let watch = try loop.add(one.descriptor, []) { seen = $0 }
    loop.modify(watch, .writable)
    try loop.turn(wait: .zero)
    #expect(seen.contains(.writable))
  }

  @Test func `timers run in order, once, when they are due, unless they are cancelled`() throws {
    let time = LocalServer.Clock()
    let loop = try EventLoop { time.now }
    var order: [Int] = []
    loop.schedule(after: .milliseconds(20)) { order.append(2) }
    loop.schedule(after: .milliseconds(10)) { order.append(1) }
    let cancelled = loop.schedule(after: .milliseconds(15)) { order.append(99) }
    loop.cancel(cancelled)
    try loop.turn(wait: .zero)
    #expect(order == [])
    time.advance(.milliseconds(10))
    try loop.turn(wait: .zero)
    #expect(order == [1])
    time.advance(.seconds(1))
    try loop.turn(wait: .zero)
    try loop.turn(wait: .zero)
    #expect(order == [1, 2])
  }

  @Test func `a timer that sets itself again does not keep the others waiting`() throws {
    let time = LocalServer.Clock()
    let loop = try EventLoop { time.now }
    var count = 0
    func again() {
      count += 1
      loop.schedule(after: .zero, again)
    }
    again()
    try loop.turn(wait: .zero)
    #expect(count == 2)
  }

  @Test func `a wait ends with the next timer, never before it`() throws {
    let loop = try EventLoop()
    let due = MonotonicInstant.now().advanced(by: .milliseconds(3))
    var ranAt: MonotonicInstant?
    loop.schedule(at: due) { ranAt = .now() }
    while ranAt == nil { try loop.turn(wait: nil) }
    #expect(try #require(ranAt) >= due)
  }

  @Test func `a wait ends with each timer, however they are set and cancelled`() throws {
    let loop = try EventLoop()
    var ran: [Int] = []
    let late = loop.schedule(after: .seconds(600)) { ran.append(0) }
    loop.schedule(after: .milliseconds(6)) { ran.append(3) }
    let early = loop.schedule(after: .milliseconds(1)) { ran.append(1) }
    try loop.turn(wait: .zero)
    // The alarm is set for one that is no more: the wait goes on.
    loop.cancel(early)
    loop.cancel(late)
    loop.schedule(after: .milliseconds(3)) {
      ran.append(2)
      loop.schedule(after: .milliseconds(9)) { ran.append(4) }
    }
    while ran.count < 3 { try loop.turn(wait: nil) }
    #expect(ran == [2, 3, 4])
  }

  @Test func `a test's own clock, and no other, makes its timers due`() throws {
    var now = MonotonicInstant.now().advanced(by: .seconds(-60))
    let loop = try EventLoop(clock: { now })
    var ran = false
    loop.schedule(after: .seconds(1)) { ran = true }
    let start = MonotonicInstant.now()
    try loop.turn(wait: .milliseconds(20))
    #expect(MonotonicInstant.now() >= start.advanced(by: .milliseconds(20)) && !ran)
    now = now.advanced(by: .seconds(1))
    try loop.turn(wait: .zero)
    #expect(ran)
  }

  @Test func `a wait is over in its time with a timer behind it`() throws {
    let loop = try EventLoop()
    loop.schedule(after: .seconds(600)) { Issue.record("not yet") }
    try loop.turn(wait: .milliseconds(2))
    try loop.turn(wait: .zero)
  }

  @Test func `the end of a turn comes after what the turn does`() throws {
    let loop = try EventLoop()
    let (one, other) = try UnixSocket.pair()
    defer { withExtendedLifetime((one, other)) {} }
    var order: [String] = []
    _ = try loop.add(one.descriptor, .readable) { _ in order.append("event") }
    let turnEnd = loop.atEndOfTurn { order.append("end") }
    write(other.descriptor, "x", 1)
    try loop.turn(wait: .zero)
    #expect(order == ["event", "end"])
    loop.remove(turnEnd)
    try loop.turn(wait: .zero)
    #expect(order == ["event", "end", "event"])
  }

  @Test func `what is patient comes one at a time, after what is prompt was flushed`() throws {
    let loop = try EventLoop()
    let pairs = try (0..<3).map { _ in try UnixSocket.pair() }
    defer { withExtendedLifetime(pairs) {} }
    var order: [String] = []
    var watches: [EventLoop.Watch] = []
    for (index, pair) in pairs.enumerated() {
      watches.append(
        try loop.add(pair.0.descriptor, .readable) { _ in
          var byte: UInt8 = 0
          read(pair.0.descriptor, &byte, 1)
          order.append("\(index)")
        })
    }
    loop.setPatient(watches[0], true)
    loop.setPatient(watches[1], true)
    let turnEnd = loop.atEndOfTurn { order.append("end") }
    defer { loop.remove(turnEnd) }
    for pair in pairs { write(pair.1.descriptor, "x", 1) }
    try loop.turn(wait: .zero)
    #expect(order.prefix(2) == ["2", "end"])
    #expect(order.count == 4)
    write(pairs[2].1.descriptor, "x", 1)
    order = []
    try loop.turn(wait: .zero)
    #expect(order.prefix(2) == ["2", "end"])
    #expect(order.count == 4)
    order = []
    try loop.turn(wait: .zero)
    #expect(order == ["end"])

    loop.setPatient(watches[0], false)
    write(pairs[0].1.descriptor, "x", 1)
    order = []
    try loop.turn(wait: .zero)
    #expect(order == ["0", "end"])
  }

  @Test func `work that was put off is done in order, a piece a turn, without waiting`() throws {
    let loop = try EventLoop()
    var order: [Int] = []
    loop.putOff {
      order.append(1)
      loop.putOff { order.append(3) }
    }
    loop.putOff { order.append(2) }
    for expected in [[1], [1, 2], [1, 2, 3]] {
      // Would wait for ever if the loop forgot that there is work.
      try loop.turn(wait: nil)
      #expect(order == expected)
    }
  }

  @Test func `a patient descriptor is watched for what it was, and can be removed`() throws {
    let loop = try EventLoop()
    let (one, other) = try UnixSocket.pair()
    defer { withExtendedLifetime((one, other)) {} }
    var count = 0
    let watch = try loop.add(one.descriptor, .readable) { _ in count += 1 }
    loop.setPatient(watch, true)
    loop.modify(watch, [])
    write(other.descriptor, "x", 1)
    try loop.turn(wait: .zero)
    #expect(count == 0)
    loop.modify(watch, .readable)
    try loop.turn(wait: .zero)
    #expect(count == 1)
    loop.remove(watch)
    try loop.turn(wait: .zero)
    #expect(count == 1)
  }

  @Test func `it runs until it is stopped`() throws {
    let loop = try EventLoop()
    loop.schedule(after: .zero) { loop.stop() }
    try loop.run()
    #expect(throws: RuntimeError.self) { try loop.add(-1, .readable) { _ in } }
  }

  @Test func `a loop that may spin finds what is ready, and sleeps for what is not`() throws {
    let loop = try EventLoop(spinLimit: .microseconds(50))
    let (one, other) = try UnixSocket.pair()
    defer { withExtendedLifetime((one, other)) {} }
    var calls = 0
    _ = try loop.add(one.descriptor, .readable) { _ in
      var byte: UInt8 = 0
      calls += Int(read(one.descriptor, &byte, 1))
    }
    for _ in 0..<1000 {
      write(other.descriptor, "x", 1)
      try loop.turn(wait: .seconds(60))
    }
    #expect(calls == 1000)
    // Nothing comes: the wait is over in its time, spun or slept.
    try loop.turn(wait: .milliseconds(2))
    #expect(calls == 1000)
    var isDue = false
    loop.schedule(after: .milliseconds(1)) { isDue = true }
    while !isDue { try loop.turn(wait: nil) }
  }
}
