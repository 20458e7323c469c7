import AccountStatusModel
package import JSONText

/// What a server said of itself at one moment.
package struct ActivitySample: Sendable {
  /// When it was taken, on a clock that only goes forward.
  let taken: ContinuousClock.Instant
  let info: JSONValue
  let stats: JSONValue
  private let counters: [String: UInt64]

  package init(info: JSONValue, stats: JSONValue, taken: ContinuousClock.Instant = .now) {
    self.taken = taken
    self.info = info
    self.stats = stats
    counters = Dictionary(
      stats.array("counters").map { ($0.string("name"), UInt64($0.number("value")) ?? 0) },
      uniquingKeysWith: { first, _ in first })
  }

  /// A count by its name; 0 where an older server does not have it.
  func counter(_ name: String) -> UInt64 { counters[name] ?? 0 }
}

/// What a server did between two samples.
package struct Activity: Sendable {
  /// One method's calls.
  struct Method: Sendable {
    /// Without its package.
    let name: String
    let calls: UInt64
    let callsPerSecond: Double
    let errorsPerSecond: Double
    /// Of all calls since the server's start: p50, p90, p99, p99.9.
    let latencies: [String]
  }

  let now: ActivitySample
  private let before: ActivitySample
  let seconds: Double
  /// The busiest first.
  let methods: [Method]

  /// Two samples of one server, some time apart. A server that started anew in between is counted
  /// from its start.
  package init(from before: ActivitySample, to now: ActivitySample) {
    let isSame = before.info.string("startedAt") == now.info.string("startedAt")
    let nothing = ActivitySample(info: now.info, stats: .object([:]), taken: before.taken)
    let before = isSame ? before : nothing
    let seconds = max((now.taken - before.taken) / .seconds(1), 0.001)
    let earlier = Dictionary(
      before.stats.array("methods").map { ($0.string("method"), $0) },
      uniquingKeysWith: { first, _ in first })
    methods = now.stats.array("methods").map { method in
      let last = earlier[method.string("method")]
      func rate(_ member: String) -> Double {
        let (count, before) = (count(method, member), last.map { count($0, member) } ?? 0)
        return Double(count >= before ? count - before : 0) / seconds
      }
      return Method(
        name: method.string("method").shortMethod, calls: count(method, "calls"),
        callsPerSecond: rate("calls"), errorsPerSecond: rate("errors"),
        latencies: ["p50", "p90", "p99", "p999"].map { method.string($0) })
    }.sorted { ($1.callsPerSecond, $1.calls, $0.name) < ($0.callsPerSecond, $0.calls, $1.name) }
    self.now = now
    self.before = before
    self.seconds = seconds

    func count(_ method: JSONValue, _ member: String) -> UInt64 {
      UInt64(method.number(member)) ?? 0
    }
  }

  /// How much a total grew in a second.
  func rate(_ name: String) -> Double {
    let (count, last) = (now.counter(name), before.counter(name))
    return Double(count >= last ? count - last : 0) / seconds
  }

  var callsPerSecond: Double { methods.reduce(0) { $0 + $1.callsPerSecond } }
  var errorsPerSecond: Double { methods.reduce(0) { $0 + $1.errorsPerSecond } }
  /// Share of one processor core, from 0.
  var cpuShare: Double { rate("process.cpu_microseconds") / 1_000_000 }
  /// Who is suspended next, and when.
  var suspensions: [(account: String, at: String)] {
    now.stats.array("upcomingSuspensions").map { ($0.string("accountId"), $0.string("at")) }
  }
}

extension Activity {
  /// As one object, for programs: counts are numbers, instants RFC 3339, durations as the contract
  /// has them.
  package var json: JSONValue {
    func number(_ name: String) -> JSONValue { .number(JSONNumber(now.counter(name))) }
    let states = AccountState.allCases.map { state in
      JSONObject.Member("\(state)", number("accounts.\(state.contractName.lowercased())"))
    }
    return .object([
      "now": .string(now.info.string("now")),
      "seconds": rounded(seconds),
      "startedAt": .string(now.info.string("startedAt")),
      "accounts": .object(JSONObject([.init("total", number("accounts"))] + states)),
      "callsPerSecond": rounded(callsPerSecond),
      "errorsPerSecond": rounded(errorsPerSecond),
      "callsInFlight": number("calls.in_flight"),
      "connections": number("connections"),
      "watchers": number("watchers"),
      "commitsPerSecond": rounded(rate("ledger.commits")),
      "factsPerSecond": rounded(rate("ledger.facts_stored")),
      "requestsPending": number("ledger.requests_pending"),
      "readOnlyBecause": .string(now.info.string("readOnlyBecause")),
      "tableGeneration": number("table.generation"),
      "tableHandOvers": number("table.hand_overs"),
      "tableHandOversRefused": number("table.hand_overs_refused"),
      "residentBytes": number("memory.resident_bytes"),
      "cpuShare": rounded(cpuShare),
      "methods": .array(methods.map(json)),
      "upcomingSuspensions": .array(now.stats.array("upcomingSuspensions")),
    ])
  }

  private func json(_ method: Method) -> JSONValue {
    .object([
      "method": .string(method.name),
      "calls": .number(JSONNumber(method.calls)),
      "callsPerSecond": rounded(method.callsPerSecond),
      "errorsPerSecond": rounded(method.errorsPerSecond),
      "p50": .string(method.latencies[0]), "p90": .string(method.latencies[1]),
      "p99": .string(method.latencies[2]), "p999": .string(method.latencies[3]),
    ])
  }

  /// To three decimals.
  private func rounded(_ value: Double) -> JSONValue {
    let thousandths = Int64(min(value, 1e12) * 1000 + 0.5)
    let text = "\(thousandths / 1000).\(String(thousandths % 1000 + 1000).dropFirst())"
    return JSONNumber(text).map { .number($0) } ?? .null
  }
}

extension String {
  /// A method's full name without its package: `StatusService/GetStatus`.
  fileprivate var shortMethod: String {
    guard let slash = firstIndex(of: "/"), let dot = self[..<slash].lastIndex(of: ".") else {
      return self
    }
    return String(self[index(after: dot)...])
  }
}
