package import AccountStatusModel
internal import CAccountStatusV1

/// Asks the server about itself.
package struct GetInfoRequest: Sendable, Hashable {
  package init() {}
}

extension GetInfoRequest: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__GetInfoRequest) {}
  func fill(_ wire: inout Accountstatus__V1__GetInfoRequest, _ arena: MessageArena) {}
}

/// The server about itself.
package struct GetInfoResponse: Sendable, Hashable {
  package var version = ""
  package var pid: Int32 = 0
  package var startedAt: Instant
  package var rpcSocket = ""
  /// Empty until there is one.
  package var tableSocket = ""
  /// Identifies the ledger for its whole life.
  package var storeID: [UInt8] = []
  /// Schema version of the ledger file.
  package var storeVersion: UInt32 = 0
  package var database = ""
  /// The default edition, and all that are known.
  package var policyEdition = ""
  package var policyEditions: [String] = []
  package var isEphemeral = false
  package var hasManualClock = false
  /// The server's clock.
  package var now: Instant
  /// Why writes are refused at present; empty when they are not.
  package var readOnlyBecause = ""

  package init(startedAt: Instant, now: Instant) {
    self.startedAt = startedAt
    self.now = now
  }
}

extension GetInfoResponse: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__GetInfoResponse) throws(FormError) {
    self.init(
      startedAt: try readInstant("startedAt", wire.started_at),
      now: try readInstant("now", wire.now))
    version = readText(wire.version)
    pid = wire.pid
    rpcSocket = readText(wire.rpc_socket)
    tableSocket = readText(wire.table_socket)
    storeID = readBytes(wire.store_id)
    storeVersion = wire.store_version
    database = readText(wire.database)
    policyEdition = readText(wire.policy_edition)
    policyEditions = readTexts(wire.policy_editions, wire.n_policy_editions)
    isEphemeral = readBool(wire.ephemeral)
    hasManualClock = readBool(wire.manual_clock)
    readOnlyBecause = readText(wire.read_only_because)
  }

  func fill(_ wire: inout Accountstatus__V1__GetInfoResponse, _ arena: MessageArena) {
    wire.version = arena.text(version)
    wire.pid = pid
    wire.started_at = arena.timestamp(startedAt)
    wire.rpc_socket = arena.text(rpcSocket)
    wire.table_socket = arena.text(tableSocket)
    wire.store_id = arena.data(storeID)
    wire.store_version = storeVersion
    wire.database = arena.text(database)
    wire.policy_edition = arena.text(policyEdition)
    (wire.n_policy_editions, wire.policy_editions) = arena.texts(policyEditions)
    wire.ephemeral = isEphemeral ? 1 : 0
    wire.manual_clock = hasManualClock ? 1 : 0
    wire.now = arena.timestamp(now)
    wire.read_only_because = arena.text(readOnlyBecause)
  }
}

/// Asks for counts and latencies.
package struct GetStatsRequest: Sendable, Hashable {
  package init() {}
}

extension GetStatsRequest: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__GetStatsRequest) {}
  func fill(_ wire: inout Accountstatus__V1__GetStatsRequest, _ arena: MessageArena) {}
}

/// Calls of one method since the start.
package struct MethodStats: Sendable, Hashable {
  /// Full name, for example `accountstatus.v1.StatusService/GetStatus`.
  package var method: String
  package var calls: UInt64
  package var errors: UInt64
  /// From readable to reply queued, of the calls so far.
  package var p50: Duration
  package var p90: Duration
  package var p99: Duration
  package var p999: Duration

  package init(
    method: String, calls: UInt64, errors: UInt64, p50: Duration, p90: Duration, p99: Duration,
    p999: Duration
  ) {
    self.method = method
    self.calls = calls
    self.errors = errors
    self.p50 = p50
    self.p90 = p90
    self.p99 = p99
    self.p999 = p999
  }

  fileprivate init(_ wire: Accountstatus__V1__MethodStats) throws(FormError) {
    self.init(
      method: readText(wire.method), calls: wire.calls, errors: wire.errors,
      p50: try readDuration("p50", wire.p50) ?? .zero,
      p90: try readDuration("p90", wire.p90) ?? .zero,
      p99: try readDuration("p99", wire.p99) ?? .zero,
      p999: try readDuration("p999", wire.p999) ?? .zero)
  }

  fileprivate func fill(_ wire: inout Accountstatus__V1__MethodStats, _ arena: MessageArena) {
    wire.method = arena.text(method)
    wire.calls = calls
    wire.errors = errors
    wire.p50 = arena.duration(p50)
    wire.p90 = arena.duration(p90)
    wire.p99 = arena.duration(p99)
    wire.p999 = arena.duration(p999)
  }
}

/// A named count.
package struct Counter: Sendable, Hashable {
  package var name: String
  package var value: UInt64

  package init(name: String, value: UInt64) {
    self.name = name
    self.value = value
  }
}

/// An account that time alone will suspend.
package struct UpcomingSuspension: Sendable, Hashable {
  package var accountID: AccountID
  package var at: Instant

  package init(accountID: AccountID, at: Instant) {
    self.accountID = accountID
    self.at = at
  }
}

/// Counts and latencies.
package struct GetStatsResponse: Sendable, Hashable {
  /// By name; methods never called are left out.
  package var methods: [MethodStats]
  /// By name.
  package var counters: [Counter]
  /// The next ones, by instant, then account; at most 10.
  package var upcomingSuspensions: [UpcomingSuspension]

  package init(
    methods: [MethodStats], counters: [Counter], upcomingSuspensions: [UpcomingSuspension] = []
  ) {
    self.methods = methods
    self.counters = counters
    self.upcomingSuspensions = upcomingSuspensions
  }
}

extension GetStatsResponse: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__GetStatsResponse) throws(FormError) {
    methods = try readMessages("methods", wire.methods, wire.n_methods, MethodStats.init)
    counters = try readMessages("counters", wire.counters, wire.n_counters) {
      wire throws(FormError) in
      Counter(name: readText(wire.name), value: wire.value)
    }
    upcomingSuspensions = try readMessages(
      "upcomingSuspensions", wire.upcoming_suspensions, wire.n_upcoming_suspensions
    ) { wire throws(FormError) in
      UpcomingSuspension(
        accountID: try readAccountID("accountId", wire.account_id),
        at: try readInstant("at", wire.at))
    }
  }

  func fill(_ wire: inout Accountstatus__V1__GetStatsResponse, _ arena: MessageArena) {
    (wire.n_methods, wire.methods) = arena.messages(methods) { $0.fill(&$1, arena) }
    (wire.n_counters, wire.counters) = arena.messages(counters) { counter, wire in
      wire.name = arena.text(counter.name)
      wire.value = counter.value
    }
    (wire.n_upcoming_suspensions, wire.upcoming_suspensions) =
      arena.messages(upcomingSuspensions) { entry, wire in
        wire.account_id = arena.text(entry.accountID)
        wire.at = arena.timestamp(entry.at)
      }
  }
}

extension Accountstatus__V1__UpcomingSuspension: CMessage {
  static var initializer: Initializer { accountstatus__v1__upcoming_suspension__init }
}
