import AccountStatusLedger
import AccountStatusModel
import AccountStatusServer
import Testing

@Suite("A part of the ledger's changes")
struct ChangeSliceTests {
  private func page(
    _ changes: [(UInt64, AccountID)], hasMore: Bool, position: UInt64 = 90
  ) -> ChangePage {
    ChangePage(
      changes: changes.map {
        StatusChange(position: $0, accountID: $1, revision: 1, asOf: autumn)
      },
      hasMore: hasMore, isCompacted: false,
      token: LedgerToken(storeID: .random(), epoch: 1, position: position))
  }

  @Test func `changes come in their order, marked where a newer one follows`() {
    var slice = ChangeSlice(
      page([(1, "a"), (2, "b"), (3, "a"), (4, "a")], hasMore: false), logPlace: 7)
    var seen: [(UInt64, Bool)] = []
    while let (change, isSuperseded) = slice.next() { seen.append((change.position, isSuperseded)) }
    #expect(seen.map(\.0) == [1, 2, 3, 4])
    #expect(seen.map(\.1) == [true, false, true, false])
    #expect(slice.next() == nil)
  }

  @Test func `the last one reaches as far as the ledger, another as far as its own end`() {
    let last = ChangeSlice(page([(1, "a")], hasMore: false), logPlace: 7)
    #expect(last.through == 90 && last.logPlace == 7)
    let other = ChangeSlice(page([(1, "a"), (5, "b")], hasMore: true), logPlace: nil)
    #expect(other.through == 5 && other.logPlace == nil)
    #expect(ChangeSlice(page([], hasMore: false), logPlace: 2).through == 90)
  }
}
