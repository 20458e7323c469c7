/// Names a state of the ledger: everything committed up to a position of one store.
///
/// Opaque to clients. As bytes, little-endian:
///
///     0 version, 1    1 store id, 16 bytes    17 epoch, 4 bytes    21 position, 8 bytes
package struct LedgerToken: Hashable, Sendable {
  /// Bytes of an encoded token.
  package static let encodedLength = 29
  private static let version: UInt8 = 1

  /// Identifies the store for its whole life; a copy keeps it.
  package var storeID: StoreID
  /// Changes when the store's positions begin anew, as after restoring a backup.
  package var epoch: UInt32
  /// The place in the store's order of facts and changes. Grows with every commit that adds any.
  package var position: UInt64

  /// Names a state of a store.
  package init(storeID: StoreID, epoch: UInt32, position: UInt64) {
    self.storeID = storeID
    self.epoch = epoch
    self.position = position
  }

  /// Reads a token; nil when the bytes are not one.
  package init?(encoded bytes: some Collection<UInt8>) {
    guard bytes.count == Self.encodedLength, bytes.first == Self.version else { return nil }
    let fields = Array(bytes.dropFirst())
    storeID = StoreID(bytes: fields[0..<16])
    epoch = UInt32(littleEndian: fields[16..<20])
    position = UInt64(littleEndian: fields[20..<28])
  }

  /// The token as bytes.
  package var encoded: [UInt8] {
    Array(unsafeUninitializedCapacity: Self.encodedLength) { bytes, count in
      bytes[0] = Self.version
      let raw = UnsafeMutableRawBufferPointer(bytes)
      storeID.store(into: raw, at: 1)
      raw.storeBytes(of: epoch.littleEndian, toByteOffset: 17, as: UInt32.self)
      raw.storeBytes(of: position.littleEndian, toByteOffset: 21, as: UInt64.self)
      count = Self.encodedLength
    }
  }
}

/// Sixteen random bytes, drawn when a store is made.
package struct StoreID: Hashable, Sendable, CustomStringConvertible {
  private let low: UInt64
  private let high: UInt64

  /// Draws a new one.
  package static func random() -> StoreID {
    StoreID(low: .random(in: 0...UInt64.max), high: .random(in: 0...UInt64.max))
  }

  private init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  /// Takes exactly sixteen bytes.
  package init(bytes: some Collection<UInt8>) {
    precondition(bytes.count == 16, "a store id has sixteen bytes")
    low = UInt64(littleEndian: bytes.prefix(8))
    high = UInt64(littleEndian: bytes.dropFirst(8))
  }

  /// The sixteen bytes.
  package var bytes: [UInt8] {
    Array(unsafeUninitializedCapacity: 16) { bytes, count in
      store(into: UnsafeMutableRawBufferPointer(bytes), at: 0)
      count = 16
    }
  }

  /// Writes the sixteen bytes.
  fileprivate func store(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) {
    bytes.storeBytes(of: low.littleEndian, toByteOffset: offset, as: UInt64.self)
    bytes.storeBytes(of: high.littleEndian, toByteOffset: offset + 8, as: UInt64.self)
  }

  /// The bytes in hexadecimal.
  package var description: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}

extension FixedWidthInteger {
  fileprivate init(littleEndian bytes: some Collection<UInt8>) {
    self = bytes.reversed().reduce(0) { $0 << 8 | Self($1) }
  }
}
