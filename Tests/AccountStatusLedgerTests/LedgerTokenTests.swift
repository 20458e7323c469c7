import AccountStatusLedger
import Testing

@Suite struct LedgerTokenTests {
  private let token = LedgerToken(
    storeID: StoreID(bytes: Array(1...16)), epoch: 0x0403_0201, position: 0x0c0b_0a09_0807_0605)

  @Test func `a token's bytes are a version, the store, the epoch and the position`() {
    #expect(token.encoded == [1] + (1...16) + (1...4) + (5...12))
    #expect(token.encoded.count == LedgerToken.encodedLength)
  }

  @Test func `a token comes back`() {
    #expect(LedgerToken(encoded: token.encoded) == token)
    #expect(LedgerToken(encoded: token.encoded[...]) == token)
  }

  @Test func `anything else is no token`() {
    #expect(LedgerToken(encoded: []) == nil)
    #expect(LedgerToken(encoded: token.encoded.dropLast()) == nil)
    #expect(LedgerToken(encoded: token.encoded + [0]) == nil)
    #expect(LedgerToken(encoded: [2] + token.encoded.dropFirst()) == nil)
  }

  @Test func `a store id is written in hexadecimal`() {
    #expect(token.storeID.description == "0102030405060708090a0b0c0d0e0f10")
  }

  @Test func `store ids differ`() {
    #expect(Set((0..<1000).map { _ in StoreID.random() }).count == 1000)
  }
}
