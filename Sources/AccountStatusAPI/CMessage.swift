internal import CAccountStatusV1
internal import CGRPCHealthV1
internal import CGoogleProtobuf
internal import CGoogleRPC
internal import CProtobufC

/// A message type that protoc-c generated.
protocol CMessage {
  typealias Initializer = (UnsafeMutablePointer<Self>?) -> Void

  /// The generated initialiser.
  static var initializer: Initializer { get }
  /// All bytes zero.
  init()
  var base: ProtobufCMessage { get }
}

extension CMessage {
  /// A message with its default values.
  static func initialized() -> Self {
    var message = Self()
    initializer(&message)
    return message
  }

  /// Taken from a message: the address of the imported constant is not stable in release builds.
  static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> {
    guard let descriptor = initialized().base.descriptor else {
      preconditionFailure("protoc-c initialises every message with its descriptor")
    }
    return descriptor
  }
}

// MARK: - The generated types

extension Accountstatus__V1__Reason: CMessage {
  static var initializer: Initializer { accountstatus__v1__reason__init }
}

extension Accountstatus__V1__NextTransition: CMessage {
  static var initializer: Initializer { accountstatus__v1__next_transition__init }
}

extension Accountstatus__V1__AccountStatus: CMessage {
  static var initializer: Initializer { accountstatus__v1__account_status__init }
}

extension Accountstatus__V1__Money: CMessage {
  static var initializer: Initializer { accountstatus__v1__money__init }
}

extension Accountstatus__V1__AccountRegistered: CMessage {
  static var initializer: Initializer { accountstatus__v1__account_registered__init }
}

extension Accountstatus__V1__PartnerTypesChanged: CMessage {
  static var initializer: Initializer { accountstatus__v1__partner_types_changed__init }
}

extension Accountstatus__V1__AccountClosed: CMessage {
  static var initializer: Initializer { accountstatus__v1__account_closed__init }
}

extension Accountstatus__V1__InvoiceIssued: CMessage {
  static var initializer: Initializer { accountstatus__v1__invoice_issued__init }
}

extension Accountstatus__V1__InvoiceVoided: CMessage {
  static var initializer: Initializer { accountstatus__v1__invoice_voided__init }
}

extension Accountstatus__V1__CreditApplied: CMessage {
  static var initializer: Initializer { accountstatus__v1__credit_applied__init }
}

extension Accountstatus__V1__Allocation: CMessage {
  static var initializer: Initializer { accountstatus__v1__allocation__init }
}

extension Accountstatus__V1__PaymentReceived: CMessage {
  static var initializer: Initializer { accountstatus__v1__payment_received__init }
}

extension Accountstatus__V1__PaymentAllocated: CMessage {
  static var initializer: Initializer { accountstatus__v1__payment_allocated__init }
}

extension Accountstatus__V1__PaymentReversed: CMessage {
  static var initializer: Initializer { accountstatus__v1__payment_reversed__init }
}

extension Accountstatus__V1__DisputeOpened: CMessage {
  static var initializer: Initializer { accountstatus__v1__dispute_opened__init }
}

extension Accountstatus__V1__DisputeClosed: CMessage {
  static var initializer: Initializer { accountstatus__v1__dispute_closed__init }
}

extension Accountstatus__V1__BalanceReported: CMessage {
  static var initializer: Initializer { accountstatus__v1__balance_reported__init }
}

extension Accountstatus__V1__VerificationCheckResult: CMessage {
  static var initializer: Initializer { accountstatus__v1__verification_check_result__init }
}

extension Accountstatus__V1__ProfileVerificationChanged: CMessage {
  static var initializer: Initializer { accountstatus__v1__profile_verification_changed__init }
}

extension Accountstatus__V1__AbuseFindingChanged: CMessage {
  static var initializer: Initializer { accountstatus__v1__abuse_finding_changed__init }
}

extension Accountstatus__V1__ProviderLinked: CMessage {
  static var initializer: Initializer { accountstatus__v1__provider_linked__init }
}

extension Accountstatus__V1__ProviderUnlinked: CMessage {
  static var initializer: Initializer { accountstatus__v1__provider_unlinked__init }
}

extension Accountstatus__V1__ProviderIssueOpened: CMessage {
  static var initializer: Initializer { accountstatus__v1__provider_issue_opened__init }
}

extension Accountstatus__V1__ProviderIssueResolved: CMessage {
  static var initializer: Initializer { accountstatus__v1__provider_issue_resolved__init }
}

extension Accountstatus__V1__Requester: CMessage {
  static var initializer: Initializer { accountstatus__v1__requester__init }
}

extension Accountstatus__V1__SupportRequestOpened: CMessage {
  static var initializer: Initializer { accountstatus__v1__support_request_opened__init }
}

extension Accountstatus__V1__SupportRequestUpdated: CMessage {
  static var initializer: Initializer { accountstatus__v1__support_request_updated__init }
}

extension Accountstatus__V1__Waiver: CMessage {
  static var initializer: Initializer { accountstatus__v1__waiver__init }
}

extension Accountstatus__V1__ReinstatementDecided: CMessage {
  static var initializer: Initializer { accountstatus__v1__reinstatement_decided__init }
}

extension Accountstatus__V1__ExternalStatusObserved: CMessage {
  static var initializer: Initializer { accountstatus__v1__external_status_observed__init }
}

extension Accountstatus__V1__FactRetracted: CMessage {
  static var initializer: Initializer { accountstatus__v1__fact_retracted__init }
}

extension Accountstatus__V1__Recorder: CMessage {
  static var initializer: Initializer { accountstatus__v1__recorder__init }
}

extension Accountstatus__V1__Fact: CMessage {
  static var initializer: Initializer { accountstatus__v1__fact__init }
}

extension Accountstatus__V1__GetStatusRequest: CMessage {
  static var initializer: Initializer { accountstatus__v1__get_status_request__init }
}

extension Accountstatus__V1__GetStatusResponse: CMessage {
  static var initializer: Initializer { accountstatus__v1__get_status_response__init }
}

extension Accountstatus__V1__BatchGetStatusRequest: CMessage {
  static var initializer: Initializer { accountstatus__v1__batch_get_status_request__init }
}

extension Accountstatus__V1__BatchStatusResult: CMessage {
  static var initializer: Initializer { accountstatus__v1__batch_status_result__init }
}

extension Accountstatus__V1__BatchGetStatusResponse: CMessage {
  static var initializer: Initializer { accountstatus__v1__batch_get_status_response__init }
}

extension Accountstatus__V1__CheckCapabilityRequest: CMessage {
  static var initializer: Initializer { accountstatus__v1__check_capability_request__init }
}

extension Accountstatus__V1__CapabilityResult: CMessage {
  static var initializer: Initializer { accountstatus__v1__capability_result__init }
}

extension Accountstatus__V1__CheckCapabilityResponse: CMessage {
  static var initializer: Initializer { accountstatus__v1__check_capability_response__init }
}

extension Accountstatus__V1__ListStatusesRequest: CMessage {
  static var initializer: Initializer { accountstatus__v1__list_statuses_request__init }
}

extension Accountstatus__V1__ListStatusesResponse: CMessage {
  static var initializer: Initializer { accountstatus__v1__list_statuses_response__init }
}

extension Accountstatus__V1__FactRefusal: CMessage {
  static var initializer: Initializer { accountstatus__v1__fact_refusal__init }
}

extension Accountstatus__V1__ReportFactsFailure: CMessage {
  static var initializer: Initializer { accountstatus__v1__report_facts_failure__init }
}

extension Accountstatus__V1__FactResult: CMessage {
  static var initializer: Initializer { accountstatus__v1__fact_result__init }
}

extension Accountstatus__V1__ReportFactsRequest: CMessage {
  static var initializer: Initializer { accountstatus__v1__report_facts_request__init }
}

extension Accountstatus__V1__ReportFactsResponse: CMessage {
  static var initializer: Initializer { accountstatus__v1__report_facts_response__init }
}

extension Accountstatus__V1__ImportFactsRequest: CMessage {
  static var initializer: Initializer { accountstatus__v1__import_facts_request__init }
}

extension Accountstatus__V1__ImportFactsResponse: CMessage {
  static var initializer: Initializer { accountstatus__v1__import_facts_response__init }
}

extension Accountstatus__V1__ListFactsRequest: CMessage {
  static var initializer: Initializer { accountstatus__v1__list_facts_request__init }
}

extension Accountstatus__V1__ListFactsResponse: CMessage {
  static var initializer: Initializer { accountstatus__v1__list_facts_response__init }
}

extension Accountstatus__V1__GetInfoRequest: CMessage {
  static var initializer: Initializer { accountstatus__v1__get_info_request__init }
}

extension Accountstatus__V1__GetInfoResponse: CMessage {
  static var initializer: Initializer { accountstatus__v1__get_info_response__init }
}

extension Accountstatus__V1__GetStatsRequest: CMessage {
  static var initializer: Initializer { accountstatus__v1__get_stats_request__init }
}

extension Accountstatus__V1__MethodStats: CMessage {
  static var initializer: Initializer { accountstatus__v1__method_stats__init }
}

extension Accountstatus__V1__Counter: CMessage {
  static var initializer: Initializer { accountstatus__v1__counter__init }
}

extension Accountstatus__V1__GetStatsResponse: CMessage {
  static var initializer: Initializer { accountstatus__v1__get_stats_response__init }
}

extension Accountstatus__V1__SetClockRequest: CMessage {
  static var initializer: Initializer { accountstatus__v1__set_clock_request__init }
}

extension Accountstatus__V1__SetClockResponse: CMessage {
  static var initializer: Initializer { accountstatus__v1__set_clock_response__init }
}

extension Accountstatus__V1__AdvanceClockRequest: CMessage {
  static var initializer: Initializer { accountstatus__v1__advance_clock_request__init }
}

extension Accountstatus__V1__AdvanceClockResponse: CMessage {
  static var initializer: Initializer { accountstatus__v1__advance_clock_response__init }
}

extension Accountstatus__V1__InjectFaultRequest: CMessage {
  static var initializer: Initializer { accountstatus__v1__inject_fault_request__init }
}

extension Accountstatus__V1__InjectFaultResponse: CMessage {
  static var initializer: Initializer { accountstatus__v1__inject_fault_response__init }
}

extension Accountstatus__V1__ClearFaultsRequest: CMessage {
  static var initializer: Initializer { accountstatus__v1__clear_faults_request__init }
}

extension Accountstatus__V1__ClearFaultsResponse: CMessage {
  static var initializer: Initializer { accountstatus__v1__clear_faults_response__init }
}

extension Google__Protobuf__Timestamp: CMessage {
  static var initializer: Initializer { google__protobuf__timestamp__init }
}

extension Google__Protobuf__Duration: CMessage {
  static var initializer: Initializer { google__protobuf__duration__init }
}

extension Google__Protobuf__Any: CMessage {
  static var initializer: Initializer { google__protobuf__any__init }
}

extension Google__Rpc__Status: CMessage {
  static var initializer: Initializer { google__rpc__status__init }
}

extension Grpc__Health__V1__HealthCheckRequest: CMessage {
  static var initializer: Initializer { grpc__health__v1__health_check_request__init }
}

extension Grpc__Health__V1__HealthCheckResponse: CMessage {
  static var initializer: Initializer { grpc__health__v1__health_check_response__init }
}
