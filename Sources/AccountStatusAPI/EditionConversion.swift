internal import AccountStatusModel
internal import CAccountStatusV1

// Policy editions between the contract and the model. A rule that is absent is no reason. What a
// reader cannot show truly (a comparator that it does not know) is refused; a capability that it
// does not know is left out.

extension PolicyEdition {
  init(_ wire: Accountstatus__V1__PolicyEdition) throws(FormError) {
    self.init(
      name: readText(wire.name),
      coveredClouds: readWordSet(wire.covered_clouds, wire.n_covered_clouds),
      csp: try inField("csp") { () throws(FormError) in try ProgramRules(wire.csp?.pointee) },
      maicpp: try inField("maicpp") { () throws(FormError) in
        try ProgramRules(wire.maicpp?.pointee)
      },
      capabilities: CapabilityMatrix(
        rows: try readMessages(
          "capabilities", wire.capabilities, wire.n_capabilities, CapabilityMatrix.Row.read
        ).compactMap(\.self),
        allowedOutside: readWordSet(wire.allowed_outside, wire.n_allowed_outside)))
  }

  func fill(_ wire: inout Accountstatus__V1__PolicyEdition, _ arena: MessageArena) {
    wire.name = arena.text(name)
    (wire.n_covered_clouds, wire.covered_clouds) = arena.words(coveredClouds) { .init($0) }
    wire.csp = arena.message { csp.fill(&$0, arena) }
    wire.maicpp = arena.message { maicpp.fill(&$0, arena) }
    (wire.n_capabilities, wire.capabilities) = arena.messages(capabilities.rows) { row, wire in
      wire.capability = .init(row.capability.number)
      wire.allowed_while_suspended = row.isAllowedWhileSuspended ? 1 : 0
      wire.basis = .init(row.basis.number)
    }
    (wire.n_allowed_outside, wire.allowed_outside) =
      arena.words(capabilities.allowedOutside) { .init($0) }
  }
}

extension ProgramRules {
  fileprivate init(_ wire: Accountstatus__V1__ProgramRules?) throws(FormError) {
    self.init()
    guard let wire else { return }
    abuse = wire.abuse.map {
      AbuseRule(
        severities: readWordSet($0.pointee.severities, $0.pointee.n_severities),
        states: readWordSet($0.pointee.states, $0.pointee.n_states))
    }
    if let rule = wire.billing?.pointee {
      billing = BillingRule(pastDue: try DayThreshold("billing.pastDue", rule.past_due?.pointee))
    }
    provider = wire.provider.map {
      ProviderRule(partnerTypes: readWordSet($0.pointee.partner_types, $0.pointee.n_partner_types))
    }
    if let rule = wire.profile?.pointee {
      profile = ProfileRule(
        states: readWordSet(rule.states, rule.n_states),
        lasting: try DayThreshold("profile.lasting", rule.lasting?.pointee),
        holdsUnderReview: readBool(rule.holds_under_review))
    }
    autoReinstate = readWordSet(wire.auto_reinstate, wire.n_auto_reinstate)
  }

  fileprivate func fill(_ wire: inout Accountstatus__V1__ProgramRules, _ arena: MessageArena) {
    wire.abuse = abuse.map { rule in
      arena.message {
        ($0.n_severities, $0.severities) = arena.words(rule.severities) { .init($0) }
        ($0.n_states, $0.states) = arena.words(rule.states) { .init($0) }
      }
    }
    wire.billing = billing.map { rule in
      arena.message { $0.past_due = rule.pastDue.message(arena) }
    }
    wire.provider = provider.map { rule in
      arena.message {
        ($0.n_partner_types, $0.partner_types) = arena.words(rule.partnerTypes) { .init($0) }
      }
    }
    wire.profile = profile.map { rule in
      arena.message {
        ($0.n_states, $0.states) = arena.words(rule.states) { .init($0) }
        $0.lasting = rule.lasting.message(arena)
        $0.holds_under_review = rule.holdsUnderReview ? 1 : 0
      }
    }
    (wire.n_auto_reinstate, wire.auto_reinstate) = arena.words(autoReinstate) { .init($0) }
  }
}

extension DayThreshold {
  init(
    _ name: String, _ wire: Accountstatus__V1__DayThreshold?
  ) throws(FormError) {
    guard let wire else { throw FormError(field: name, "is missing") }
    guard let days = Int32(exactly: wire.days) else {
      throw FormError(field: "\(name).days", "is \(wire.days); at most \(Int32.max) make sense")
    }
    self.init(try readWord("\(name).comparator", wire.comparator.rawValue), days: days)
  }

  func message(
    _ arena: MessageArena
  ) -> UnsafeMutablePointer<Accountstatus__V1__DayThreshold> {
    arena.message {
      $0.comparator = .init(comparator.number)
      $0.days = UInt32(max(days, 0))
    }
  }
}

extension CapabilityMatrix.Row {
  /// Nil: a capability or a basis that this reader does not know.
  fileprivate static func read(
    _ wire: Accountstatus__V1__CapabilityRule
  ) throws(FormError) -> CapabilityMatrix.Row? {
    guard let capability = Capability(number: wire.capability.rawValue),
      let basis = CapabilityBasis(number: wire.basis.rawValue)
    else { return nil }
    return CapabilityMatrix.Row(
      capability, isAllowedWhileSuspended: readBool(wire.allowed_while_suspended), basis: basis)
  }
}

// MARK: - The generated types

extension Accountstatus__V1__PolicyEdition: CMessage {
  static var initializer: Initializer { accountstatus__v1__policy_edition__init }
}

extension Accountstatus__V1__ProgramRules: CMessage {
  static var initializer: Initializer { accountstatus__v1__program_rules__init }
}

extension Accountstatus__V1__DayThreshold: CMessage {
  static var initializer: Initializer { accountstatus__v1__day_threshold__init }
}

extension Accountstatus__V1__AbuseRule: CMessage {
  static var initializer: Initializer { accountstatus__v1__abuse_rule__init }
}

extension Accountstatus__V1__BillingRule: CMessage {
  static var initializer: Initializer { accountstatus__v1__billing_rule__init }
}

extension Accountstatus__V1__ProviderRule: CMessage {
  static var initializer: Initializer { accountstatus__v1__provider_rule__init }
}

extension Accountstatus__V1__ProfileRule: CMessage {
  static var initializer: Initializer { accountstatus__v1__profile_rule__init }
}

extension Accountstatus__V1__CapabilityRule: CMessage {
  static var initializer: Initializer { accountstatus__v1__capability_rule__init }
}
