internal import CLinux
internal import Glibc
internal import Synchronization

/// A Unix socket: close-on-exec, non-blocking, closed with its last reference.
package final class UnixSocket: Sendable {
  package let descriptor: Int32
  /// Where it listens, if this process bound it there.
  private let binding: Binding?

  /// What a socket carries.
  package enum Kind: Sendable {
    case stream
    /// Messages with their boundaries, in order (SOCK_SEQPACKET).
    case packets

    fileprivate var flags: Int32 {
      let kind = self == .stream ? SOCK_STREAM : SOCK_SEQPACKET
      return Int32(kind.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    }
  }

  private struct Binding: Sendable {
    let path: String
    let device: dev_t
    let inode: ino_t
  }

  private init(descriptor: Int32, binding: Binding? = nil) {
    self.descriptor = descriptor
    self.binding = binding
  }

  deinit { close(descriptor) }

  /// Two sockets connected to each other.
  package static func pair() throws(RuntimeError) -> (UnixSocket, UnixSocket) {
    var descriptors: (Int32, Int32) = (-1, -1)
    let result = withUnsafeMutableBytes(of: &descriptors) { bytes in
      socketpair(
        AF_UNIX, Kind.stream.flags, 0, bytes.assumingMemoryBound(to: Int32.self).baseAddress)
    }
    guard result == 0 else { throw .last("make a socket pair") }
    return (UnixSocket(descriptor: descriptors.0), UnixSocket(descriptor: descriptors.1))
  }

  /// Connects to a listener. A Unix socket connects at once or not at all.
  package static func connect(path: String) throws(RuntimeError) -> UnixSocket {
    let socket = UnixSocket(descriptor: try make())
    let result = try withAddress(path) { address, size in
      Glibc.connect(socket.descriptor, address, size)
    }
    guard result == 0 else { throw .last("connect to \(path)") }
    return socket
  }

  /// Takes over a listener that another process opened (systemd's LISTEN_FDS). It is neither
  /// unlinked nor shut down by this process.
  package static func adopt(listener descriptor: Int32) throws(RuntimeError) -> UnixSocket {
    guard option(descriptor, SO_DOMAIN) == AF_UNIX,
      option(descriptor, SO_TYPE) == Int32(SOCK_STREAM.rawValue),
      option(descriptor, SO_ACCEPTCONN) == 1,
      fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0,
      fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) == 0
    else { throw .notAListener(descriptor: descriptor) }
    return UnixSocket(descriptor: descriptor)
  }

  private static func make(_ kind: Kind = .stream) throws(RuntimeError) -> Int32 {
    let descriptor = socket(AF_UNIX, kind.flags, 0)
    guard descriptor >= 0 else { throw .last("make a socket") }
    return descriptor
  }

  private static func option(_ descriptor: Int32, _ name: Int32) -> Int32? {
    var value: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : nil
  }

  /// Calls back with a path as the kernel wants it.
  private static func withAddress(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws(RuntimeError) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    let capacity = MemoryLayout.size(ofValue: address.sun_path)
    guard bytes.count < capacity else {
      throw .pathTooLong(path: path, byteCount: bytes.count)
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}

// MARK: - Listening

extension UnixSocket {
  private static let attempts = Atomic<UInt32>(0)

  /// Listens at a path, with a mode, for example 0o660.
  ///
  /// The socket appears at the path only when it is ready and has its mode: it is bound under
  /// another name in the same directory and renamed. A socket that nobody listens on is replaced;
  /// one that somebody listens on never is, nor anything that is not a socket. A lock on the
  /// directory keeps two starting servers apart.
  package static func listen(
    path: String, mode: UInt32, kind: Kind = .stream
  ) throws(RuntimeError) -> UnixSocket {
    _ = try withAddress(path) { _, _ in 0 }
    let (parent, name) = split(path)
    let directory = open(parent, O_DIRECTORY | O_RDONLY | O_CLOEXEC)
    guard directory >= 0 else { throw .last("open the directory \(parent)") }
    defer { close(directory) }
    guard flock(directory, LOCK_EX) == 0 else { throw .last("lock the directory \(parent)") }
    try checkFree(path)

    let attempt = attempts.wrappingAdd(1, ordering: .relaxed).newValue
    let temporary = ".\(name.utf8.count < 64 ? name : "socket").\(getpid()).\(attempt)"
    let descriptor = try make(kind)
    do throws(RuntimeError) {
      // The directory's descriptor stands for its path, which leaves room for the longer name.
      let result = try withAddress("/proc/self/fd/\(directory)/\(temporary)") { address, size in
        bind(descriptor, address, size)
      }
      guard result == 0 else { throw .last("bind \(path)") }
      let binding = try place(descriptor, directory, temporary, at: path, mode)
      return UnixSocket(descriptor: descriptor, binding: binding)
    } catch {
      close(descriptor)
      unlinkat(directory, temporary, 0)
      throw error
    }
  }

  /// Listens on a bound socket and gives it its mode and its name.
  private static func place(
    _ descriptor: Int32, _ directory: Int32, _ temporary: String, at path: String, _ mode: UInt32
  ) throws(RuntimeError) -> Binding {
    var status = stat()
    guard fchmodat(directory, temporary, mode, 0) == 0 else {
      throw .last("set the mode of \(path)")
    }
    guard Glibc.listen(descriptor, SOMAXCONN) == 0 else { throw .last("listen on \(path)") }
    guard fstatat(directory, temporary, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      throw .last("look at \(path)")
    }
    guard renameat(directory, temporary, directory, split(path).name) == 0 else {
      throw .last("put the socket at \(path)")
    }
    return Binding(path: path, device: status.st_dev, inode: status.st_ino)
  }

  /// Throws unless a socket may be put there.
  private static func checkFree(_ path: String) throws(RuntimeError) {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT { return }
      throw .last("look at \(path)")
    }
    guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: path) }
    do throws(RuntimeError) {
      _ = try connect(path: path)
    } catch .system(_, ECONNREFUSED) { return } catch .system(_, let errno)
      where errno == EAGAIN || errno == EPROTOTYPE
    {
      // Its queue is full, or it is of another kind: somebody has it.
      throw .addressInUse(path: path)
    }
    throw .addressInUse(path: path)
  }

  private static func split(_ path: String) -> (parent: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let parent = slash == path.startIndex ? "/" : String(path[..<slash])
    return (parent, String(path[path.index(after: slash)...]))
  }

  /// Removes the socket's name, if this process bound it and nobody has replaced it since.
  package func unlink() {
    guard let binding else { return }
    var status = stat()
    guard lstat(binding.path, &status) == 0, status.st_dev == binding.device,
      status.st_ino == binding.inode
    else { return }
    Glibc.unlink(binding.path)
  }
}

// MARK: - Accepting

extension UnixSocket {
  /// What came of one attempt to accept.
  package enum Accepted {
    case connection(UnixSocket)
    /// Nobody waits.
    case none
    /// This one came to nothing; the next may not.
    case retry
    /// No descriptor or memory is free.
    case exhausted
  }

  /// Takes the next connection, without waiting.
  package func accept() -> Accepted {
    let connection = linux_accept(descriptor)
    if connection >= 0 { return .connection(UnixSocket(descriptor: connection)) }
    switch errno {
    case EAGAIN: return .none
    case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
    default: return .retry
    }
  }
}
