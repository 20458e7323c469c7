import AccountStatusAPI
import AccountStatusModel
import AccountStatusServer
import CStatusTable
import Testing

/// The parts that replies share, with a token.
private final class Parts {
  let pointer = UnsafeMutablePointer<PointReadReplyParts>.allocate(capacity: 1)

  init(edition: String, token: [UInt8] = []) {
    var edition = edition
    edition.withUTF8 {
      pointer.initialize(
        to: PointReadReplyParts(edition: UnsafeRawBufferPointer($0), tokenCapacity: 200))
    }
    token.withUnsafeBytes { pointer.pointee.set(token: $0) }
  }

  deinit {
    pointer.pointee.deallocate()
    pointer.deallocate()
  }

  /// The reply's bytes, written between guards.
  func reply(about id: AccountID, _ status: status_table_status, asOf: Int64) -> [UInt8]? {
    pointer.pointee.set(asOf: asOf)
    var text = id.text
    return text.withUTF8 { id in
      let id = UnsafeRawBufferPointer(id)
      let found = UnsafeMutablePointer<status_table_status>.allocate(capacity: 1)
      defer { found.deallocate() }
      found.initialize(to: status)
      guard let reply = PointReadReply(about: id, found, sharing: pointer) else { return nil }
      let spare = FieldOutput.spareLength
      var buffer = [UInt8](repeating: 0xaa, count: 8 + reply.byteCount + spare + 8)
      buffer.withUnsafeMutableBytes {
        guard let start = $0.baseAddress else { return }
        reply.write(about: id, found, to: start + 8)
      }
      #expect(buffer.prefix(8).allSatisfy { $0 == 0xaa })
      #expect(buffer.suffix(8).allSatisfy { $0 == 0xaa })
      return Array(buffer[8..<8 + reply.byteCount])
    }
  }
}

/// A set of a word's numbers, none of them 0.
private func bits<Known: Word>(_ random: inout SystemRandomNumberGenerator) -> WordSet<Known>
where Known.AllCases == [Known] {
  WordSet(Known.allCases.filter { _ in Bool.random(using: &random) })
}

@Suite("A point read's reply")
struct PointReadReplyTests {
  private let states: [AccountState] = AccountState.allCases
  private let instants: [Int64] = [
    0, 1, 999_999_999, 1_000_000_000, 127_000_000_000, 128_000_000_000, 1_794_000_000_123_456_789,
    1_794_000_000_000_000_000, .max,
  ]

  private func packed(
    _ id: AccountID, _ status: status_table_status, asOf: Int64, edition: String, token: [UInt8]
  ) -> [UInt8] {
    GetStatusResponse(
      status: AccountStatus(
        accountID: id, standing: status.standing, policyEdition: edition,
        revision: status.revision, asOf: Instant(nanoseconds: asOf)), token: token
    ).encoded()
  }

  private func randomAnswer(_ random: inout SystemRandomNumberGenerator) -> status_table_answer {
    var answer = status_table_answer()
    answer.state = states.randomElement(using: &random)!.rawValue
    answer.since = instants.dropLast().randomElement(using: &random)!
    let (reasons, notices): (WordSet<ReasonCode>, WordSet<Notice>) = (bits(&random), bits(&random))
    let capabilities: WordSet<Capability> = bits(&random)
    (answer.reasons, answer.notices) = (UInt32(reasons.bits), UInt32(notices.bits))
    answer.capabilities = capabilities.bits
    answer.next_at = .max
    if Bool.random(using: &random) {
      answer.next_at = instants.dropLast().randomElement(using: &random)!
      answer.next_state = states.randomElement(using: &random)!.rawValue
    }
    answer.eligible = Bool.random(using: &random)
    answer.reinstatement_state =
      ReinstatementState.allCases.randomElement(using: &random)!.rawValue
    return answer
  }

  @Test func `it is the very bytes that libprotobuf-c packs`() throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<100 {
      let edition = String(repeating: "e", count: Int.random(in: 0...64, using: &random))
      let token = (0..<Int.random(in: 0...200, using: &random)).map { UInt8($0) }
      // Many share the parts, whose places for sets they fight for.
      let parts = Parts(edition: edition, token: token)
      for _ in 0..<100 {
        let id = AccountID(
          checked: String(repeating: "a", count: Int.random(in: 1...64, using: &random)))
        var status = status_table_status()
        status.answer = randomAnswer(&random)
        status.revision = [0, 1, 127, 128, 1 << 55, .random(in: 0..<1 << 56)].randomElement(
          using: &random)!
        let asOf = instants.randomElement(using: &random)!
        let expected = packed(id, status, asOf: asOf, edition: edition, token: token)
        #expect(parts.reply(about: id, status, asOf: asOf) == expected)
      }
    }
  }

  @Test func `every word at once, with the longest of everything, has room`() {
    var status = status_table_status()
    status.answer.state = AccountState.suspended.rawValue
    status.answer.reasons = UInt32(WordSet<ReasonCode>.all.bits)
    status.answer.notices = UInt32(WordSet<Notice>.all.bits)
    status.answer.capabilities = WordSet<Capability>.all.bits
    status.answer.next_at = .max
    status.answer.next_state = AccountState.suspended.rawValue
    status.answer.reinstatement_state = 1
    status.answer.since = .max
    let (id, edition) = (AccountID(checked: String(repeating: "i", count: 64)), "2020-06")
    let parts = Parts(edition: edition)
    let expected = packed(id, status, asOf: .max, edition: edition, token: [])
    #expect(parts.reply(about: id, status, asOf: .max) == expected)
  }

  @Test func `what it has no room for is left to the general way`() {
    let parts = Parts(edition: "2020-06")
    var status = status_table_status()
    status.answer.state = 1
    status.answer.capabilities = .max - 1
    #expect(parts.reply(about: "a", status, asOf: 0) == nil)
    status.answer.capabilities = 2
    #expect(parts.reply(about: "a", status, asOf: 0) != nil)
    status.revision = 1 << 56
    #expect(parts.reply(about: "a", status, asOf: 0) == nil)
  }
}
