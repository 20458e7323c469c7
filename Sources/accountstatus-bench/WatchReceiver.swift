import Foundation
import Glibc
import Synchronization

/// Connections that watch every account, read by one thread as fast as it can.
///
/// Looks for nothing but the token that every change ends with: what a client makes of a change is
/// not measured here.
final class WatchReceiver: Sendable {
  /// A change as the watches got it.
  struct Arrival {
    /// Watches that it, or a newer one of its account, has reached.
    var count = 0
    /// When the last one of them did, on the monotonic clock, in nanoseconds.
    var last: UInt64 = 0
  }

  private struct Connection {
    var descriptor: Int32
    var bytes: [UInt8] = []
    var changeCount = 0
  }

  private let isStopping = Atomic(false)
  private let readyCount = Atomic(0)
  private let ended = DispatchSemaphore(value: 0)
  private let result = Mutex<Result<[UInt64: Arrival], any Error>>(.success([:]))

  /// Opens so many watches.
  init(socket: String, count: Int) throws {
    let connections = try (0..<count).map { _ in Connection(descriptor: try Self.open(socket)) }
    let thread = Thread { [self] in
      defer { ended.signal() }
      let arrivals = Result { try receive(connections) }
      result.withLock { $0 = arrivals }
    }
    thread.start()
  }

  /// Watches that have been told everything so far.
  var ready: Int { readyCount.load(ordering: .relaxed) }

  /// Stops reading; changes by position.
  func stop() throws -> [UInt64: Arrival] {
    isStopping.store(true, ordering: .relaxed)
    ended.wait()
    return try result.withLock { try $0.get() }
  }

  private static func open(_ path: String) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw BenchError("cannot make a socket", errno: errno) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard result == 0 else { throw BenchError("cannot connect to \(path)", errno: errno) }
    let request = request
    guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count
    else { throw BenchError("cannot watch", errno: errno) }
    return descriptor
  }

  /// A frame that asks for all accounts: stream 1, no message.
  private static var request: [UInt8] {
    var body: [UInt8] = []
    for (tag, text) in [(0x0a, "accountstatus.v1.StatusService"), (0x12, "WatchStatuses")] {
      body += [UInt8(tag), UInt8(text.utf8.count)] + Array(text.utf8)
    }
    return [0, 0, 0, UInt8(body.count), 0, 0, 0, 1, 1, 1] + body
  }

  private func receive(_ opened: [Connection]) throws -> [UInt64: Arrival] {
    var connections = opened
    defer { for connection in connections { close(connection.descriptor) } }
    var polled = connections.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    var arrivals: [UInt64: Arrival] = [:]
    var piece = [UInt8](repeating: 0, count: 256 << 10)
    while !isStopping.load(ordering: .relaxed) {
      guard poll(&polled, nfds_t(polled.count), 50) >= 0 || errno == EINTR else {
        throw BenchError("cannot wait for changes", errno: errno)
      }
      for index in polled.indices where polled[index].revents != 0 {
        let count = recv(polled[index].fd, &piece, piece.count, Int32(MSG_DONTWAIT))
        if count < 0, errno == EAGAIN { continue }
        guard count > 0 else { throw BenchError("a watch was ended") }
        let now = DispatchTime.now().uptimeNanoseconds
        connections[index].bytes += piece[..<count]
        take(&connections[index], now, &arrivals)
      }
    }
    return arrivals
  }

  /// Takes the frames that are complete.
  private func take(
    _ connection: inout Connection, _ now: UInt64, _ arrivals: inout [UInt64: Arrival]
  ) {
    var start = 0
    let bytes = connection.bytes
    while bytes.count - start >= 10 {
      let length = bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
      let end = start + 10 + length
      guard end <= bytes.count else { break }
      switch length > 0 ? bytes[start + 10] : 0 {
      case 0x2a:
        // A change: its token is its last field, and a position the token's last eight bytes.
        let position = bytes[end - 8..<end].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        arrivals[position, default: Arrival()].count += 1
        arrivals[position, default: Arrival()].last = now
        connection.changeCount += 1
      case 0x22: readyCount.wrappingAdd(1, ordering: .relaxed)
      default: break
      }
      start = end
    }
    connection.bytes.removeFirst(start)
  }
}
