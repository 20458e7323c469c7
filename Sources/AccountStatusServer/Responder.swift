package import AccountStatusAPI
package import TTRPC

/// The one answer of a unary call, given on the spot or later. On the loop's thread.
///
/// A handler's completions need not know whether they run before it returns or after.
package final class Responder {
  private let id: CallID
  private let server: () -> RPCServer
  private var early: ((inout Reply) -> Void)?
  private var hasReturned = false

  private init(_ id: CallID, _ server: @escaping () -> RPCServer) {
    self.id = id
    self.server = server
  }

  /// Answers OK with a message.
  package func send(_ message: some EncodableMessage) {
    if hasReturned {
      server().reply(to: id, message)
    } else {
      early = { $0.send(message) }
    }
  }

  /// Answers OK with a message that is encoded already.
  package func send(encoded message: [UInt8]) {
    if hasReturned {
      server().reply(to: id, byteCount: message.count) { $0.copyBytes(from: message) }
    } else {
      early = { $0.send(message) }
    }
  }

  /// Answers with an error.
  package func fail(_ error: RPCError) {
    if hasReturned {
      server().fail(id, error)
    } else {
      early = { $0.fail(error) }
    }
  }

  /// Answers with the message or the error.
  package func complete(with result: Result<some EncodableMessage, RPCError>) {
    switch result {
    case .success(let message): send(message)
    case .failure(let error): fail(error)
    }
  }

  /// Runs the start of a handler; what it throws is the answer.
  package static func run(
    _ context: borrowing CallContext, _ reply: inout Reply, _ server: @escaping () -> RPCServer,
    _ start: (Responder) throws(RPCError) -> Void
  ) {
    let responder = Responder(context.id, server)
    do throws(RPCError) {
      try start(responder)
    } catch {
      responder.fail(error)
    }
    responder.hasReturned = true
    if let early = responder.early {
      early(&reply)
    } else {
      reply.later()
    }
  }
}
