import AccountStatusModel
import AccountStatusRules
import Testing

@Suite struct ReasonSubjectsTests {
  private func suspects(_ ids: Identifier...) -> Reporter {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-01-01T00:00:00Z")
    for id in ids { reporter.report(.finding(id, .confirmed), at: "2026-02-01T00:00:00Z") }
    return reporter
  }

  private func waiver(_ subject: Identifier?, until: Instant) -> Waiver {
    Waiver(reason: .accountAbuse, subject: subject, until: until)
  }

  @Test func `a waiver ignores its subject from the decision until it ends`() {
    var reporter = suspects("AF-1")
    reporter.report(
      .decision("D-1", .approved, waivers: [waiver("AF-1", until: "2026-04-01T00:00:00Z")]),
      at: "2026-03-01T00:00:00Z")
    #expect(reporter.standing(at: "2026-02-28T23:59:59Z")?.state == .suspended)
    let waived = reporter.standing(at: "2026-03-01T00:00:00Z")
    #expect(waived?.state == .active)
    #expect(
      waived?.nextTransition
        == NextTransition(
          at: "2026-04-01T00:00:00Z", toState: .suspended, because: [.accountAbuse],
          subjects: ["AF-1"]))
    let again = reporter.standing(at: "2026-04-01T00:00:00Z")
    #expect(again?.state == .suspended)
    #expect(again?.since == "2026-04-01T00:00:00Z")
    #expect(again?.reasons.first?.since == "2026-04-01T00:00:00Z")
  }

  @Test func `a waiver without a subject covers those still to come`() {
    var reporter = suspects("AF-1")
    reporter.report(
      .decision("D-1", .approved, waivers: [waiver(nil, until: "2026-04-01T00:00:00Z")]),
      at: "2026-03-01T00:00:00Z")
    reporter.report(.finding("AF-2", .confirmed), at: "2026-03-15T00:00:00Z")
    #expect(reporter.standing(at: "2026-03-15T00:00:00Z")?.state == .active)
    #expect(
      reporter.standing(at: "2026-04-01T00:00:00Z")?.reasons.map(\.subjects) == [["AF-1", "AF-2"]])
  }

  @Test func `overlapping waivers end one by one`() {
    var reporter = suspects("AF-1")
    reporter.report(
      .decision(
        "D-1", .approved,
        waivers: [
          waiver("AF-1", until: "2026-04-01T00:00:00Z"),
          waiver("AF-1", until: "2026-05-01T00:00:00Z"),
          waiver(nil, until: "2026-04-15T00:00:00Z"),
        ]), at: "2026-03-01T00:00:00Z")
    #expect(reporter.standing(at: "2026-04-30T23:59:59Z")?.state == .active)
    #expect(reporter.standing(at: "2026-05-01T00:00:00Z")?.state == .suspended)
  }

  @Test func `a waiver that ends as it begins never was`() {
    var reporter = suspects()
    reporter.report(
      .decision("D-1", .approved, waivers: [waiver("AF-1", until: "2026-01-15T00:00:00Z")]),
      at: "2026-01-15T00:00:00Z")
    reporter.report(
      .decision("D-2", .approved, waivers: [waiver("AF-1", until: "2026-03-01T00:00:00Z")]),
      at: "2026-01-16T00:00:00Z")
    reporter.report(.finding("AF-1", .confirmed), at: "2026-02-01T00:00:00Z")
    #expect(reporter.standing(at: "2026-02-01T00:00:00Z")?.state == .active)
    #expect(reporter.standing(at: "2026-03-01T00:00:00Z")?.state == .suspended)
  }

  @Test func `with no episode open an approval's waivers count alone`() {
    var reporter = suspects()
    reporter.report(
      .decision("D-1", .approved, waivers: [waiver("AF-1", until: "2026-03-01T00:00:00Z")]),
      at: "2026-01-15T00:00:00Z")
    reporter.report(.finding("AF-1", .confirmed), at: "2026-02-01T00:00:00Z")
    let standing = reporter.standing(at: "2026-02-01T00:00:00Z")
    #expect(standing?.state == .active)
    #expect(standing?.since == "2026-01-01T00:00:00Z")
    #expect(reporter.standing(at: "2026-03-01T00:00:00Z")?.state == .suspended)
  }

  @Test func `one subject taking over from another leaves a reason unbroken`() {
    var reporter = suspects("AF-1")
    reporter.report(.finding("AF-1", .dismissed), at: "2026-02-10T00:00:00Z")
    reporter.report(.finding("AF-2", .confirmed), at: "2026-02-10T00:00:00Z")
    let reason = reporter.standing(at: "2026-02-10T00:00:00Z")?.reasons.first
    #expect(reason?.subjects == ["AF-2"])
    #expect(reason?.since == "2026-02-01T00:00:00Z")
    reporter.report(.finding("AF-2", .dismissed), at: "2026-02-11T00:00:00Z")
    reporter.report(.finding("AF-3", .confirmed), at: "2026-02-11T00:00:00.000000001Z")
    #expect(
      reporter.standing(at: "2026-02-12T00:00:00Z")?.reasons.first?.since
        == "2026-02-11T00:00:00.000000001Z")
  }

  @Test func `a waived invoice is delinquent instead`() {
    var reporter = suspects()
    for id: Identifier in ["INV-1", "INV-2"] {
      reporter.report(
        .invoice(id, issued: "2026-01-01", due: "2026-01-01"), at: "2026-01-01T00:00:00Z")
    }
    reporter.report(
      .decision(
        "D-1", .approved,
        waivers: [
          Waiver(reason: .billingPastDue, subject: "INV-1", until: "2026-06-01T00:00:00Z")
        ]), at: "2026-01-15T00:00:00Z")
    let standing = reporter.standing(at: "2026-04-01T00:00:00Z")
    #expect(standing?.reasons.map(\.subjects) == [["INV-2"]])
    #expect(standing?.notices == [.paymentDelinquent])
    let over = reporter.standing(at: "2026-06-01T00:00:00Z")
    #expect(over?.reasons.map(\.subjects) == [["INV-1", "INV-2"]])
    #expect(over?.notices == [])
  }
}
