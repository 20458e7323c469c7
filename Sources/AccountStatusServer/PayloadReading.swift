package import TTRPC

// Facts cost microseconds each to read, so that a chunk of a thousand would hold up everyone for
// milliseconds.

extension Evaluator {
  /// The longest payload, in bytes, that is read on the loop: some 16 facts.
  package static let maximumInlineByteCount = 4096

  /// Reads a payload: a short one here and now, a long one on a worker; the completion runs on the
  /// loop.
  package func read<Value: Sendable>(
    _ payload: UnsafeRawBufferPointer,
    _ body: @escaping @Sendable (UnsafeRawBufferPointer) throws(RPCError) -> Value,
    _ completion: @escaping (Result<Value, RPCError>) -> Void
  ) {
    guard payload.count > Self.maximumInlineByteCount else {
      return completion(Self.result(of: payload, body))
    }
    let copy = Array(payload)
    compute({ copy.withUnsafeBytes { Self.result(of: $0, body) } }, completion)
  }

  private static func result<Value>(
    of payload: UnsafeRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) throws(RPCError) -> Value
  ) -> Result<Value, RPCError> {
    do throws(RPCError) {
      return .success(try body(payload))
    } catch {
      return .failure(error)
    }
  }
}
