import AccountStatusAPI
import AccountStatusModel
import CLinux
import Glibc
import TTRPC

/// A client of a local server, on the same thread.
final class Peer {
  /// What came on a stream.
  struct Stream {
    var messages: [[UInt8]] = []
    /// nil: it goes on; success: it ended well.
    var end: Result<Bool, ClientError>?
  }

  private var connection = ClientConnection()
  private var socket: UnixSocket?
  private let local: LocalServer
  private(set) var streams: [UInt32: Stream] = [:]

  init(_ socket: UnixSocket, _ local: LocalServer) {
    self.socket = socket
    self.local = local
  }

  /// Opens a call or a stream.
  func open(
    _ method: MethodDescriptor, _ message: some EncodableMessage, timeout: Int64 = 0
  ) throws -> UInt32 {
    try open(method, payload: message.encoded(), timeout: timeout)
  }

  func open(_ method: MethodDescriptor, payload: [UInt8], timeout: Int64 = 0) throws -> UInt32 {
    guard let id = connection.open(method, payload, timeout: timeout) else {
      throw TestFailure("the request is too large")
    }
    streams[id] = Stream()
    try pump()
    return id
  }

  /// Opens calls whose requests arrive in one piece.
  func openTogether(_ method: MethodDescriptor, _ payloads: [[UInt8]]) throws -> [UInt32] {
    let ids = try payloads.map { payload in
      guard let id = connection.open(method, payload, timeout: 0) else {
        throw TestFailure("the request is too large")
      }
      streams[id] = Stream()
      return id
    }
    try pump()
    return ids
  }

  func send(_ id: UInt32, _ message: some EncodableMessage) throws {
    guard connection.send(id, message.encoded()) else { throw TestFailure("too large") }
    try pump()
  }

  func sendRaw(_ id: UInt32, _ message: [UInt8]) throws {
    guard connection.send(id, message) else { throw TestFailure("too large") }
    try pump()
  }

  func halfClose(_ id: UInt32) throws {
    connection.halfClose(id)
    try pump()
  }

  /// Sends no more on the whole connection.
  func shutDownSending() throws {
    if let socket { shutdown(socket.descriptor, Int32(SHUT_WR)) }
    try local.turn()
  }

  func close() throws {
    socket = nil
    try local.turn()
  }

  /// Makes turns until a stream is over; what ended it.
  func end(of id: UInt32) throws -> Result<Bool, ClientError> {
    try until("stream \(id) ends") { $0.streams[id]?.end != nil }
    return streams[id]?.end ?? .failure(.closed)
  }

  func until(_ what: String, _ isSo: (Peer) -> Bool) throws {
    var failure: (any Error)?
    try local.until(what) {
      do { try pump() } catch { failure = error }
      return failure != nil || isSo(self)
    }
    if let failure { throw failure }
  }

  /// Calls a unary method.
  func call<Answer: DecodableMessage>(
    _ method: MethodDescriptor, _ message: some EncodableMessage, _: Answer.Type
  ) throws -> Answer {
    let id = try open(method, message)
    _ = try end(of: id).get()
    return try messages(of: id, Answer.self)[0]
  }

  /// What a unary method fails with.
  func failure(
    of method: MethodDescriptor, _ message: some EncodableMessage
  ) throws -> RPCError {
    try failure(of: open(method, message))
  }

  func failure(of id: UInt32) throws -> RPCError {
    guard case .failure(.rpc(let error)) = try end(of: id) else {
      throw TestFailure("the call did not fail")
    }
    return error
  }

  func messages<Answer: DecodableMessage>(of id: UInt32, _: Answer.Type) throws -> [Answer] {
    try (streams[id]?.messages ?? []).map { bytes in
      try bytes.withUnsafeBytes { try Answer.decode($0) }
    }
  }

  /// Sends and receives what can be.
  func pump() throws {
    guard let descriptor = socket?.descriptor else { return }
    while connection.outputCount > 0 {
      let output = connection.output
      let count = Glibc.send(descriptor, output.baseAddress, output.count, Int32(MSG_NOSIGNAL))
      if count > 0 { connection.wrote(count) } else { try local.turn(1) }
      if count < 0, errno != EAGAIN { return }
    }
    try local.turn(1)
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = recv(descriptor, &piece, piece.count, Int32(MSG_DONTWAIT))
      guard count > 0 else { return }
      try piece[..<count].withUnsafeBytes { try take($0) }
    }
  }

  private func take(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while let event = try connection.next(&rest) {
      switch event {
      case .reply(let id, let payload):
        streams[id]?.messages.append(Array(payload))
        streams[id]?.end = .success(true)
      case .message(let id, let payload, let isLast):
        streams[id]?.messages.append(Array(payload))
        if isLast { streams[id]?.end = .success(true) }
      case .ended(let id): streams[id]?.end = .success(true)
      case .failed(let id, let error): streams[id]?.end = .failure(error)
      case .ignored: break
      }
    }
  }
}
