internal import Glibc
package import TTRPC

/// The RPC socket: our own in the runtime directory, or one inherited from systemd.
package final class Listener {
  package let socket: UnixSocket
  /// Where clients connect.
  package let path: String
  private let isInherited: Bool

  /// Takes over LISTEN_FDS where it is meant for this process, else listens at `rpc.sock`, 0660,
  /// for the group of readers where there is one.
  ///
  /// - firstInherited: SD_LISTEN_FDS_START of sd_listen_fds(3).
  package init(
    in directory: RuntimeDirectory, readers: UInt32?, environment: [String: String],
    firstInherited: Int32 = 3
  ) throws(StartError) {
    isInherited = Self.isInherited(environment)
    if isInherited {
      socket = try starting { () throws(RuntimeError) in
        try UnixSocket.adopt(listener: firstInherited)
      }
      path = Self.path(of: firstInherited)
      return
    }
    let path = "\(directory.path)/rpc.sock"
    self.path = path
    socket = try starting { () throws(RuntimeError) in
      try UnixSocket.listen(path: path, mode: 0o660)
    }
    guard let readers else { return }
    guard chown(path, .max, readers) == 0 else {
      throw StartError(cannot: "give the group \(readers) access to", path, errno: errno)
    }
  }

  /// Takes our own socket out of the file system.
  package func remove() {
    if !isInherited { unlink(path) }
  }

  /// Where whoever opened the socket bound it; empty where it has no path.
  private static func path(of descriptor: Int32) -> String {
    var address = sockaddr_un()
    var size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &size)
      }
    }
    guard result == 0 else { return "" }
    return withUnsafeBytes(of: &address.sun_path) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  private static func isInherited(_ environment: [String: String]) -> Bool {
    guard environment["LISTEN_PID"].flatMap({ Int32($0) }) == getpid() else { return false }
    return environment["LISTEN_FDS"].flatMap { Int($0) } ?? 0 > 0
  }
}
