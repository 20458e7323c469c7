import AccountStatusAPI
import AccountStatusServer
import TTRPC
import Testing

@Suite("Statistics of methods")
struct MethodStatisticsTests {
  private let statistics = MethodStatistics(methods: StatusService.methods)

  @Test func `methods that nobody called are left out, the others are in order`() {
    #expect(statistics.summary.isEmpty)
    statistics.observe(method: 1, nanoseconds: 10, code: .ok, count: 1)
    statistics.observe(method: 0, nanoseconds: 10, code: .ok, count: 1)
    #expect(
      statistics.summary.map(\.method)
        == ["\(StatusService.name)/BatchGetStatus", "\(StatusService.name)/GetStatus"])
  }

  @Test func `calls, errors and percentiles are those observed`() throws {
    for latency in 1...100 {
      statistics.observe(method: 0, nanoseconds: Int64(latency) * 1000, code: .ok, count: 10)
    }
    statistics.observe(method: 0, nanoseconds: 1_000_000, code: .notFound, count: 3)
    let summary = try #require(statistics.summary.first)
    #expect(summary.calls == 1003 && summary.errors == 3)
    #expect((49...52).contains(summary.p50 / .microseconds(1)))
    #expect((98...101).contains(summary.p99 / .microseconds(1)))
    #expect((990...1010).contains(summary.p999 / .microseconds(1)))
  }

  @Test(arguments: [Int64.min, -1, 0, 1, .max])
  func `an impossible latency is counted as the nearest possible`(_ nanoseconds: Int64) throws {
    statistics.observe(method: 0, nanoseconds: nanoseconds, code: .ok, count: 1)
    let summary = try #require(statistics.summary.first)
    #expect(summary.calls == 1)
    #expect(summary.p50 >= .nanoseconds(1) && summary.p50 <= .seconds(3700))
  }
}
