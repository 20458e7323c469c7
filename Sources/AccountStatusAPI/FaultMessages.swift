internal import AccountStatusModel
internal import CAccountStatusV1
package import TTRPC

/// Makes the server do wrong on purpose.
package struct InjectFaultRequest: Sendable, Hashable {
  /// `package.Service/Method`, `package.Service`, or empty for every method but this service's.
  package var method: String
  /// How many calls it strikes; 0: all.
  package var count: UInt32
  /// How long each of them waits.
  package var delay: Duration
  /// What each is answered with; `ok`: it is handled.
  package var code: RPCCode
  /// Whether the connection of each is closed.
  package var dropsConnection: Bool
  /// Whether the status table shows no sign of life from now on.
  package var stopsHeartbeat: Bool

  package init(
    method: String = "", count: UInt32 = 0, delay: Duration = .zero, code: RPCCode = .ok,
    dropsConnection: Bool = false, stopsHeartbeat: Bool = false
  ) {
    self.method = method
    self.count = count
    self.delay = delay
    self.code = code
    self.dropsConnection = dropsConnection
    self.stopsHeartbeat = stopsHeartbeat
  }

  /// Whether anything becomes of calls.
  package var strikesCalls: Bool { delay > .zero || code != .ok || dropsConnection }

  /// The longest delay.
  package static let longestDelay = Duration.seconds(3600)
}

extension InjectFaultRequest: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__InjectFaultRequest) throws(FormError) {
    guard let code = RPCCode(rawValue: wire.code) else {
      throw FormError(field: "code", "is \(wire.code); give a google.rpc.Code, 0 to 16")
    }
    let delay = try readDuration("delay", wire.delay) ?? .zero
    guard (.zero...Self.longestDelay).contains(delay) else {
      throw FormError(field: "delay", "is negative or more than an hour")
    }
    self.init(
      method: readText(wire.method), count: wire.count, delay: delay, code: code,
      dropsConnection: readBool(wire.drop_connection),
      stopsHeartbeat: readBool(wire.stop_heartbeat))
    guard code == .ok || !dropsConnection else {
      throw FormError(
        field: "code", "answers the call, and drop_connection leaves it without an answer; give one"
      )
    }
    guard strikesCalls || stopsHeartbeat else {
      throw FormError("is no fault; give a delay, a code, drop_connection or stop_heartbeat")
    }
    guard strikesCalls || (method.isEmpty && count == 0) else {
      throw FormError(
        field: method.isEmpty ? "count" : "method",
        "is about calls, and nothing becomes of them; give a delay, a code or drop_connection")
    }
  }

  func fill(_ wire: inout Accountstatus__V1__InjectFaultRequest, _ arena: MessageArena) {
    wire.method = arena.text(method)
    wire.count = count
    if delay != .zero { wire.delay = arena.duration(delay) }
    wire.code = code.rawValue
    wire.drop_connection = dropsConnection ? 1 : 0
    wire.stop_heartbeat = stopsHeartbeat ? 1 : 0
  }
}

/// The fault is in force.
package struct InjectFaultResponse: Sendable, Hashable {
  package init() {}
}

extension InjectFaultResponse: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__InjectFaultResponse) {}
  func fill(_ wire: inout Accountstatus__V1__InjectFaultResponse, _ arena: MessageArena) {}
}

/// Ends all faults.
package struct ClearFaultsRequest: Sendable, Hashable {
  package init() {}
}

extension ClearFaultsRequest: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__ClearFaultsRequest) {}
  func fill(_ wire: inout Accountstatus__V1__ClearFaultsRequest, _ arena: MessageArena) {}
}

/// No fault is in force.
package struct ClearFaultsResponse: Sendable, Hashable {
  /// Calls struck since the start, or since faults were cleared before.
  package var struck: UInt64

  package init(struck: UInt64) {
    self.struck = struck
  }
}

extension ClearFaultsResponse: WireEncodable, WireDecodable {
  init(_ wire: Accountstatus__V1__ClearFaultsResponse) {
    struck = wire.struck
  }

  func fill(_ wire: inout Accountstatus__V1__ClearFaultsResponse, _ arena: MessageArena) {
    wire.struck = struck
  }
}
