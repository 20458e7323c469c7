package import AccountStatusModel
internal import CAccountStatusV1
internal import CWireCheck
internal import TTRPC

/// Asks what the status would be if some facts were reported now, as a client sends it.
package struct SimulateStatusRequest: Sendable, Hashable {
  package var accountID: AccountID
  package var facts: [Fact]
  /// Nil: now.
  package var asOf: Instant?
  /// Nil: the server's default edition.
  package var policyEdition: String?
  package var atLeast: [UInt8]

  package init(
    accountID: AccountID, facts: [Fact], asOf: Instant? = nil, policyEdition: String? = nil,
    atLeast: [UInt8] = []
  ) {
    self.accountID = accountID
    self.facts = facts
    self.asOf = asOf
    self.policyEdition = policyEdition
    self.atLeast = atLeast
  }
}

extension Accountstatus__V1__SimulateStatusRequest: CMessage {
  static var initializer: Initializer { accountstatus__v1__simulate_status_request__init }
}

extension SimulateStatusRequest: WireEncodable {
  func fill(_ wire: inout Accountstatus__V1__SimulateStatusRequest, _ arena: MessageArena) {
    wire.account_id = arena.text(accountID)
    (wire.n_facts, wire.facts) = arena.messages(facts) { $0.fill(&$1, arena) }
    wire.as_of = arena.timestamp(asOf)
    wire.policy_edition = arena.text(policyEdition ?? "")
    wire.at_least = arena.data(atLeast)
  }
}

/// The same as a server receives it: a malformed fact is refused by itself.
package struct ReceivedSimulation: Sendable, Equatable, DecodableMessage {
  package var accountID: AccountID
  package var facts: [ReceivedFact]
  package var query: StatusQuery
  package var atLeast: [UInt8]

  package static func decode(
    _ payload: UnsafeRawBufferPointer
  ) throws(FormError) -> ReceivedSimulation {
    var slices = FactSlices()
    // The rest is decoded as the message that it is without its facts.
    var rest = WireWriter()
    try payload.forEachField(upTo: 5) { field throws(FormError) in
      switch field.number {
      case 2: try slices.append(field)
      case 1, 3, 4, 5: try rest.append(field)
      default: break
      }
    }
    let question = try SimulatedQuestion.decode(rest.bytes)
    guard !slices.isEmpty || question.query.asOf != nil else {
      throw FormError(field: "facts", "is empty; give facts, or asOf to see what comes by itself")
    }
    return ReceivedSimulation(
      accountID: question.accountID, facts: slices.received(), query: question.query,
      atLeast: question.atLeast)
  }
}

/// A simulation without its facts.
private struct SimulatedQuestion: WireDecodable {
  let accountID: AccountID
  let query: StatusQuery
  let atLeast: [UInt8]

  init(_ wire: Accountstatus__V1__SimulateStatusRequest) throws(FormError) {
    accountID = try readAccountID("accountId", wire.account_id)
    query = try StatusQuery(wire.as_of, nil, wire.policy_edition)
    atLeast = readBytes(wire.at_least)
  }
}

extension WireWriter {
  /// Copies a length-delimited field, also an empty one: an empty message is present.
  fileprivate mutating func append(_ field: WireField) throws(FormError) {
    guard field.type == .lengthDelimited else {
      throw FormError(
        "has a field \(field.number) of the wrong wire type; encode it as its proto says")
    }
    if field.content.isEmpty {
      message(field.number) { _ in }
    } else {
      data(field.number, Array(field.content))
    }
  }
}

/// The status with and without the hypothetical facts.
package struct SimulateStatusResponse: Sendable, Hashable {
  /// Nil: not registered then.
  package var actual: AccountStatus?
  /// Nil: not registered then, with the facts either.
  package var simulated: AccountStatus?
  /// One per fact, in that order; stored: it would be.
  package var results: [FactResult]
  /// The changes of state until the instant asked about, and the next one.
  package var transitions: [NextTransition]
  package var token: [UInt8]

  package init(
    actual: AccountStatus?, simulated: AccountStatus?, results: [FactResult],
    transitions: [NextTransition], token: [UInt8]
  ) {
    self.actual = actual
    self.simulated = simulated
    self.results = results
    self.transitions = transitions
    self.token = token
  }
}

extension Accountstatus__V1__SimulateStatusResponse: CMessage {
  static var initializer: Initializer { accountstatus__v1__simulate_status_response__init }
}

extension SimulateStatusResponse: WireEncodable, WireDecodable {
  static var arenaFactor: UInt32 { UInt32(WIRE_ARENA_FACTS) }

  init(_ wire: Accountstatus__V1__SimulateStatusResponse) throws(FormError) {
    actual = try Self.status("actual", wire.actual)
    simulated = try Self.status("simulated", wire.simulated)
    results = try readMessages("results", wire.results, wire.n_results, FactResult.init)
    var transitions: [NextTransition] = []
    for (index, element) in readElements(wire.transitions, wire.n_transitions).enumerated() {
      guard let transition = try readNextTransition("transitions[\(index)]", element) else {
        continue
      }
      transitions.append(transition)
    }
    self.transitions = transitions
    token = readBytes(wire.token)
  }

  private static func status(
    _ name: String, _ field: UnsafeMutablePointer<Accountstatus__V1__AccountStatus>?
  ) throws(FormError) -> AccountStatus? {
    guard let field else { return nil }
    return try inField(name) { () throws(FormError) in try AccountStatus(field.pointee) }
  }

  func fill(_ wire: inout Accountstatus__V1__SimulateStatusResponse, _ arena: MessageArena) {
    wire.actual = actual.map { status in arena.message { status.fill(&$0, arena) } }
    wire.simulated = simulated.map { status in arena.message { status.fill(&$0, arena) } }
    (wire.n_results, wire.results) = arena.messages(results) { $0.fill(&$1, arena) }
    (wire.n_transitions, wire.transitions) = arena.list(transitions) { arena.nextTransition($0) }
    wire.token = arena.data(token)
  }
}
