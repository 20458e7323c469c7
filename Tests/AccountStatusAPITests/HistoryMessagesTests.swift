import AccountStatusAPI
import AccountStatusModel
import Testing

@Suite struct HistoryMessagesTests {
  @Test func `a question keeps what it asks`() throws {
    let request = GetHistoryRequest(
      accountID: "acct-1",
      query: StatusQuery(
        asOf: "2026-10-30T00:00:00Z", knownAt: "2026-11-01T00:00:00Z", policyEdition: "2016-11"),
      pageSize: 7, pageToken: "t", atLeast: [1])
    #expect(try GetHistoryRequest.decode(request.encoded()) == request)
    #expect(request.pageLimit == 7)
    #expect(GetHistoryRequest(accountID: "a").pageLimit == 100)
    #expect(GetHistoryRequest(accountID: "a", pageSize: 5000).pageLimit == 1000)
  }

  @Test func `an answer keeps what it says`() throws {
    var samples = Samples(seed: 31)
    for _ in 0..<200 {
      let response = samples.history()
      #expect(try GetHistoryResponse.decode(response.encoded()) == response)
    }
  }

  @Test func `the largest answer of the smallest parts fits its arena`() throws {
    let stretch = PastDifference(
      from: "2026-01-01T00:00:00Z", until: "2026-01-02T00:00:00Z", before: nil,
      after: PastState(.active))
    let correction = Correction(
      recordedAt: "2026-01-03T00:00:00Z", stretches: Array(repeating: stretch, count: 10))
    let response = GetHistoryResponse(
      history: AccountHistory(
        episodes: Array(
          repeating: Episode(
            since: "2026-01-01T00:00:00Z", reasons: [Reason(code: .accountAbuse)]), count: 1000)),
      corrections: Array(repeating: correction, count: 1000), asOf: "2026-01-01T00:00:00Z",
      policyEdition: "", token: [])
    #expect(try GetHistoryResponse.decode(response.encoded()) == response)
  }

  @Test func `an end that a client does not know is left out`() throws {
    // An episode that began at 0 s and was ended by 9.
    let bytes: [UInt8] = [0x0a, 4, 0x0a, 0, 0x20, 9, 0x2a, 0]
    let episode = try GetHistoryResponse.decode(bytes).history.episodes.first
    #expect(episode?.since == "1970-01-01T00:00:00Z")
    #expect(episode?.end == nil)
  }

  @Test func `what is missing from an answer is named`() {
    let decision = #expect(throws: FormError.self) {
      try GetHistoryResponse.decode([0x12, 0, 0x2a, 0])
    }
    #expect(decision?.field == "decisions[0].fact")
    let correction = #expect(throws: FormError.self) {
      try GetHistoryResponse.decode([0x1a, 0, 0x2a, 0])
    }
    #expect(correction?.field == "corrections[0].recordedAt")
  }
}

extension Samples {
  fileprivate mutating func history() -> GetHistoryResponse {
    GetHistoryResponse(
      history: AccountHistory(
        episodes: (0..<number(0...3)).map { _ in episode() },
        decisions: (0..<number(0...3)).map { _ in
          DecisionRecord(fact: storedFact(), tookEffect: chance())
        },
        earlierEpisodes: number(0...9), earlierDecisions: number(0...9)),
      corrections: (0..<number(0...3)).map { _ in correction() }, nextPageToken: text(),
      asOf: instant(), policyEdition: text(), token: [1, 2])
  }

  private mutating func episode() -> Episode {
    let ends: [Episode.End?] = [
      nil, .automatic, .accountClosed, .approved(decisionID: identifier()),
    ]
    return Episode(
      since: instant(), until: chance() ? instant() : nil,
      reasons: (0..<number(0...2)).map { _ in
        Reason(
          code: word(), since: chance() ? instant() : nil,
          subjects: (0..<number(0...3)).map { _ in identifier() })
      },
      end: ends[number(0...3)])
  }

  private mutating func correction() -> Correction {
    Correction(
      recordedAt: instant(), stretches: (0..<number(0...3)).map { _ in stretch() },
      facts: (0..<number(0...2)).map { _ in storedFact() }, laterStretches: number(0...9),
      laterFacts: number(0...9))
  }

  private mutating func stretch() -> PastDifference {
    PastDifference(from: instant(), until: instant(), before: state(), after: state())
  }

  private mutating func state() -> PastState? {
    chance() ? nil : PastState(word(), reasons: set())
  }
}
