import AccountStatusModel
import AccountStatusServer
import Testing

@Suite struct StateTallyTests {
  private func counts(_ tally: StateTally) -> [Int] { AccountState.allCases.map { tally[$0] } }

  @Test func `each account counts once, where it is now`() {
    var tally = StateTally()
    tally.set(.active, of: 0)
    tally.set(.active, of: 1)
    tally.set(.suspended, of: 5)
    #expect(counts(tally) == [2, 1, 0, 0])
    tally.set(.suspended, of: 1)
    tally.set(.suspended, of: 1)
    #expect(counts(tally) == [1, 2, 0, 0])
    tally.set(.closed, of: 5)
    tally.set(.notCovered, of: 0)
    #expect(counts(tally) == [0, 1, 1, 1])
  }

  @Test func `an account that is gone counts nowhere, and may come back`() {
    var tally = StateTally()
    tally.set(.active, of: 3)
    tally.set(nil, of: 3)
    #expect(counts(tally) == [0, 0, 0, 0])
    tally.set(.active, of: 3)
    #expect(counts(tally) == [1, 0, 0, 0])
  }
}
