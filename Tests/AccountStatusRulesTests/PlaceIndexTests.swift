import AccountStatusRules
import Testing

@Suite struct PlaceIndexTests {
  @Test func `every key is found at its place, and no other`() {
    for count in [0, 1, 8, 9, 17, 33, 1000] {
      var keys: [Int] = []
      var index = PlaceIndex()
      for key in 0..<count {
        keys.append(key * 7)
        index.add(Int32(key)) { keys[$0].hashValue }
      }
      func place(_ key: Int) -> Int32? {
        index.place(among: keys.count, hash: key.hashValue) { keys[$0] == key }
      }
      for (number, key) in keys.enumerated() {
        #expect(place(key) == Int32(number))
        #expect(place(key + 1) == nil)
      }
    }
  }

  @Test func `keys of one hash are told apart`() {
    var index = PlaceIndex()
    for place in 0..<40 { index.add(Int32(place)) { _ in -1 } }
    for wanted in 0..<40 {
      #expect(index.place(among: 40, hash: -1) { $0 == wanted } == Int32(wanted))
    }
    #expect(index.place(among: 40, hash: -1) { _ in false } == nil)
  }

  @Test func `an array of equal elements has as many as asked for`() {
    #expect(Array(count: 3, of: "a") == ["a", "a", "a"])
    #expect(Array(count: 0, of: "a").isEmpty)
  }
}
