internal import Glibc

/// Bytes waiting to go somewhere: appended at the end, consumed at the start.
///
/// One piece of memory that grows as bytes arrive and is given back when a burst is over, so that
/// thousands of idle connections cost little. Never copied.
package struct ByteBuffer: ~Copyable {
  /// Memory kept by an empty buffer, in bytes.
  private static let keptCapacity = 16 << 10
  /// Bytes after the last one that may be stored into as well, and hold nothing.
  package static let spareLength = 64

  private var base: UnsafeMutableRawPointer?
  private var capacity = 0
  private var start = 0
  private var end = 0

  package init() {}

  deinit { free(base) }

  package var count: Int {
    @inline(__always) get { end - start }
  }

  package var isEmpty: Bool {
    @inline(__always) get { start == end }
  }

  /// What is waiting. Valid until the next change.
  package var bytes: UnsafeRawBufferPointer {
    @inline(__always) get {
      guard let base else { return UnsafeRawBufferPointer(start: nil, count: 0) }
      return UnsafeRawBufferPointer(start: base + start, count: end - start)
    }
  }

  /// Makes room for bytes at the end and returns it, to be filled in before anything else is done.
  @inline(__always)
  package mutating func append(count: Int) -> UnsafeMutableRawPointer {
    if capacity - end < count + Self.spareLength { makeRoom(for: count + Self.spareLength) }
    // makeRoom leaves a base.
    let room = base.unsafelyUnwrapped + end
    end += count
    return room
  }

  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    append(count: bytes.count).copyMemory(from: source, byteCount: bytes.count)
  }

  /// Takes bytes off the start.
  @inline(__always)
  package mutating func consume(_ count: Int) {
    start += count
    if start == end { reset() }
  }

  package mutating func removeAll() {
    start = end
    reset()
  }

  @inline(__always)
  private mutating func reset() {
    start = 0
    end = 0
    if capacity > Self.keptCapacity { release() }
  }

  private mutating func release() {
    free(base)
    base = nil
    capacity = 0
  }

  private mutating func makeRoom(for count: Int) {
    let held = end - start
    if let base, start >= held, capacity - held >= count {
      // The free part at the start is worth the move: each byte moves at most once per its size.
      base.copyMemory(from: base + start, byteCount: held)
      (start, end) = (0, held)
      return
    }
    var larger = max(capacity, 1 << 10)
    while larger - held < count { larger *= 2 }
    guard let memory = malloc(larger) else { preconditionFailure("out of memory") }
    if let base { memory.copyMemory(from: base + start, byteCount: held) }
    free(base)
    base = memory
    capacity = larger
    (start, end) = (0, held)
  }
}
