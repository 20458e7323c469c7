import TTRPC
import Testing

@Suite("Small messages, encoded")
struct WireWriterTests {
  @Test func `fields are written as proto3 writes them`() {
    var writer = WireWriter()
    writer.varint(1, 150)
    writer.string(2, "ab")
    writer.data(3, [0, 1])
    writer.message(4) { $0.varint(1, 1) }
    #expect(writer.bytes == hex("08 96 01 12 02 61 62 1a 02 00 01 22 02 08 01"))
  }

  @Test func `a field with its default value is left out, a message is not`() {
    var writer = WireWriter()
    writer.varint(1, 0)
    writer.string(2, "")
    writer.data(3, [])
    writer.message(4) { _ in }
    #expect(writer.bytes == hex("22 00"))
  }
}
