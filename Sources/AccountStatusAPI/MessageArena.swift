internal import CAccountStatusV1
internal import CProtobufC
internal import CWireCheck
internal import Synchronization

/// The memory that a message is unpacked into, or built in: the capped bump allocator.
///
/// Lives as long as one call of `decode` or `withEncoding`; nothing allocated here outlives it.
final class MessageArena {
  /// The memory of the last arena, for the next one, on whatever thread: its block is too large to
  /// be had from malloc for every message. Its address; 0: there is none.
  private static let spare = Atomic<UInt>(0)

  private let arena: OpaquePointer
  /// A text that held a NUL was put in; protobuf-c ends strings there.
  private(set) var sawNUL = false

  /// An empty arena that hands out at most `cap` bytes.
  init(cap: Int) {
    let spare = OpaquePointer(bitPattern: Self.spare.exchange(0, ordering: .acquiring))
    guard let arena = spare ?? wire_arena_create() else {
      preconditionFailure("out of memory")
    }
    self.arena = arena
    reset(cap: cap)
  }

  deinit {
    reset(cap: 0)
    let (isKept, _) = Self.spare.compareExchange(
      expected: 0, desired: UInt(bitPattern: arena), ordering: .releasing)
    if !isKept { wire_arena_destroy(arena) }
  }

  /// Takes everything back.
  func reset(cap: Int) {
    wire_arena_reset(arena, cap)
  }

  /// For libprotobuf-c.
  var allocator: UnsafeMutablePointer<ProtobufCAllocator> { wire_arena_allocator(arena) }
}

// MARK: - Building

extension MessageArena {
  private func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    guard let memory = allocator.pointee.alloc(allocator.pointee.allocator_data, byteCount) else {
      preconditionFailure("out of memory")
    }
    return memory
  }

  /// A new message with its default values, then what `fill` sets.
  func message<Message: CMessage>(
    _ type: Message.Type = Message.self, _ fill: (inout Message) -> Void
  ) -> UnsafeMutablePointer<Message> {
    let pointer = allocate(MemoryLayout<Message>.size).bindMemory(to: Message.self, capacity: 1)
    pointer.initialize(to: Message.initialized())
    fill(&pointer.pointee)
    return pointer
  }

  /// A copy that ends in a NUL.
  func text(_ text: String) -> UnsafeMutablePointer<CChar> {
    var text = text
    return text.withUTF8 { utf8 in
      let bytes = UnsafeMutableRawBufferPointer(
        start: allocate(utf8.count + 1), count: utf8.count + 1)
      bytes.copyBytes(from: utf8)
      bytes[utf8.count] = 0
      if utf8.contains(0) { sawNUL = true }
      return bytes.baseAddress!.assumingMemoryBound(to: CChar.self)
    }
  }

  func data(_ content: [UInt8]) -> ProtobufCBinaryData {
    guard !content.isEmpty else { return ProtobufCBinaryData(len: 0, data: nil) }
    let memory = allocate(content.count).bindMemory(to: UInt8.self, capacity: content.count)
    memory.initialize(from: content, count: content.count)
    return ProtobufCBinaryData(len: content.count, data: memory)
  }

  /// A repeated field: its count and its elements, converted one by one.
  func list<Element, Converted>(
    _ elements: some Collection<Element>, _ convert: (Element) -> Converted
  ) -> (Int, UnsafeMutablePointer<Converted>?) {
    guard !elements.isEmpty else { return (0, nil) }
    let list = allocate(MemoryLayout<Converted>.stride * elements.count)
      .bindMemory(to: Converted.self, capacity: elements.count)
    for (index, element) in elements.enumerated() {
      (list + index).initialize(to: convert(element))
    }
    return (elements.count, list)
  }
}
