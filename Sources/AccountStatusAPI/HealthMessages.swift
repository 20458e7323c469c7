internal import AccountStatusModel
internal import CGRPCHealthV1

/// Asks for the health of a service; empty: of the server.
package struct HealthCheckRequest: Sendable, Hashable {
  package var service: String

  package init(service: String = "") {
    self.service = service
  }
}

extension HealthCheckRequest: WireEncodable, WireDecodable {
  init(_ wire: Grpc__Health__V1__HealthCheckRequest) {
    service = readText(wire.service)
  }

  func fill(_ wire: inout Grpc__Health__V1__HealthCheckRequest, _ arena: MessageArena) {
    wire.service = arena.text(service)
  }
}

/// Whether a service answers.
package enum ServingStatus: UInt32, Sendable, Hashable {
  /// Also any value that is not known.
  case unknown = 0
  case serving = 1
  case notServing = 2
  /// Sent by Watch only, for a service that the server does not have.
  case serviceUnknown = 3
}

/// The health of a service.
package struct HealthCheckResponse: Sendable, Hashable {
  package var status: ServingStatus

  package init(status: ServingStatus) {
    self.status = status
  }
}

extension HealthCheckResponse: WireEncodable, WireDecodable {
  init(_ wire: Grpc__Health__V1__HealthCheckResponse) {
    status = ServingStatus(rawValue: wire.status.rawValue) ?? .unknown
  }

  func fill(_ wire: inout Grpc__Health__V1__HealthCheckResponse, _ arena: MessageArena) {
    wire.status = .init(status.rawValue)
  }
}
