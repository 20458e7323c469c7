package import AccountStatusClient
import AccountStatusModel
package import JSONText
import ProtobufJSON

/// What a watch tells a command: the contract's JSON, made of the very bytes that came.
package enum ToldEvent: Sendable {
  /// A `StatusChange`.
  case change(JSONValue)
  /// An `AccountStatus` of a snapshot.
  case record(JSONValue)
  case snapshotBegan
  case snapshotEnded
  case resumed
  case progress
  case disconnected(AccountStatusError)
}

/// The events of a watch, in order.
package protocol ChangeStream {
  /// Where the watch may be gone on with, in base64; empty: nowhere yet.
  var token: String { get }
  /// The next event.
  mutating func next() async throws -> ToldEvent
}

/// A watch of a server that outlives its connections.
package struct ServerChanges: ChangeStream {
  private var session: WatchSession

  package init(_ session: WatchSession) {
    self.session = session
  }

  package var token: String { session.token.map { Base64.text(of: $0.bytes) } ?? "" }

  package mutating func next() async throws -> ToldEvent {
    let told = try await session.next()
    switch told.event {
    case .changed: return .change(try member("change", of: told.payload))
    case .status: return .record(try member("record", of: told.payload))
    case .snapshotBegan: return .snapshotBegan
    case .snapshotEnded: return .snapshotEnded
    case .resumed: return .resumed
    case .progress: return .progress
    case .disconnected(let error): return .disconnected(error)
    }
  }

  private func member(_ name: String, of payload: [UInt8]) throws -> JSONValue {
    let message = try Contract.pool.json(
      of: payload, as: "accountstatus.v1.WatchStatusesResponse",
      options: PrintingOptions(toleratesUnknownTypes: true))
    return message[name] ?? .object([:])
  }
}
