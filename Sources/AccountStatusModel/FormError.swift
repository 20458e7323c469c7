/// A value that is malformed, whatever else is known.
///
/// The message says what is wrong and what would be right; the field is a path in proto3 JSON
/// names, for example `invoiceIssued.total.currencyCode`, empty when the value stands alone.
public struct FormError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Path of the field in proto3 JSON names.
  public var field: String
  /// What is wrong, the value, and what would be right.
  public var message: String

  /// Creates an error about a field, or about a value that stands alone.
  public init(field: String = "", _ message: String) {
    self.field = field
    self.message = message
  }

  /// The same error, seen from the message that holds the field.
  public func within(_ parent: String) -> FormError {
    FormError(field: field.isEmpty ? parent : "\(parent).\(field)", message)
  }

  /// One line for people.
  public var description: String { field.isEmpty ? message : "\(field): \(message)" }
}

/// Runs a conversion and names the field it is about in the error.
public func inField<Value>(
  _ name: String, _ body: () throws(FormError) -> Value
) throws(FormError) -> Value {
  do {
    return try body()
  } catch {
    throw error.within(name)
  }
}
