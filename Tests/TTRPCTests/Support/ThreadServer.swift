import Glibc
import Synchronization
import TTRPC

/// A server of the accounts service on a thread of its own, at a path.
final class ThreadServer: Sendable {
  /// Something to be done on the server's thread.
  private enum Job: Sendable {
    case perform(@Sendable (RPCServer, [CallID]) -> Void)
    case stop
  }

  let path: String
  private let mailbox: Mailbox<Job>
  private let thread: LoopThread

  init(path: String, limits: Limits = Limits()) throws {
    let mailbox = try Mailbox<Job>()
    let listener = try UnixSocket.listen(path: path, mode: 0o600)
    self.path = path
    self.mailbox = mailbox
    thread = try LoopThread(name: "test-server") {
      do {
        var held: [CallID] = []
        let loop = try EventLoop()
        let server = try RPCServer(
          loop: loop, listeners: [listener], router: Accounts.router { held.append($0) },
          limits: limits)
        try loop.receive(from: mailbox) { [unowned server, unowned loop] job in
          switch job {
          case .perform(let body): body(server, held)
          case .stop: loop.stop()
          }
        }
        try loop.run()
        withExtendedLifetime(server) { listener.unlink() }
      } catch { preconditionFailure("\(error)") }
    }
  }

  deinit { stop() }

  /// Stops as a process does that is killed: connections just close.
  func stop() {
    mailbox.send(.stop)
    thread.join()
  }

  /// Does something on the server's thread and returns what came of it.
  func perform<Value: Sendable>(
    _ body: @escaping @Sendable (RPCServer, [CallID]) -> Value
  ) async -> Value {
    await withCheckedContinuation { continuation in
      mailbox.send(.perform { continuation.resume(returning: body($0, $1)) })
    }
  }

  /// Waits until that many calls of Hold have come.
  func waitForHeld(_ count: Int) async {
    while await perform({ _, held in held.count }) < count { await Task.yield() }
  }
}

/// A server that says what a script says, on a thread of its own.
final class ScriptedServer: Sendable {
  /// One accepted connection, blocking.
  struct Connection {
    let descriptor: Int32

    /// Reads whole requests; the stream id of each.
    func readRequests(_ count: Int) -> [UInt32] {
      (0..<count).compactMap { _ in readRequest() }
    }

    private func readRequest() -> UInt32? {
      guard let header = read(10) else { return nil }
      let length = header[..<4].reduce(0) { $0 << 8 | Int($1) }
      guard read(length) != nil else { return nil }
      return header[4..<8].reduce(0) { $0 << 8 | UInt32($1) }
    }

    private func read(_ count: Int) -> [UInt8]? {
      var bytes = [UInt8](repeating: 0, count: count)
      var taken = 0
      while taken < count {
        let result = bytes.withUnsafeMutableBytes {
          recv(descriptor, $0.baseAddress?.advanced(by: taken), count - taken, 0)
        }
        if result <= 0 { return nil }
        taken += result
      }
      return bytes
    }

    func write(_ bytes: [UInt8]) {
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes {
          send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        if count <= 0 { return }
        rest = rest.dropFirst(count)
      }
    }

    /// Waits until the client closes.
    func waitForClose() {
      var byte: UInt8 = 0
      while recv(descriptor, &byte, 1, 0) > 0 {}
    }
  }

  private let listener: UnixSocket
  private let thread: LoopThread

  /// - scripts: one for each connection, in the order in which they come.
  init(path: String, _ scripts: [@Sendable (Connection) -> Void]) throws {
    let listener = try UnixSocket.listen(path: path, mode: 0o600)
    self.listener = listener
    thread = try LoopThread(name: "scripted-server") {
      let flags = fcntl(listener.descriptor, F_GETFL)
      _ = fcntl(listener.descriptor, F_SETFL, flags & ~O_NONBLOCK)
      for script in scripts {
        let descriptor = accept(listener.descriptor, nil, nil)
        guard descriptor >= 0 else { return }
        script(Connection(descriptor: descriptor))
        close(descriptor)
      }
    }
  }

  deinit {
    shutdown(listener.descriptor, Int32(SHUT_RDWR))
    thread.join()
    listener.unlink()
  }
}
