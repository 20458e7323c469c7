/// Names a call across threads: which connection, which use of its slot, which stream.
///
/// A value, never a reference: one that outlived its call or its connection names nothing and is
/// ignored.
package struct CallID: Hashable, Sendable {
  package let slot: UInt32
  package let generation: UInt32
  package let stream: UInt32

  package init(slot: UInt32, generation: UInt32, stream: UInt32) {
    self.slot = slot
    self.generation = generation
    self.stream = stream
  }
}

/// What a handler may know of a call, apart from its message.
///
/// Borrowed: it points into the frame that is being handled and into the connection, so it cannot
/// be kept. A handler that answers later takes what it needs, the `id` first.
package struct CallContext: ~Copyable {
  package let id: CallID
  /// When the connection became readable: where latencies are counted from.
  package let receivedAt: MonotonicInstant
  /// Names the read from a socket that the call came with. What was true when it was made is true
  /// for every call of that read: a handler looks at its clock once for all of them.
  package let read: UInt64
  /// When the call is answered DEADLINE_EXCEEDED; nil when the caller set no limit.
  package var deadline: MonotonicInstant? { expiry == .distantFuture ? nil : expiry }
  /// The metadata of the call. Streams of shipped clients come without.
  package let metadata: Metadata

  let expiry: MonotonicInstant
  private let methodPointer: UnsafePointer<MethodDescriptor>
  private let peerPointer: UnsafePointer<PeerCredentials>

  /// The pointers must stay valid for as long as the context is borrowed.
  init(
    id: CallID, receivedAt: MonotonicInstant, expiry: MonotonicInstant, metadata: Metadata,
    method: UnsafePointer<MethodDescriptor>, peer: UnsafePointer<PeerCredentials>, read: UInt64
  ) {
    self.read = read
    self.id = id
    self.receivedAt = receivedAt
    self.expiry = expiry
    self.metadata = metadata
    methodPointer = method
    peerPointer = peer
  }

  package var method: MethodDescriptor { unsafeAddress { methodPointer } }
  package var peer: PeerCredentials { unsafeAddress { peerPointer } }
}

/// The metadata of a call, read in place.
///
/// Keys are compared without regard to ASCII case, which is the same as lower-casing them on
/// receipt. Duplicates keep their order. Never kept: it points into the frame being handled.
package struct Metadata {
  /// The envelope; the pairs are its fields 5, already checked.
  let envelope: UnsafeRawBufferPointer
  package let isEmpty: Bool

  /// Calls back with each key, as received, and its value, in order.
  package func visit(
    _ body: (_ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void
  ) {
    if isEmpty { return }
    var reader = WireReader(envelope)
    while let field = try? reader.next() {
      guard field.number == RequestEnvelope.metadataField else { continue }
      let pair = RequestEnvelope.keyValue(field.content)
      body(pair.key, pair.value)
    }
  }

  /// The values of a key, in order. Allocates.
  package func values(for key: String) -> [String] {
    var values: [String] = []
    visit { candidate, value in
      guard candidate.isEqualIgnoringCase(to: key) else { return }
      values.append(String(decoding: value, as: UTF8.self))
    }
    return values
  }

  /// The first value of a key.
  package subscript(_ key: String) -> String? { values(for: key).first }
}

extension UnsafeRawBufferPointer {
  /// ASCII letters compare equal in either case.
  func isEqualIgnoringCase(to text: String) -> Bool {
    let other = text.utf8
    guard count == other.count else { return false }
    return zip(self, other).allSatisfy { $0.lowercasedASCII == $1.lowercasedASCII }
  }
}

extension UInt8 {
  var lowercasedASCII: UInt8 { (0x41...0x5a).contains(self) ? self | 0x20 : self }
}
