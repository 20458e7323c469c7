internal import CStatusTable
internal import Glibc
internal import Synchronization
internal import TTRPC

/// Gets the server's newest table in the background, while reads ask for it.
///
/// A thread of its own does it, since it may have to wait for a server that takes a connection and
/// never answers; it lives only as long as it is needed. Owns the reader: it is given back when
/// neither the table nor the thread uses it any more.
final class TableRenewal: Sendable {
  /// Longest wait for one hand-over.
  private static let patience: UInt64 = 1_000_000_000
  /// First and longest pause between two attempts, in nanoseconds. They also bound how often a
  /// server that hands over tables without a sign of life is asked for another.
  private static let pauses: ClosedRange<Int> = 5_000_000...320_000_000

  /// The C reader may be used by any number of threads at once.
  private nonisolated(unsafe) let reader: OpaquePointer
  /// The process whose thread is at work; 0: none. Threads do not survive a fork.
  private let worker = Atomic<Int32>(0)
  private let isWanted = Atomic(false)
  private let isStopped = Atomic(false)

  /// Takes over a reader.
  init(owning reader: OpaquePointer) {
    self.reader = reader
  }

  deinit {
    status_table_client_destroy(reader)
  }

  /// Sees to it that a newer table is asked for, soon and once; cheap where that is under way.
  func request() {
    isWanted.store(true, ordering: .relaxed)
    let process = getpid()
    let known = worker.load(ordering: .relaxed)
    guard known != process,
      worker.compareExchange(expected: known, desired: process, ordering: .acquiring).exchanged
    else { return }
    do throws(RuntimeError) {
      _ = try LoopThread(name: "status-table") { [self] in work() }
    } catch {
      // The next read tries again; until then the server is asked by RPC.
      worker.store(0, ordering: .releasing)
    }
  }

  /// Ends the thread, at the latest when its attempt is over.
  func stop() {
    isStopped.store(true, ordering: .relaxed)
  }

  private func work() {
    var pause = Self.pauses.lowerBound
    repeat {
      let result = status_table_client_renew(reader, Self.patience)
      // What was asked for meanwhile has been got.
      isWanted.store(false, ordering: .relaxed)
      pause = result == 0 ? Self.pauses.lowerBound : min(pause * 2, Self.pauses.upperBound)
      var rest = timespec(tv_sec: 0, tv_nsec: pause)
      nanosleep(&rest, nil)
    } while isWanted.load(ordering: .relaxed) && !isStopped.load(ordering: .relaxed)
    worker.store(0, ordering: .releasing)
  }
}
