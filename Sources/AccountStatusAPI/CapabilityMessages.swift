package import AccountStatusModel
internal import CAccountStatusV1
internal import CWireCheck

/// Asks whether an account may do something.
package struct CheckCapabilityRequest: Sendable, Hashable {
  /// The most capabilities of one request.
  package static let maximumCapabilities = 64

  package var accountID: AccountID
  package var capabilities: [Capability]
  package var query: StatusQuery
  package var atLeast: [UInt8]

  package init(
    accountID: AccountID, capabilities: [Capability], query: StatusQuery = StatusQuery(),
    atLeast: [UInt8] = []
  ) {
    self.accountID = accountID
    self.capabilities = capabilities
    self.query = query
    self.atLeast = atLeast
  }
}

extension CheckCapabilityRequest: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__CheckCapabilityRequest) throws(FormError) {
    guard (1...Self.maximumCapabilities).contains(wire.n_capabilities) else {
      throw FormError(
        field: "capabilities",
        "has \(wire.n_capabilities) entries; give 1 to \(Self.maximumCapabilities)")
    }
    self.init(
      accountID: try readAccountID("accountId", wire.account_id),
      capabilities: try readWords("capabilities", wire.capabilities, wire.n_capabilities),
      query: try StatusQuery(wire.as_of, wire.known_at, wire.policy_edition),
      atLeast: readBytes(wire.at_least))
  }

  func fill(_ wire: inout Accountstatus__V1__CheckCapabilityRequest, _ arena: MessageArena) {
    wire.account_id = arena.text(accountID)
    (wire.n_capabilities, wire.capabilities) = arena.words(capabilities) { .init($0) }
    wire.as_of = arena.timestamp(query.asOf)
    wire.known_at = arena.timestamp(query.knownAt)
    wire.policy_edition = arena.text(query.policyEdition ?? "")
    wire.at_least = arena.data(atLeast)
  }
}

/// Whether one capability is allowed, and by what.
package struct CapabilityResult: Sendable, Hashable {
  package var capability: Capability
  package var isAllowed: Bool
  /// Nil: one that this client does not know.
  package var basis: CapabilityBasis?

  package init(capability: Capability, isAllowed: Bool, basis: CapabilityBasis?) {
    self.capability = capability
    self.isAllowed = isAllowed
    self.basis = basis
  }

  fileprivate init(_ wire: Accountstatus__V1__CapabilityResult) throws(FormError) {
    self.init(
      capability: try readWord("capability", wire.capability.rawValue),
      isAllowed: readBool(wire.allowed), basis: CapabilityBasis(number: wire.basis.rawValue))
  }
}

/// What an account may do, and why it may not do the rest.
package struct CheckCapabilityResponse: Sendable, Hashable {
  /// One per capability asked for, in that order.
  package var results: [CapabilityResult]
  package var state: AccountState
  /// Why what is denied is denied.
  package var reasons: [Reason]
  package var revision: UInt64
  /// How long the answer is good.
  package var nextTransition: NextTransition?
  package var asOf: Instant
  package var token: [UInt8]

  package init(
    results: [CapabilityResult], state: AccountState, reasons: [Reason], revision: UInt64,
    nextTransition: NextTransition?, asOf: Instant, token: [UInt8]
  ) {
    self.results = results
    self.state = state
    self.reasons = reasons
    self.revision = revision
    self.nextTransition = nextTransition
    self.asOf = asOf
    self.token = token
  }
}

extension CheckCapabilityResponse: WireEncodable, WireDecodable {
  static var arenaFactor: UInt32 { UInt32(WIRE_ARENA_FACTS) }

  init(_ wire: Accountstatus__V1__CheckCapabilityResponse) throws(FormError) {
    self.init(
      results: try readMessages("results", wire.results, wire.n_results, CapabilityResult.init),
      state: try readWord("state", wire.state.rawValue),
      reasons: try readReasons("reasons", wire.reasons, wire.n_reasons),
      revision: wire.revision,
      nextTransition: try readNextTransition("nextTransition", wire.next_transition),
      asOf: try readInstant("asOf", wire.as_of), token: readBytes(wire.token))
  }

  func fill(_ wire: inout Accountstatus__V1__CheckCapabilityResponse, _ arena: MessageArena) {
    (wire.n_results, wire.results) = arena.messages(results) { result, wire in
      wire.capability = .init(result.capability.number)
      wire.allowed = result.isAllowed ? 1 : 0
      wire.basis = .init(result.basis?.number ?? 0)
    }
    wire.state = .init(state.number)
    (wire.n_reasons, wire.reasons) = arena.messages(reasons) { $0.fill(&$1, arena) }
    wire.revision = revision
    wire.next_transition = arena.nextTransition(nextTransition)
    wire.as_of = arena.timestamp(asOf)
    wire.token = arena.data(token)
  }
}
