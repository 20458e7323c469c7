import AccountStatusModel
import JSONText

// What a PartnerRelationship says, read from the account that owns the collection:
//
//   id                  required: the other partner
//   relationshipType    is_indirect_cloud_solution_provider_of: the other is the reseller (so also
//                       where it is absent); is_indirect_reseller_of: the owner is
//   state               required: active, or ended in some way
//
// The link is a fact of the reseller's account. The document has no time: what it says holds from
// when it was observed. A relationship that a later collection does not hold stays as it is: a
// page, a filter or a file cut short would otherwise unlink whoever it leaves out. A partner that
// is no longer linked is listed with a state that says so.

extension DocumentImporter {
  private static let knownMembers: Set<String> = [
    "id", "name", "relationshipType", "mpnId", "location", "state", "links", "attributes",
  ]

  /// Who is linked to whom.
  struct Relationship {
    var reseller: AccountID
    var provider: AccountID
  }

  /// The two sides of a relationship; `nil` when its type is not known.
  func relationship(_ resource: Resource) throws(Remark) -> Relationship? {
    let other = try resource.accountID("id")
    guard other != accountID else {
      throw Remark(
        path: resource.path(of: "id"),
        "\(other) is the account that the collection belongs to; "
          + "name the owner with --account")
    }
    switch resource.word("relationshipType") {
    case nil, "", "isindirectcloudsolutionproviderof":
      return Relationship(reseller: other, provider: accountID)
    case "isindirectresellerof":
      return Relationship(reseller: accountID, provider: other)
    default:
      return nil
    }
  }

  /// Reads a PartnerRelationship.
  func partnerRelationship(_ resource: Resource) throws(Remark) -> Reading {
    var reading = Reading()
    reading.remarks = resource.remarks(onMembersBeside: Self.knownMembers)
    guard let sides = try relationship(resource) else {
      reading.remark(
        on: "relationshipType", of: resource,
        "\(resource.shown("relationshipType")) is not known and was left out; "
          + "is_indirect_cloud_solution_provider_of and is_indirect_reseller_of are known")
      return reading
    }
    guard let isLinked = try isLinked(resource, &reading) else { return reading }
    guard ledger(of: sides.reseller).isLinked(to: sides.provider, at: observedAt) != isLinked
    else { return reading }
    let kind =
      isLinked
      ? FactKind.providerLinked(sides.provider) : FactKind.providerUnlinked(sides.provider)
    let thing = LedgerView.Thing.provider(sides.provider)
    if hasSaid(kind, about: thing, of: sides.reseller, at: observedAt) {
      reading.remark(
        on: "state", of: resource,
        "\(resource.shown("state")) was imported before, and another source states otherwise for "
          + "\(observedAt)")
      return reading
    }
    let name = numbered("provider/\(sides.provider)", of: sides.reseller)
    reading.facts.append(
      try fact(
        name, of: sides.reseller, effectiveAt: observedAt, kind: kind, in: resource))
    return reading
  }

  /// Whether the state is that of a link; `nil`, with a remark, when it is not known.
  private func isLinked(
    _ resource: Resource, _ reading: inout Reading
  ) throws(Remark) -> Bool? {
    guard let word = resource.word("state"), !word.isEmpty else {
      throw resource.missing("state", "\"Active\"")
    }
    if word == "active" { return true }
    if word.hasPrefix("terminated") || Self.endStates.contains(word) { return false }
    reading.remark(
      on: "state", of: resource,
      "\(resource.shown("state")) is not known and was left out; active and terminated are known")
    return nil
  }

  private static let endStates: Set<String> = ["inactive", "ended", "expired", "removed"]
}
