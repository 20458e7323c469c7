import AccountStatusLedger
import Testing

@Suite struct ChangeRetentionTests {
  private func retention(
    kept: UInt64, step: UInt64 = 10, compactedThrough: UInt64 = 0
  ) -> ChangeRetention {
    var limits = LedgerLimits()
    limits.changesKept = kept
    limits.positionsPerDeletion = step
    return ChangeRetention(limits: limits, compactedThrough: compactedThrough)
  }

  @Test func `nothing is deleted until a sixteenth more than is kept has gathered`() {
    var retention = retention(kept: 160)
    #expect(retention.next(at: 0) == nil)
    #expect(retention.next(at: 170) == nil)
    #expect(retention.next(at: 171) == 10)
  }

  @Test func `then it is deleted in steps, down to what is kept`() {
    var retention = retention(kept: 160)
    var ends: [UInt64] = []
    while let end = retention.next(at: 183) {
      ends.append(end)
      retention.deleted(through: end)
    }
    #expect(ends == [10, 20, 23])
    #expect(retention.compactedThrough == 23)
    #expect(retention.next(at: 190) == nil)
  }

  @Test func `a start goes on where the last one was`() {
    var retention = retention(kept: 160, compactedThrough: 500)
    #expect(retention.next(at: 500) == nil)
    #expect(retention.next(at: 671) == 510)
  }

  @Test func `a position behind what was deleted asks for nothing`() {
    var retention = retention(kept: 1, compactedThrough: 500)
    #expect(retention.next(at: 10) == nil)
  }

  @Test func `keeping nothing keeps the last one`() {
    var retention = retention(kept: 0, step: 0)
    #expect(retention.next(at: 1) == nil)
    #expect(retention.next(at: 2) == 1)
  }
}
