import AccountStatusAPI
import AccountStatusModel
import Testing

@Suite struct BasicStatusRequestTests {
  @Test func `a plain request is read in place as it is decoded`() throws {
    var samples = Samples(seed: 10)
    for _ in 0..<1000 {
      let request = GetStatusRequest(
        accountID: samples.account(), view: .basic,
        atLeast: (0..<samples.number(0...40)).map { UInt8($0) })
      try request.encoded().withUnsafeBytes { payload in
        let basic = try #require(GetStatusRequest.decodeBasic(payload))
        #expect(basic.accountID.elementsEqual(request.accountID.text.utf8))
        #expect(basic.atLeast.elementsEqual(request.atLeast))
      }
    }
  }

  @Test func `the view may be left out`() {
    #expect(isPlain("0a0161"))
    #expect(isPlain("0a0161 1000"))
    #expect(isPlain("0a0161 1001 320100"))
  }

  @Test(arguments: [
    "", "0a00", "0a0161 1002", "0a0161 1a00", "0a0161 2200", "0a0161 2a0131",
    "0a0161 0a0162", "1001 0a0161", "0a0161 980601", "0a02 61", "0a80", "0a0161 10", "0a0161 32",
    "0a0161 3205 01", "0a0261",
  ])
  func `anything else goes the general way`(hex: String) {
    #expect(!isPlain(hex))
  }

  @Test func `an id of 64 bytes is plain, a longer one is not`() {
    let id = String(repeating: "61", count: 64)
    #expect(isPlain("0a40" + id))
    #expect(!isPlain("0a41" + id + "61"))
  }

  @Test func `a request is plain only if the general way reads the same from it`() {
    var generator = SeededGenerator(seed: 11)
    let plain = GetStatusRequest(accountID: "acct-1", atLeast: [1, 2]).encoded()
    for _ in 0..<100_000 {
      var bytes = plain
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(
          in: 0...255, using: &generator)
      }
      bytes.withUnsafeBytes { payload in
        guard let basic = GetStatusRequest.decodeBasic(payload) else { return }
        // The one thing left to the index: a malformed id is in none.
        guard basic.accountID.allSatisfy(AccountID.isAllowed) else { return }
        let general = try? GetStatusRequest.decode(payload)
        #expect(general?.view == .basic && general?.query.isCurrent == true)
        #expect(general.map { basic.accountID.elementsEqual($0.accountID.text.utf8) } == true)
        #expect(general.map { basic.atLeast.elementsEqual($0.atLeast) } == true)
      }
    }
  }

  private func isPlain(_ hex: String) -> Bool {
    [UInt8](hex: hex).withUnsafeBytes { GetStatusRequest.decodeBasic($0) != nil }
  }
}
