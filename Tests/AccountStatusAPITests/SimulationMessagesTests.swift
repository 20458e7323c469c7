import AccountStatusAPI
import AccountStatusModel
import TTRPC
import Testing

@Suite struct SimulationMessagesTests {
  @Test func `a server receives what a client sends`() throws {
    var samples = Samples(seed: 21)
    for _ in 0..<100 {
      let facts = (0..<samples.number(0...3)).map { _ in samples.fact() }
      let asOf = facts.isEmpty || samples.chance() ? samples.instant() : nil
      let request = SimulateStatusRequest(
        accountID: samples.account(), facts: facts, asOf: asOf,
        policyEdition: samples.chance() ? "2016-11" : nil, atLeast: samples.chance() ? [7] : [])
      let received = try ReceivedSimulation.decode(request.encoded())
      #expect(received.accountID == request.accountID)
      #expect(received.facts == facts.map { ReceivedFact($0) })
      #expect(
        received.query == StatusQuery(asOf: asOf, policyEdition: request.policyEdition))
      #expect(received.atLeast == request.atLeast)
    }
  }

  @Test func `an instant of all zeros is an instant`() throws {
    let request = SimulateStatusRequest(accountID: "a", facts: [], asOf: "1970-01-01T00:00:00Z")
    #expect(try ReceivedSimulation.decode(request.encoded()).query.asOf == request.asOf)
  }

  @Test func `without facts it names the instant that it looks at`() {
    let error = #expect(throws: FormError.self) {
      try ReceivedSimulation.decode(SimulateStatusRequest(accountID: "a", facts: []).encoded())
    }
    #expect(error?.field == "facts")
  }

  @Test func `a malformed fact is refused by itself, anything else with its field`() throws {
    var samples = Samples(seed: 22)
    let good = SimulateStatusRequest(accountID: "a", facts: [samples.fact()]).encoded()
    let received = try ReceivedSimulation.decode(good + [0x12, 0])
    #expect(received.facts.count == 2)
    guard case .failure(let refusal) = received.facts[1].fact else {
      Issue.record("\(received.facts[1])")
      return
    }
    #expect(refusal.field == "facts[1].accountId")
    func failure(_ bytes: [UInt8]) -> String? {
      #expect(throws: FormError.self) { try ReceivedSimulation.decode(bytes) }?.field
    }
    #expect(failure([0x12, 0]) == "accountId")
    // An account of a varint, an instant cut short, a fact of a varint.
    #expect(failure(good + [0x08, 1]) == "")
    #expect(failure(good + [0x1a, 2, 0x10, 0x80]) == "asOf.nanos")
    #expect(failure(good + [0x10, 1]) == "facts[1]")
    #expect(failure([0x0a]) == "")
  }

  @Test func `at most a thousand facts are simulated`() {
    var samples = Samples(seed: 23)
    let fact = samples.fact(0)
    let request = SimulateStatusRequest(
      accountID: "a", facts: Array(repeating: fact, count: 1001))
    let error = #expect(throws: FormError.self) {
      try ReceivedSimulation.decode(request.encoded())
    }
    #expect(error?.field == "facts")
  }

  @Test func `an answer keeps what it says`() throws {
    var samples = Samples(seed: 24)
    for _ in 0..<50 {
      let response = SimulateStatusResponse(
        actual: samples.chance() ? samples.status() : nil,
        simulated: samples.chance() ? samples.status() : nil,
        results: [
          .stored(sequence: 0), .duplicate(sequence: 3),
          .refused(
            FactRefusal(
              index: 2, source: "s", factID: "f", code: .failedPrecondition, message: "no")),
        ],
        transitions: [
          NextTransition(at: "2027-01-01T00:00:00Z", toState: .closed),
          NextTransition(
            at: "2026-10-30T00:00:00Z", toState: .suspended, because: [.billingPastDue],
            subjects: ["INV-1"]),
        ], token: [9])
      #expect(try SimulateStatusResponse.decode(response.encoded()) == response)
    }
  }
}
