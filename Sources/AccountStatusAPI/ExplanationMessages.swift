package import AccountStatusModel
internal import CAccountStatusV1
internal import CWireCheck

/// Asks why an account stands where it stands, and what leads back.
package struct ExplainStatusRequest: Sendable, Hashable {
  package var accountID: AccountID
  /// A BCP 47 tag; empty: English.
  package var locale: String
  package var query: StatusQuery
  /// A token: the answer is at least that fresh.
  package var atLeast: [UInt8]

  package init(
    accountID: AccountID, locale: String = "", query: StatusQuery = StatusQuery(),
    atLeast: [UInt8] = []
  ) {
    self.accountID = accountID
    self.locale = locale
    self.query = query
    self.atLeast = atLeast
  }
}

extension ExplainStatusRequest: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__ExplainStatusRequest) throws(FormError) {
    self.init(
      accountID: try readAccountID("accountId", wire.account_id), locale: readText(wire.locale),
      query: try StatusQuery(wire.as_of, wire.known_at, wire.policy_edition),
      atLeast: readBytes(wire.at_least))
  }

  func fill(_ wire: inout Accountstatus__V1__ExplainStatusRequest, _ arena: MessageArena) {
    wire.account_id = arena.text(accountID)
    wire.locale = arena.text(locale)
    wire.as_of = arena.timestamp(query.asOf)
    wire.known_at = arena.timestamp(query.knownAt)
    wire.policy_edition = arena.text(query.policyEdition ?? "")
    wire.at_least = arena.data(atLeast)
  }
}

/// Why an account stands where it stands, in a language.
package struct ExplainStatusResponse: Sendable, Hashable {
  package var status: AccountStatus
  /// The language of the texts.
  package var locale: String
  package var explanation: Explanation<String>
  /// The position the answer was read at.
  package var token: [UInt8]

  package init(
    status: AccountStatus, locale: String, explanation: Explanation<String>, token: [UInt8]
  ) {
    self.status = status
    self.locale = locale
    self.explanation = explanation
    self.token = token
  }
}

extension ExplainStatusResponse: WireEncodable, WireDecodable {
  static var arenaFactor: UInt32 { UInt32(WIRE_ARENA_FACTS) }

  init(_ wire: Accountstatus__V1__ExplainStatusResponse) throws(FormError) {
    guard let found = wire.status?.pointee else {
      throw FormError(field: "status", "is missing")
    }
    self.init(
      status: try inField("status") { () throws(FormError) in try AccountStatus(found) },
      locale: readText(wire.locale), explanation: try Explanation(wire),
      token: readBytes(wire.token))
  }

  func fill(_ wire: inout Accountstatus__V1__ExplainStatusResponse, _ arena: MessageArena) {
    wire.status = arena.message { status.fill(&$0, arena) }
    wire.locale = arena.text(locale)
    explanation.fill(&wire, arena)
    wire.token = arena.data(token)
  }
}

// MARK: - The generated types

extension Accountstatus__V1__ExplainStatusRequest: CMessage {
  static var initializer: Initializer { accountstatus__v1__explain_status_request__init }
}

extension Accountstatus__V1__ExplainStatusResponse: CMessage {
  static var initializer: Initializer { accountstatus__v1__explain_status_response__init }
}
