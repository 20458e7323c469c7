internal import CLinux
internal import Glibc

/// Tells a service manager how the daemon is doing, as sd_notify(3) specifies: a datagram to the
/// socket that NOTIFY_SOCKET names. Without the variable it does nothing.
package enum ServiceNotification: String {
  case ready = "READY=1"
  case stopping = "STOPPING=1"

  /// Sends the state. A manager that is gone is no reason to stop.
  package func send(environment: (String) -> String?) {
    guard let path = environment("NOTIFY_SOCKET"), let first = path.utf8.first,
      first == UInt8(ascii: "/") || first == UInt8(ascii: "@")
    else { return }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = Array(path.utf8)
    let capacity = MemoryLayout.size(ofValue: address.sun_path)
    guard name.count < capacity else { return }
    if first == UInt8(ascii: "@") { name[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let length = socklen_t(MemoryLayout.offset(of: \sockaddr_un.sun_path)! + name.count)

    let socket = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { return }
    defer { close(socket) }
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        rawValue.withCString { text in
          _ = sendto(
            socket, text, strlen(text), Int32(MSG_NOSIGNAL), address, length)
        }
      }
    }
  }
}
