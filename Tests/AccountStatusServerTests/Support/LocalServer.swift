import AccountStatusAPI
import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import AccountStatusServer
import Glibc
import TTRPC

/// The server's parts on the test's own thread, over a real ledger, with clocks that the test holds.
///
/// Nothing happens on the loop until a test makes turns.
final class LocalServer {
  let directory: TemporaryDirectory
  /// What the server and its ledger take for the present.
  let clock: ManualClock
  /// What the loop's timers go by.
  let time: HeldTime
  let loop: EventLoop
  let ledger: Ledger
  let index: StatusIndex
  let link: LedgerLink
  let freshness: Freshness
  let evaluator: Evaluator
  let editions: EditionCatalogue
  let queries: QueryContext
  let watches: StatusWatches
  let rpc: RPCServer
  /// What the longest turn so far cost this thread, in nanoseconds of its own time; settable.
  var longestTurn: UInt64 = 0
  /// What the table's signs of life were told: to go on or not, in order.
  private(set) var beats: [Bool] = []
  /// What the ledger delivered, in order.
  private(set) var deliveries: [Delivery] = []

  /// Time that stands still until it is moved.
  final class HeldTime {
    var now = MonotonicInstant.now()
    func advance(_ duration: Duration) { now = now.advanced(by: duration) }
  }

  /// The server that late answers go to, known once it is made.
  private final class Later { var server: (() -> RPCServer)? }

  /// What is told of the table's signs of life, known once the server is made.
  private final class Beats { var told: (Bool) -> Void = { _ in } }

  /// `routes` adds more methods, with where their late answers go; `log` is what watches share.
  init(
    at now: Instant = autumn, hasManualClock: Bool = true, editions: EditionCatalogue? = nil,
    directory: TemporaryDirectory? = nil, limits: LedgerLimits = LedgerLimits(),
    log: ChangeLog = ChangeLog(),
    routes: (inout Router, @escaping () -> RPCServer) -> Void = { _, _ in }
  ) throws {
    let time = HeldTime()
    let clock = ManualClock(now)
    let directory = try directory ?? TemporaryDirectory()
    let loop = try EventLoop { time.now }
    let mailbox = try TTRPC.Mailbox<Server.Event>()
    let editions = try editions ?? EditionCatalogue()
    let index = try StatusIndex(edition: editions.default.name, capacity: 16)
    index.setManualClock(now)
    var configuration = Ledger.Configuration(
      databasePath: directory.file("ledger.sqlite"), editions: editions, clock: clock)
    configuration.limits = limits
    let ledger = try Ledger.open(
      configuration, publish: index.publish, deliver: { mailbox.send(.delivery($0)) })
    index.advance(to: ledger.openedAt)
    let link = LedgerLink(ledger: ledger, index: index) { loop.putOff($0) }
    let evaluator = Evaluator(link: link) { mailbox.send(.evaluated($0)) }
    let freshness = Freshness(index: index, loop: loop)
    (self.time, self.clock, self.directory, self.loop) = (time, clock, directory, loop)
    (self.editions, self.index, self.ledger, self.link) = (editions, index, ledger, link)
    (self.evaluator, self.freshness) = (evaluator, freshness)

    let later = Later()
    let server: () -> RPCServer = {
      guard let server = later.server else { preconditionFailure("there is no server yet") }
      return server()
    }
    var router = Router()
    queries = QueryContext(
      index: index, evaluator: evaluator, freshness: freshness, editions: editions, clock: clock,
      loop: loop)
    router.addServices(queries, link: link, server)
    watches = StatusWatches(
      index: index, link: link, loop: loop, clock: clock, editions: editions,
      firstTransitionAt: ledger.firstTransitionAt, log: log)
    watches.register(in: &router)
    let beats = Beats()
    TestingCalls(
      link: link, index: index, clock: hasManualClock ? clock : nil, setBeating: { beats.told($0) }
    ).register(in: &router, server)
    let statistics = MethodStatistics(methods: router.methods + AdminCalls.methods)
    AdminCalls(
      link: link, index: index, clock: clock, statistics: statistics,
      services: [StatusService.name], info: GetInfoResponse(startedAt: now, now: now),
      watches: watches, handOvers: { TableSocket.HandOvers() }
    ).register(in: &router, server)
    // What a test adds is not counted.
    let counted = router.methods.count
    routes(&router, server)
    rpc = try RPCServer(
      loop: loop, listeners: [], router: router,
      observe: { method, nanoseconds, code, count in
        guard method < counted else { return }
        statistics.observe(method: method, nanoseconds: nanoseconds, code: code, count: count)
      })
    later.server = { [unowned self] in rpc }
    beats.told = { [unowned self] in self.beats.append($0) }
    link.onCommit = { [freshness] _ in freshness.advanced() }
    try loop.receive(from: mailbox) { [unowned self] event in
      switch event {
      case .delivery(let delivery):
        deliveries.append(delivery)
        link.receive(delivery)
      case .evaluated(let finished):
        evaluator.receive(finished)
      }
    }
  }

  deinit { ledger.stop() }

  /// Makes turns until something is so. The time is the machine's patience, not the test's clock.
  func until(_ what: String, _ isSo: () -> Bool) throws {
    let end = MonotonicInstant.now().advanced(by: .seconds(60))
    while !isSo() {
      guard MonotonicInstant.now() < end else { throw TestFailure("\(what): it did not happen") }
      try makeTurn(wait: .milliseconds(10))
    }
  }

  /// Turns of the loop, none of which waits.
  func turn(_ count: Int = 8) throws {
    for _ in 0..<count { try makeTurn(wait: .zero) }
  }

  private func makeTurn(wait: Duration) throws {
    let start = threadTime()
    try loop.turn(wait: wait)
    longestTurn = max(longestTurn, threadTime() - start)
  }

  /// What a completion is called with.
  func answer<Value>(_ what: String, _ ask: (@escaping (Value) -> Void) -> Void) throws -> Value {
    var answer: Value?
    ask { answer = $0 }
    try until(what) { answer != nil }
    guard let answer else { throw TestFailure(what) }
    return answer
  }

  /// Stores facts and waits for it.
  @discardableResult
  func store(_ facts: [Fact]) throws -> LedgerToken {
    let result = try answer("a report is answered") {
      link.report(facts, mode: .allOrNothing, recorder: Recorder(), $0)
    }
    let (outcome, token) = try result.get()
    guard case .done = outcome else { throw TestFailure("refused: \(outcome)") }
    return token
  }

  /// Moves the clock without telling the ledger.
  func setClock(_ now: Instant) {
    clock.set(now)
    index.setManualClock(now)
  }

  /// Has the ledger commit what is due.
  func catchUp() throws {
    _ = try answer("the ledger catches up") { link.catchUp($0) }.get()
  }

  func connect() throws -> Peer {
    let (ours, theirs) = try UnixSocket.pair()
    try rpc.adopt(theirs)
    return Peer(ours, self)
  }
}

/// What this thread has cost so far, in nanoseconds: a busy machine does not make it longer.
func threadTime() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
