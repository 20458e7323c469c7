import AccountStatusModel
import AccountStatusRules
import Testing

/// The steps that a worked case expects, `[x]` being done.
struct WorkedSteps: Sendable, CustomTestStringConvertible {
  var number: String
  var steps: [String]

  init(_ number: String, _ steps: String...) {
    self.number = number
    self.steps = steps
  }

  var testDescription: String { "case \(number)" }
}

@Suite struct RemediationTests {
  private static let worked = [
    WorkedSteps("2"),
    WorkedSteps(
      "5", "[ ] REVIEW_BILLING", "[ ] PAY_INVOICE INV-1", "[ ] FILE_SUPPORT_REQUEST",
      "[ ] CONTACT_SUPPORT"),
    WorkedSteps(
      "16", "[x] REVIEW_BILLING", "[x] PAY_INVOICE INV-1", "[x] CHECK_PROFILE_COMPLETE",
      "[ ] FILE_SUPPORT_REQUEST", "[ ] CONTACT_SUPPORT"),
    WorkedSteps(
      "18", "[ ] REVIEW_BILLING", "[ ] PAY_INVOICE INV-1", "[ ] ALLOCATE_PAYMENT P-1",
      "[ ] FILE_SUPPORT_REQUEST", "[ ] CONTACT_SUPPORT"),
    WorkedSteps(
      "25", "[ ] REVIEW_BILLING", "[ ] PAY_INVOICE INV-2", "[x] PAY_INVOICE INV-1",
      "[ ] FILE_SUPPORT_REQUEST", "[ ] CONTACT_SUPPORT"),
    WorkedSteps("37", "[ ] PROVIDER_RESOLVES_ISSUE ISS-1", "[ ] CONTACT_SUPPORT"),
    WorkedSteps("43"),
    WorkedSteps("45", "[ ] VERIFY_PROFILE", "[ ] CONTACT_SUPPORT"),
    WorkedSteps(
      "48", "[x] VERIFY_PROFILE", "[x] CHECK_PROFILE_COMPLETE", "[ ] FILE_SUPPORT_REQUEST",
      "[ ] CONTACT_SUPPORT"),
    WorkedSteps("56", "[ ] CONTACT_SUPPORT"),
    WorkedSteps(
      "59", "[ ] REVIEW_BILLING", "[ ] PAY_INVOICE INV-1", "[ ] VERIFY_PROFILE",
      "[ ] FILE_SUPPORT_REQUEST", "[ ] CONTACT_SUPPORT"),
    WorkedSteps(
      "61", "[x] REVIEW_BILLING", "[x] PAY_INVOICE INV-1", "[x] CHECK_PROFILE_COMPLETE",
      "[x] FILE_SUPPORT_REQUEST", "[ ] AWAIT_DECISION R-1", "[ ] CONTACT_SUPPORT"),
    WorkedSteps(
      "62", "[ ] REVIEW_BILLING", "[ ] PAY_INVOICE INV-1", "[x] FILE_SUPPORT_REQUEST",
      "[ ] CONTACT_SUPPORT"),
    WorkedSteps(
      "64", "[x] REVIEW_BILLING", "[x] PAY_INVOICE INV-1", "[x] CHECK_PROFILE_COMPLETE",
      "[ ] FILE_SUPPORT_REQUEST", "[ ] CONTACT_SUPPORT"),
    WorkedSteps("67"),
    WorkedSteps(
      "73a", "[x] REVIEW_BILLING", "[x] PAY_INVOICE INV-1", "[x] CHECK_PROFILE_COMPLETE",
      "[ ] FILE_SUPPORT_REQUEST", "[ ] CONTACT_SUPPORT"),
    WorkedSteps(
      "73b", "[x] REVIEW_BILLING", "[x] PAY_INVOICE INV-1", "[x] CHECK_PROFILE_COMPLETE",
      "[x] FILE_SUPPORT_REQUEST", "[ ] AWAIT_DECISION R-2", "[ ] CONTACT_SUPPORT"),
  ]

  @Test(arguments: worked)
  func `every worked case has its steps`(_ expected: WorkedSteps) throws {
    let worked = try #require(workedCases.first { $0.number == expected.number })
    var reporter = Reporter()
    worked.tell(&reporter)
    #expect(steps(reporter, at: worked.asOf, edition: worked.edition) == expected.steps)
  }

  private func steps(
    _ reporter: Reporter, at instant: Instant, edition: String = "2020-06"
  ) -> [String] {
    let steps = reporter.explanation(at: instant, edition: edition)?.steps ?? []
    return steps.map { step in
      "\(step.isDone ? "[x]" : "[ ]") \(step.code.contractName)"
        + (step.subject.isEmpty ? "" : " \(step.subject)")
    }
  }

  @Test func `a step says who may take it, and where`() throws {
    var reporter = Reporter()
    inv1(&reporter)
    let link = "https://billing.example/INV-2"
    reporter.report(
      .invoiceIssued(
        InvoiceIssued(
          invoiceID: "INV-2", issueDate: "2026-07-01", total: .euros(20), invoiceURL: link)),
      at: "2026-07-01T00:00:00Z")
    let steps = try #require(reporter.explanation(at: "2026-11-02T00:00:00Z")?.steps)
    let pay = try #require(steps.first { $0.subject == "INV-2" })
    #expect(pay.role == .globalAdmin && pay.alsoRoles == [.billingAdmin] && pay.link == link)
    #expect(
      pay.text == Phrase(.stepPayInvoice, ["invoice": .id("INV-2"), "open": .money(.euros(20))]))
    let file = try #require(steps.first { $0.code == .fileSupportRequest })
    #expect(file.role == .globalAdmin && file.alsoRoles.isEmpty)
    #expect(
      file.link == "https://partner.microsoft.com/dashboard/support/csp/servicerequests/create")
  }

  @Test func `a payment that is allocated afterwards is a step that is done`() {
    var reporter = Reporter()
    inv1(&reporter)
    reporter.report(.payment("P-1", .euros(1000)), at: "2026-10-20T00:00:00Z")
    #expect(
      steps(reporter, at: "2026-10-31T00:00:00Z").contains("[ ] ALLOCATE_PAYMENT P-1"))
    reporter.report(
      .allocation(of: "P-1", to: "INV-1", .euros(1000)), at: "2026-11-01T00:00:00Z")
    #expect(
      steps(reporter, at: "2026-11-02T00:00:00Z") == [
        "[x] REVIEW_BILLING", "[x] PAY_INVOICE INV-1", "[x] ALLOCATE_PAYMENT P-1",
        "[x] CHECK_PROFILE_COMPLETE", "[ ] FILE_SUPPORT_REQUEST", "[ ] CONTACT_SUPPORT",
      ])
  }

  @Test func `each failed check is to be fixed, and done once it is passed`() {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-06-01T00:00:00Z")
    reporter.report(
      .profile(
        .rejected, checks: [.business: .rejected, .identity: .challenged, .employment: .passed]),
      at: "2026-07-01T00:00:00Z")
    reporter.report(
      .profile(checks: [.identity: .passed, .business: .pending]), at: "2026-07-02T00:00:00Z")
    #expect(
      steps(reporter, at: "2026-07-01T12:00:00Z") == [
        "[ ] VERIFY_PROFILE", "[ ] FIX_PROFILE_CHECK BUSINESS", "[ ] FIX_PROFILE_CHECK IDENTITY",
        "[ ] CONTACT_SUPPORT",
      ])
    #expect(
      steps(reporter, at: "2026-07-03T00:00:00Z") == [
        "[ ] VERIFY_PROFILE", "[ ] FIX_PROFILE_CHECK BUSINESS", "[x] FIX_PROFILE_CHECK IDENTITY",
        "[ ] CONTACT_SUPPORT",
      ])
    reporter.report(.profile(.authorized), at: "2026-07-04T00:00:00Z")
    // A check that is not passed leaves the profile incomplete, whatever the whole is called.
    #expect(
      steps(reporter, at: "2026-07-04T00:00:00Z") == [
        "[ ] VERIFY_PROFILE", "[ ] FIX_PROFILE_CHECK BUSINESS", "[x] FIX_PROFILE_CHECK IDENTITY",
        "[ ] CHECK_PROFILE_COMPLETE", "[ ] FILE_SUPPORT_REQUEST", "[ ] CONTACT_SUPPORT",
      ])
  }

  @Test func `what is waived is no step, and its end makes it one`() {
    var reporter = Reporter()
    inv1(&reporter)
    let waiver = Waiver(reason: .billingPastDue, subject: "INV-1", until: "2026-12-01T00:00:00Z")
    reporter.report(.finding("AF-1", .confirmed), at: "2026-11-05T00:00:00Z")
    reporter.report(
      .decision("D-1", .approved, waivers: [waiver]), at: "2026-11-02T00:00:00Z")
    #expect(steps(reporter, at: "2026-11-10T00:00:00Z") == ["[ ] CONTACT_SUPPORT"])
    #expect(
      steps(reporter, at: "2026-12-01T00:00:00Z") == [
        "[ ] REVIEW_BILLING", "[ ] PAY_INVOICE INV-1", "[ ] FILE_SUPPORT_REQUEST",
        "[ ] CONTACT_SUPPORT",
      ])
  }

  @Test func `where support asks for something, it is the partner's turn`() throws {
    var reporter = Reporter()
    reporter.report(.registered(), at: "2026-06-01T00:00:00Z")
    reporter.report(.finding("AF-1", .confirmed), at: "2026-07-01T00:00:00Z")
    reporter.report(.finding("AF-1", .dismissed), at: "2026-07-02T00:00:00Z")
    reporter.report(.request("R-1"), at: "2026-07-03T00:00:00Z")
    let waiting = try #require(reporter.explanation(at: "2026-07-03T00:00:00Z")?.steps)
    #expect(waiting.first { $0.code == .awaitDecision }?.role == nil)
    reporter.report(
      .supportRequestUpdated(requestID: "R-1", status: .attentionNeeded),
      at: "2026-07-04T00:00:00Z")
    let asked = try #require(reporter.explanation(at: "2026-07-04T00:00:00Z")?.steps)
    let step = try #require(asked.first { $0.code == .awaitDecision })
    #expect(step.role == .globalAdmin && step.subject == "R-1")
    #expect(step.text == Phrase(.stepAnswerSupport, ["request": .id("R-1")]))
  }

  @Test func `a new episode begins with nothing done`() {
    var reporter = Reporter()
    inv1(&reporter)
    reporter.report(
      .payment("P-1", .euros(1000), to: ["INV-1": .euros(1000)]), at: "2026-11-01T00:00:00Z")
    reporter.report(.decision("D-1", .approved), at: "2026-11-02T00:00:00Z")
    reporter.report(.finding("AF-1", .confirmed), at: "2026-11-03T00:00:00Z")
    #expect(steps(reporter, at: "2026-11-04T00:00:00Z") == ["[ ] CONTACT_SUPPORT"])
  }
}
