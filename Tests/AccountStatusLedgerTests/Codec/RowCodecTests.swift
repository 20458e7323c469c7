import AccountStatusLedger
import AccountStatusModel
import Testing

@Suite struct RowCodecTests {
  private let suspended = BasicAnswer(
    state: .suspended, reinstatementState: .awaitingRemedy,
    reinstatementSince: "2026-11-05T12:00:00Z", isEligibleForReinstatement: false,
    nextState: .closed, nextTransitionAt: "2027-01-01T00:00:00Z", since: suspension,
    reasons: [.billingPastDue, .accountAbuse], notices: [.disputed], capabilities: [.viewBilling])
  private let active = BasicAnswer(
    state: .active, reinstatementState: .none, isEligibleForReinstatement: false, nextState: nil,
    nextTransitionAt: .distantFuture, since: newYear, reasons: [], notices: [],
    capabilities: .all)

  @Test func `both answers of a row come back`() throws {
    for answers in [(active, suspended), (nil, active), (suspended, nil), (nil, nil)] {
      var writer = ByteWriter()
      RowCodec.encode(answers.0, answers.1, into: &writer)
      let back = try writer.bytes.withUnsafeBytes { try RowCodec.decodeAnswers($0) }
      #expect(back == answers)
    }
  }

  @Test func `one answer comes back`() throws {
    var writer = ByteWriter()
    RowCodec.encode(suspended, into: &writer)
    let back = try writer.bytes.withUnsafeBytes { try RowCodec.decodeAnswer($0) }
    #expect(back == suspended)
  }

  @Test func `what a change replaced comes back`() throws {
    let previous = PreviousAnswer(revision: 7, rules: .min, asOf: newYear, answer: suspended)
    var writer = ByteWriter()
    RowCodec.encode(previous, into: &writer)
    let back = try writer.bytes.withUnsafeBytes { try RowCodec.decodePrevious($0) }
    #expect(back == previous)
    var nothing = ByteWriter()
    nothing.write(byte: RowCodec.answerVersion)
    for _ in 0..<4 { nothing.write(byte: 0) }
    #expect(throws: CodecError.self) {
      try nothing.bytes.withUnsafeBytes { _ = try RowCodec.decodePrevious($0) }
    }
  }

  @Test func `a recorder comes back`() throws {
    var recorder = Recorder()
    recorder.uid = 1000
    recorder.gid = .max
    recorder.pid = -1
    recorder.command = "billing-agent"
    recorder.unit = "billing.service"
    recorder.executable = "/usr/lib/billing/agent"
    for startedAt in [nil, newYear] {
      recorder.processStartedAt = startedAt
      var writer = ByteWriter()
      RowCodec.encode(recorder, into: &writer)
      let back = try writer.bytes.withUnsafeBytes { try RowCodec.decodeRecorder($0) }
      #expect(back == recorder)
    }
  }

  @Test func `an answer that does not say since when its reinstatement state holds is read`() throws
  {
    var old = suspended
    old.reinstatementSince = nil
    var writer = ByteWriter()
    RowCodec.encode(old, into: &writer)
    // Version 1: the flag of what it did not have is the fourth byte after the version.
    var bytes = writer.bytes
    bytes[0] = 1
    #expect(bytes.remove(at: 4) == 0)
    #expect(try bytes.withUnsafeBytes { try RowCodec.decodeAnswer($0) } == old)
  }

  @Test func `a version that is not known is refused`() {
    #expect(throws: CodecError("a row has version 9; this program knows versions up to 2")) {
      try ([9, 0, 0] as [UInt8]).withUnsafeBytes { try RowCodec.decodeAnswers($0) }
    }
  }
}
