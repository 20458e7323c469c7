/// The traits of every record, by its number.
///
/// Kept in chunks that never move, so that growing costs a chunk and not a copy. On the loop's
/// thread only.
package final class TraitColumn {
  private static let chunkLength = 4096

  private var chunks: [UnsafeMutablePointer<RecordTraits>] = []

  package init() {}

  deinit {
    for chunk in chunks { chunk.deallocate() }
  }

  /// The traits of a record; of one that was never set: those of no account.
  package subscript(number: UInt32) -> RecordTraits {
    @inline(__always)
    get {
      let place = Int(number) / Self.chunkLength
      return place < chunks.count
        ? chunks[place][Int(number) % Self.chunkLength] : RecordTraits()
    }
    set {
      let place = Int(number) / Self.chunkLength
      while place >= chunks.count { addChunk() }
      chunks[place][Int(number) % Self.chunkLength] = newValue
    }
  }

  private func addChunk() {
    let chunk = UnsafeMutablePointer<RecordTraits>.allocate(capacity: Self.chunkLength)
    chunk.initialize(repeating: RecordTraits(), count: Self.chunkLength)
    chunks.append(chunk)
  }
}
