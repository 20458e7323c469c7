/// Why a message could not be converted, and where in it.
package struct ConversionError: Error, Equatable, CustomStringConvertible {
  /// Path of the culprit in JSON names, for example `facts[2].invoiceIssued.total`; empty when it
  /// is the message itself.
  package let path: String
  /// What is wrong and what would be right.
  package let message: String

  package init(path: String = "", message: String) {
    self.path = path
    self.message = message
  }

  package var description: String { path.isEmpty ? message : "\(path): \(message)" }

  /// The same error, seen from the message that holds `component`: a field or `[index]`.
  func inside(_ component: String) -> ConversionError {
    let separator = path.isEmpty || path.hasPrefix("[") ? "" : "."
    return ConversionError(path: component + separator + path, message: message)
  }

  /// The same error, where the path leaves out `component`, its first.
  func outside(_ component: String) -> ConversionError {
    guard path.hasPrefix(component) else { return self }
    let rest = path.dropFirst(component.count)
    return ConversionError(path: String(rest.drop { $0 == "." }), message: message)
  }
}
