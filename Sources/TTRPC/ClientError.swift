/// Why a call through `RPCClient` has no answer that can be used.
package enum ClientError: Error, Sendable, Hashable {
  /// The server answered with an error.
  case rpc(RPCError)
  /// Nobody answered: no server there, or the connection broke. Whether the server acted on the
  /// call is unknown unless `wasSent` is false.
  case unavailable(reason: String, wasSent: Bool)
  /// The time ran out here, before an answer.
  case deadlineExceeded
  /// The calling task was cancelled.
  case cancelled
  /// The request or its reply is over the frame limit.
  case tooLarge(byteCount: Int)
  /// The peer does not speak the protocol.
  case protocolViolation(String)
  /// The client was closed.
  case closed

  /// The nearest canonical code.
  package var code: RPCCode {
    switch self {
    case .rpc(let error): error.code
    case .unavailable, .closed: .unavailable
    case .deadlineExceeded: .deadlineExceeded
    case .cancelled: .cancelled
    case .tooLarge: .resourceExhausted
    case .protocolViolation: .internal
    }
  }
}

extension ClientError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .rpc(let error): error.description
    case .unavailable(let reason, _): "UNAVAILABLE: \(reason)"
    case .deadlineExceeded: "DEADLINE_EXCEEDED: no answer in time"
    case .cancelled: "CANCELLED"
    case .tooLarge(let count): "RESOURCE_EXHAUSTED: a message of \(count) bytes"
    case .protocolViolation(let what): "INTERNAL: \(what)"
    case .closed: "UNAVAILABLE: the client is closed"
    }
  }
}
