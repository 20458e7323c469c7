import Dispatch
import Foundation
import Synchronization

/// Reports facts on a thread of its own until it is stopped.
final class Reporter: Sendable {
  private let isStopping = Atomic(false)
  private let failure = Mutex<(any Error)?>(nil)
  private let ended = DispatchSemaphore(value: 0)

  /// Begins to report: so many callers, each with one fact in flight.
  init(socket: String, accounts: UInt32, callers: UInt32) {
    let thread = Thread { [self] in
      defer { ended.signal() }
      do {
        try report(to: socket, accounts: accounts, callers: callers)
      } catch {
        failure.withLock { $0 = error }
      }
    }
    thread.start()
  }

  /// Ends after the batch that runs; throws what went wrong.
  func stop() throws {
    isStopping.store(true, ordering: .relaxed)
    ended.wait()
    if let error = failure.withLock({ $0 }) { throw error }
  }

  private func report(to socket: String, accounts: UInt32, callers: UInt32) throws {
    let batch = callers * 50
    var first: UInt32 = 0
    while !isStopping.load(ordering: .relaxed) {
      let frames = try Frames.reportFacts(accounts: accounts, first: first, count: batch)
      let load = Load(connections: callers, calls: UInt64(batch), isInOrder: true)
      _ = try load.run(frames, against: socket)
      first += batch
    }
  }
}
