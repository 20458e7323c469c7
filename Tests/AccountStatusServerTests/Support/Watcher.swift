import AccountStatusAPI
import AccountStatusModel
import TTRPC

/// A client of a local server that watches, on a connection of its own.
final class Watcher {
  let peer: Peer
  private let id: UInt32

  /// Begins to watch; reads nothing yet.
  init(_ server: LocalServer, _ accounts: [AccountID] = [], from token: [UInt8] = []) throws {
    peer = try server.connect()
    id = try peer.open(
      StatusService.watchStatuses, WatchStatusesRequest(accountIDs: accounts, fromToken: token))
  }

  /// Everything that was told so far.
  var events: [WatchEvent] {
    get throws { try peer.messages(of: id, WatchStatusesResponse.self).compactMap(\.event) }
  }

  /// What was told but signs of life.
  var told: [WatchEvent] {
    get throws {
      try events.filter { if case .progress = $0 { false } else { true } }
    }
  }

  var changes: [AccountChange] {
    get throws {
      try events.compactMap { if case .change(let change) = $0 { change } else { nil } }
    }
  }

  var records: [AccountStatus] {
    get throws {
      try events.compactMap { if case .record(let status) = $0 { status } else { nil } }
    }
  }

  /// The token of the last event that had one.
  var token: [UInt8] {
    get throws {
      var last: [UInt8] = []
      for event in try events {
        switch event {
        case .snapshotEnd(let token): last = token
        case .change(let change): last = change.token
        case .progress(let token, _): last = token.isEmpty ? last : token
        default: break
        }
      }
      return last
    }
  }

  /// The latest status told of each account.
  var latest: [AccountID: AccountStatus] {
    get throws {
      var latest: [AccountID: AccountStatus] = [:]
      for event in try events {
        switch event {
        case .snapshotBegin: latest = [:]
        case .record(let status): latest[status.accountID] = status
        case .change(let change): latest[change.accountID] = change.current
        default: break
        }
      }
      return latest
    }
  }

  /// Makes turns until what was told is so.
  func until(_ what: String, _ isSo: (Watcher) throws -> Bool) throws {
    try peer.until(what) { _ in (try? isSo(self)) ?? false }
  }

  /// Makes turns until the client knows that it has been told everything.
  func untilCurrent() throws {
    let before = try events.count
    try until("everything is told") { watcher in
      try watcher.events.dropFirst(max(0, before - 1)).contains {
        if case .progress(_, let asOf?) = $0 { asOf > Instant(nanoseconds: .min) } else { false }
      }
    }
  }

  /// How the stream ended.
  var end: Result<Bool, ClientError>? { peer.streams[id]?.end }

  /// Makes turns until the stream fails.
  func failure() throws -> RPCError { try peer.failure(of: id) }
}
