import AccountStatusModel
import Testing

@Suite struct ExplanationWordingTests {
  @Test func `every text is put into other words, and nothing else changes`() {
    let decision = FactReference(
      identity: FactIdentity(source: "s", factID: "d"), kind: "reinstatementDecided",
      effectiveAt: "2026-01-01T00:00:00Z", sequence: 1, recordedAt: "2026-01-01T00:00:00Z",
      recordedBy: Recorder())
    func explanation(_ word: (String) -> String) -> Explanation<String> {
      let subject = SubjectExplanation(
        "INV-1", word("subject"),
        invoice: InvoiceNumbers(
          open: Money("EUR", billionths: 5), dueDate: "2026-01-01", daysPastDue: 61),
        days: 3, facts: [decision])
      return Explanation(
        summary: word("summary"),
        reasons: [
          ReasonExplanation(
            code: .billingPastDue, since: "2026-01-01T00:00:00Z", rule: word("rule"),
            articleSentence: "3a", interpretation: word("reading"),
            threshold: DayThreshold(.moreThan, days: 60), isUnderReview: true, subjects: [subject])
        ],
        waivers: [
          WaiverExplanation(
            reason: .accountAbuse, subject: "AF-1", until: "2026-01-02T00:00:00Z",
            text: word("waiver"), decision: decision)
        ],
        notices: [
          NoticeExplanation(notice: .disputed, text: word("notice"), subjects: [subject])
        ],
        capabilities: [
          CapabilityExplanation(
            capability: .addAddon, isAllowed: true, basis: .interpretation, text: word("may"))
        ],
        steps: [
          RemediationStep(
            .payInvoice, subject: "INV-1", role: .globalAdmin, alsoRoles: [.billingAdmin],
            link: "https://example", isDone: true, text: word("step"))
        ])
    }
    #expect(explanation { $0 }.worded { $0.uppercased() } == explanation { $0.uppercased() })
  }
}
