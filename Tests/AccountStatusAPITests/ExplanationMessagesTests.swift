import AccountStatusAPI
import AccountStatusModel
import Testing

@Suite struct ExplanationMessagesTests {
  @Test func `a question keeps what it asks`() throws {
    let request = ExplainStatusRequest(
      accountID: "acct-1", locale: "sv-SE",
      query: StatusQuery(
        asOf: "2026-10-30T00:00:00Z", knownAt: "2026-10-31T00:00:00Z", policyEdition: "2016-11"),
      atLeast: [1])
    #expect(try ExplainStatusRequest.decode(request.encoded()) == request)
    let bare = ExplainStatusRequest(accountID: "a")
    #expect(try ExplainStatusRequest.decode(bare.encoded()) == bare)
  }

  @Test func `an answer keeps what it says`() throws {
    for seed in 0..<200 {
      var samples = Samples(seed: UInt64(seed))
      let response = ExplainStatusResponse(
        status: samples.status(), locale: "sv", explanation: samples.explanation(), token: [1])
      #expect(try ExplainStatusResponse.decode(response.encoded()) == response)
    }
  }

  @Test func `an answer without its status is refused`() {
    let error = #expect(throws: FormError.self) {
      try ExplainStatusResponse.decode([0x12, 2, 0x65, 0x6e])
    }
    #expect(error?.field == "status")
  }
}

extension Samples {
  mutating func explanation() -> Explanation<String> {
    Explanation(
      summary: text(), reasons: (0..<number(0...3)).map { _ in reasonExplanation() },
      waivers: (0..<number(0...2)).map { _ in
        WaiverExplanation(
          reason: word(), subject: text(), until: instant(), text: text(),
          decision: reference())
      },
      notices: (0..<number(0...2)).map { _ in
        NoticeExplanation(notice: word(), text: text(), subjects: [subject()])
      },
      capabilities: (0..<number(0...3)).map { _ in
        CapabilityExplanation(
          capability: word(), isAllowed: chance(), basis: chance() ? word() : nil, text: text())
      },
      steps: (0..<number(0...3)).map { _ in
        RemediationStep(
          word(), subject: text(), role: chance() ? word() : nil,
          alsoRoles: chance() ? [word()] : [], link: text(), isDone: chance(), text: text())
      })
  }

  private mutating func reasonExplanation() -> ReasonExplanation<String> {
    ReasonExplanation(
      code: word(), since: chance() ? instant() : nil, rule: text(), articleSentence: "3a",
      interpretation: chance() ? identifier().text : nil,
      threshold: chance()
        ? DayThreshold(chance() ? .moreThan : .atLeast, days: Int32(number(0...90))) : nil,
      isUnderReview: chance(), subjects: (0..<number(0...2)).map { _ in subject() })
  }

  private mutating func subject() -> SubjectExplanation<String> {
    SubjectExplanation(
      text(), text(),
      invoice: chance()
        ? InvoiceNumbers(open: money(), dueDate: day(), daysPastDue: Int32(number(-90...90)))
        : nil,
      days: chance() ? Int32(number(1...90)) : nil,
      facts: (0..<number(0...2)).map { _ in reference() })
  }

  private mutating func reference() -> FactReference { FactReference(storedFact()) }
}
