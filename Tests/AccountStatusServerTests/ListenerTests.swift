import AccountStatusServer
import Glibc
import TTRPC
import Testing

@Suite("The RPC socket")
struct ListenerTests {
  private let parent: TemporaryDirectory
  private let directory: RuntimeDirectory

  init() throws {
    parent = try TemporaryDirectory()
    directory = try RuntimeDirectory(path: parent.file("run"), readers: nil)
  }

  @Test func `our own is rpc.sock, for its owner and group, and goes at the end`() throws {
    let listener = try Listener(in: directory, readers: nil, environment: [:])
    #expect(listener.path == "\(directory.path)/rpc.sock")
    var status = stat()
    lstat(listener.path, &status)
    #expect(status.st_mode & 0o7777 == 0o660)
    _ = try UnixSocket.connect(path: listener.path)
    listener.remove()
    #expect(access(listener.path, F_OK) != 0)
  }

  @Test(arguments: [
    ["LISTEN_PID": "1", "LISTEN_FDS": "1"], ["LISTEN_FDS": "1"],
    ["LISTEN_PID": "self", "LISTEN_FDS": "0"], ["LISTEN_PID": "self"],
    ["LISTEN_PID": "self", "LISTEN_FDS": "many"], ["LISTEN_PID": "self", "LISTEN_FDS": "-1"],
  ])
  func `descriptors that are not meant for us are left alone`(
    _ environment: [String: String]
  ) throws {
    let own = environment.mapValues { $0 == "self" ? "\(getpid())" : $0 }
    // Descriptor -1 would be refused, if it were looked at.
    let listener = try Listener(
      in: directory, readers: nil, environment: own, firstInherited: -1)
    #expect(listener.path == "\(directory.path)/rpc.sock")
  }

  @Test func `an inherited one is used where it is, and stays`() throws {
    let path = parent.file("inherited.sock")
    let opened = try opened(path)
    let listener = try Listener(
      in: directory, readers: nil,
      environment: ["LISTEN_PID": "\(getpid())", "LISTEN_FDS": "1"],
      firstInherited: opened)
    #expect(listener.path == path)
    #expect(access("\(directory.path)/rpc.sock", F_OK) != 0)
    listener.socket.unlink()
    listener.remove()
    #expect(access(path, F_OK) == 0)
  }

  @Test func `an inherited descriptor that is no listener stops the start`() throws {
    let (one, other) = try UnixSocket.pair()
    #expect(throws: StartError.self) {
      try Listener(
        in: directory, readers: nil,
        environment: ["LISTEN_PID": "\(getpid())", "LISTEN_FDS": "1"],
        firstInherited: one.descriptor)
    }
    withExtendedLifetime(other) {}
  }

  /// A listener as a service manager opens it.
  private func opened(_ path: String) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
    }
    guard result == 0, listen(descriptor, 1) == 0 else { throw TestFailure("bind: \(errno)") }
    return descriptor
  }
}
