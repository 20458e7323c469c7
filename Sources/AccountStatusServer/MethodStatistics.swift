package import AccountStatusAPI
internal import Histogram
package import TTRPC

/// How often each method was called, how it ended, and how long answers took. On the loop's thread.
///
/// Latencies count from readable to reply queued, in nanoseconds, to two significant digits.
package final class MethodStatistics {
  fileprivate struct Record {
    let name: String
    var errors: UInt64 = 0
    var latencies = Histogram<UInt64>(
      lowestDiscernibleValue: 1, highestTrackableValue: longest,
      numberOfSignificantValueDigits: .two)
  }

  /// Anything slower counts as this slow.
  private static let longest: UInt64 = 3_600_000_000_000

  /// Exempt from the checks of exclusive access: nothing is called while one is used.
  @exclusivity(unchecked) private var records: [Record]

  package init(methods: [MethodDescriptor]) {
    records = methods.map { Record(name: "\($0.service)/\($0.name)") }
  }

  /// Counts answered calls of one read.
  @inline(__always)
  package func observe(method: Int, nanoseconds: Int64, code: RPCCode, count: UInt64) {
    let value = min(UInt64(max(nanoseconds, 1)), Self.longest)
    records[method].latencies.record(value, count: count)
    if case .ok = code { return }
    records[method].errors += count
  }

  /// The methods that were called, by name.
  package var summary: [MethodStats] {
    records.filter { $0.latencies.totalCount > 0 }.map { record in
      MethodStats(
        method: record.name, calls: record.latencies.totalCount, errors: record.errors,
        p50: record.latency(at: 50), p90: record.latency(at: 90), p99: record.latency(at: 99),
        p999: record.latency(at: 99.9))
    }.sorted { $0.method < $1.method }
  }
}

extension MethodStatistics.Record {
  fileprivate func latency(at percentile: Double) -> Duration {
    .nanoseconds(Int64(latencies.valueAtPercentile(percentile)))
  }
}
