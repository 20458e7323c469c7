import AccountStatusModel
import PartnerCenterImport
import Testing

struct ServiceRequestReadingTests {
  private static func unstated(
    _ purpose: SupportRequestPurpose?, _ role: Role? = nil
  ) -> DocumentImporter.Unstated {
    var unstated = DocumentImporter.Unstated()
    unstated.purpose = purpose
    unstated.role = role
    return unstated
  }

  private let reinstatement = unstated(.reinstatement, .globalAdmin)

  private func texts(_ facts: [Fact]) -> [String] {
    facts.map { fact in
      switch fact.kind {
      case .supportRequestOpened(let request):
        let role = request.role.map { " \($0.contractName)" } ?? ""
        return "opened \(request.requestID) \(request.purpose.contractName)\(role) "
          + "\(request.requesterName) \(fact.effectiveAt)"
      case .supportRequestUpdated(let id, let status):
        return "updated \(id) \(status.contractName) \(fact.effectiveAt)"
      case .factRetracted(let identity): return "retracted \(identity.factID)"
      default: return fact.kind.contractName
      }
    }
  }

  @Test func `a request is opened at its creation and updated at its last change`() throws {
    let result = imported(try document("northwind-service-request"), unstated: reinstatement)
    #expect(
      texts(result.facts) == [
        "opened 615110700000001 REINSTATEMENT GLOBAL_ADMIN Global admin 2026-11-02T10:15:00Z",
        "updated 615110700000001 ATTENTION_NEEDED 2026-11-03T08:00:00Z",
      ])
    #expect(result.remarks == [] && result.rejections == [])
  }

  @Test func `nobody has said what it asks for, so it asks for something else`() {
    #expect(
      texts(imported(request()).facts) == ["opened REQ-1 OTHER Global admin 2026-11-02T10:15:00Z"])
  }

  @Test(arguments: [
    ("AttentionNeeded", "ATTENTION_NEEDED"), ("attention_needed", "ATTENTION_NEEDED"),
    ("attention-needed", "ATTENTION_NEEDED"), ("Closed", "CLOSED"), ("CLOSED", "CLOSED"),
  ])
  func `a status is spelled in several ways`(spelling: String, status: String) {
    #expect(
      texts(imported(request(["status": "\"\(spelling)\""])).facts).last
        == "updated REQ-1 \(status) 2026-11-03T08:00:00Z")
  }

  @Test(arguments: ["\"none\"", "\"waiting\"", "7", "{}"])
  func `an unknown status is a remark, and the request is opened`(status: String) {
    let result = imported(request(["status": status]))
    #expect(result.facts.count == 1 && result.rejections == [])
    #expect(result.remarks.map(\.path) == ["status"])
    #expect(result.remarks.first?.text.hasPrefix("\(status) is not known") == true)
  }

  @Test func `a later copy updates the status, and one that opens again says so`() {
    var ledger: [Fact] = []
    var told: [String] = []
    for (status, day) in [("open", 3), ("attention_needed", 4), ("closed", 5), ("Open", 6)] {
      let document = request([
        "status": "\"\(status)\"", "lastModifiedDate": "\"2026-11-0\(day)T08:00:00Z\"",
      ])
      let facts = imported(document, ledger: ledger).facts
      told += texts(facts)
      ledger += facts
      #expect(imported(document, ledger: ledger.reversed()).facts == [])
    }
    #expect(
      told == [
        "opened REQ-1 OTHER Global admin 2026-11-02T10:15:00Z",
        "updated REQ-1 ATTENTION_NEEDED 2026-11-04T08:00:00Z",
        "updated REQ-1 CLOSED 2026-11-05T08:00:00Z", "updated REQ-1 OPEN 2026-11-06T08:00:00Z",
      ])
  }

  @Test func `a closed request says nothing about its outcome`() {
    let result = imported(request(["status": "\"closed\""]), unstated: reinstatement)
    #expect(
      result.facts.map(\.kind.contractName) == ["supportRequestOpened", "supportRequestUpdated"])
    #expect(result.remarks.first?.text.contains("does not say how it was decided") == true)
  }

  @Test func `without a change date a status holds from when it was observed`() {
    let result = imported(
      request(["status": "\"closed\"", "lastModifiedDate": "\"0001-01-01T00:00:00\""]))
    #expect(texts(result.facts).last == "updated REQ-1 CLOSED \(observedAt)")
    #expect(
      imported(
        request(["status": "\"closed\"", "lastModifiedDate": "null"]), at: "2027-01-01T00:00:00Z",
        ledger: result.facts
      ).facts == [])
  }

  @Test func `the operator may say later what it asks for`() {
    let first = imported(request()).facts
    let result = imported(request(), unstated: reinstatement, ledger: first)
    #expect(
      texts(result.facts) == [
        "retracted northwind/request/REQ-1/opened",
        "opened REQ-1 REINSTATEMENT GLOBAL_ADMIN Global admin 2026-11-02T10:15:00Z",
      ])
    let ledger = first + result.facts
    #expect(imported(request(), unstated: reinstatement, ledger: ledger).facts == [])
    // The default is no statement: it takes nothing back.
    #expect(imported(request(), ledger: ledger).facts == [])
    let back = imported(request(), unstated: Self.unstated(.other), ledger: ledger)
    #expect(texts(back.facts).last?.hasPrefix("opened REQ-1 OTHER GLOBAL_ADMIN") == true)
  }

  @Test func `what another source stated of a request is left to it`() {
    let other = fact(
      "r", at: "2026-11-02T10:16:00Z",
      .supportRequestOpened(
        SupportRequest(requestID: "REQ-1", purpose: .reinstatement, role: .globalAdmin)))
    #expect(imported(request(), ledger: [other]).facts == [])
    let differs = imported(request(), unstated: Self.unstated(.appeal), ledger: [other])
    #expect(differs.facts == [])
    #expect(differs.remarks.first?.text.contains("bank stated as r") == true)
  }

  @Test(arguments: [Role.billingAdmin, .other, nil])
  func `a reinstatement that the ledger would refuse is rejected here`(role: Role?) {
    let known = imported(request()).facts
    let result = imported(
      request(), unstated: Self.unstated(.reinstatement, role), ledger: known)
    #expect(result.facts == [])
    #expect(result.rejections.map(\.path) == ["id"])
    #expect(result.rejections.first?.text.contains("--role global-admin") == true)
  }

  @Test(arguments: ["null", "\"0001-01-01T00:00:00\"", "\"soon\"", "5"])
  func `a request without its creation is rejected`(date: String) {
    let result = imported(request(["createdDate": date]))
    #expect(result.facts == [])
    #expect(result.rejections.map(\.path) == ["createdDate"])
  }

  @Test func `a contact that cannot be read is nobody`() {
    for contact in ["null", "{}", "\"Global\"", "{\"firstName\":7}"] {
      let facts = imported(request(["primaryContact": contact])).facts
      #expect(texts(facts) == ["opened REQ-1 OTHER  2026-11-02T10:15:00Z"])
    }
    let name = String(repeating: "x", count: 3000)
    let long = imported(request(["primaryContact": "{\"lastName\":\"\(name)\"}"]))
    #expect(long.facts.count == 1)
    #expect(long.remarks.map(\.path) == ["primaryContact"])
  }

  @Test func `a corrected creation is stated anew`() {
    let first = imported(request()).facts
    let result = imported(
      request(["createdDate": "\"2026-11-01T00:00:00Z\""]), ledger: first)
    #expect(
      texts(result.facts) == [
        "retracted northwind/request/REQ-1/opened",
        "opened REQ-1 OTHER Global admin 2026-11-01T00:00:00Z",
      ])
  }
}
