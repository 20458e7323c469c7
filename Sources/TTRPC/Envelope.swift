/// A Request frame's payload, parsed in place.
package struct RequestEnvelope {
  static let metadataField: UInt32 = 5

  /// One metadata pair that is known to be well formed.
  static func keyValue(
    _ bytes: UnsafeRawBufferPointer
  ) -> (key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
    preconditionFailure()
  }
}
