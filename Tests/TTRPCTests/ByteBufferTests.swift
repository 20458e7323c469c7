import TTRPC
import Testing

@Suite("Bytes waiting to go somewhere")
struct ByteBufferTests {
  @Test func `bytes come out in the order they went in, whatever the sizes`() {
    var generator = SystemRandomNumberGenerator()
    var buffer = ByteBuffer()
    var model: [UInt8] = []
    for step in 0..<2_000 {
      if Bool.random(using: &generator) {
        let bytes = Array(repeating: UInt8(truncatingIfNeeded: step), count: .random(in: 0...3_000))
        bytes.withUnsafeBytes { buffer.append($0) }
        model += bytes
      } else {
        let count = Int.random(in: 0...model.count, using: &generator)
        buffer.consume(count)
        model.removeFirst(count)
      }
      let (bytes, count) = ([UInt8](buffer.bytes), buffer.count)
      guard bytes == model, count == model.count else {
        Issue.record("differs after step \(step)")
        return
      }
    }
  }

  @Test func `an emptied buffer can be filled again`() {
    var buffer = ByteBuffer()
    for _ in 0..<3 {
      buffer.append(count: 100_000).initializeMemory(as: UInt8.self, repeating: 1, count: 100_000)
      buffer.removeAll()
      let isEmpty = buffer.isEmpty
      #expect(isEmpty)
    }
  }

  @Test func `the bytes after the last one may be stored into and are nobody's`() {
    var generator = SystemRandomNumberGenerator()
    var buffer = ByteBuffer()
    var model: [UInt8] = []
    for step in 0..<2_000 {
      let count = Int.random(in: 1...200, using: &generator)
      let room = buffer.append(count: count)
      let value = UInt8(truncatingIfNeeded: step)
      room.initializeMemory(as: UInt8.self, repeating: value, count: count)
      (room + count).initializeMemory(
        as: UInt8.self, repeating: 0xee, count: ByteBuffer.spareLength)
      model += Array(repeating: value, count: count)
      if step % 7 == 0 {
        let taken = Int.random(in: 0...model.count, using: &generator)
        buffer.consume(taken)
        model.removeFirst(taken)
      }
    }
    let bytes = [UInt8](buffer.bytes)
    #expect(bytes == model)
  }
}
