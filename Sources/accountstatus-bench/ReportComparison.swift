/// One round of reporting: facts per second through SQLite alone, and through the daemon.
struct ReportRound: Encodable {
  let sqlite: Double
  /// 64 callers, each with a connection and one call in flight.
  let connections: Measurement
  /// One connection with 64 calls in flight.
  let oneConnection: Measurement
}

/// Point reads as the daemon timed them, from readable to reply queued, in microseconds.
struct ReadTimes: Encodable {
  let p50: Double
  let p99: Double
}

/// What reporting came to.
struct ReportComparison: Comparison {
  let machine: Machine
  let facts: UInt32
  /// Facts per second, the median.
  let sqlite: Double
  let connections: Measurement
  let oneConnection: Measurement
  /// Medians of the rounds' ratios to SQLite alone.
  let connectionsToSQLite: Double
  let oneConnectionToSQLite: Double
  let idleReads: ReadTimes
  let loadedReads: ReadTimes
  let requirements: [Requirement]

  /// Draws up the comparison; at least one round.
  init(
    machine: Machine, facts: UInt32, rounds: [ReportRound], idle: ReadTimes, loaded: ReadTimes
  ) {
    (self.machine, self.facts, idleReads, loadedReads) = (machine, facts, idle, loaded)
    sqlite = median(rounds.map(\.sqlite))
    connections = Measurement(mediansOf: rounds.map(\.connections))
    oneConnection = Measurement(mediansOf: rounds.map(\.oneConnection))
    connectionsToSQLite = median(rounds.map { $0.connections.callsPerSecond / $0.sqlite })
    oneConnectionToSQLite = median(rounds.map { $0.oneConnection.callsPerSecond / $0.sqlite })
    requirements = [
      Requirement("64 callers, facts/s to SQLite alone", connectionsToSQLite, atLeast: 0.5),
      Requirement("p99 of point reads, under load to idle", loaded.p99 / idle.p99, atMost: 2),
    ]
  }

  var text: String {
    let reporting = table([
      ["\(facts) facts, one per call"] + Measurement.headings + ["× SQLite"],
      ["SQLite alone, 64 in a transaction", "", "", "", "", figure(sqlite), "", "1.00"],
      ["64 callers"] + connections.cells + [figure(connectionsToSQLite)],
      ["64 in flight on one connection"] + oneConnection.cells + [figure(oneConnectionToSQLite)],
    ])
    let reading = table([
      ["point reads, readable to reply queued", "p50 µs", "p99"],
      ["idle", figure(idleReads.p50), figure(idleReads.p99)],
      ["while 64 callers report", figure(loadedReads.p50), figure(loadedReads.p99)],
    ])
    let verdicts = requirements.map(\.text).joined(separator: "\n")
    return [machine.text, reporting, reading, verdicts].joined(separator: "\n\n")
  }
}
