import Testing
import accountstatus

struct ActivityTextTests {
  private func lines(
    width: Int? = nil, height: Int? = nil, isColored: Bool = false
  ) throws -> [String] {
    let activity = Activity(
      from: try ActivityTests.sample(at: 0, calls: 100, other: 50),
      to: try ActivityTests.sample(at: 2, calls: 2500, errors: 40, commits: 3, other: 52))
    return ActivityText(activity, width: width, isColored: isColored).lines(height: height)
  }

  @Test func `it fits in 80 columns`() throws {
    #expect(
      try lines() == [
        "accountstatusd 1.2.3, pid 42                                2026-11-15T09:00:00Z",
        "accounts  20 000 in all  19 820 active  180 suspended  0 closed  0 not-covered",
        "calls     1 201/s  20/s errors  0 in flight  8 connections  0 watchers",
        "ledger    1.5 commits/s  0 facts/s  0 pending",
        "table     generation 3  12 readers mapped it  0 refused",
        "process   84.2 MB resident  1 % of a core",
        "",
        "METHOD (latencies since the  CALLS/S  ERR/S      P50      P90      P99    P99.9",
        "StatusService/GetStatus        1 200     20  12.5 µs  20.0 µs   1.5 ms    2.5 s",
        "AdminService/GetStats            1.0      0  50.0 µs  60.0 µs  70.0 µs   1.2 ms",
        "",
        "NEXT SUSPENSIONS",
        "2026-12-01T00:00:00Z  northwind",
      ])
    #expect(try lines().allSatisfy { $0.count <= 80 })
  }

  @Test func `methods make room for what comes after them`() throws {
    let short = try lines(height: 12)
    #expect(short.count == 12)
    #expect(!short.contains { $0.hasPrefix("AdminService") })
    #expect(short.last == "2026-12-01T00:00:00Z  northwind")
    #expect(try lines(height: 3).count == 3)
  }

  @Test func `colour is for what needs a look, and only where it may be`() throws {
    let colored = try lines(isColored: true)
    #expect(colored[1].contains("\u{1B}[31m180 suspended\u{1B}[0m"))
    #expect(colored[2].contains("\u{1B}[31m20/s errors\u{1B}[0m"))
    #expect(try !lines().contains { $0.contains("\u{1B}") })
  }
}
