internal import CLinux
internal import Glibc

/// A Unix stream socket: close-on-exec, non-blocking, closed with its last reference.
package final class UnixSocket: Sendable {
  package let descriptor: Int32
  /// Where it listens; nil for a connection or an inherited listener.
  package let path: String?

  init(descriptor: Int32, path: String?) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { close(descriptor) }

  /// Listens at a path, with a mode, for example 0o660.
  package static func listen(path: String, mode: UInt32) throws(RuntimeError) -> UnixSocket {
    preconditionFailure("\(path) \(mode)")
  }

  /// Takes over a listener that another process opened (systemd's LISTEN_FDS). It is neither
  /// unlinked nor shut down by this process.
  package static func adopt(listener descriptor: Int32) throws(RuntimeError) -> UnixSocket {
    preconditionFailure("\(descriptor)")
  }

  /// Connects to a listener.
  package static func connect(path: String) throws(RuntimeError) -> UnixSocket {
    preconditionFailure("\(path)")
  }
}
