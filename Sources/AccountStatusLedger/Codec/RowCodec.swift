package import AccountStatusModel

/// Answers and recorders, as the bytes in the status, change and recorder tables.
///
/// Versioned as facts are. Answers can always be decided anew from the facts; they are kept so that
/// a start need not.
package enum RowCodec {
  /// The version of answers that is written. Version 1 did not say since when a reinstatement state
  /// holds: such an answer is read as one of which that is not known.
  package static let answerVersion: UInt8 = 2
  /// The version of recorders that is written. Their bytes identify them, so it changes only with
  /// what they hold.
  package static let recorderVersion: UInt8 = 1

  /// Appends one answer.
  package static func encode(_ answer: BasicAnswer?, into writer: inout ByteWriter) {
    writer.write(byte: answerVersion)
    writer.writeAnswer(answer)
  }

  /// Appends both answers of a row.
  package static func encode(
    _ untilFlip: BasicAnswer?, _ fromFlip: BasicAnswer?, into writer: inout ByteWriter
  ) {
    writer.write(byte: answerVersion)
    writer.writeAnswer(untilFlip)
    writer.writeAnswer(fromFlip)
  }

  /// Appends what a change replaced.
  package static func encode(_ previous: PreviousAnswer, into writer: inout ByteWriter) {
    writer.write(byte: answerVersion)
    writer.write(previous.revision)
    writer.write(signed: previous.rules)
    writer.write(previous.asOf)
    writer.writeAnswer(previous.answer)
  }

  /// Appends a recorder.
  package static func encode(_ recorder: Recorder, into writer: inout ByteWriter) {
    writer.write(byte: recorderVersion)
    writer.write(recorder.uid)
    writer.write(recorder.gid)
    writer.write(signed: Int64(recorder.pid))
    writer.write(recorder.command)
    writer.write(recorder.unit)
    writer.write(recorder.executable)
    writer.write(optional: recorder.processStartedAt) { $0.write($1) }
  }

  /// Reads one answer.
  package static func decodeAnswer(
    _ bytes: UnsafeRawBufferPointer
  ) throws(CodecError) -> BasicAnswer? {
    var reader = ByteReader(bytes)
    let version = try readVersion(&reader, upTo: answerVersion)
    let answer = try reader.readAnswer(version)
    try reader.finish()
    return answer
  }

  /// Reads both answers of a row.
  package static func decodeAnswers(
    _ bytes: UnsafeRawBufferPointer
  ) throws(CodecError) -> (untilFlip: BasicAnswer?, fromFlip: BasicAnswer?) {
    var reader = ByteReader(bytes)
    let version = try readVersion(&reader, upTo: answerVersion)
    let answers = (try reader.readAnswer(version), try reader.readAnswer(version))
    try reader.finish()
    return answers
  }

  /// Reads what a change replaced.
  package static func decodePrevious(
    _ bytes: UnsafeRawBufferPointer
  ) throws(CodecError) -> PreviousAnswer {
    var reader = ByteReader(bytes)
    let version = try readVersion(&reader, upTo: answerVersion)
    let (revision, rules): (UInt64, Int64) = (try reader.read(), try reader.readSigned())
    let asOf = try reader.readInstant()
    guard let answer = try reader.readAnswer(version) else {
      throw CodecError("a change replaced an answer that is missing")
    }
    try reader.finish()
    return PreviousAnswer(revision: revision, rules: rules, asOf: asOf, answer: answer)
  }

  /// Reads a recorder.
  package static func decodeRecorder(
    _ bytes: UnsafeRawBufferPointer
  ) throws(CodecError) -> Recorder {
    var reader = ByteReader(bytes)
    try readVersion(&reader, upTo: recorderVersion)
    var recorder = Recorder()
    recorder.uid = try reader.read()
    recorder.gid = try reader.read()
    guard let pid = Int32(exactly: try reader.readSigned()) else {
      throw CodecError("a process id is out of range")
    }
    recorder.pid = pid
    recorder.command = try reader.readText()
    recorder.unit = try reader.readText()
    recorder.executable = try reader.readText()
    recorder.processStartedAt = try reader.readOptional { reader throws(CodecError) in
      try reader.readInstant()
    }
    try reader.finish()
    return recorder
  }

  @discardableResult
  private static func readVersion(
    _ reader: inout ByteReader, upTo latest: UInt8
  ) throws(CodecError) -> UInt8 {
    let version = try reader.readByte()
    guard (1...latest).contains(version) else {
      throw CodecError(
        "a row has version \(version); this program knows versions up to \(latest)")
    }
    return version
  }
}

extension ByteWriter {
  fileprivate mutating func writeAnswer(_ answer: BasicAnswer?) {
    write(optional: answer) { writer, answer in
      writer.write(answer.state)
      writer.write(answer.reinstatementState)
      writer.write(optional: answer.reinstatementSince) { $0.write($1) }
      writer.write(answer.isEligibleForReinstatement)
      writer.write(optional: answer.nextState) { $0.write($1) }
      if answer.nextState != nil { writer.write(answer.nextTransitionAt) }
      writer.write(answer.since)
      writer.write(answer.reasons)
      writer.write(answer.notices)
      writer.write(answer.capabilities)
    }
  }
}

extension ByteReader {
  fileprivate mutating func readAnswer(_ version: UInt8) throws(CodecError) -> BasicAnswer? {
    try readOptional { reader throws(CodecError) in
      let state: AccountState = try reader.readWord()
      let reinstatementState: ReinstatementState = try reader.readWord()
      let reinstatementSince =
        version == 1
        ? nil : try reader.readOptional { reader throws(CodecError) in try reader.readInstant() }
      let isEligible = try reader.readFlag()
      let nextState: AccountState? = try reader.readOptionalWord()
      let nextAt = nextState == nil ? Instant.distantFuture : try reader.readInstant()
      return BasicAnswer(
        state: state, reinstatementState: reinstatementState,
        reinstatementSince: reinstatementSince, isEligibleForReinstatement: isEligible,
        nextState: nextState, nextTransitionAt: nextAt, since: try reader.readInstant(),
        reasons: try reader.readSet(),
        notices: try reader.readSet(), capabilities: try reader.readSet())
    }
  }
}
