/// How many messages go each way in a call.
package enum MethodKind: Sendable, Hashable {
  case unary
  case clientStreaming
  case serverStreaming
  case bidirectional

  /// Whether the client may send Data frames.
  package var clientStreams: Bool { self == .clientStreaming || self == .bidirectional }

  /// Whether the server answers with Data frames.
  package var serverStreams: Bool { self == .serverStreaming || self == .bidirectional }
}

/// What both sides know of a method before a call.
///
/// protoc-gen-c drops `stream` from services and the frame flags differ between shipped clients, so
/// the kind of a method comes from its descriptor and from nowhere else.
package struct MethodDescriptor: Sendable, Hashable {
  /// Full proto name of the service, for example `accountstatus.v1.StatusService`.
  package let service: String
  /// Short name, for example `GetStatus`.
  package let name: String
  package let kind: MethodKind
  /// Whether a second call has the effect of one (`idempotency_level` in the proto).
  ///
  /// The client retries only such methods.
  package let isIdempotent: Bool

  package init(service: String, name: String, kind: MethodKind, isIdempotent: Bool = false) {
    self.service = service
    self.name = name
    self.kind = kind
    self.isIdempotent = isIdempotent
  }

  /// The name as gRPC writes it, for example `/accountstatus.v1.StatusService/GetStatus`.
  package var fullName: String { "/\(service)/\(name)" }
}
