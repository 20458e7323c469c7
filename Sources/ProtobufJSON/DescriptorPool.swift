/// The message types of a FileDescriptorSet.
///
/// All that conversion between wire bytes and JSON needs to know of a type stands in its
/// descriptor, so no generated code takes part: what works for our messages works for those of
/// any server that serves its descriptors.
package struct DescriptorPool: Sendable {
  /// How deeply messages may nest, on the wire and in JSON.
  package static let maximumDepth = 100

  private let messages: [String: MessageDescriptor]
  private let enumerations: [String: EnumDescriptor]

  /// Reads an encoded `google.protobuf.FileDescriptorSet`.
  ///
  /// Throws when it is malformed, or when a field's type is missing from it: a set holds the files
  /// it imports.
  package init(fileDescriptorSet bytes: [UInt8]) throws(ConversionError) {
    let types = try FileDescriptorSetReader.types(in: bytes)
    messages = types.messages
    enumerations = types.enumerations
    for message in messages.values {
      for field in message.fields {
        switch field.kind {
        case .message(let name) where messages[name] == nil,
          .enumeration(let name) where enumerations[name] == nil:
          throw ConversionError(
            path: "\(message.name).\(field.name)",
            message: "its type \(name) is missing from the descriptor set")
        default: continue
        }
      }
    }
  }

  /// Full names of all message types but the entries of maps, sorted.
  package var messageNames: [String] {
    messages.values.filter { !$0.isMapEntry }.map(\.name).sorted()
  }

  /// The message type of that full name.
  package func message(_ name: String) throws(ConversionError) -> MessageDescriptor {
    guard let message = messages[name] else {
      throw ConversionError(message: "there is no message type \"\(name)\" in the descriptors")
    }
    return message
  }

  /// The enum type of that full name.
  package func enumeration(_ name: String) throws(ConversionError) -> EnumDescriptor {
    guard let enumeration = enumerations[name] else {
      throw ConversionError(message: "there is no enum type \"\(name)\" in the descriptors")
    }
    return enumeration
  }
}
