internal import CLinux
internal import Glibc

/// What stops the runtime: a socket that cannot be bound, a descriptor that cannot be had.
///
/// Never crosses the wire: that is `RPCError`.
package enum RuntimeError: Error, Sendable, Hashable {
  /// A system call failed: `cannot bind /run/x/rpc.sock: Permission denied`.
  case system(operation: String, errno: Int32)
  /// `sun_path` holds 107 bytes and a terminator.
  case pathTooLong(path: String, byteCount: Int)
  /// Another process listens there.
  case addressInUse(path: String)
  /// Something that is not a socket stands in the way.
  case notASocket(path: String)
  /// An inherited descriptor is not a listening Unix stream socket.
  case notAListener(descriptor: Int32)
}

extension RuntimeError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .system(let operation, let errno):
      "cannot \(operation): \(String(cString: strerror(errno)))"
    case .pathTooLong(let path, let byteCount):
      "cannot use \(path) as a socket: the path has \(byteCount) bytes, Linux allows 107"
    case .addressInUse(let path):
      "cannot listen on \(path): another process is listening there"
    case .notASocket(let path):
      "cannot listen on \(path): it exists and is not a socket"
    case .notAListener(let descriptor):
      "cannot use file descriptor \(descriptor): it is not a listening Unix stream socket"
    }
  }

  /// The last system call's failure.
  static func last(_ operation: String) -> RuntimeError {
    .system(operation: operation, errno: errno)
  }
}
