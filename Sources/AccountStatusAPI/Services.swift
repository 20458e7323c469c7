package import TTRPC

// The method table. protoc-gen-c drops `stream` and `idempotency_level`, so both are stated here; a
// test compares every entry with the descriptor set generated from proto/.

/// Whether accounts are suspended, why, and what they may do.
package enum StatusService {
  /// Full proto name.
  package static let name = "accountstatus.v1.StatusService"

  package static let getStatus = MethodDescriptor(
    service: name, name: "GetStatus", kind: .unary, isIdempotent: true)
  package static let batchGetStatus = MethodDescriptor(
    service: name, name: "BatchGetStatus", kind: .unary, isIdempotent: true)
  package static let checkCapability = MethodDescriptor(
    service: name, name: "CheckCapability", kind: .unary, isIdempotent: true)
  package static let listStatuses = MethodDescriptor(
    service: name, name: "ListStatuses", kind: .unary, isIdempotent: true)
  package static let explainStatus = MethodDescriptor(
    service: name, name: "ExplainStatus", kind: .unary, isIdempotent: true)
  package static let simulateStatus = MethodDescriptor(
    service: name, name: "SimulateStatus", kind: .unary, isIdempotent: true)
  package static let watchStatuses = MethodDescriptor(
    service: name, name: "WatchStatuses", kind: .serverStreaming, isIdempotent: true)

  package static let methods = [
    getStatus, batchGetStatus, checkCapability, listStatuses, explainStatus, simulateStatus,
    watchStatuses,
  ]
}

/// The facts behind the statuses.
package enum LedgerService {
  /// Full proto name.
  package static let name = "accountstatus.v1.LedgerService"

  package static let reportFacts = MethodDescriptor(
    service: name, name: "ReportFacts", kind: .unary, isIdempotent: true)
  package static let importFacts = MethodDescriptor(
    service: name, name: "ImportFacts", kind: .bidirectional, isIdempotent: true)
  package static let listFacts = MethodDescriptor(
    service: name, name: "ListFacts", kind: .unary, isIdempotent: true)
  package static let getHistory = MethodDescriptor(
    service: name, name: "GetHistory", kind: .unary, isIdempotent: true)
  package static let getBilling = MethodDescriptor(
    service: name, name: "GetBilling", kind: .unary, isIdempotent: true)

  package static let methods = [reportFacts, importFacts, listFacts, getHistory, getBilling]
}

/// The server about itself.
package enum AdminService {
  /// Full proto name.
  package static let name = "accountstatus.v1.AdminService"

  package static let getInfo = MethodDescriptor(
    service: name, name: "GetInfo", kind: .unary, isIdempotent: true)
  package static let getStats = MethodDescriptor(
    service: name, name: "GetStats", kind: .unary, isIdempotent: true)
  package static let listEditions = MethodDescriptor(
    service: name, name: "ListEditions", kind: .unary, isIdempotent: true)
  package static let getEdition = MethodDescriptor(
    service: name, name: "GetEdition", kind: .unary, isIdempotent: true)

  package static let methods = [getInfo, getStats, listEditions, getEdition]
}

/// The manual clock, and faults on purpose; exists only with `--ephemeral`.
package enum TestingService {
  /// Full proto name.
  package static let name = "accountstatus.v1.TestingService"

  package static let setClock = MethodDescriptor(
    service: name, name: "SetClock", kind: .unary, isIdempotent: true)
  package static let advanceClock = MethodDescriptor(
    service: name, name: "AdvanceClock", kind: .unary)
  package static let injectFault = MethodDescriptor(
    service: name, name: "InjectFault", kind: .unary)
  package static let clearFaults = MethodDescriptor(
    service: name, name: "ClearFaults", kind: .unary)

  package static let methods = [setClock, advanceClock, injectFault, clearFaults]
}

/// gRPC's health protocol.
package enum HealthService {
  /// Full proto name.
  package static let name = "grpc.health.v1.Health"

  package static let check = MethodDescriptor(
    service: name, name: "Check", kind: .unary, isIdempotent: true)
  package static let watch = MethodDescriptor(
    service: name, name: "Watch", kind: .serverStreaming, isIdempotent: true)

  package static let methods = [check, watch]
}

/// All that the server serves.
package enum Contract {
  /// The methods of every service.
  package static let methods =
    StatusService.methods + LedgerService.methods + AdminService.methods + TestingService.methods
    + HealthService.methods
}
