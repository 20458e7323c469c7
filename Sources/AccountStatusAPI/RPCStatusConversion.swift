internal import CAccountStatusV1
internal import CGoogleProtobuf
internal import CGoogleRPC
internal import TTRPC

// RPCError ↔ google.rpc.Status, where a reply carries an error in its body.

extension RPCError {
  init(_ wire: Google__Rpc__Status) {
    let details = readElements(wire.details, wire.n_details).compactMap { $0?.pointee }
    self.init(
      RPCCode(rawValue: wire.code) ?? .unknown, readText(wire.message),
      details: details.map {
        ErrorDetail(typeURL: readText($0.type_url), value: readBytes($0.value))
      })
  }

  func fill(_ wire: inout Google__Rpc__Status, _ arena: MessageArena) {
    wire.code = code.rawValue
    wire.message = arena.text(message)
    (wire.n_details, wire.details) = arena.messages(details) { detail, any in
      any.type_url = arena.text(detail.typeURL)
      any.value = arena.data(detail.value)
    }
  }
}
