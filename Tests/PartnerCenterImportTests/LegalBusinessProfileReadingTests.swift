import AccountStatusModel
import PartnerCenterImport
import Testing

struct LegalBusinessProfileReadingTests {
  private func profile(_ status: String, _ check: String? = nil) -> String {
    let member = check.map { ",\"vettingSubStatus\":\"\($0)\"" } ?? ""
    return "{\"vettingStatus\":\"\(status)\"\(member),"
      + "\"attributes\":{\"objectType\":\"LegalBusinessProfile\"}}"
  }

  private func change(_ result: ImportedDocument) -> ProfileVerification? {
    guard result.facts.count == 1,
      case .profileVerificationChanged(let change) = result.facts[0].kind
    else { return nil }
    return change
  }

  @Test func `an appeal is two documents`() throws {
    let current = imported(try document("northwind-legal-business-profile"))
    #expect(
      change(current)
        == ProfileVerification(overall: .pending, checks: [.employment: .pending]))
    #expect(current.facts.first?.effectiveAt == observedAt)
    let last = imported(
      try document("northwind-legal-business-profile-last-finalized"), unstated: lastFinalized,
      ledger: current.facts)
    #expect(change(last) == ProfileVerification(lastFinalized: .rejected))
    #expect(current.remarks == [] && last.remarks == [])
  }

  @Test func `only what changed is reported`() {
    var ledger = imported(profile("Pending", "email_ownership")).facts
    let moved = imported(profile("pending", "EmploymentVerification"), ledger: ledger)
    #expect(change(moved) == ProfileVerification(checks: [.employment: .pending]))
    ledger += moved.facts
    let rejected = imported(profile("rejected", "employment_verification"), ledger: ledger)
    #expect(
      change(rejected)
        == ProfileVerification(overall: .rejected, checks: [.employment: .rejected]))
    ledger += rejected.facts
    let authorized = imported(profile("Authorized", "none"), ledger: ledger)
    #expect(
      change(authorized)
        == ProfileVerification(
          overall: .authorized, checks: [.emailOwnership: .passed, .employment: .passed]))
    ledger += authorized.facts
    #expect(imported(profile("authorized"), ledger: ledger).facts == [])
    let known = imported(profile("authorized"), unstated: lastFinalized, ledger: ledger)
    #expect(known.facts == [])
  }

  @Test func `a state that comes back is reported again, under a greater id`() {
    var ledger: [Fact] = []
    for status in ["rejected", "authorized", "rejected", "authorized"] {
      // All at one instant: the greater id must win, or the import would never settle.
      ledger += imported(profile(status), ledger: ledger).facts
      #expect(imported(profile(status), ledger: ledger).facts == [])
    }
    #expect(ledger.count == 4)
    #expect(ledger.map(\.identity) == ledger.map(\.identity).sorted())
  }

  @Test func `a document is compared with the profile as it was when observed`() {
    let later = imported(profile("rejected"), at: "2026-12-01T00:00:00Z").facts
    let earlier = imported(profile("rejected"), at: "2026-11-01T00:00:00Z", ledger: later)
    #expect(change(earlier) == ProfileVerification(overall: .rejected))
  }

  @Test func `the last finalized vetting is an end`() {
    let pending = imported(profile("pending"), unstated: lastFinalized)
    #expect(pending.facts == [])
    #expect(pending.rejections.map(\.path) == ["vettingStatus"])
    let none = imported(profile("none"), unstated: lastFinalized)
    #expect(none.facts == [] && none.rejections == [])
    #expect(none.remarks.map(\.path) == ["vettingStatus"])
  }

  @Test func `unknown states and checks are remarks`() {
    let state = imported(profile("dreaming"))
    #expect(state.facts == [] && state.rejections == [])
    #expect(state.remarks.map(\.path) == ["vettingStatus"])
    let check = imported(profile("pending", "palm_reading"))
    #expect(change(check) == ProfileVerification(overall: .pending))
    #expect(check.remarks.map(\.path) == ["vettingSubStatus"])
  }

  @Test func `a profile without a vetting status is rejected`() {
    let result = imported("{\"attributes\":{\"objectType\":\"LegalBusinessProfile\"}}")
    #expect(result.rejections.map(\.path) == ["vettingStatus"])
  }
}
