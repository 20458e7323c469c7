/// Every bound of the runtime, each with its reason.
///
/// A peer that goes over one is refused and counted (`RefusalCounters`); nobody else notices. The
/// defaults are the protocol's, and PROTOCOL.md lists them; tests make them smaller.
package struct Limits: Sendable, Hashable {
  // MARK: Frames

  /// Payload of one frame, in bytes. Shipped clients refuse more.
  package var frameLength = 4 << 20
  /// Time from a frame's first byte to its last. A peer that writes half a frame and sleeps would
  /// hold a buffer for ever; 4 MiB in 10 s is slower than any disk.
  package var partialFrameTime = Duration.seconds(10)

  // MARK: Requests

  /// Service and method name, in bytes each: an unknown one is repeated in the error.
  package var nameLength = 256
  /// Metadata pairs of a call. Kept for as long as the call.
  package var metadataPairs = 64
  /// Metadata of a call, keys and values together, in bytes.
  package var metadataLength = 16 << 10
  /// Calls of one connection that have no final answer yet. Each costs a table entry and whatever
  /// its handler holds.
  package var callsInFlight = 1_024
  /// Ids below the highest one used that a client may still use: one shipped client can write its
  /// ids out of order. Older gaps count as used.
  package var skippedStreamIDs = 1_024

  // MARK: Input held

  /// Messages of one stream that its handler has not taken yet.
  package var queuedMessages = 64
  /// Bytes that one connection's torn frame, queued messages and unanswered calls may hold: two
  /// frames of the largest size.
  package var inputPerConnection = 8 << 20
  /// The same for all connections together. A uid may hold at most as much as is still free, so one
  /// uid alone reaches half of it and a newcomer always finds room.
  package var inputPerProcess = 256 << 20

  /// Bytes that are read at once, after which it is the other connections' turn.
  package var readLength = 256 << 10

  // MARK: Output held

  /// Bytes queued on a connection above which new calls on it are refused: its client reads slower
  /// than it asks.
  package var outputBacklog = 4 << 20
  /// Bytes queued on a connection at which it is disconnected.
  package var outputPerConnection = 16 << 20
  /// Time in which a connection with output queued must take at least one byte.
  package var writeStallTime = Duration.seconds(5)
  /// Bytes queued on a connection above which its streams are told to wait: enough to fill the
  /// socket's buffer, little enough that a unary reply behind it is not late.
  package var streamBacklog = 256 << 10

  // MARK: Connections

  /// Connections in all: one descriptor and some kilobytes each.
  package var connections = 4_096
  /// Connections of one uid, so that one runaway service leaves room for the others.
  package var connectionsPerUser = 1_024
  /// Rest after `accept` found no descriptor or memory free; trying at once would spin.
  package var acceptRest = Duration.milliseconds(100)

  // MARK: Shutdown

  /// What calls in flight get to finish when the server drains.
  package var drainTime = Duration.seconds(5)

  package init() {}
}

/// Why something was refused. Every case is counted.
package enum Refusal: Int, Sendable, Hashable, CaseIterable {
  /// A frame longer than `frameLength`: discarded, answered.
  case oversizedFrame
  /// A first byte that is no length: the connection is closed.
  case protocolViolation
  case evenStreamID
  case reusedStreamID
  case inactiveStream
  case dataOnUnaryCall
  case dataAfterHalfClose
  case malformedEnvelope
  case nameTooLong
  case metadataTooLarge
  case unknownMethod
  /// A payload that the wire check or its decoder refused.
  case malformedPayload
  case notAuthorized
  /// A deadline that had passed on receipt, or passed before the answer.
  case deadlineExceeded
  case tooManyCalls
  case queueOverflow
  case inputPerConnection
  case inputPerProcess
  case outputBacklog
  case replyTooLarge
  case draining
  /// A Response or an unknown type from a client: ignored.
  case ignoredFrame
  /// Disconnected: half a frame, then nothing.
  case partialFrameTimeout
  /// Disconnected: output queued and nothing read.
  case writeStall
  /// Disconnected: `outputPerConnection` reached.
  case outputOverflow
  /// Not accepted: `connections` reached.
  case tooManyConnections
  /// Not accepted: `connectionsPerUser` reached.
  case tooManyConnectionsOfUser
  /// `accept` found no descriptor or memory free.
  case acceptExhausted

  /// The case's name, as statistics show it.
  package var name: String { String(describing: self) }
}

/// How often each refusal happened since the start.
package struct RefusalCounters: Sendable, Hashable {
  private var counts = [UInt64](repeating: 0, count: Refusal.allCases.count)

  package init() {}

  package subscript(_ refusal: Refusal) -> UInt64 { counts[refusal.rawValue] }

  /// All refusals together.
  package var total: UInt64 { counts.reduce(0, +) }

  package mutating func count(_ refusal: Refusal) {
    counts[refusal.rawValue] += 1
  }
}
