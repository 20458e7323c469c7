internal import AccountStatusAPI
package import AccountStatusLedger
package import AccountStatusModel
internal import AccountStatusRules
internal import Glibc
package import Logging
internal import TTRPC

/// The whole server: the ledger, the index and the services, joined on one loop.
///
/// Made and run on one thread, which owns all of its state but the ledger's. Start is: check the
/// runtime directory, open the ledger, publish its rows, listen, announce; what has become due
/// meanwhile follows.
package final class Server {
  /// What a server that is ready says of itself.
  package struct Ready: Sendable {
    package var rpcSocket: String
    package var tableSocket: String
    package var pid: Int32
  }

  /// What other threads tell the loop.
  package enum Event: Sendable {
    case delivery(Delivery)
    case evaluated(Evaluator.Finished)
  }

  private let options: ServerOptions
  private let log: Logger
  private let directory: RuntimeDirectory
  private let loop: EventLoop
  private let ledger: Ledger
  private let link: LedgerLink
  private let evaluator: Evaluator
  private let freshness: Freshness
  private let transitions: TransitionTimer
  private let listener: Listener
  private let tableSocket: TableSocket
  private var rpc: RPCServer?
  private var policy: AccessPolicy
  /// Policies that were read while serving.
  private let policies: TTRPC.Mailbox<Result<AccessPolicy, RuntimeError>>
  private var isReadingPolicy = false
  private var isPolicyOutdated = false

  /// Opens everything and listens.
  package init(_ options: ServerOptions, log: Logger) throws(StartError) {
    self.options = options
    self.log = log
    policy = try starting { () throws(RuntimeError) in try AccessPolicy.forThisProcess() }
    let environment = options.environment
    let editions = try Self.editions(options)
    directory = try Self.directory(options, readers: policy.readers)
    let database = try Self.database(options, in: directory)
    let manualClock = options.manualClock.map { ManualClock($0) }
    let clock: any LedgerClock = manualClock ?? WallClock()

    loop = try starting { () throws(RuntimeError) in try EventLoop(spinLimit: options.spin) }
    let mailbox = try starting { () throws(RuntimeError) in try TTRPC.Mailbox<Event>() }
    policies = try starting { () throws(RuntimeError) in try TTRPC.Mailbox() }
    let index = try StatusIndex(edition: editions.default.name, capacity: 1024)
    if let now = options.manualClock { index.setManualClock(now) }
    ledger = try Self.open(database, editions, clock, options.changesKept, index, mailbox)
    index.advance(to: ledger.openedAt)
    link = LedgerLink(ledger: ledger, index: index) { [loop] in loop.putOff($0) }
    freshness = Freshness(index: index, loop: loop)
    evaluator = Evaluator(link: link) { mailbox.send(.evaluated($0)) }
    transitions = try TransitionTimer(loop: loop, link: link, isManual: manualClock != nil)
    listener = try Listener(in: directory, readers: policy.readers, environment: environment)
    tableSocket = try TableSocket(
      path: options.tableSocket ?? "\(directory.path)/table.sock", loop: loop, index: index,
      policy: policy)

    try startServing(
      editions, clock, manualClock, index, info(database, editions, clock), mailbox)
  }

  /// The wall clock's time.
  package static var wallClock: Instant { WallClock().now }

  /// Serves until SIGTERM or SIGINT, then drains; SIGHUP has rights read anew. `ready` runs once
  /// calls are answered.
  package func run(_ ready: (Ready) -> Void) throws(StartError) {
    transitions.expect(ledger.firstTransitionAt)
    let signals = try starting { () throws(RuntimeError) in
      try SignalWatch(loop: loop, [SIGTERM, SIGINT, SIGHUP]) { [unowned self] number in
        number == SIGHUP ? readPolicy() : stop(signal: number)
      }
    }
    var input: InputWatch?
    if options.exitsWithInput {
      input = try InputWatch(loop: loop) { [unowned self] in drain(because: "end of input") }
    }
    ready(Ready(rpcSocket: listener.path, tableSocket: tableSocket.path, pid: getpid()))
    ServiceNotification.ready.send { options.environment[$0] }
    log.info("ready", metadata: ["socket": "\(listener.path)"])

    try starting { () throws(RuntimeError) in try loop.run() }
    withExtendedLifetime((signals, input)) {}
    tableSocket.stop()
    ledger.stop()
    listener.remove()
    directory.remove()
    log.info("stopped")
  }

  private func stop(signal number: Int32) {
    guard let rpc, !rpc.isDraining else { return loop.stop() }
    drain(because: "signal \(number)")
  }

  private func drain(because cause: String) {
    guard let rpc, !rpc.isDraining else { return }
    log.info("draining", metadata: ["cause": "\(cause)"])
    ServiceNotification.stopping.send { options.environment[$0] }
    let deadline = MonotonicInstant.now().advanced(by: Limits().drainTime)
    rpc.drain(deadline: deadline) { [loop] in loop.stop() }
  }
}

// MARK: - Parts

extension Server {
  private static func directory(
    _ options: ServerOptions, readers: UInt32?
  ) throws(StartError) -> RuntimeDirectory {
    if options.isEphemeral {
      return try RuntimeDirectory(temporaryIn: options.environment["TMPDIR"] ?? "/tmp")
    }
    guard let path = options.runtimeDirectory else {
      let path = try RuntimeDirectory.defaultPath { options.environment[$0] }
      return try RuntimeDirectory(path: path, readers: readers)
    }
    return try RuntimeDirectory(path: path, readers: readers)
  }

  private static func database(
    _ options: ServerOptions, in directory: RuntimeDirectory
  ) throws(StartError) -> String {
    if options.isEphemeral { return "\(directory.path)/ledger.sqlite" }
    guard let database = options.database else { return try options.defaultDatabase() }
    return database
  }

  private static func editions(_ options: ServerOptions) throws(StartError) -> EditionCatalogue {
    let own = try options.editionsDirectory?.editions() ?? []
    do throws(UnknownEdition) {
      return try EditionCatalogue(
        PolicyEdition.builtIn.map { EditionCatalogue.Entry(edition: $0) } + own,
        defaultName: options.policyEdition ?? PolicyEdition.defaultName)
    } catch {
      throw StartError(error.description)
    }
  }

  private static func open(
    _ database: String, _ editions: EditionCatalogue, _ clock: any LedgerClock,
    _ changesKept: UInt64?, _ index: StatusIndex, _ mailbox: TTRPC.Mailbox<Event>
  ) throws(StartError) -> Ledger {
    var configuration = Ledger.Configuration(
      databasePath: database, editions: editions, clock: clock)
    if let changesKept { configuration.limits.changesKept = changesKept }
    do throws(LedgerError) {
      return try Ledger.open(
        configuration, expect: index.reserve, publish: index.publish,
        deliver: { mailbox.send(.delivery($0)) })
    } catch {
      throw StartError(error.message)
    }
  }

  private func info(
    _ database: String, _ editions: EditionCatalogue, _ clock: any LedgerClock
  ) -> GetInfoResponse {
    var info = GetInfoResponse(startedAt: WallClock().now, now: clock.now)
    info.version = ProductVersion.text
    info.pid = getpid()
    info.rpcSocket = listener.path
    info.tableSocket = tableSocket.path
    info.storeID = ledger.identity.storeID.bytes
    info.storeVersion = UInt32(ledger.identity.schemaVersion)
    info.database = database
    info.policyEdition = editions.default.name
    info.policyEditions = editions.names
    info.isEphemeral = options.isEphemeral
    info.hasManualClock = options.manualClock != nil
    return info
  }

  private func startServing(
    _ editions: EditionCatalogue, _ clock: any LedgerClock,
    _ manualClock: ManualClock?, _ index: StatusIndex, _ info: GetInfoResponse,
    _ mailbox: TTRPC.Mailbox<Event>
  ) throws(StartError) {
    var router = Router()
    let server: () -> RPCServer = { [unowned self] in
      guard let rpc else { preconditionFailure("no call comes before there is a server") }
      return rpc
    }
    let queries = QueryContext(
      index: index, evaluator: evaluator, freshness: freshness, editions: editions, clock: clock,
      loop: loop)
    router.addServices(queries, link: link, server)
    let watches = StatusWatches(
      index: index, link: link, loop: loop, clock: clock, editions: editions,
      firstTransitionAt: ledger.firstTransitionAt)
    watches.register(in: &router)
    if options.isEphemeral {
      TestingCalls(
        link: link, index: index, clock: manualClock,
        setBeating: { [unowned tableSocket] in tableSocket.setBeating($0) }
      ).register(in: &router, server)
    }
    let offered = router.methods + AdminCalls.methods
    let statistics = MethodStatistics(methods: offered)
    AdminCalls(
      link: link, index: index, clock: clock, statistics: statistics,
      services: Set(offered.map(\.service)), info: info,
      watches: watches, handOvers: { [unowned tableSocket] in tableSocket.handOvers }
    ).register(in: &router, server)

    // The timer holds the link.
    link.onCommit = { [freshness, unowned transitions] next in
      freshness.advanced()
      transitions.expect(next)
    }
    try starting { [router] () throws(RuntimeError) in
      try loop.receive(from: policies, patiently: true) { [unowned self] in receive($0) }
      try loop.receive(from: mailbox, patiently: true) { [unowned self] event in receive(event) }
      rpc = try RPCServer(
        loop: loop, listeners: [listener.socket], router: router,
        authorize: { [unowned self] in policy.refusal(of: $0, calling: $1) },
        observe: statistics.observe)
    }
  }

  private func receive(_ event: Event) {
    switch event {
    case .evaluated(let finished):
      evaluator.receive(finished)
    case .delivery(let delivery):
      switch delivery {
      case .readOnly(let error):
        log.error("writes are refused", metadata: ["cause": "\(error.message)"])
      case .unreadable(let account, let error):
        log.error(
          "an account's facts cannot be read",
          metadata: ["account": "\(account)", "cause": "\(error.message)"])
      case .recovered:
        log.notice("writes are taken again")
      default: break
      }
      link.receive(delivery)
    }
  }
}

// MARK: - Rights

extension Server {
  /// Reads who may do what, in a thread of its own: the database of groups may be far away.
  private func readPolicy() {
    isPolicyOutdated = isReadingPolicy
    guard !isReadingPolicy else { return }
    isReadingPolicy = true
    do throws(RuntimeError) {
      _ = try LoopThread(name: "policy") { [policies] in
        do throws(RuntimeError) {
          policies.send(.success(try AccessPolicy.forThisProcess()))
        } catch {
          policies.send(.failure(error))
        }
      }
    } catch {
      receive(.failure(error))
    }
  }

  private func receive(_ read: Result<AccessPolicy, RuntimeError>) {
    isReadingPolicy = false
    if isPolicyOutdated { return readPolicy() }
    switch read {
    case .success(let policy): enforce(policy)
    case .failure(let error):
      log.error("rights stay as they are; send SIGHUP again", metadata: ["cause": "\(error)"])
    }
  }

  /// Puts a policy in force for all: connections, streams and whoever has the table.
  private func enforce(_ policy: AccessPolicy) {
    let before = self.policy.readers
    self.policy = policy
    rpc?.policyChanged()
    let result = tableSocket.enforce(policy)
    if result != 0 {
      log.error(
        "whoever has the table keeps it; send SIGHUP again",
        metadata: ["cause": "\(describe(errno: -result))"])
    }
    for path in [directory.path, listener.path, tableSocket.path] {
      do throws(RuntimeError) {
        try passOn(path, from: before, to: policy.readers)
      } catch {
        log.error("\(error)")
      }
    }
    log.notice(
      "rights are in force as they are now",
      metadata: ["readers": "\(policy.readers.map { "\($0)" } ?? "none")"])
  }
}

/// Turns what stops the runtime into what stops the start.
func starting<Value>(_ body: () throws(RuntimeError) -> Value) throws(StartError) -> Value {
  do throws(RuntimeError) {
    return try body()
  } catch {
    throw StartError("\(error)")
  }
}
