import CLinux
import Foundation
import Glibc
import TTRPC
import Testing

@Suite("Unix sockets")
struct UnixSocketTests {
  private let directory = TemporaryDirectory()

  private func mode(_ path: String) -> UInt32? {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
  }

  @Test func `a listener has its mode and accepts connections`() throws {
    let path = directory.file("s")
    let listener = try UnixSocket.listen(path: path, mode: 0o640)
    #expect(mode(path) == 0o640)
    _ = try UnixSocket.connect(path: path)
    #expect(fcntl(listener.descriptor, F_GETFD) & FD_CLOEXEC != 0)
    #expect(fcntl(listener.descriptor, F_GETFL) & O_NONBLOCK != 0)
    #expect(try FileNames.of(directory.path) == ["s"])
  }

  @Test func `a live socket is never stolen`() throws {
    let path = directory.file("s")
    let listener = try UnixSocket.listen(path: path, mode: 0o600)
    #expect(throws: RuntimeError.addressInUse(path: path)) {
      try UnixSocket.listen(path: path, mode: 0o600)
    }
    _ = try UnixSocket.connect(path: path)
    withExtendedLifetime(listener) {}
    #expect(try FileNames.of(directory.path) == ["s"])
  }

  @Test func `a socket that nobody listens on is taken over`() throws {
    let path = directory.file("s")
    _ = try UnixSocket.listen(path: path, mode: 0o600)
    #expect(throws: RuntimeError.self) { try UnixSocket.connect(path: path) }
    let listener = try UnixSocket.listen(path: path, mode: 0o600)
    _ = try UnixSocket.connect(path: path)
    withExtendedLifetime(listener) {}
  }

  @Test func `what is no socket is left alone`() throws {
    let path = directory.file("file")
    close(open(path, O_CREAT | O_WRONLY, 0o600))
    #expect(throws: RuntimeError.notASocket(path: path)) {
      try UnixSocket.listen(path: path, mode: 0o600)
    }
    #expect(mode(path) == 0o600)
  }

  @Test func `a socket of another kind is in use`() throws {
    let path = directory.file("d")
    let datagram = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    defer { close(datagram) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(datagram, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(bound == 0)
    #expect(throws: RuntimeError.addressInUse(path: path)) {
      try UnixSocket.listen(path: path, mode: 0o600)
    }
  }

  @Test func `a path of 107 bytes is good, one of 108 is a clear error`() throws {
    let room = 107 - directory.path.utf8.count - 1
    let longest = directory.file(String(repeating: "x", count: room))
    let listener = try UnixSocket.listen(path: longest, mode: 0o600)
    _ = try UnixSocket.connect(path: longest)
    withExtendedLifetime(listener) {}
    let tooLong = longest + "x"
    #expect(throws: RuntimeError.pathTooLong(path: tooLong, byteCount: 108)) {
      try UnixSocket.listen(path: tooLong, mode: 0o600)
    }
    #expect(throws: RuntimeError.pathTooLong(path: tooLong, byteCount: 108)) {
      try UnixSocket.connect(path: tooLong)
    }
  }

  @Test func `a directory that is not there says so`() {
    #expect(throws: RuntimeError.system(operation: "open the directory /nowhere", errno: ENOENT)) {
      try UnixSocket.listen(path: "/nowhere/s", mode: 0o600)
    }
  }

  @Test func `only the socket that this process bound is unlinked`() throws {
    let path = directory.file("s")
    let first = try UnixSocket.listen(path: path, mode: 0o600)
    unlink(path)
    let second = try UnixSocket.listen(path: path, mode: 0o600)
    first.unlink()
    #expect(mode(path) == 0o600)
    second.unlink()
    #expect(mode(path) == nil)
  }

  @Test func `an inherited listener is adopted, and nothing else is`() throws {
    let listener = try UnixSocket.listen(path: directory.file("s"), mode: 0o600)
    let inherited = dup(listener.descriptor)
    let adopted = try UnixSocket.adopt(listener: inherited)
    #expect(fcntl(inherited, F_GETFD) & FD_CLOEXEC != 0)
    adopted.unlink()
    #expect(mode(directory.file("s")) == 0o600)

    let (one, _) = try UnixSocket.pair()
    #expect(throws: RuntimeError.notAListener(descriptor: one.descriptor)) {
      try UnixSocket.adopt(listener: one.descriptor)
    }
    #expect(throws: RuntimeError.notAListener(descriptor: 9_999)) {
      try UnixSocket.adopt(listener: 9_999)
    }
  }
}

/// Names in a directory.
enum FileNames {
  static func of(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }
}
