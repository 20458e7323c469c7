import AccountStatusModel
import JSONText

// What a ServiceRequest says:
//
//   id, createdDate           required: the request, and when it was opened
//   status                    open, closed or attention_needed, since lastModifiedDate
//   primaryContact            who asks
//
// It says neither what is asked for nor in which role: the operator does. That it is closed says
// nothing about how it was decided.

extension DocumentImporter {
  private static let knownMembers: Set<String> = [
    "id", "title", "description", "severity", "supportTopicId", "supportTopicName", "serviceId",
    "status", "organization", "productId", "primaryContact", "lastUpdatedBy", "createdDate",
    "lastModifiedDate", "lastClosedDate", "fileLinks", "newNote", "notes", "countryCode", "links",
    "attributes",
  ]

  private static let statuses: [String: SupportRequestStatus] = [
    "open": .open, "attentionneeded": .attentionNeeded, "closed": .closed,
  ]

  /// Reads a ServiceRequest.
  func serviceRequest(_ resource: Resource) throws(Remark) -> Reading {
    var reading = Reading()
    reading.remarks = resource.remarks(onMembersBeside: Self.knownMembers)
    let id = try resource.identifier("id")
    guard let createdAt = try resource.instant("createdDate") else {
      throw resource.missing("createdDate", "\"2026-11-02T10:15:00Z\"")
    }
    let modifiedAt = try resource.instant("lastModifiedDate")
    try open(id, at: createdAt, resource, &reading)
    try update(id, at: modifiedAt ?? observedAt, resource, &reading)
    return reading
  }

  /// Reports the request where it is new, and anew where the operator now says what it asks for or
  /// the document when it was opened.
  private func open(
    _ id: Identifier, at instant: Instant, _ resource: Resource, _ reading: inout Reading
  ) throws(Remark) {
    let name = "request/\(id)"
    let known = ledger.request(id)
    var stated = SupportRequest(
      requestID: id, purpose: unstated.purpose ?? known.first?.request.purpose ?? .other,
      requesterName: requester(of: resource, &reading),
      role: unstated.role ?? known.first?.request.role)
    guard stated.purpose != .reinstatement || stated.role == .globalAdmin else {
      // Refused by the ledger; and what it would replace must not be retracted for nothing.
      throw Remark(
        path: resource.path(of: "id"),
        "only a global admin may ask for reinstatement; say so with --role global-admin, or import "
          + "\(id) with another --purpose")
    }
    for (fact, request) in known {
      // Names are for people, and another source's instant may be that of its own report.
      let isOurs = fact.identity.source == Self.source
      guard
        request.purpose != stated.purpose || request.role != stated.role
          || (isOurs && fact.effectiveAt != instant)
      else { continue }
      guard isOurs else {
        let identity = fact.identity
        reading.remark(
          on: "id", of: resource,
          "\(id) differs from what \(identity.source) stated as \(identity.factID) "
            + "(\(request.purpose.contractName)) and was left out; retract that fact to import it")
        return
      }
      // Its own effect on time is none: it counts from when it is recorded.
      reading.facts.append(
        try self.fact(
          unused("\(name)/retracted"), effectiveAt: observedAt, kind: .factRetracted(fact.identity),
          in: resource))
    }
    guard known.isEmpty || !reading.facts.isEmpty else { return }
    if stated.requesterName.isEmpty {
      stated.requesterName = known.first?.request.requesterName ?? ""
    }
    reading.facts.append(
      try fact(
        unused("\(name)/opened"), effectiveAt: instant, kind: .supportRequestOpened(stated),
        in: resource))
  }

  /// The contact's first and last name; empty when there is none.
  private func requester(of resource: Resource, _ reading: inout Reading) -> String {
    let contact = resource.object["primaryContact"]
    let names = ["firstName", "lastName"].compactMap { member in
      if case .string(let name)? = contact?[member], !name.isEmpty { name } else { nil }
    }
    let name = names.joined(separator: " ")
    if name.utf8.count <= Fact.maximumTextLength { return name }
    reading.remark(
      on: "primaryContact", of: resource,
      "has a name of \(name.utf8.count) bytes, which was left out; "
        + "at most \(Fact.maximumTextLength) fit")
    return ""
  }

  private func update(
    _ id: Identifier, at instant: Instant, _ resource: Resource, _ reading: inout Reading
  ) throws(Remark) {
    guard let word = resource.word("status"), !word.isEmpty else { return }
    guard let status = Self.statuses[word] else {
      reading.remark(
        on: "status", of: resource,
        "\(resource.shown("status")) is not known and was left out; "
          + "open, attention_needed and closed are known")
      return
    }
    guard ledger.status(ofRequest: id, at: instant) != status else { return }
    let kind = FactKind.supportRequestUpdated(requestID: id, status: status)
    if hasSaid(kind, about: .request(id), at: instant) {
      reading.remark(
        on: "status", of: resource,
        "\(resource.shown("status")) was imported before, and another source states otherwise "
          + "for \(instant)")
      return
    }
    reading.facts.append(
      try fact(numbered("request/\(id)/status"), effectiveAt: instant, kind: kind, in: resource))
    if status == .closed {
      reading.remark(
        on: "status", of: resource,
        "is closed, which does not say how it was decided; report a decision if there was one")
    }
  }
}
