/// Answers a unary call: by `reply.send` or `reply.fail` at once, or later after `reply.later()`.
///
/// Runs on the loop's thread; the payload is valid during the call.
package typealias UnaryHandler =
  (borrowing CallContext, _ payload: UnsafeRawBufferPointer, inout Reply) -> Void

/// Told of a unary call that is handled next but one at the latest, to have its memory fetched; the
/// payload and the read are those that its handler gets. Nothing may come of it.
package typealias UnaryPreparation = (_ payload: UnsafeRawBufferPointer, _ read: UInt64) -> Void

/// Makes the handler of one streaming call, or refuses it.
package typealias StreamHandlerMaker =
  (borrowing CallContext, ResponseStream) throws(RPCError) -> any StreamHandler

/// What a server offers: method → handler.
///
/// Filled before the server starts, on the loop's thread; the server compiles it into a table that
/// compares names as bytes.
package struct Router {
  enum Handler {
    case unary(UnaryHandler, UnaryPreparation?)
    case stream(StreamHandlerMaker)
  }

  package private(set) var methods: [MethodDescriptor] = []
  private(set) var handlers: [Handler] = []

  package init() {}

  /// Adds a unary method. Its name must be new and its kind unary.
  ///
  /// - prepare: for a method whose calls come many at once and are answered on the spot.
  package mutating func unary(
    _ method: MethodDescriptor, prepare: UnaryPreparation? = nil, _ handler: @escaping UnaryHandler
  ) {
    precondition(method.kind == .unary, "\(method.fullName) is not unary")
    add(method, .unary(handler, prepare))
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
