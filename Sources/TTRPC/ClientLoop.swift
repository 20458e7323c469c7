internal import Glibc

/// The client's state, on the client's thread: who waits for what.
///
/// A request is either waiting for a connection, or sent. Whatever ends it removes it from its table
/// and resumes its task, so that happens once.
final class ClientLoop {
  /// A request without an answer.
  private struct Pending {
    enum Kind {
      case call(ClientCommand.CallContinuation)
      case stream(StreamBuffer, ClientCommand.OpenContinuation)
    }

    let request: ClientRequest
    let kind: Kind
    /// When it stops waiting for a connection.
    var giveUpAt: MonotonicInstant
    var mayRetry: Bool
    var wasSent = false
    var timer: TimerID?
    /// Where it was sent; nil while it waits for a connection.
    var channel: ClientChannel?
    var stream: UInt32 = 0

    func fail(_ error: ClientError) {
      switch kind {
      case .call(let continuation): continuation.resume(returning: .failure(error))
      case .stream(_, let continuation): continuation.resume(returning: .failure(error))
      }
    }
  }

  /// An open stream and its connection.
  private struct Stream {
    let channel: ClientChannel
    let stream: UInt32
    let buffer: StreamBuffer
    var timer: TimerID?
  }

  private let loop: EventLoop
  private let mailbox: Mailbox<ClientCommand>
  private let path: String
  private let options: RPCClient.Options
  private let readBuffer = UnsafeMutableRawBufferPointer.allocate(
    byteCount: 64 << 10, alignment: 16)

  private var pending: [UInt64: Pending] = [:]
  private var streams: [UInt64: Stream] = [:]
  /// The connection for unary calls.
  private var shared: ClientChannel?
  /// Connections whose stream ids are used up, until their calls are answered.
  private var retiring: [ClientChannel] = []
  /// Channels with something to send at the end of the turn.
  private var dirty: [ClientChannel] = []
  /// Keys that wait for a connection, in order.
  private var waiting: [UInt64] = []
  private var backoff: Backoff
  private var attemptTimer: TimerID?
  private var isClosed = false
  /// Why and when connecting failed last.
  private var refusal: (reason: String, at: MonotonicInstant)?

  init(
    loop: EventLoop, mailbox: Mailbox<ClientCommand>, path: String, options: RPCClient.Options
  ) {
    self.loop = loop
    self.mailbox = mailbox
    self.path = path
    self.options = options
    backoff = Backoff(options.backoff)
  }

  deinit { readBuffer.deallocate() }

  /// Runs until the client is closed.
  func run() {
    let turnEnd = loop.atEndOfTurn { [unowned self] in flush() }
    do throws(RuntimeError) {
      try loop.receive(from: mailbox) { [unowned self] command in perform(command) }
      try loop.run()
      finish(.closed)
    } catch {
      finish(.unavailable(reason: error.description, wasSent: true))
    }
    loop.remove(turnEnd)
  }

  private func finish(_ error: ClientError) {
    for command in mailbox.close() { command.fail(error) }
    for request in pending.values { request.fail(error) }
    for stream in streams.values {
      stream.channel.close()
      stream.buffer.end(.failure(error))
    }
    for channel in retiring { channel.close() }
    shared?.close()
    pending = [:]
    streams = [:]
  }

  private func perform(_ command: ClientCommand) {
    // What was asked after the end may have come in one batch with it.
    if isClosed { return command.fail(.closed) }
    switch command {
    case .call(let request, let continuation):
      add(request, .call(continuation), mayRetry: request.method.isIdempotent)
    case .openStream(let request, let buffer, let continuation):
      add(request, .stream(buffer, continuation), mayRetry: false)
    case .cancelRequest(let key): fail(key, .cancelled)
    case .send(let key, let message): send(key, message)
    case .finishSending(let key):
      guard let stream = streams[key] else { return }
      stream.channel.halfClose(stream.stream)
      dirty.append(stream.channel)
    case .resumeReading(let key): streams[key]?.channel.setPaused(false)
    case .cancelStream(let key): endStream(key, .failure(.cancelled))
    case .close:
      isClosed = true
      loop.stop()
    }
  }

  private func flush() {
    if dirty.isEmpty { return }
    let channels = dirty
    dirty.removeAll(keepingCapacity: true)
    for channel in channels { channel.flush() }
  }
}

// MARK: - Requests

extension ClientLoop {
  private func add(_ request: ClientRequest, _ kind: Pending.Kind, mayRetry: Bool) {
    pending[request.key] = Pending(
      request: request, kind: kind,
      giveUpAt: loop.now.advanced(by: options.connectPatience), mayRetry: mayRetry)
    start(request.key)
  }

  /// Sends a request, over a new connection if need be; without one it waits or fails.
  private func start(_ key: UInt64) {
    guard let request = pending[key] else { return }
    guard request.request.deadline > .now() else { return fail(key, .deadlineExceeded) }
    guard let channel = channel(for: request.kind) else { return wait(key) }
    let deadline = request.request.deadline
    let timeout =
      deadline == .distantFuture
      ? 0 : max(deadline.nanoseconds - MonotonicInstant.now().nanoseconds, 1)
    guard let stream = channel.open(request.request, timeout: timeout) else {
      return fail(key, .tooLarge(byteCount: request.request.payload.count))
    }
    dirty.append(channel)
    if case .stream(let buffer, let continuation) = request.kind {
      return opened(key, Stream(channel: channel, stream: stream, buffer: buffer), continuation)
    }
    pending[key]?.channel = channel
    pending[key]?.stream = stream
    pending[key]?.wasSent = true
    arm(key, at: deadline)
  }

  private func opened(
    _ key: UInt64, _ stream: Stream, _ continuation: ClientCommand.OpenContinuation
  ) {
    var stream = stream
    let request = remove(key)
    let channel = stream.channel
    let buffer = stream.buffer
    channel.onWritten = { [unowned channel] in
      buffer.progressed(accepted: 0, buffered: channel.outputCount)
    }
    if let deadline = request?.request.deadline, deadline != .distantFuture {
      stream.timer = loop.schedule(at: deadline) { [unowned self] in
        endStream(key, .failure(.deadlineExceeded))
      }
    }
    streams[key] = stream
    continuation.resume(returning: .success(()))
  }

  /// Without a connection: patience, or none.
  private func wait(_ key: UInt64) {
    guard let request = pending[key] else { return }
    guard request.giveUpAt > loop.now else {
      return fail(
        key, .unavailable(reason: refusal?.reason ?? "no connection", wasSent: request.wasSent))
    }
    waiting.append(key)
    arm(key, at: min(request.giveUpAt, request.request.deadline))
    if attemptTimer == nil {
      attemptTimer = loop.schedule(after: backoff.next()) { [unowned self] in
        attemptTimer = nil
        startWaiting()
      }
    }
  }

  /// Tries again for everything that waits. The first to fail tells the others.
  private func startWaiting() {
    let keys = waiting
    waiting = []
    refusal = nil
    for key in keys { start(key) }
  }

  /// Sets the request's one timer.
  private func arm(_ key: UInt64, at instant: MonotonicInstant) {
    if let timer = pending[key]?.timer { loop.cancel(timer) }
    pending[key]?.timer =
      instant == .distantFuture
      ? nil : loop.schedule(at: instant) { [unowned self] in timeOut(key) }
  }

  private func timeOut(_ key: UInt64) {
    guard let request = pending[key] else { return }
    if request.channel == nil, request.request.deadline > loop.now {
      fail(
        key, .unavailable(reason: refusal?.reason ?? "no connection", wasSent: request.wasSent))
    } else {
      fail(key, .deadlineExceeded)
    }
  }

  private func fail(_ key: UInt64, _ error: ClientError) {
    guard let request = remove(key) else { return }
    if let channel = request.channel {
      channel.forget(request.stream)
      retireIfDone(channel)
    }
    request.fail(error)
  }

  private func remove(_ key: UInt64) -> Pending? {
    guard let request = pending.removeValue(forKey: key) else { return nil }
    if let timer = request.timer { loop.cancel(timer) }
    if request.channel == nil { waiting.removeAll { $0 == key } }
    return request
  }
}

// MARK: - Connections

extension ClientLoop {
  private func channel(for kind: Pending.Kind) -> ClientChannel? {
    guard case .call = kind else { return connect() }
    if let shared, !shared.isWornOut { return shared }
    if let shared {
      retiring.append(shared)
      retireIfDone(shared)
    }
    shared = connect()
    return shared
  }

  private func connect() -> ClientChannel? {
    // One failure answers all who ask within the shortest pause.
    if let refusal, loop.now < refusal.at.advanced(by: options.backoff.lowerBound) { return nil }
    do throws(RuntimeError) {
      let channel = try ClientChannel(
        UnixSocket.connect(path: path), loop: loop, readBuffer: readBuffer, limits: options.limits,
        lastStreamID: options.lastStreamID,
        onEvent: { [unowned self] channel, event in received(channel, event) },
        onBroken: { [unowned self] channel, error in broken(channel, error) })
      refusal = nil
      backoff.succeeded()
      options.onConnect()
      return channel
    } catch {
      refusal = (error.description, loop.now)
      return nil
    }
  }

  private func broken(_ channel: ClientChannel, _ error: ClientError) {
    if shared === channel { shared = nil }
    retiring.removeAll { $0 === channel }
    var again: [UInt64] = []
    for key in channel.keys.values.sorted() {
      if streams[key] != nil {
        endStream(key, .failure(error))
      } else if case .unavailable = error, pending[key]?.mayRetry == true {
        again.append(key)
      } else {
        pending[key]?.channel = nil
        fail(key, error)
      }
    }
    for key in again { startAgain(key) }
  }

  /// Sends a request once more, over a connection that is to be made.
  private func startAgain(_ key: UInt64) {
    pending[key]?.mayRetry = false
    pending[key]?.channel = nil
    pending[key]?.giveUpAt = loop.now.advanced(by: options.connectPatience)
    start(key)
  }

  private func retireIfDone(_ channel: ClientChannel) {
    guard channel.keys.isEmpty, retiring.contains(where: { $0 === channel }) else { return }
    channel.close()
    retiring.removeAll { $0 === channel }
  }
}

// MARK: - Answers

extension ClientLoop {
  private func received(_ channel: ClientChannel, _ event: ClientEvent) {
    switch event {
    case .ignored: break
    case .reply(let stream, let bytes):
      guard let key = channel.keys[stream] else { return }
      if streams[key] != nil {
        deliver(key, bytes)
        return endStream(key, .success(()))
      }
      channel.keys[stream] = nil
      guard let request = remove(key), case .call(let continuation) = request.kind else { return }
      continuation.resume(returning: .success([UInt8](bytes)))
      retireIfDone(channel)
    case .message(let stream, let bytes, let isLast):
      guard let key = channel.keys[stream] else { return }
      deliver(key, bytes)
      if isLast { endStream(key, .success(())) }
    case .ended(let stream):
      guard let key = channel.keys[stream] else { return }
      endStream(key, .success(()))
    case .failed(let stream, let error):
      guard let key = channel.keys[stream] else { return }
      if streams[key] != nil { return endStream(key, .failure(error)) }
      if !repeatElsewhere(key, channel, error) { fail(key, error) }
    }
  }

  /// A server that is going away refuses each call by itself; its successor may be there already.
  private func repeatElsewhere(
    _ key: UInt64, _ channel: ClientChannel, _ error: ClientError
  ) -> Bool {
    guard case .rpc(let refusal) = error, refusal.code == .unavailable, refusal.details.isEmpty
    else { return false }
    if shared === channel {
      shared = nil
      // Calls in flight on it are still answered.
      retiring.append(channel)
    }
    guard let request = pending[key], request.mayRetry else { return false }
    channel.forget(request.stream)
    retireIfDone(channel)
    startAgain(key)
    return true
  }

  private func deliver(_ key: UInt64, _ bytes: UnsafeRawBufferPointer) {
    guard let stream = streams[key] else { return }
    if !stream.buffer.deliver([UInt8](bytes)) { stream.channel.setPaused(true) }
  }

  private func send(_ key: UInt64, _ message: [UInt8]) {
    guard let stream = streams[key] else { return }
    guard stream.channel.send(stream.stream, message) else {
      return endStream(key, .failure(.tooLarge(byteCount: message.count)))
    }
    stream.buffer.progressed(accepted: message.count, buffered: stream.channel.outputCount)
    dirty.append(stream.channel)
  }

  /// A stream is over; its connection goes with it.
  private func endStream(_ key: UInt64, _ end: Result<Void, ClientError>) {
    guard let stream = streams.removeValue(forKey: key) else { return }
    if let timer = stream.timer { loop.cancel(timer) }
    stream.channel.close()
    stream.buffer.end(end)
  }
}
