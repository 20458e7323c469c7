/// One frame as it arrived.
package struct Frame {
  /// What became of the payload.
  package enum Content: Sendable, Hashable {
    case whole
    /// Longer than the limit: thrown away as it came in.
    case tooLong
    /// Its receiver had no room for it and said so: thrown away from then on.
    case abandoned
  }

  package var header: FrameHeader
  /// Empty unless the content is whole. A slice of the input or of the decoder: valid until the
  /// next call of the decoder.
  package var payload: UnsafeRawBufferPointer
  package var content: Content
}

/// Bytes → frames, whatever pieces the bytes come in.
///
/// A frame that is whole in the input is a slice of it; only a torn one is copied, into memory that
/// grows as its bytes arrive. A payload that is too long is counted off without being kept.
package struct FrameDecoder: ~Copyable {
  private enum State {
    case between
    /// `held` is the beginning of a frame.
    case torn
    /// `held` is a frame that was handed out and is still read.
    case handedOut
    case discarding(FrameHeader, remaining: Int, Frame.Content)
  }

  private let frameLength: Int
  private var state = State.between
  private var held = ByteBuffer()

  /// - frameLength: payload bytes of the longest frame that is kept.
  package init(frameLength: Int = Limits().frameLength) {
    self.frameLength = frameLength
  }

  /// Bytes of a torn frame that are kept.
  package var heldCount: Int {
    if case .torn = state { return held.count }
    return 0
  }

  /// Whether a frame has begun and not ended.
  package var isMidFrame: Bool {
    switch state {
    case .torn, .discarding: true
    case .between, .handedOut: false
    }
  }

  /// Takes the next frame off the input, nil when more bytes are needed (all input is then taken).
  @inline(__always)
  package mutating func next(
    _ input: inout UnsafeRawBufferPointer
  ) throws(ProtocolViolation) -> Frame? {
    guard let frame = peek(input) else {
      if case .between = state, input.isEmpty { return nil }
      return try resume(&input)
    }
    skip(frame, &input)
    return frame
  }

  /// The next frame, if it is whole in the input and may be kept; takes nothing.
  @inline(__always)
  package func peek(_ input: UnsafeRawBufferPointer) -> Frame? {
    guard case .between = state, let start = input.baseAddress,
      input.count >= FrameHeader.byteCount
    else { return nil }
    let header = FrameHeader(start)
    guard header.length <= frameLength, input.count >= FrameHeader.byteCount + header.length else {
      return nil
    }
    let payload = UnsafeRawBufferPointer(
      start: start + FrameHeader.byteCount, count: header.length)
    return Frame(header: header, payload: payload, content: .whole)
  }

  /// Takes a frame that was peeked at off the input.
  @inline(__always)
  package func skip(_ frame: Frame, _ input: inout UnsafeRawBufferPointer) {
    input = UnsafeRawBufferPointer(
      rebasing: input[(FrameHeader.byteCount + frame.header.length)...])
  }

  /// Throws away what is held of the torn frame and what is still to come of it.
  ///
  /// The frame is then handed out as `abandoned`. Without a torn frame whose header is known this
  /// does nothing.
  package mutating func abandonFrame() {
    guard case .torn = state, let start = held.bytes.baseAddress,
      held.count >= FrameHeader.byteCount
    else { return }
    let header = FrameHeader(start)
    let remaining = FrameHeader.byteCount + header.length - held.count
    held.removeAll()
    state = .discarding(header, remaining: remaining, .abandoned)
  }

  /// The ways that are not the usual one: torn, too long.
  @inline(never)
  private mutating func resume(
    _ input: inout UnsafeRawBufferPointer
  ) throws(ProtocolViolation) -> Frame? {
    while true {
      switch state {
      case .handedOut:
        held.removeAll()
        state = .between
        // The frame's successor may be whole.
        return try next(&input)
      case .between:
        if input.isEmpty { return nil }
        state = .torn
      case .torn:
        guard take(upTo: FrameHeader.byteCount, from: &input), let start = held.bytes.baseAddress
        else { return nil }
        let header = FrameHeader(start)
        if header.length > FrameHeader.largestLength {
          throw ProtocolViolation(length: header.length)
        }
        if header.length > frameLength {
          held.removeAll()
          state = .discarding(header, remaining: header.length, .tooLong)
          continue
        }
        guard take(upTo: FrameHeader.byteCount + header.length, from: &input) else { return nil }
        state = .handedOut
        let payload = UnsafeRawBufferPointer(rebasing: held.bytes[FrameHeader.byteCount...])
        return Frame(header: header, payload: payload, content: .whole)
      case .discarding(let header, let remaining, let content):
        let count = min(remaining, input.count)
        input = UnsafeRawBufferPointer(rebasing: input[count...])
        guard count == remaining else {
          state = .discarding(header, remaining: remaining - count, content)
          return nil
        }
        state = .between
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        return Frame(header: header, payload: nothing, content: content)
      }
    }
  }

  /// Moves input to `held` until that has `count` bytes; false when the input ends first.
  private mutating func take(upTo count: Int, from input: inout UnsafeRawBufferPointer) -> Bool {
    let missing = max(count - held.count, 0)
    let taken = min(missing, input.count)
    held.append(UnsafeRawBufferPointer(rebasing: input[..<taken]))
    input = UnsafeRawBufferPointer(rebasing: input[taken...])
    return taken == missing
  }
}
