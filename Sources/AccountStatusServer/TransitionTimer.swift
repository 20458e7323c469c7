internal import AccountStatusLedger
internal import AccountStatusModel
internal import TTRPC

/// Announces what time alone changes: at the instant of the next transition, and when somebody
/// sets the clock, it has the ledger commit what is due.
///
/// It decides nothing: answers are right at their instant without it. Under a manual clock it
/// waits for nobody; `TestingService` has the ledger catch up itself. On the loop's thread.
final class TransitionTimer {
  /// Time between attempts while the ledger cannot commit.
  private static let rest = Duration.seconds(1)

  private let loop: EventLoop
  private let link: LedgerLink
  private let timer: WallClockTimer?
  private var next: Instant?
  private var isCatchingUp = false
  private var mustGoOn = false

  init(loop: EventLoop, link: LedgerLink, isManual: Bool) throws(StartError) {
    self.loop = loop
    self.link = link
    timer =
      isManual
      ? nil
      : try starting { () throws(RuntimeError) in try WallClockTimer(loop: loop) }
    timer?.onFire = { [unowned self] in catchUp() }
  }

  /// Takes note of when the next transition is due; nil: none is known.
  func expect(_ instant: Instant?) {
    next = instant
    if !isCatchingUp { timer?.set(nanoseconds: instant?.nanoseconds) }
  }

  /// The timer fired, or the clock was set.
  private func catchUp() {
    guard !isCatchingUp else {
      // The clock was set meanwhile: what is under way may have read it before.
      mustGoOn = true
      return
    }
    isCatchingUp = true
    link.catchUp { [self] result in finished(result) }
  }

  private func finished(_ result: Result<Instant, LedgerError>) {
    isCatchingUp = false
    let goesOn = mustGoOn
    mustGoOn = false
    switch result {
    case .success where goesOn: catchUp()
    case .success: timer?.set(nanoseconds: next?.nanoseconds)
    case .failure: loop.schedule(after: Self.rest) { [weak self] in self?.catchUp() }
    }
  }
}
