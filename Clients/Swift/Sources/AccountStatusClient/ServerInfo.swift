internal import AccountStatusAPI
public import AccountStatusModel

/// A server about itself.
public struct ServerInfo: Sendable, Hashable {
  /// Its version.
  public var version: String
  /// Its process id, as it sees itself.
  public var pid: Int32
  /// When it started.
  public var startedAt: Instant
  /// Path of the socket that it answers on.
  public var rpcSocket: String
  /// Path of the status table's socket; empty where there is none.
  public var tableSocket: String
  /// Identifies the ledger for its whole life.
  public var storeID: [UInt8]
  /// Schema version of the ledger file.
  public var storeVersion: UInt32
  /// Path of the ledger file.
  public var database: String
  /// The default edition of the rules.
  public var policyEdition: String
  /// All editions that it knows.
  public var policyEditions: [String]
  /// Whether its data goes when it stops.
  public var isEphemeral: Bool
  /// Whether its clock stands still unless it is set.
  public var hasManualClock: Bool
  /// Its clock.
  public var now: Instant
  /// Why it refuses writes at present; nil when it does not.
  public var readOnlyBecause: String?

  init(_ response: GetInfoResponse) {
    version = response.version
    pid = response.pid
    startedAt = response.startedAt
    rpcSocket = response.rpcSocket
    tableSocket = response.tableSocket
    storeID = response.storeID
    storeVersion = response.storeVersion
    database = response.database
    policyEdition = response.policyEdition
    policyEditions = response.policyEditions
    isEphemeral = response.isEphemeral
    hasManualClock = response.hasManualClock
    now = response.now
    readOnlyBecause = response.readOnlyBecause.isEmpty ? nil : response.readOnlyBecause
  }
}

/// Counts and latencies of a server since it started.
public struct ServerStats: Sendable, Hashable {
  /// Calls of one method.
  public struct Method: Sendable, Hashable {
    /// Full name, for example `accountstatus.v1.StatusService/GetStatus`.
    public var name: String
    /// Calls answered.
    public var calls: UInt64
    /// Those of them answered with an error.
    public var errors: UInt64
    /// Half of the calls took at most this, from readable to reply queued.
    public var p50: Duration
    /// Nine of ten.
    public var p90: Duration
    /// 99 of 100.
    public var p99: Duration
    /// 999 of 1 000.
    public var p999: Duration
  }

  /// A named count.
  public struct Counter: Sendable, Hashable {
    /// What is counted.
    public var name: String
    /// How often, or how many there are.
    public var value: UInt64
  }

  /// By name; methods never called are left out.
  public var methods: [Method]
  /// Gauges (connections, accounts) and totals (commits, refusals), by name.
  public var counters: [Counter]

  init(_ response: GetStatsResponse) {
    methods = response.methods.map {
      Method(
        name: $0.method, calls: $0.calls, errors: $0.errors, p50: $0.p50, p90: $0.p90,
        p99: $0.p99, p999: $0.p999)
    }
    counters = response.counters.map { Counter(name: $0.name, value: $0.value) }
  }
}

/// Whether a service answers.
public enum Health: Sendable, Hashable {
  /// It does.
  case serving
  /// It does not, at present.
  case notServing
  /// The server does not say, or in a word that this library does not know.
  case unknown

  init(_ status: ServingStatus) {
    switch status {
    case .serving: self = .serving
    case .notServing: self = .notServing
    case .unknown, .serviceUnknown: self = .unknown
    }
  }
}
