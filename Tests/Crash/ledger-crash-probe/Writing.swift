import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import Glibc
import Synchronization

/// Keeps a window of requests unanswered until the process is killed.
func writeForEver(
  _ path: String, _ durability: Durability, first: UInt64, window: UInt64
) throws {
  var configuration = Ledger.Configuration(
    databasePath: path, editions: try EditionCatalogue(), clock: WallClock())
  configuration.durability = durability
  configuration.limits.probeNanoseconds = 5_000_000
  configuration.limits.longestProbeNanoseconds = 50_000_000
  // Small enough that kills also meet checkpoints.
  configuration.limits.logPages = 200
  let writer = Writer(next: first)
  let ledger = try Ledger.open(configuration, publish: { _ in }, deliver: { writer.take($0) })
  writer.ledger.withLock { $0 = ledger }
  say("ready")
  for _ in 0..<window { writer.submitNext() }
  while true { pause() }
}

private final class Writer: Sendable {
  let ledger = Mutex<Ledger?>(nil)
  private let failed = Mutex<[RequestID]>([])
  private let next: Atomic<UInt64>

  init(next: UInt64) { self.next = Atomic(next) }

  func submitNext() {
    submit(next.add(1, ordering: .relaxed).oldValue)
  }

  private func submit(_ number: UInt64) {
    let ledger = ledger.withLock(\.self)
    ledger?.submit(
      .report(
        RequestID(number), facts: facts(ofRequest: number), mode: .allOrNothing,
        recorder: Recorder()))
  }

  func take(_ delivery: Delivery) {
    switch delivery {
    case .committed(let group):
      var stored: [UInt64] = []
      for (id, result) in group.replies {
        guard case .done = result else { fail("request \(id.number): \(result)\n", code: 70) }
        stored.append(id.number)
      }
      if !stored.isEmpty {
        say("ack " + stored.map(String.init).joined(separator: " "))
      }
      for _ in stored { submitNext() }
    case .failed(let ids, _):
      failed.withLock { $0 += ids }
    case .readOnly(let error):
      say("read-only \(error)")
    case .recovered:
      say("recovered")
      // Sent again, as a client does: what was stored after all is then a duplicate.
      let ids = failed.withLock { ids in
        defer { ids = [] }
        return ids
      }
      for id in ids { submit(id.number) }
    case .facts, .factPage, .changePage, .caughtUp, .unreadable: break
    }
  }
}
