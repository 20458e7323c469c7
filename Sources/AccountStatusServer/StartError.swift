internal import Glibc

/// Why the server does not start: what was tried, what went wrong, and the remedy.
package struct StartError: Error, Sendable, CustomStringConvertible {
  /// One line for the operator, without the program's name.
  package var description: String

  package init(_ description: String) {
    self.description = description
  }

  /// A failed system call on a path.
  package init(cannot action: String, _ path: String, errno code: Int32, remedy: String = "") {
    description =
      "cannot \(action) \(path): \(describe(errno: code))" + (remedy.isEmpty ? "" : "; \(remedy)")
  }
}

/// The system's words for an error number.
func describe(errno code: Int32) -> String {
  String(cString: strerror(code))
}
