import AccountStatusAPI
import AccountStatusLedger
import AccountStatusModel
import AccountStatusServer
import TTRPC
import Testing

/// Point reads and the general way decide alike.
@Suite("Point reads")
struct PointReadsTests {
  /// The general way: an unknown field makes a request unusual without changing its meaning.
  private let unusual: [UInt8] = [0xf8, 0x7f, 0x01]

  private func ask(_ peer: Peer, _ payload: [UInt8]) throws -> Result<[UInt8], RPCError> {
    let id = try peer.open(StatusService.getStatus, payload: payload)
    switch try peer.end(of: id) {
    case .success: return .success(peer.streams[id]?.messages[0] ?? [])
    case .failure(.rpc(let error)): return .failure(error)
    case .failure(let error): throw error
    }
  }

  private func agree(_ peer: Peer, _ payload: [UInt8], _ what: String) throws {
    #expect(try ask(peer, payload) == ask(peer, payload + unusual), "\(what)")
  }

  @Test func `they agree at every instant around what happens`() throws {
    let server = try LocalServer(at: newYear)
    let peer = try server.connect()
    try server.store([
      registration(), invoice("INV-1"), payment(of: "INV-1", at: "2026-11-03T12:00:00Z"),
      invoice("INV-2", issued: "2026-07-20"), registration("tailspin"),
    ])
    let instants: [Instant] = [
      newYear, "2026-07-01T00:00:00Z", "2026-08-31T00:00:00Z", "2026-10-29T23:59:59.999999999Z",
      suspension, "2026-11-03T12:00:00Z", "2026-11-17T00:00:00Z", "2026-11-18T00:00:00Z",
      "2026-12-31T00:00:00Z", "2030-01-01T00:00:00Z",
    ]
    for (place, now) in instants.enumerated() {
      server.setClock(now)
      for id: AccountID in [account, "tailspin", "nobody"] {
        let payload = GetStatusRequest(accountID: id).encoded()
        try agree(peer, payload, "\(id) at \(now), before the ledger has caught up")
      }
      if place % 2 == 0 { try server.catchUp() }
      let payload = GetStatusRequest(accountID: account).encoded()
      try agree(peer, payload, "\(account) at \(now)")
    }
  }

  @Test func `they agree on random rows and instants`() throws {
    let server = try LocalServer(at: newYear)
    let peer = try server.connect()
    var random = SystemRandomNumberGenerator()
    func instant() -> Instant {
      newYear.adding(
        nanoseconds: Int64.random(in: 0..<400, using: &random) * Instant.nanosecondsPerDay)
    }
    for round in 0..<60 {
      let id = AccountID(checked: "account-\(round % 5)")
      let bounds = [instant(), instant(), instant()].sorted()
      server.index.publish(
        StatusRow(
          accountID: id, revision: UInt64(round), validFrom: bounds[0],
          flipAt: bounds[1], validUntil: max(bounds[2], bounds[1]),
          untilFlip: answer(&random), fromFlip: answer(&random)))
      for _ in 0..<4 {
        // Outside what the row says both go to the ledger, which knows no such account.
        server.setClock(instant())
        try agree(peer, GetStatusRequest(accountID: id).encoded(), "round \(round)")
      }
    }
  }

  private func answer(_ random: inout SystemRandomNumberGenerator) -> BasicAnswer {
    let next = Bool.random(using: &random) ? AccountState.allCases.randomElement() : nil
    return BasicAnswer(
      state: AccountState.allCases.randomElement(using: &random) ?? .active,
      reinstatementState: ReinstatementState.allCases.randomElement(using: &random) ?? .none,
      isEligibleForReinstatement: Bool.random(using: &random), nextState: next,
      nextTransitionAt: next == nil ? .distantFuture : suspension, since: newYear,
      reasons: WordSet(
        bits: UInt64.random(in: 0 ... .max, using: &random) & WordSet<ReasonCode>.all.bits),
      notices: WordSet(
        bits: UInt64.random(in: 0 ... .max, using: &random) & WordSet<Notice>.all.bits),
      capabilities: Self.capabilities.randomElement(using: &random) ?? WordSet())
  }

  /// A table holds sixteen different sets of capabilities; under one edition there are fewer.
  private static let capabilities: [WordSet<Capability>] = (0..<16).map { place in
    WordSet(bits: UInt64(place) &* 0x9e37_79b9_7f4a_7c15 & WordSet<Capability>.all.bits)
  }

  @Test func `they agree on tokens, strange ones too`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    let token = try server.store([registration()])
    var (foreign, restored) = (token, token)
    foreign.storeID = .random()
    restored.epoch += 1
    for bytes in [
      token.encoded, foreign.encoded, restored.encoded, [0], [UInt8](repeating: 0xff, count: 29),
      Array(token.encoded.dropLast()), token.encoded + [0],
    ] {
      let payload = GetStatusRequest(accountID: account, atLeast: bytes).encoded()
      try agree(peer, payload, "\(bytes)")
    }
  }

  @Test func `they agree on ids of every kind`() throws {
    let server = try LocalServer()
    let peer = try server.connect()
    try server.store([registration()])
    for id in ["fabrikam", "Fabrikam", "", "a b", "å", String(repeating: "x", count: 64)] {
      let bytes = Array(id.utf8)
      try agree(peer, [0x0a, UInt8(bytes.count)] + bytes, id)
    }
  }

  @Test func `many at once are answered as one by one`() throws {
    let server = try LocalServer(at: newYear)
    let peer = try server.connect()
    try server.store([registration(), invoice("INV-1"), registration("tailspin")])
    server.setClock(suspension)
    let plain = ["fabrikam", "tailspin", "nobody", "fabrikam\0", String(repeating: "x", count: 64)]
      .map { [0x0a, UInt8($0.utf8.count)] + Array($0.utf8) }
    let payloads = plain + plain.map { $0 + unusual } + [[], [0x0a]] + plain + plain.reversed()
    let singly = try payloads.map { try ask(peer, $0) }
    // In one piece, and again with the pieces where other requests were.
    for shift in 0..<7 {
      let shifted = payloads[shift...] + payloads[..<shift]
      let together = try peer.openTogether(StatusService.getStatus, Array(shifted))
      for (place, id) in together.enumerated() {
        let expected = singly[(place + shift) % payloads.count]
        switch try peer.end(of: id) {
        case .success: #expect(try peer.streams[id]?.messages[0] == expected.get())
        case .failure(.rpc(let error)): #expect(expected == .failure(error))
        case .failure(let error): throw error
        }
      }
    }
  }

  @Test func `the calls of one read see one instant, those of the next a later one`() throws {
    let server = try LocalServer()
    let state = server.index.pointReads.state
    state.pointee.setManualNow(.min)
    let first = state.pointee.begin(1)
    #expect(state.pointee.begin(1) == first)
    #expect(state.pointee.begin(2) >= first)
    state.pointee.setManualNow(5)
    #expect(state.pointee.begin(2) == 5)
  }
}
