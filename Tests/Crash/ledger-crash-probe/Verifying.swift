import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import Dispatch
import Synchronization

/// Opens what a killed writer left, and says what is in it.
func verify(_ path: String) throws {
  let configuration = Ledger.Configuration(
    databasePath: path, editions: try EditionCatalogue(), clock: WallClock())
  var rows: [StatusRow] = []
  let snapshots = Snapshots()
  let ledger = try Ledger.open(
    configuration, publish: { rows.append($0) }, deliver: { snapshots.take($0) })
  var parts: [UInt64: Int] = [:]
  for row in rows {
    ledger.submit(.facts(RequestID(0), row.accountID))
    guard let snapshot = snapshots.next() else {
      say("wrong \(row.accountID) it has a row and no facts")
      continue
    }
    for stored in snapshot.facts.stored {
      if let number = request(of: stored.fact) { parts[number, default: 0] += 1 }
    }
    let standing = evaluate(
      snapshot.facts, edition: configuration.editions.default, asOf: row.validFrom)
    if standing.map(BasicAnswer.init) != row.untilFlip {
      say("wrong \(row.accountID) its row differs from its facts")
    }
  }
  for (number, count) in parts.sorted(by: { $0.key < $1.key }) {
    say(count == facts(ofRequest: number).count ? "stored \(number)" : "half \(number)")
  }
  ledger.stop()
  say("done")
}

/// Hands snapshots from the ledger's thread to the one that asks, one at a time.
private final class Snapshots: Sendable {
  private let answer = Mutex<AccountSnapshot?>(nil)
  private let arrival = DispatchSemaphore(value: 0)

  func take(_ delivery: Delivery) {
    switch delivery {
    case .facts(_, let snapshot): answer.withLock { $0 = snapshot }
    case .failed(_, let error): fail("\(error)\n", code: 70)
    default: return
    }
    arrival.signal()
  }

  func next() -> AccountSnapshot? {
    arrival.wait()
    return answer.withLock(\.self)
  }
}
