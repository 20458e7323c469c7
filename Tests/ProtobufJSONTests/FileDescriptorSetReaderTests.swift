import JSONText
import ProtobufJSON
import Testing

struct FileDescriptorSetReaderTests {
  private func pool(_ files: [UInt8]...) throws -> DescriptorPool {
    var set = Encoder()
    for file in files { set.append(1, file) }
    return try DescriptorPool(fileDescriptorSet: set.bytes)
  }

  @Test func `a field without a JSON name gets one by protoc's rule`() throws {
    let pool = try DescriptorPool(fileDescriptorSet: SampleTypes.kinds)
    let names = try pool.message("test.Kinds").fields.map(\.jsonName)
    #expect(names.contains("oneInt32"))
    #expect(names.contains("manyUint64Value"))
  }

  @Test func `in proto3 a default is left out, in proto2 it is kept when it was set`() throws {
    let wire: [UInt8] = [0x08, 0x00]
    let new = try pool(fileWithField(type: 5)).json(of: wire, as: "test.Holder")
    let old = try pool(fileWithField(type: 5, syntax: nil)).json(of: wire, as: "test.Holder")
    #expect(new.text() == "{}")
    #expect(old.text() == #"{"it":0}"#)
  }

  @Test func `groups are refused by name`() throws {
    let error = #expect(throws: ConversionError.self) { try pool(fileWithField(type: 10)) }
    #expect(error?.path == "test.Holder.it")
  }

  @Test func `bytes that are no descriptor set are refused`() {
    #expect(throws: ConversionError.self) {
      try DescriptorPool(fileDescriptorSet: [0x0A, 0x05, 0x01])
    }
  }

  @Test func `types nested without end are refused`() throws {
    var message = Encoder()
    for _ in 0..<200 {
      var outer = Encoder()
      outer.append(1, "M")
      outer.append(3, message.bytes)
      message = outer
    }
    var file = Encoder()
    file.append(4, message.bytes)
    #expect(throws: ConversionError.self) { try pool(file.bytes) }
  }

  @Test func `a damaged set is refused or read, never a crash`() {
    var random = SeededGenerator(seed: 7)
    var refused = 0
    for _ in 0..<2000 {
      var set = SampleTypes.accountStatus
      set[Int.random(in: 0..<set.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      if (try? DescriptorPool(fileDescriptorSet: set)) == nil { refused += 1 }
    }
    #expect(refused > 100)
  }
}
