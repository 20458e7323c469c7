package import AccountStatusModel

/// What a fact says, as the bytes that the ledger keeps for ever.
///
/// A version, the kind's number, then its fields in the order of the model, as `ByteWriter` writes
/// them. The same content always gives the same bytes. Numbers are never reused; a new field or
/// kind makes a new version, and this program goes on reading every older one. A version or kind
/// that it does not know is an error, never skipped: a part of a fact left out changes its meaning.
package enum FactCodec {
  /// The version written.
  package static let version: UInt8 = 1

  /// Appends a fact's content.
  package static func encode(_ kind: FactKind, into writer: inout ByteWriter) {
    writer.write(byte: version)
    writer.write(byte: kind.number.rawValue)
    kind.writeFields(to: &writer)
  }

  /// Reads a fact's content.
  package static func decode(_ bytes: UnsafeRawBufferPointer) throws(CodecError) -> FactKind {
    var reader = ByteReader(bytes)
    let found = try reader.readByte()
    guard found == version else {
      throw CodecError("a fact has version \(found); this program knows version \(version)")
    }
    let number = try reader.readByte()
    guard let kind = KindNumber(rawValue: number) else {
      throw CodecError("a fact has kind \(number), which this program does not know")
    }
    let content = try FactKind(kind, from: &reader)
    try reader.finish()
    return content
  }
}

/// The numbers of the kinds, those of the contract's oneof where it has them in this order.
private enum KindNumber: UInt8 {
  case accountRegistered = 1
  case partnerTypesChanged
  case accountClosed
  case invoiceIssued
  case invoiceVoided
  case creditApplied
  case paymentReceived
  case paymentAllocated
  case paymentReversed
  case disputeOpened
  case disputeClosed
  case balanceReported
  case profileVerificationChanged
  case abuseFindingChanged
  case providerLinked
  case providerUnlinked
  case providerIssueOpened
  case providerIssueResolved
  case supportRequestOpened
  case supportRequestUpdated
  case reinstatementDecided
  case externalStatusObserved
  case factRetracted
}

extension FactKind {
  fileprivate var number: KindNumber {
    switch self {
    case .accountRegistered: .accountRegistered
    case .partnerTypesChanged: .partnerTypesChanged
    case .accountClosed: .accountClosed
    case .invoiceIssued: .invoiceIssued
    case .invoiceVoided: .invoiceVoided
    case .creditApplied: .creditApplied
    case .paymentReceived: .paymentReceived
    case .paymentAllocated: .paymentAllocated
    case .paymentReversed: .paymentReversed
    case .disputeOpened: .disputeOpened
    case .disputeClosed: .disputeClosed
    case .balanceReported: .balanceReported
    case .profileVerificationChanged: .profileVerificationChanged
    case .abuseFindingChanged: .abuseFindingChanged
    case .providerLinked: .providerLinked
    case .providerUnlinked: .providerUnlinked
    case .providerIssueOpened: .providerIssueOpened
    case .providerIssueResolved: .providerIssueResolved
    case .supportRequestOpened: .supportRequestOpened
    case .supportRequestUpdated: .supportRequestUpdated
    case .reinstatementDecided: .reinstatementDecided
    case .externalStatusObserved: .externalStatusObserved
    case .factRetracted: .factRetracted
    }
  }

  fileprivate func writeFields(to writer: inout ByteWriter) {
    switch self {
    case .accountRegistered(let registration):
      registration.write(to: &writer)
    case .partnerTypesChanged(let types):
      writer.write(types)
    case .accountClosed:
      break
    case .invoiceIssued(let invoice):
      invoice.write(to: &writer)
    case .invoiceVoided(let invoiceID, let replacedBy):
      writer.write(invoiceID)
      writer.write(optional: replacedBy) { $0.write($1) }
    case .creditApplied(let creditID, let invoiceID, let amount):
      writer.write(creditID)
      writer.write(invoiceID)
      writer.write(amount)
    case .paymentReceived(let paymentID, let amount, let allocations):
      writer.write(paymentID)
      writer.write(amount)
      writer.write(list: allocations) { $1.write(to: &$0) }
    case .paymentAllocated(let paymentID, let allocations):
      writer.write(paymentID)
      writer.write(list: allocations) { $1.write(to: &$0) }
    case .paymentReversed(let id), .disputeOpened(let id), .disputeClosed(let id),
      .providerIssueResolved(let id):
      writer.write(id)
    case .balanceReported(let amount):
      writer.write(amount)
    case .profileVerificationChanged(let change):
      change.write(to: &writer)
    case .abuseFindingChanged(let findingID, let severity, let state):
      writer.write(findingID)
      writer.write(severity)
      writer.write(state)
    case .providerLinked(let provider), .providerUnlinked(let provider):
      writer.write(optional: provider) { $0.write($1) }
    case .providerIssueOpened(let issue):
      issue.write(to: &writer)
    case .supportRequestOpened(let request):
      request.write(to: &writer)
    case .supportRequestUpdated(let requestID, let status):
      writer.write(requestID)
      writer.write(status)
    case .reinstatementDecided(let decision):
      decision.write(to: &writer)
    case .externalStatusObserved(let state, let note):
      writer.write(state)
      writer.write(note)
    case .factRetracted(let identity):
      writer.write(identity.source)
      writer.write(identity.factID)
    }
  }

  fileprivate init(_ number: KindNumber, from reader: inout ByteReader) throws(CodecError) {
    switch number {
    case .accountRegistered: self = .accountRegistered(try AccountRegistered(from: &reader))
    case .partnerTypesChanged: self = .partnerTypesChanged(try reader.readSet())
    case .accountClosed: self = .accountClosed
    case .invoiceIssued: self = .invoiceIssued(try InvoiceIssued(from: &reader))
    case .invoiceVoided:
      self = .invoiceVoided(
        invoiceID: try reader.readIdentifier(), replacedBy: try reader.readOptionalIdentifier())
    case .creditApplied:
      self = .creditApplied(
        creditID: try reader.readIdentifier(), invoiceID: try reader.readIdentifier(),
        amount: try reader.readMoney())
    case .paymentReceived:
      self = .paymentReceived(
        paymentID: try reader.readIdentifier(), amount: try reader.readMoney(),
        allocations: try reader.readAllocations())
    case .paymentAllocated:
      self = .paymentAllocated(
        paymentID: try reader.readIdentifier(), allocations: try reader.readAllocations())
    case .paymentReversed: self = .paymentReversed(paymentID: try reader.readIdentifier())
    case .disputeOpened: self = .disputeOpened(invoiceID: try reader.readIdentifier())
    case .disputeClosed: self = .disputeClosed(invoiceID: try reader.readIdentifier())
    case .balanceReported: self = .balanceReported(try reader.readMoney())
    case .profileVerificationChanged:
      self = .profileVerificationChanged(try ProfileVerification(from: &reader))
    case .abuseFindingChanged:
      self = .abuseFindingChanged(
        findingID: try reader.readIdentifier(), severity: try reader.readWord(),
        state: try reader.readWord())
    case .providerLinked: self = .providerLinked(try reader.readOptionalAccountID())
    case .providerUnlinked: self = .providerUnlinked(try reader.readOptionalAccountID())
    case .providerIssueOpened: self = .providerIssueOpened(try ProviderIssue(from: &reader))
    case .providerIssueResolved:
      self = .providerIssueResolved(issueID: try reader.readIdentifier())
    case .supportRequestOpened: self = .supportRequestOpened(try SupportRequest(from: &reader))
    case .supportRequestUpdated:
      self = .supportRequestUpdated(
        requestID: try reader.readIdentifier(), status: try reader.readWord())
    case .reinstatementDecided:
      self = .reinstatementDecided(try ReinstatementDecision(from: &reader))
    case .externalStatusObserved:
      self = .externalStatusObserved(state: try reader.readWord(), note: try reader.readText())
    case .factRetracted:
      self = .factRetracted(
        FactIdentity(source: try reader.readIdentifier(), factID: try reader.readIdentifier()))
    }
  }
}
