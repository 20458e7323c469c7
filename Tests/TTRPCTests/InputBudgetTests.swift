import TTRPC
import Testing

@Suite("Bytes of input, shared out between uids")
struct InputBudgetTests {
  @Test func `one uid alone reaches half`() {
    let budget = InputBudget(limit: 100)
    let one = budget.share()
    #expect(one.hasRoom(for: 50))
    #expect(!one.hasRoom(for: 51))
    one.add(50)
    #expect(!one.hasRoom(for: 1))
  }

  @Test func `there is room for the next however much the others hold`() {
    let budget = InputBudget(limit: 1_000)
    for _ in 0..<8 {
      let share = budget.share()
      #expect(share.hasRoom(for: 1))
      while share.hasRoom(for: 1) { share.add(1) }
    }
    #expect(budget.heldCount < 1_000)
    #expect(budget.share().hasRoom(for: 1))
  }

  @Test func `two uids that take turns end with the same`() {
    let budget = InputBudget(limit: 900)
    let (one, other) = (budget.share(), budget.share())
    while one.hasRoom(for: 1) || other.hasRoom(for: 1) {
      if one.hasRoom(for: 1) { one.add(1) }
      if other.hasRoom(for: 1) { other.add(1) }
    }
    #expect(one.held == 300)
    #expect(other.held == 300)
  }

  @Test func `what is given back can be had again`() {
    let budget = InputBudget(limit: 100)
    let (one, other) = (budget.share(), budget.share())
    one.add(50)
    one.release(50)
    #expect(budget.heldCount == 0)
    #expect(other.hasRoom(for: 50))
  }
}
