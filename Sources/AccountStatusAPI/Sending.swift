package import TTRPC

// Messages straight into a connection's output: measured once, written in place.

extension Reply {
  /// Answers OK with a message.
  package mutating func send(_ message: some EncodableMessage) {
    message.withEncoding { encoding in
      send(byteCount: encoding.byteCount) { encoding.write($0) }
    }
  }
}

extension RPCServer {
  /// Answers a call OK with a message.
  package func reply(to id: CallID, _ message: some EncodableMessage) {
    message.withEncoding { encoding in
      reply(to: id, byteCount: encoding.byteCount) { encoding.write($0) }
    }
  }
}

extension ResponseStream {
  /// Sends a message.
  package func send(_ message: some EncodableMessage) {
    message.withEncoding { encoding in
      send(byteCount: encoding.byteCount) { encoding.write($0) }
    }
  }
}
