import AccountStatusModel

// What a LegalBusinessProfile says about vetting:
//
//   vettingStatus       required; where the vetting stands
//   vettingSubStatus    the check at which it stands so
//
// The document has no time: what it says holds from when it was observed.

extension DocumentImporter {
  private static let knownMembers: Set<String> = [
    "companyName", "address", "primaryContact", "companyApproverEmail", "companyApproverAddress",
    "vettingStatus", "vettingSubStatus", "profileType", "links", "attributes",
  ]

  /// Reads a LegalBusinessProfile.
  func legalBusinessProfile(_ resource: Resource) throws(Remark) -> Reading {
    var reading = Reading()
    reading.remarks = resource.remarks(onMembersBeside: Self.knownMembers)
    guard let word = resource.word("vettingStatus") else {
      throw resource.missing("vettingStatus", "\"authorized\"")
    }
    guard let state = Self.states[word] else {
      reading.remarks.append(
        Remark(
          path: resource.path(of: "vettingStatus"),
          "\(resource.shown("vettingStatus")) is not known and was left out; "
            + "none, pending, authorized, rejected and failed are known"))
      return reading
    }
    let known = ledger.profile(at: observedAt)
    var change = ProfileVerification()
    switch unstated.vettingVersion {
    case .current:
      if known.overall != state { change.overall = state }
      change.checks = checks(of: resource, state, &reading).filter { kind, check in
        known.checks[kind] != check
      }
      if state == .authorized { change.passChecksLeftOpen(in: known) }
    case .lastFinalized:
      guard try isFinal(state, resource, &reading) else { return reading }
      if known.lastFinalized != state { change.lastFinalized = state }
    }
    guard change != ProfileVerification() else { return reading }
    reading.facts.append(
      try fact(
        numbered("profile"), effectiveAt: observedAt, kind: .profileVerificationChanged(change),
        in: resource))
    return reading
  }

  private func isFinal(
    _ state: VerificationState, _ resource: Resource, _ reading: inout Reading
  ) throws(Remark) -> Bool {
    if state.isFinal { return true }
    let path = resource.path(of: "vettingStatus")
    guard state == .none else {
      throw Remark(
        path: path,
        "\(state) is no end of a vetting; import this document as the current vetting version")
    }
    reading.remarks.append(Remark(path: path, "no vetting was finalized yet; nothing to report"))
    return false
  }

  /// The check that the document names, with the state that the vetting's state gives it.
  private func checks(
    of resource: Resource, _ state: VerificationState, _ reading: inout Reading
  ) -> [VerificationCheck: CheckState] {
    var word = resource.word("vettingSubStatus") ?? "none"
    if word.hasSuffix("verification") { word.removeLast("verification".count) }
    if word.isEmpty || word == "none" { return [:] }
    guard let check = Self.checks[word] else {
      reading.remarks.append(
        Remark(
          path: resource.path(of: "vettingSubStatus"),
          "\(resource.shown("vettingSubStatus")) is not known and was left out"))
      return [:]
    }
    switch state {
    case .none: return [check: .notStarted]
    case .pending: return [check: .pending]
    case .authorized: return [check: .passed]
    case .rejected, .failed: return [check: .rejected]
    }
  }

  private static let states: [String: VerificationState] = [
    "none": .none, "pending": .pending, "authorized": .authorized, "rejected": .rejected,
    "failed": .failed,
  ]

  private static let checks: [String: VerificationCheck] = [
    "emailownership": .emailOwnership, "email": .emailOwnership, "emaildomain": .emailDomain,
    "employment": .employment, "business": .business, "identity": .identity,
    "duediligence": .dueDiligence,
  ]
}

extension ProfileVerification {
  /// An authorized vetting has passed every check, also those last seen under way.
  fileprivate mutating func passChecksLeftOpen(in known: ProfileVerification) {
    for (kind, state) in known.checks where state != .passed { checks[kind] = .passed }
  }
}
