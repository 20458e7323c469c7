import AccountStatusServer
import CLinux
import Glibc
import Testing

@Suite("Notifications of the service manager")
struct ServiceNotificationTests {
  /// A service manager's socket: its name as bytes, a leading NUL for an abstract one.
  private func listen(_ name: [UInt8]) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    guard result == 0 else { throw TestFailure("bind: \(errno)") }
    return descriptor
  }

  private func received(_ descriptor: Int32) -> String? {
    var bytes = [UInt8](repeating: 0, count: 100)
    let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
    return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
  }

  @Test func `a socket in the file system gets each state as a datagram`() throws {
    let directory = try TemporaryDirectory()
    let path = directory.file("notify")
    let manager = try listen(Array(path.utf8))
    defer { close(manager) }
    ServiceNotification.ready.send { $0 == "NOTIFY_SOCKET" ? path : nil }
    ServiceNotification.stopping.send { $0 == "NOTIFY_SOCKET" ? path : nil }
    #expect(received(manager) == "READY=1")
    #expect(received(manager) == "STOPPING=1")
    #expect(received(manager) == nil)
  }

  @Test func `so does an abstract one`() throws {
    let name = "accountstatus-test-\(UInt64.random(in: 0 ... .max))"
    let manager = try listen([0] + Array(name.utf8))
    defer { close(manager) }
    ServiceNotification.ready.send { _ in "@\(name)" }
    #expect(received(manager) == "READY=1")
  }

  @Test(arguments: [
    nil, "", "relative", "vsock:2:1", "/nobody/listens/here",
    "/" + String(repeating: "x", count: 107), "@" + String(repeating: "y", count: 4000),
  ])
  func `where nobody can be told, nothing happens`(_ socket: String?) {
    let before = dup(0)
    close(before)
    ServiceNotification.ready.send { _ in socket }
    let after = dup(0)
    close(after)
    #expect(before >= 0 && after >= 0)
  }
}
