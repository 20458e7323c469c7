import AccountStatusModel
import AccountStatusServer
import Glibc
import TTRPC
import Testing

@Suite("What a peer's process was")
struct PeerProcessTests {
  @Test(arguments: [
    ("0::/system.slice/order-gateway.service", "order-gateway.service"),
    ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/run-7.scope", "run-7.scope"),
    ("0::/system.slice/a.service/worker", "a.service"),
    ("0::/system.slice/bad\u{1b}[31m.service", "bad[31m.service"),
    ("0::/", ""), ("", ""), ("0::/init.slice", ""),
  ])
  func `the unit is the innermost service or scope`(_ line: String, _ unit: String) {
    #expect(PeerProcess.unit(line) == unit)
  }

  private func stat(command: String, ticks: String) -> String {
    let before = Array(repeating: "0", count: 18).joined(separator: " ")
    return "42 (\(command)) S \(before) \(ticks) 1 2 3"
  }

  @Test(arguments: ["sh", "a b", "a) S 1 2 (b", ")", "", ") ) )"])
  func `the start is found whatever the command is called`(_ command: String) throws {
    var uptime = timespec()
    clock_gettime(CLOCK_BOOTTIME, &uptime)
    let ticks = Int64(uptime.tv_sec) * Int64(sysconf(Int32(_SC_CLK_TCK)))
    let started = try #require(PeerProcess.startedAt(stat(command: command, ticks: "\(ticks)")))
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let age = Int64(now.tv_sec) - started.seconds
    #expect((0...60).contains(age))
  }

  @Test(arguments: ["", "42", "42 (sh) S 1 2", "42 (sh)", "42 sh S"])
  func `a stat that is cut off has no start`(_ stat: String) {
    #expect(PeerProcess.startedAt(stat) == nil)
  }

  @Test(arguments: ["x", "-1", "9223372036854775807", "99999999999999999999"])
  func `a start that is no number of ticks is none`(_ ticks: String) {
    #expect(PeerProcess.startedAt(stat(command: "sh", ticks: ticks)) == nil)
  }

  @Test func `this process is recognised`() {
    let peer = PeerCredentials(uid: 1, gid: 2, pid: getpid())
    let recorder = PeerProcess.recorder(of: peer)
    #expect(recorder.uid == 1 && recorder.gid == 2 && recorder.pid == getpid())
    #expect(!recorder.command.isEmpty)
    #expect(recorder.executable.hasPrefix("/"))
    #expect(recorder.processStartedAt.map { $0 <= WallClockNow.instant } == true)
  }

  @Test func `every connection of a process has the same recorder`() {
    let peer = PeerCredentials(uid: 1, gid: 2, pid: getpid())
    let recorders = (0..<200).map { _ in PeerProcess.recorder(of: peer) }
    // Two where the clocks' difference is whole ticks, which is seldom.
    #expect(Set(recorders).count <= 2)
    for recorder in recorders {
      #expect((recorder.processStartedAt?.nanoseconds ?? 1) % 10_000_000 == 0)
    }
  }

  @Test(arguments: [Int32.max, 0, -1])
  func `of a process that is gone only its credentials are known`(_ pid: Int32) {
    var expected = Recorder()
    (expected.uid, expected.gid, expected.pid) = (7, 8, pid)
    #expect(PeerProcess.recorder(of: PeerCredentials(uid: 7, gid: 8, pid: pid)) == expected)
  }

  @Test func `control characters in a command's name are left out`() throws {
    let own = PeerCredentials(uid: 0, gid: 0, pid: getpid())
    let before = PeerProcess.recorder(of: own).command
    try setCommand("a\u{7}b c")
    defer { try? setCommand(before) }
    #expect(PeerProcess.recorder(of: own).command == "ab c")
  }

  private func setCommand(_ name: String) throws {
    let file = try #require(fopen("/proc/self/comm", "w"))
    fputs(name, file)
    fclose(file)
  }
}

/// The machine's clock.
private enum WallClockNow {
  static var instant: Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
  }
}
