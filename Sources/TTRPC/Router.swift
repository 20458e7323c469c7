/// Answers a unary call: by `reply.send` or `reply.fail` at once, or later after `reply.later()`.
///
/// Runs on the loop's thread; the payload is valid during the call.
package typealias UnaryHandler =
  (borrowing CallContext, _ payload: UnsafeRawBufferPointer, inout Reply) -> Void

/// Makes the handler of one streaming call, or refuses it.
package typealias StreamHandlerMaker =
  (borrowing CallContext, ResponseStream) throws(RPCError) -> any StreamHandler

/// What a server offers: method → handler.
///
/// Filled before the server starts, on the loop's thread; the server compiles it into a table that
/// compares names as bytes.
package struct Router {
  enum Handler {
    case unary(UnaryHandler)
    case stream(StreamHandlerMaker)
  }

  package private(set) var methods: [MethodDescriptor] = []
  private(set) var handlers: [Handler] = []

  package init() {}

  /// Adds a unary method. Its name must be new and its kind unary.
  package mutating func unary(_ method: MethodDescriptor, _ handler: @escaping UnaryHandler) {
    precondition(method.kind == .unary, "\(method.fullName) is not unary")
    add(method, .unary(handler))
  }

  /// Adds a streaming method of any kind. Its name must be new.
  package mutating func stream(
    _ method: MethodDescriptor, _ makeHandler: @escaping StreamHandlerMaker
  ) {
    precondition(method.kind != .unary, "\(method.fullName) is unary")
    add(method, .stream(makeHandler))
  }

  private mutating func add(_ method: MethodDescriptor, _ handler: Handler) {
    precondition(
      !methods.contains { $0.fullName == method.fullName }, "\(method.fullName) is there already")
    methods.append(method)
    handlers.append(handler)
  }
}
