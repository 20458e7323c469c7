import AccountStatusModel

// The fields of the larger kinds, in the order of the model. Each pair is read side by side: what
// `write` writes, `init(from:)` reads.

extension AccountRegistered {
  func write(to writer: inout ByteWriter) {
    writer.write(cloud)
    writer.write(partnerTypes)
    writer.write(program)
    writer.write(displayName)
    writer.write(country)
  }

  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(
      cloud: try reader.readWord(), partnerTypes: try reader.readSet(),
      program: try reader.readWord(), displayName: try reader.readText(),
      country: try reader.readText())
  }
}

extension InvoiceIssued {
  func write(to writer: inout ByteWriter) {
    writer.write(invoiceID)
    writer.write(issueDate)
    writer.write(optional: statedDueDate) { $0.write($1) }
    writer.write(termDays)
    writer.write(total)
    writer.write(optional: periodStart) { $0.write($1) }
    writer.write(optional: periodEnd) { $0.write($1) }
    writer.write(invoiceURL)
    writer.write(reconciliationURL)
  }

  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(
      invoiceID: try reader.readIdentifier(), issueDate: try reader.readDay(),
      statedDueDate: try reader.readOptionalDay(), termDays: try reader.read(),
      total: try reader.readMoney(), periodStart: try reader.readOptionalDay(),
      periodEnd: try reader.readOptionalDay(), invoiceURL: try reader.readText(),
      reconciliationURL: try reader.readText())
  }
}

extension Allocation {
  func write(to writer: inout ByteWriter) {
    writer.write(invoiceID)
    writer.write(amount)
  }

  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(invoiceID: try reader.readIdentifier(), amount: try reader.readMoney())
  }
}

extension ProfileVerification {
  func write(to writer: inout ByteWriter) {
    writer.write(optional: overall) { $0.write($1) }
    writer.write(optional: lastFinalized) { $0.write($1) }
    writer.write(list: checks.sorted { $0.key < $1.key }) {
      $0.write($1.key)
      $0.write($1.value)
    }
  }

  init(from reader: inout ByteReader) throws(CodecError) {
    let overall: VerificationState? = try reader.readOptionalWord()
    let lastFinalized: VerificationState? = try reader.readOptionalWord()
    var checks: [VerificationCheck: CheckState] = [:]
    var last: VerificationCheck?
    for _ in 0..<(try reader.read(UInt32.self)) {
      let kind: VerificationCheck = try reader.readWord()
      if let last, last >= kind { throw CodecError("checks are out of order") }
      last = kind
      checks[kind] = try reader.readWord()
    }
    self.init(overall: overall, lastFinalized: lastFinalized, checks: checks)
  }
}

extension ProviderIssue {
  func write(to writer: inout ByteWriter) {
    writer.write(issueID)
    writer.write(optional: providerID) { $0.write($1) }
    writer.write(affectsOperations)
    writer.write(impactsAccount)
  }

  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(
      issueID: try reader.readIdentifier(), providerID: try reader.readOptionalAccountID(),
      affectsOperations: try reader.readFlag(), impactsAccount: try reader.readFlag())
  }
}

extension SupportRequest {
  func write(to writer: inout ByteWriter) {
    writer.write(requestID)
    writer.write(purpose)
    writer.write(requesterName)
    writer.write(optional: role) { $0.write($1) }
  }

  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(
      requestID: try reader.readIdentifier(), purpose: try reader.readWord(),
      requesterName: try reader.readText(), role: try reader.readOptionalWord())
  }
}

extension Waiver {
  func write(to writer: inout ByteWriter) {
    writer.write(reason)
    writer.write(optional: subject) { $0.write($1) }
    writer.write(until)
  }

  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(
      reason: try reader.readWord(), subject: try reader.readOptionalIdentifier(),
      until: try reader.readInstant())
  }
}

extension ReinstatementDecision {
  func write(to writer: inout ByteWriter) {
    writer.write(decisionID)
    writer.write(optional: requestID) { $0.write($1) }
    writer.write(outcome)
    writer.write(list: waivers) { $1.write(to: &$0) }
    writer.write(note)
  }

  init(from reader: inout ByteReader) throws(CodecError) {
    self.init(
      decisionID: try reader.readIdentifier(), requestID: try reader.readOptionalIdentifier(),
      outcome: try reader.readWord(),
      waivers: try reader.readList { reader throws(CodecError) in try Waiver(from: &reader) },
      note: try reader.readText())
  }
}

extension ByteReader {
  mutating func readAllocations() throws(CodecError) -> [Allocation] {
    try readList { reader throws(CodecError) in try Allocation(from: &reader) }
  }

  mutating func readOptionalIdentifier() throws(CodecError) -> Identifier? {
    try readOptional { reader throws(CodecError) in try reader.readIdentifier() }
  }

  mutating func readOptionalAccountID() throws(CodecError) -> AccountID? {
    try readOptional { reader throws(CodecError) in try reader.readAccountID() }
  }

  mutating func readOptionalDay() throws(CodecError) -> CalendarDay? {
    try readOptional { reader throws(CodecError) in try reader.readDay() }
  }

  mutating func readOptionalWord<Value: Word>(
    _: Value.Type = Value.self
  ) throws(CodecError) -> Value? {
    try readOptional { reader throws(CodecError) in try reader.readWord() }
  }
}
