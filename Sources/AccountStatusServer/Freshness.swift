internal import AccountStatusAPI
internal import AccountStatusLedger
package import TTRPC

/// Holds reads back until the index shows at least the position that their token names.
///
/// A position that this server gave out is always reached already, because writes are published
/// before they are acknowledged. One that is not (from a copy of the ledger that ran ahead) is
/// waited for until the caller's deadline, and for at most `patience`. On the loop's thread.
package final class Freshness {
  /// Called with nil when the read may go on.
  package typealias Completion = (RPCError?) -> Void

  /// The longest wait.
  package static let patience = Duration.seconds(2)

  private struct Waiter {
    let position: UInt64
    let timer: TimerID
    let completion: Completion
  }

  private let index: StatusIndex
  private let loop: EventLoop
  private var waiters: [UInt64: Waiter] = [:]
  private var lastNumber: UInt64 = 0

  package init(index: StatusIndex, loop: EventLoop) {
    self.index = index
    self.loop = loop
  }

  /// Runs the completion at once where the token is empty or reached, else when it is.
  package func wait(
    for token: [UInt8], deadline: MonotonicInstant?, _ completion: @escaping Completion
  ) {
    if token.isEmpty { return completion(nil) }
    let current = index.token
    guard let wanted = LedgerToken(encoded: token), wanted.storeID == current.storeID,
      wanted.epoch == current.epoch
    else { return completion(.foreignToken) }
    guard wanted.position > current.position else { return completion(nil) }

    lastNumber += 1
    let number = lastNumber
    let latest = loop.now.advanced(by: Self.patience)
    let timer = loop.schedule(at: min(deadline ?? latest, latest)) { [self] in
      waiters.removeValue(forKey: number)?.completion(.positionNotReached)
    }
    waiters[number] = Waiter(position: wanted.position, timer: timer, completion: completion)
  }

  /// Lets those go whose position the index shows now.
  package func advanced() {
    guard !waiters.isEmpty else { return }
    let position = index.token.position
    for (number, waiter) in waiters where waiter.position <= position {
      waiters.removeValue(forKey: number)
      loop.cancel(waiter.timer)
      waiter.completion(nil)
    }
  }
}

extension RPCError {
  fileprivate static var foreignToken: RPCError {
    RPCError(
      .foreignToken,
      "at_least is not a token of this server's ledger; read without it, and use the token "
        + "that the reply carries",
      details: [.badRequest(field: "atLeast", description: "not a token of this ledger")])
  }

  fileprivate static var positionNotReached: RPCError {
    RPCError(
      .positionNotReached, "the position of at_least was not reached in time; try again",
      details: [.retryInfo(after: .milliseconds(100))])
  }
}
