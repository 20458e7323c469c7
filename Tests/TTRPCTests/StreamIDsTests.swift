import TTRPC
import Testing

@Suite("Stream ids in use")
struct StreamIDsTests {
  @Test func `an id is used once`() {
    var ids = StreamIDs(remembering: 4)
    for id: UInt32 in [1, 3, 5] {
      #expect(ids.use(id, isIdle: true) == true)
      #expect(ids.use(id, isIdle: true) == false)
    }
  }

  @Test func `a lower id that was skipped is accepted once`() {
    var ids = StreamIDs(remembering: 4)
    for id: UInt32 in [5, 3, 11, 1, 7, 9] {
      #expect(ids.use(id, isIdle: true) == true)
      #expect(ids.use(id, isIdle: true) == false)
    }
  }

  @Test func `only the newest gaps are remembered`() {
    var ids = StreamIDs(remembering: 4)
    #expect(ids.use(1, isIdle: true) == true)
    #expect(ids.use(21, isIdle: true) == true)
    #expect(ids.use(11, isIdle: true) == false)
    #expect(ids.use(13, isIdle: true) == true)
    #expect(ids.use(1_001, isIdle: true) == true)
    #expect(ids.use(15, isIdle: true) == false)
    #expect(ids.use(993, isIdle: true) == true)
    #expect(ids.use(999, isIdle: true) == true)
  }

  @Test func `one is new again when all are used up and nothing lives`() {
    var ids = StreamIDs(remembering: 4)
    #expect(ids.use(1, isIdle: true) == true)
    #expect(ids.use(.max, isIdle: true) == true)
    #expect(ids.use(1, isIdle: false) == false)
    #expect(ids.use(1, isIdle: true) == true)
    #expect(ids.use(3, isIdle: false) == true)
    #expect(ids.use(1, isIdle: true) == false)
  }

  @Test func `it agrees with a set while gaps are few`() {
    var generator = SystemRandomNumberGenerator()
    var ids = StreamIDs(remembering: 1_024)
    var used: Set<UInt32> = []
    for _ in 0..<5_000 {
      let id = UInt32.random(in: 0..<1_000, using: &generator) * 2 + 1
      #expect(ids.use(id, isIdle: false) == used.insert(id).inserted)
    }
  }
}
