import JSONText
import ProtobufJSON
import Testing

struct DescriptorPoolTests {
  @Test func `our contract holds every message by its full name`() throws {
    let pool = try DescriptorPool(fileDescriptorSet: SampleTypes.accountStatus)
    for name in [
      "accountstatus.v1.Fact", "google.rpc.BadRequest.FieldViolation",
      "grpc.health.v1.HealthCheckResponse", "ttrpc.Request",
    ] {
      #expect(pool.messageNames.contains(name))
      #expect(try pool.message(name).name == name)
    }
    #expect(!pool.messageNames.contains("google.rpc.ErrorInfo.MetadataEntry"))
    #expect(
      try pool.enumeration("grpc.health.v1.HealthCheckResponse.ServingStatus").values.count == 4)
  }

  @Test func `unknown types are named`() throws {
    let pool = try DescriptorPool(fileDescriptorSet: SampleTypes.accountStatus)
    let message = #expect(throws: ConversionError.self) { try pool.message("a.B") }
    #expect(message?.message.contains("\"a.B\"") == true)
    #expect(throws: ConversionError.self) { try pool.enumeration("accountstatus.v1.Fact") }
    #expect(throws: ConversionError.self) { try pool.json(of: [], as: "a.B") }
    #expect(throws: ConversionError.self) { try pool.bytes(of: .object([:]), as: "a.B") }
  }

  @Test func `a set without the files it imports is refused`() throws {
    var set = Encoder()
    set.append(1, fileWithField(type: 11, typeName: ".missing.Type"))
    let error = #expect(throws: ConversionError.self) {
      try DescriptorPool(fileDescriptorSet: set.bytes)
    }
    #expect(error?.path == "test.Holder.it")
    #expect(error?.message.contains("missing.Type") == true)
  }
}

/// A file with one message `test.Holder` whose one field `it` has that type.
func fileWithField(type: UInt64, typeName: String = "", syntax: String? = "proto3") -> [UInt8] {
  var field = Encoder()
  field.append(1, "it")
  field.append(3, varint: 1)
  field.append(4, varint: 1)
  field.append(5, varint: type)
  if !typeName.isEmpty { field.append(6, typeName) }
  var message = Encoder()
  message.append(1, "Holder")
  message.append(2, field.bytes)
  var file = Encoder()
  file.append(2, "test")
  file.append(4, message.bytes)
  if let syntax { file.append(12, syntax) }
  return file.bytes
}
