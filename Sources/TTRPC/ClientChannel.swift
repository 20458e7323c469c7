internal import Glibc

/// One connected socket of the client, and the protocol's state on it. On the client's loop.
///
/// Sends at the end of a turn what the turn produced.
final class ClientChannel {
  private let loop: EventLoop
  private let socket: UnixSocket
  private let readBuffer: UnsafeMutableRawBufferPointer
  private let onEvent: (ClientChannel, ClientEvent) -> Void
  private let onBroken: (ClientChannel, ClientError) -> Void
  /// Called when the socket took output.
  var onWritten: () -> Void = {}
  /// What the owner calls each of its streams.
  var keys: [UInt32: UInt64] = [:]
  private var connection: ClientConnection
  private var watch: EventLoop.Watch?
  private var events: IOEvents = .readable
  private var isPaused = false
  private(set) var isOpen = true

  /// - readBuffer: shared with the loop's other channels; must outlive them.
  /// - onEvent: what the server sends. Slices are valid during the call.
  /// - onBroken: once, when the connection is lost. Not after `close()`.
  init(
    _ socket: UnixSocket, loop: EventLoop, readBuffer: UnsafeMutableRawBufferPointer,
    limits: Limits, lastStreamID: UInt32, onEvent: @escaping (ClientChannel, ClientEvent) -> Void,
    onBroken: @escaping (ClientChannel, ClientError) -> Void
  ) throws(RuntimeError) {
    self.loop = loop
    self.socket = socket
    self.readBuffer = readBuffer
    self.onEvent = onEvent
    self.onBroken = onBroken
    connection = ClientConnection(limits: limits, lastStreamID: lastStreamID)
    watch = try loop.add(socket.descriptor, .readable) { [unowned self] events in ready(events) }
  }

  deinit { close() }

  var isWornOut: Bool { connection.isWornOut }
  var callsInFlight: Int { connection.callsInFlight }
  var outputCount: Int { connection.outputCount }

  /// Opens a stream under its owner's key; nil when the request is over the frame limit.
  func open(_ request: ClientRequest, timeout: Int64) -> UInt32? {
    let stream = connection.open(
      request.method, request.payload, timeout: timeout, metadata: request.metadata)
    if let stream { keys[stream] = request.key }
    return stream
  }

  func send(_ stream: UInt32, _ message: [UInt8]) -> Bool { connection.send(stream, message) }

  func halfClose(_ stream: UInt32) { connection.halfClose(stream) }

  func forget(_ stream: UInt32) {
    connection.forget(stream)
    keys[stream] = nil
  }

  /// Closes the connection; nothing is called back.
  func close() {
    guard isOpen else { return }
    isOpen = false
    detach()
    _ = shutdown(socket.descriptor, Int32(SHUT_RDWR))
  }

  /// Stops or goes on reading: the only way to make a server slow down.
  func setPaused(_ isPaused: Bool) {
    guard isOpen, self.isPaused != isPaused else { return }
    self.isPaused = isPaused
    if !isPaused, watch == nil {
      // The peer hung up while nobody read.
      return read()
    }
    updateEvents()
  }
}

// MARK: - Input and output

extension ClientChannel {
  private func ready(_ events: IOEvents) {
    if events.contains(.writable) { flush() }
    guard isOpen else { return }
    if isPaused {
      // A hang-up is reported for as long as the descriptor is watched; it waits for its reader.
      if !events.isDisjoint(with: [.hangUp, .error]) { detach() }
    } else if !events.isDisjoint(with: [.readable, .hangUp, .error]) {
      read()
    }
  }

  private func read() {
    while isOpen, !isPaused {
      let count = recv(
        socket.descriptor, readBuffer.baseAddress, readBuffer.count, Int32(MSG_DONTWAIT))
      if count > 0 {
        process(UnsafeRawBufferPointer(rebasing: readBuffer[..<count]))
        // A short read took all there was.
        if count < readBuffer.count, watch != nil { return }
      } else if count == 0 {
        return lose(.unavailable(reason: "the server closed the connection", wasSent: true))
      } else if errno == EAGAIN {
        return
      } else if errno != EINTR {
        return lose(.unavailable(reason: "the connection broke: \(systemText())", wasSent: true))
      }
    }
  }

  private func process(_ bytes: UnsafeRawBufferPointer) {
    var input = bytes
    do throws(ProtocolViolation) {
      while isOpen, let event = try connection.next(&input) { onEvent(self, event) }
    } catch {
      lose(.protocolViolation("a frame announces \(error.length) bytes"))
    }
  }

  /// Sends what is queued; what the socket does not take goes when it is writable.
  func flush() {
    guard isOpen else { return }
    let output = connection.output
    if output.count > 0 {
      let count = Glibc.send(
        socket.descriptor, output.baseAddress, output.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
      if count > 0 {
        connection.wrote(count)
        onWritten()
      }
      // What the server sent before it went may still be read; reading finds the end.
      if count < 0, errno != EAGAIN, errno != EINTR { connection.wrote(output.count) }
    }
    updateEvents()
  }

  private func updateEvents() {
    var events: IOEvents = isPaused ? [] : .readable
    if connection.outputCount > 0 { events.insert(.writable) }
    guard events != self.events, let watch else { return }
    self.events = events
    loop.modify(watch, events)
  }

  private func detach() {
    if let watch { loop.remove(watch) }
    watch = nil
  }

  private func lose(_ error: ClientError) {
    guard isOpen else { return }
    close()
    onBroken(self, error)
  }

  private func systemText() -> String { String(cString: strerror(errno)) }
}
