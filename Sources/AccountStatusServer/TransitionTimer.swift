internal import AccountStatusLedger
package import AccountStatusModel
package import TTRPC

/// Announces what time alone changes: at the instant of the next transition, and when somebody
/// sets the clock, it has the ledger commit what is due.
///
/// It decides nothing: answers are right at their instant without it. Under a manual clock it
/// waits for nobody; `TestingService` has the ledger catch up itself. On the loop's thread.
package final class TransitionTimer {
  /// Time between attempts while the ledger cannot commit.
  private static let rest = Duration.seconds(1)

  private let loop: EventLoop
  private let link: LedgerLink
  private let timer: WallClockTimer?
  private var next: Instant?
  private var isCatchingUp = false
  private var mustGoOn = false
  /// The next attempt, while the ledger cannot do what is due.
  private var retry: TimerID?

  package init(loop: EventLoop, link: LedgerLink, isManual: Bool) throws(StartError) {
    self.loop = loop
    self.link = link
    timer =
      isManual
      ? nil
      : try starting { () throws(RuntimeError) in try WallClockTimer(loop: loop) }
    timer?.onFire = { [unowned self] in alarm() }
  }

  /// Takes note of when the next transition is due; nil: none is known.
  package func expect(_ instant: Instant?) {
    next = instant
    if !isCatchingUp { timer?.set(nanoseconds: instant?.nanoseconds) }
  }

  /// The timer fired, or the clock was set.
  package func alarm() {
    retry.map(loop.cancel)
    retry = nil
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
    case .success where goesOn: alarm()
    case .success(let now):
      // What is due and was not committed cannot be: an account that cannot be read. The timer,
      // set for the past, would go off again at once, for ever.
      if let next, next <= now { rest() } else { timer?.set(nanoseconds: next?.nanoseconds) }
    case .failure: rest()
    }
  }

  private func rest() {
    retry = loop.schedule(after: Self.rest) { [weak self] in self?.alarm() }
  }
}
