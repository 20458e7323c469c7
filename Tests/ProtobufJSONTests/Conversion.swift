import JSONText
import ProtobufJSON

/// Converts `test.Kinds`, or another of the made-up types, between text and bytes.
struct Conversion {
  let pool: DescriptorPool

  init() throws {
    pool = try DescriptorPool(fileDescriptorSet: SampleTypes.kinds)
  }

  /// JSON text to bytes.
  func bytes(_ text: String, as type: String = "test.Kinds") throws -> [UInt8] {
    try pool.bytes(of: try JSONValue(parsing: text), as: type)
  }

  /// Bytes to JSON text.
  func text(_ bytes: [UInt8], as type: String = "test.Kinds") throws -> String {
    try pool.json(of: bytes, as: type).text()
  }

  /// JSON text to bytes and back.
  func roundTrip(_ text: String, as type: String = "test.Kinds") throws -> String {
    try self.text(try bytes(text, as: type), as: type)
  }

  /// The message of the refusal of a text; `nil` when it is taken.
  func refusal(_ text: String, as type: String = "test.Kinds") throws -> String? {
    let json = try JSONValue(parsing: text)
    do throws(ConversionError) {
      _ = try pool.bytes(of: json, as: type)
      return nil
    } catch {
      return error.description
    }
  }
}
