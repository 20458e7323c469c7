import AccountStatusAPI
import AccountStatusModel
import Testing

/// Random fields of an index record, kept alive for as long as the reply points into them.
private struct Record {
  var status: AccountStatus
  var token: [UInt8]

  init(_ samples: inout Samples) {
    status = samples.status()
    status.standing.reasons = WordSet<ReasonCode>(bits: UInt64(samples.number(0...15)) << 1).words
      .map { Reason(code: $0) }
    if let next = status.nextTransition {
      status.standing.nextTransition = NextTransition(at: next.at, toState: next.toState)
    }
    status.knownAt = nil
    status.standing.reinstatementSince = nil
    status.isProjected = false
    if samples.chance() { status.revision = UInt64(samples.number(0...300)) }
    token = (0..<samples.number(0...200)).map { UInt8(truncatingIfNeeded: $0) }
  }

  /// Encodes through the reply of the point read, into a buffer with guards around it.
  func basicBytes() -> [UInt8] {
    var id = status.accountID.text
    var edition = status.policyEdition
    return id.withUTF8 { id in
      edition.withUTF8 { edition in
        token.withUnsafeBytes { token in
          let reply = BasicStatusReply(
            accountID: UnsafeRawBufferPointer(id), state: status.state.rawValue,
            since: status.since.nanoseconds, reasons: WordSet(status.reasons.map(\.code)).bits,
            capabilities: status.capabilities.bits, notices: status.notices.bits,
            nextTransition: status.nextTransition.map { ($0.at.nanoseconds, $0.toState.rawValue) },
            isEligibleForReinstatement: status.isEligibleForReinstatement,
            reinstatementState: status.reinstatementState.rawValue,
            policyEdition: UnsafeRawBufferPointer(edition), revision: status.revision,
            asOf: status.asOf.nanoseconds, token: token)
          var buffer = [UInt8](repeating: 0xaa, count: 8 + reply.capacity + 8)
          let bytes = buffer.withUnsafeMutableBytes { buffer in
            Array(
              reply.write(
                atEndOf: UnsafeMutableRawBufferPointer(rebasing: buffer[8...].dropLast(8))))
          }
          #expect(buffer.prefix(8).allSatisfy { $0 == 0xaa })
          #expect(buffer.suffix(8).allSatisfy { $0 == 0xaa })
          return bytes
        }
      }
    }
  }
}

@Suite struct BasicStatusTests {
  @Test func `the reply is the very bytes that libprotobuf-c packs`() {
    var samples = Samples(seed: 8)
    for _ in 0..<5000 {
      let record = Record(&samples)
      let packed = GetStatusResponse(status: record.status, token: record.token).encoded()
      #expect(record.basicBytes().hex == packed.hex)
    }
  }

  @Test func `empty sets, zero instants and long parts are encoded alike`() {
    var samples = Samples(seed: 9)
    var record = Record(&samples)
    record.status.standing = Standing(
      state: .active, since: Instant(nanoseconds: 0), capabilities: [])
    record.status.asOf = Instant(nanoseconds: 999_999_999)
    record.status.revision = 0
    record.token = []
    for edition in ["", "2020-06", String(repeating: "e", count: 300)] {
      record.status.policyEdition = edition
      let packed = GetStatusResponse(status: record.status, token: []).encoded()
      #expect(record.basicBytes().hex == packed.hex)
    }
  }

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
