/// A router compiled for lookups by bytes.
///
/// Immutable once made. No String is built and nothing is retained to find a method: a hash over a
/// few bytes, then one comparison.
final class MethodTable {
  struct Entry {
    /// Both names as every encoder writes them: fields 1 and 2 of a Request.
    var prefix: UnsafeRawBufferPointer
    var service: UnsafeRawBufferPointer
    var name: UnsafeRawBufferPointer
    /// Owned by the table; unmanaged, so that a call retains nothing.
    var unary: Unmanaged<UnaryMethod>?
    /// Whether it has a preparation.
    var isPrepared = false
    var stream: StreamHandlerMaker?
  }

  /// A closure in an object: called without being copied out of the table.
  final class UnaryMethod {
    let handler: UnaryHandler
    let prepare: UnaryPreparation

    init(_ handler: @escaping UnaryHandler, _ prepare: UnaryPreparation?) {
      self.handler = handler
      // Not by ??, which would wrap the closure.
      if let prepare { self.prepare = prepare } else { self.prepare = { _, _ in } }
    }
  }

  let count: Int
  /// `count` of them, in the router's order.
  let descriptors: UnsafeMutablePointer<MethodDescriptor>
  /// The same methods, as the server needs them.
  let entries: UnsafeMutablePointer<Entry>
  /// Open addressing, a power of two, at most half full; −1 is empty.
  private let buckets: UnsafeMutablePointer<Int32>
  private let mask: Int

  init(_ router: Router) {
    count = router.methods.count
    descriptors = .allocate(capacity: max(count, 1))
    descriptors.initialize(from: router.methods, count: count)
    entries = .allocate(capacity: max(count, 1))
    var size = 4
    while size < 2 * count { size *= 2 }
    mask = size - 1
    buckets = .allocate(capacity: size)
    buckets.initialize(repeating: -1, count: size)
    for (index, method) in router.methods.enumerated() {
      var entry = Entry(
        prefix: Self.prefix(method), service: Self.copy(method.service),
        name: Self.copy(method.name))
      switch router.handlers[index] {
      case .unary(let handler, let prepare):
        entry.unary = .passRetained(UnaryMethod(handler, prepare))
        entry.isPrepared = prepare != nil
      case .stream(let makeHandler): entry.stream = makeHandler
      }
      (entries + index).initialize(to: entry)
      insert(index)
    }
  }

  deinit {
    for index in 0..<count {
      entries[index].prefix.deallocate()
      entries[index].service.deallocate()
      entries[index].name.deallocate()
      entries[index].unary?.release()
    }
    descriptors.deinitialize(count: count)
    descriptors.deallocate()
    entries.deinitialize(count: count)
    entries.deallocate()
    buckets.deallocate()
  }

  /// The method's index, nil when there is none of that name.
  func find(service: UnsafeRawBufferPointer, name: UnsafeRawBufferPointer) -> Int? {
    var bucket = Self.hash(service, name) & mask
    while buckets[bucket] >= 0 {
      let index = Int(buckets[bucket])
      if entries[index].name.isEqual(to: name), entries[index].service.isEqual(to: service) {
        return index
      }
      bucket = (bucket + 1) & mask
    }
    return nil
  }

  /// Whether any method is of that service.
  func has(service: UnsafeRawBufferPointer) -> Bool {
    (0..<count).contains { entries[$0].service.isEqual(to: service) }
  }

  private func insert(_ index: Int) {
    var bucket = Self.hash(entries[index].service, entries[index].name) & mask
    while buckets[bucket] >= 0 { bucket = (bucket + 1) & mask }
    buckets[bucket] = Int32(index)
  }

  /// The lengths and the last eight bytes of either name tell the methods of one server apart.
  @inline(__always)
  private static func hash(
    _ service: UnsafeRawBufferPointer, _ name: UnsafeRawBufferPointer
  ) -> Int {
    let words = tail(service) &* 0x9e37_79b9_7f4a_7c15 ^ tail(name)
    let mixed = (words ^ words >> 29) &* 0xbf58_476d_1ce4_e5b9
    return Int(truncatingIfNeeded: (mixed ^ mixed >> 32) &+ UInt64(name.count))
  }

  @inline(__always)
  private static func tail(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    guard bytes.count >= 8 else {
      var word: UInt64 = 0
      for byte in bytes { word = word << 8 | UInt64(byte) }
      return word
    }
    return bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
  }

  private static func prefix(_ method: MethodDescriptor) -> UnsafeRawBufferPointer {
    copy(RequestEnvelope.encode(method, [], timeout: 0))
  }

  private static func copy(_ text: String) -> UnsafeRawBufferPointer { copy(Array(text.utf8)) }

  private static func copy(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(bytes.count, 1), alignment: 1)
    memory.copyBytes(from: bytes)
    return UnsafeRawBufferPointer(start: memory.baseAddress, count: bytes.count)
  }
}
