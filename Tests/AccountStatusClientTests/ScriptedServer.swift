import AccountStatusAPI
import Foundation
import Synchronization
import TTRPC

/// A server on a temporary socket whose answers a test writes.
final class ScriptedServer: Sendable {
  /// What a unary call is answered.
  enum Answer: Sendable {
    case reply([UInt8])
    case fail(RPCError)
    /// Nothing, ever.
    case silence
    /// Nothing, and the server is gone.
    case disconnect

    static func message(_ message: some EncodableMessage) -> Answer { .reply(message.encoded()) }
  }

  /// What the import answers to a chunk; nil: the server is gone.
  typealias ImportScript = @Sendable (ReceivedChunk) -> ImportFactsResponse?
  typealias Script = @Sendable (MethodDescriptor, [UInt8]) -> Answer

  let path: String
  private let log: CallLog
  private let mailbox: Mailbox<Void>
  private let thread: LoopThread

  /// The methods called so far.
  var called: [MethodDescriptor] { log.methods.withLock { $0 } }

  static func temporaryPath() -> String {
    FileManager.default.temporaryDirectory
      .appendingPathComponent("asc-\(UUID().uuidString.prefix(8)).sock").path
  }

  init(
    path: String = temporaryPath(), _ script: @escaping Script = { _, _ in .silence },
    importing: @escaping ImportScript = { _ in nil }
  ) throws {
    let mailbox = try Mailbox<Void>()
    let listener = try UnixSocket.listen(path: path, mode: 0o600)
    let log = CallLog()
    thread = try LoopThread(name: "scripted") {
      Self.serve(listener, mailbox, log, importing, script)
    }
    self.path = path
    self.mailbox = mailbox
    self.log = log
  }

  deinit { stop() }

  /// Closes the socket and every connection, and removes what is at the path.
  func stop() {
    mailbox.send(())
    thread.join()
    unlink(path)
  }
}

// MARK: - On the server's thread

extension ScriptedServer {
  /// The methods called, in order.
  private final class CallLog: Sendable {
    let methods = Mutex<[MethodDescriptor]>([])
  }

  private static func serve(
    _ listener: UnixSocket, _ mailbox: Mailbox<Void>, _ log: CallLog,
    _ importing: @escaping ImportScript, _ script: @escaping Script
  ) {
    do {
      let loop = try EventLoop()
      try loop.receive(from: mailbox) { [unowned loop] _ in loop.stop() }
      let router = router(loop, log, importing, script)
      let server = try RPCServer(loop: loop, listeners: [listener], router: router)
      try withExtendedLifetime(server) { try loop.run() }
    } catch {
      preconditionFailure("the scripted server stopped: \(error)")
    }
  }

  private static func router(
    _ loop: EventLoop, _ log: CallLog, _ importing: @escaping ImportScript,
    _ script: @escaping Script
  ) -> Router {
    var router = Router()
    for method in Contract.methods where method.kind == .unary {
      router.unary(method) { [unowned loop] _, payload, reply in
        log.methods.withLock { $0.append(method) }
        switch script(method, Array(payload)) {
        case .reply(let bytes): reply.send(byteCount: bytes.count) { $0.copyBytes(from: bytes) }
        case .fail(let error): reply.fail(error)
        case .silence: reply.later()
        case .disconnect:
          reply.later()
          loop.stop()
        }
      }
    }
    router.stream(LedgerService.importFacts) { [unowned loop] _, stream in
      log.methods.withLock { $0.append(LedgerService.importFacts) }
      return ImportHandler(stream: stream, script: importing) { loop.stop() }
    }
    return router
  }
}

/// Answers every chunk at once.
private final class ImportHandler: StreamHandler {
  private let stream: ResponseStream
  private let script: ScriptedServer.ImportScript
  private let disconnect: () -> Void
  /// The loop finishes its turn before it stops.
  private var isGone = false

  init(
    stream: ResponseStream, script: @escaping ScriptedServer.ImportScript,
    disconnect: @escaping () -> Void
  ) {
    self.stream = stream
    self.script = script
    self.disconnect = disconnect
  }

  func received(_ message: UnsafeRawBufferPointer) {
    if isGone { return }
    do {
      guard let answer = script(try ReceivedChunk.decodeRequest(message)) else {
        isGone = true
        return disconnect()
      }
      stream.send(answer)
    } catch {
      stream.fail(error)
    }
  }

  func halfClosed() {
    if !isGone { stream.finish() }
  }
}
