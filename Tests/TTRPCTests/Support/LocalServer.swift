import Foundation
import Glibc
import TTRPC

/// A server and its loop on the test's own thread, with a clock that the test holds.
///
/// Nothing happens until a test makes turns, and turns do not wait.
final class LocalServer {
  let time: Clock
  let loop: EventLoop
  let server: RPCServer
  /// Calls of Hold, in the order they came.
  var held: [CallID] = []
  /// What handlers of the test were told, in order.
  var log: [String] = []

  /// Time that stands still until it is moved.
  final class Clock {
    var now = MonotonicInstant.now()
    func advance(_ duration: Duration) { now = now.advanced(by: duration) }
  }

  private final class HeldCalls { var append: (CallID) -> Void = { _ in } }

  init(
    limits: Limits = Limits(), listeners: [UnixSocket] = [],
    authorize: @escaping Authorizer = { _, _ in nil }, observe: CallObserver? = nil,
    routes: (inout Router) -> Void = { _ in }
  ) throws {
    let time = Clock()
    let calls = HeldCalls()
    self.time = time
    loop = try EventLoop { time.now }
    var router = Accounts.router { calls.append($0) }
    routes(&router)
    server = try RPCServer(
      loop: loop, listeners: listeners, router: router, limits: limits, authorize: authorize,
      observe: observe)
    calls.append = { [unowned self] id in held.append(id) }
  }

  /// Turns of the loop, none of which waits.
  func turn(_ count: Int = 4) {
    for _ in 0..<count {
      do { try loop.turn(wait: .zero) } catch { preconditionFailure("\(error)") }
    }
  }

  /// Moves the clock and makes turns.
  func advance(_ duration: Duration) {
    time.advance(duration)
    turn()
  }

  /// A client of the server.
  func connect() throws -> RawPeer {
    let (ours, theirs) = try UnixSocket.pair()
    try server.adopt(theirs)
    return RawPeer(ours, self)
  }
}

/// A client that speaks bytes.
final class RawPeer {
  private let local: LocalServer?
  private(set) var socket: UnixSocket?

  init(_ socket: UnixSocket, _ local: LocalServer? = nil) {
    self.socket = socket
    self.local = local
  }

  private var descriptor: Int32 { socket?.descriptor ?? -1 }

  /// Sends all of it, making turns where the socket is full.
  func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno != EAGAIN { return }
      rest = rest.dropFirst(max(count, 0))
      local?.turn()
    }
  }

  /// Sends what fits into the socket, which the server does not see yet.
  func sendWithoutTurn(_ bytes: [UInt8]) {
    _ = bytes.withUnsafeBytes {
      Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
  }

  /// What has arrived by now, without a turn.
  var arrived: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
    return Array(bytes.prefix(max(count, 0)))
  }

  /// Everything the server has sent by now.
  func receive() -> [UInt8] {
    local?.turn()
    var all: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = recv(descriptor, &piece, piece.count, Int32(MSG_DONTWAIT))
      if count <= 0 {
        isAtEnd = count == 0 || errno != EAGAIN
        return all
      }
      all += piece[..<count]
      local?.turn(1)
    }
  }

  /// Whether the last `receive` found the end.
  private(set) var isAtEnd = false

  /// Whether the server has closed the connection.
  func isClosed() -> Bool {
    _ = receive()
    return isAtEnd
  }

  /// What the server says to some bytes.
  func ask(_ bytes: [UInt8]) -> [UInt8] {
    send(bytes)
    return receive()
  }

  func shutDownSending() {
    shutdown(descriptor, Int32(SHUT_WR))
    local?.turn()
  }

  func close() {
    socket = nil
    local?.turn()
  }

  /// Makes the socket's buffers small, so that few bytes fill them.
  func shrinkBuffers() {
    var size: Int32 = 4_096
    for option in [SO_RCVBUF, SO_SNDBUF] {
      setsockopt(descriptor, SOL_SOCKET, option, &size, socklen_t(MemoryLayout<Int32>.size))
    }
  }
}

/// A directory that goes with its last reference.
final class TemporaryDirectory: Sendable {
  let path: String

  init() {
    var template = Array("/tmp/ttrpc-test-XXXXXX".utf8CString)
    path = String(cString: mkdtemp(&template))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }
}
