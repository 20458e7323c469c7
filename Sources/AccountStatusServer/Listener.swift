internal import Glibc
internal import TTRPC

/// The RPC socket: our own in the runtime directory, or one inherited from systemd.
final class Listener {
  let socket: UnixSocket
  /// Where clients connect.
  let path: String
  private let isInherited: Bool

  /// Takes over LISTEN_FDS where it is meant for this process, else listens at `rpc.sock`, 0660,
  /// for the group of readers where there is one.
  init(
    in directory: RuntimeDirectory, readers: UInt32?, environment: [String: String]
  ) throws(StartError) {
    let path = "\(directory.path)/rpc.sock"
    self.path = path
    isInherited = Self.isInherited(environment)
    let isInherited = isInherited
    socket = try starting { () throws(RuntimeError) in
      try isInherited
        ? UnixSocket.adopt(listener: Self.firstInherited)
        : UnixSocket.listen(path: path, mode: 0o660)
    }
    guard !isInherited, let readers else { return }
    guard chown(path, .max, readers) == 0 else {
      throw StartError(cannot: "give the group \(readers) access to", path, errno: errno)
    }
  }

  /// Takes our own socket out of the file system.
  func remove() {
    if !isInherited { unlink(path) }
  }

  /// SD_LISTEN_FDS_START of sd_listen_fds(3).
  private static let firstInherited: Int32 = 3

  private static func isInherited(_ environment: [String: String]) -> Bool {
    guard environment["LISTEN_PID"].flatMap({ Int32($0) }) == getpid() else { return false }
    return environment["LISTEN_FDS"].flatMap { Int($0) } ?? 0 > 0
  }
}
