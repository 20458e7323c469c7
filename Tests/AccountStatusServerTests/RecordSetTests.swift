import AccountStatusServer
import Testing

@Suite("Record sets")
struct RecordSetTests {
  @Test func `numbers come and go, also on the edges of words`() {
    var set = RecordSet()
    for number: UInt32 in [0, 63, 64, 127, 1000] {
      #expect(!set.contains(number))
      set.set(number, true)
      #expect(set.contains(number))
    }
    #expect(!set.contains(1) && !set.contains(65) && !set.contains(999))
    set.set(64, false)
    #expect(!set.contains(64) && set.contains(63) && set.contains(127))
  }

  @Test func `what was never in the set may be taken out and asked for`() {
    var set = RecordSet()
    set.set(UInt32.max, false)
    #expect(!set.contains(UInt32.max))
  }

  @Test func `it agrees with an ordinary set`() {
    var set = RecordSet()
    var model: Set<UInt32> = []
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let number = UInt32.random(in: 0..<300, using: &random)
      let isMember = Bool.random(using: &random)
      set.set(number, isMember)
      if isMember { model.insert(number) } else { model.remove(number) }
    }
    #expect((0..<400 as Range<UInt32>).allSatisfy { set.contains($0) == model.contains($0) })
  }
}
