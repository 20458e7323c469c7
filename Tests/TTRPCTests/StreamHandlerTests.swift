import TTRPC
import Testing

/// Writes down what it is told.
private final class Recorder: StreamHandler {
  let stream: ResponseStream
  var log: [String] = []
  var onMessage: (Recorder) -> Void = { _ in }
  var onWritable: (Recorder) -> Void = { _ in }

  init(_ stream: ResponseStream) { self.stream = stream }

  func received(_ message: UnsafeRawBufferPointer) {
    log.append("received \(Array(message))")
    onMessage(self)
  }
  func halfClosed() { log.append("half-closed") }
  func cancelled() { log.append("cancelled") }
  func writable() {
    log.append("writable")
    onWritable(self)
  }
}

@Suite("Streams")
struct StreamHandlerTests {
  /// A server with a method Record of each kind, whose handlers it keeps.
  private final class Recording {
    var recorders: [Recorder] = []
    let local: LocalServer
    let peer: RawPeer

    init(limits: Limits = Limits(), _ prepare: @escaping (Recorder) -> Void = { _ in }) throws {
      var add: (Recorder) -> Void = { _ in }
      local = try LocalServer(
        limits: limits,
        routes: { router in
          for (name, kind) in [
            ("Bidi", MethodKind.bidirectional), ("Server", .serverStreaming),
            ("Client", .clientStreaming),
          ] {
            router.stream(Accounts.method(name, kind)) { _, stream in
              let recorder = Recorder(stream)
              prepare(recorder)
              add(recorder)
              return recorder
            }
          }
        })
      peer = try local.connect()
      add = { [unowned self] in recorders.append($0) }
    }
  }

  @Test func `messages and the half-close reach the handler in order`() throws {
    let test = try Recording()
    test.peer.send(request(1, "Bidi", [1], flags: 2) + data(1, []) + data(1, [2], flags: 1))
    #expect(
      test.recorders[0].log == ["received [1]", "received []", "received [2]", "half-closed"])
  }

  @Test func `a handler that is busy gets its messages when it asks for them`() throws {
    let test = try Recording { $0.stream.pauseReceiving() }
    test.peer.send(request(1, "Bidi", [1], flags: 2) + data(1, [2]) + halfClose(1))
    #expect(test.recorders[0].log == [])
    test.recorders[0].onMessage = { recorder in
      if recorder.log.count == 1 { recorder.stream.pauseReceiving() }
    }
    test.recorders[0].stream.resumeReceiving()
    test.local.turn()
    #expect(test.recorders[0].log == ["received [1]"])
    test.recorders[0].stream.resumeReceiving()
    test.local.turn()
    #expect(test.recorders[0].log == ["received [1]", "received [2]", "half-closed"])
  }

  @Test func `one busy stream does not hold up the connection`() throws {
    let test = try Recording { $0.stream.pauseReceiving() }
    test.peer.send(request(1, "Bidi", flags: 2))
    for number in 0..<64 as Range<UInt8> { test.peer.send(data(1, [number])) }
    #expect(test.peer.ask(request(3, "Get")) == reply(3, getReply))
    #expect(
      test.peer.ask(data(1, [64]))
        == failure(1, .resourceExhausted, "64 messages of the stream wait"))
    #expect(test.recorders[0].log == ["cancelled"])
    #expect(test.local.server.counters[.queueOverflow] == 1)
    #expect(test.local.server.inputHeld == 0)
  }

  @Test func `a handler is cancelled when its deadline passes, its client breaks a rule, or goes`()
    throws
  {
    let test = try Recording()
    test.peer.send(request(1, "Server", timeout: 1_000, flags: 1))
    test.local.advance(.milliseconds(1))
    test.peer.send(request(3, "Bidi", flags: 2) + halfClose(3) + data(3, []))
    test.peer.send(request(5, "Bidi", flags: 2))
    test.peer.close()
    #expect(
      test.recorders.map(\.log) == [
        ["received []", "half-closed", "cancelled"], ["half-closed", "cancelled"], ["cancelled"],
      ])
    #expect(test.recorders.allSatisfy { !$0.stream.isLive })
    #expect(test.local.server.connectionCount == 0)
  }

  @Test func `an error may follow messages, and nothing follows an error`() throws {
    let test = try Recording()
    test.peer.send(request(1, "Server", flags: 1))
    let stream = test.recorders[0].stream
    stream.send([1])
    stream.fail(Accounts.enough)
    stream.send([2])
    stream.finish()
    stream.fail(Accounts.enough)
    #expect(test.peer.receive() == data(1, [1]) + failure(1, .aborted, "enough"))
  }

  @Test func `a client-streaming call has one reply, empty if the handler just finishes`() throws {
    let test = try Recording()
    test.peer.send(request(1, "Client", flags: 2) + request(3, "Client", flags: 2))
    test.recorders[0].stream.reply([5])
    test.recorders[1].stream.finish()
    #expect(test.peer.receive() == reply(1, [5]) + reply(3, []))
  }

  @Test func `a message over the limit ends the stream with an error`() throws {
    let test = try Recording()
    test.peer.send(request(1, "Server", flags: 1))
    let count = 4 << 20 + 1
    test.recorders[0].stream.send(byteCount: count) { _ in }
    #expect(
      test.peer.receive()
        == failure(
          1, .resourceExhausted, "the reply of \(count) bytes exceeds the maximum of 4194304"))
    #expect(test.recorders[0].log.last == "cancelled")
  }

  @Test func `a handler that keeps to its mark sends any amount in bounded memory`() throws {
    let total = 40
    let chunk = [UInt8](repeating: 7, count: 100_000)
    var sent = 0
    var highest = 0
    let fill: (Recorder) -> Void = { recorder in
      while sent < total, recorder.stream.isWritable {
        recorder.stream.send(chunk)
        sent += 1
        highest = max(highest, recorder.stream.bufferedBytes)
      }
      if sent == total { recorder.stream.finish() }
    }
    let test = try Recording {
      $0.onMessage = fill
      $0.onWritable = fill
    }
    test.peer.send(request(1, "Server", flags: 1))
    test.local.turn()
    #expect(sent < total)
    var received: [UInt8] = []
    for _ in 0..<1_000 where received.count < total * (chunk.count + 10) + 10 {
      received += test.peer.receive()
    }
    #expect(received.count == total * (chunk.count + 10) + 10)
    #expect(received.suffix(10) == halfClose(1)[...])
    #expect(highest <= 256 << 10 + chunk.count + 10)
  }

  @Test func `draining ends what streams on, unless its handler decides otherwise`() throws {
    let test = try Recording()
    test.peer.send(request(1, "Server", flags: 1) + request(3, "Bidi", flags: 2))
    var isDrained = false
    test.local.server.drain(deadline: test.local.time.now.advanced(by: .seconds(5))) {
      isDrained = true
    }
    #expect(test.peer.receive() == failure(1, .unavailable, "the server is shutting down"))
    #expect(!isDrained)
    test.peer.send(data(3, [1]) + halfClose(3))
    #expect(test.recorders[1].log == ["received [1]", "half-closed"])
    test.recorders[1].stream.finish()
    #expect(test.peer.receive() == halfClose(3))
    #expect(test.peer.isClosed())
    #expect(isDrained)
  }
}
