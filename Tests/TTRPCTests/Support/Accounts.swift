import TTRPC

/// The service that the vectors talk to, as a server offers it; Tests/Vectors/README.md lists it.
enum Accounts {
  static let service = "acct.v1.Accounts"

  static func method(_ name: String, _ kind: MethodKind = .unary, isIdempotent: Bool = false)
    -> MethodDescriptor
  {
    MethodDescriptor(service: service, name: name, kind: kind, isIdempotent: isIdempotent)
  }

  static let noSuchAccount = RPCError(
    .notFound, "no such account",
    details: [.errorInfo(reason: "NO_SUCH_ACCOUNT", domain: "acct.v1")])
  static let enough = RPCError(.aborted, "enough")
  static let hugeCount = 4_194_304

  /// Calls back with every call of Hold, so that a test can answer it.
  static func router(onHold: @escaping (CallID) -> Void = { _ in }) -> Router {
    var router = Router()
    router.unary(method("Get", isIdempotent: true)) { _, _, reply in reply.send([0x08, 0x01]) }
    router.unary(method("Empty")) { _, _, reply in reply.send([]) }
    router.unary(method("Fail")) { _, _, reply in reply.fail(noSuchAccount) }
    router.unary(method("Meta")) { context, _, reply in
      reply.send(values(context.metadata.values(for: "k")))
    }
    router.unary(method("Huge")) { _, _, reply in
      reply.send(byteCount: hugeCount) { $0.initializeMemory(as: UInt8.self, repeating: 0) }
    }
    router.unary(method("Hold", isIdempotent: true)) { context, _, reply in
      reply.later()
      onHold(context.id)
    }
    router.stream(method("List", .serverStreaming)) { _, stream in List(stream) }
    router.stream(method("Tail", .serverStreaming)) { _, stream in Tail(stream) }
    router.stream(method("Sum", .clientStreaming)) { _, stream in Sum(stream) }
    router.stream(method("Chat", .bidirectional)) { _, stream in Chat(stream) }
    router.stream(method("Break", .bidirectional)) { _, stream in Break(stream) }
    router.stream(method("Deaf", .bidirectional)) { _, stream in
      stream.pauseReceiving()
      return Deaf()
    }
    return router
  }

  static func values(_ values: [String]) -> [UInt8] {
    var writer = WireWriter()
    for value in values { writer.string(1, value) }
    return writer.bytes
  }

  static func sum(_ count: Int) -> [UInt8] {
    var writer = WireWriter()
    writer.varint(1, UInt64(count))
    return writer.bytes
  }
}

// MARK: - Streams

final class List: StreamHandler {
  private let stream: ResponseStream
  init(_ stream: ResponseStream) { self.stream = stream }

  func received(_ message: UnsafeRawBufferPointer) {
    for _ in 0..<2 { stream.send(Array(message)) }
    stream.finish()
  }
}

final class Tail: StreamHandler {
  private let stream: ResponseStream
  init(_ stream: ResponseStream) { self.stream = stream }

  func received(_ message: UnsafeRawBufferPointer) { stream.send(Array(message)) }
}

final class Sum: StreamHandler {
  private let stream: ResponseStream
  private var count = 0
  init(_ stream: ResponseStream) { self.stream = stream }

  func received(_ message: UnsafeRawBufferPointer) { count += 1 }
  func halfClosed() { stream.reply(Accounts.sum(count)) }
}

final class Chat: StreamHandler {
  private let stream: ResponseStream
  init(_ stream: ResponseStream) { self.stream = stream }

  func received(_ message: UnsafeRawBufferPointer) { stream.send(Array(message)) }
  func halfClosed() { stream.finish() }
}

final class Break: StreamHandler {
  private let stream: ResponseStream
  init(_ stream: ResponseStream) { self.stream = stream }

  func received(_ message: UnsafeRawBufferPointer) {
    stream.send(Array(message))
    stream.fail(Accounts.enough)
  }
}

final class Deaf: StreamHandler {}
