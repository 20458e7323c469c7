internal import AccountStatusAPI
internal import TTRPC

/// Something that a test server does wrong on purpose.
///
///     try await client.inject(.failure(.unavailable, count: 2))
///     try await client.inject(.delay(.seconds(1), method: "accountstatus.v1.StatusService"))
///
/// A call is struck by the first fault that is for it, in the order in which they were injected, and
/// that is not used up. The calls that inject and clear faults and move the clock are never struck.
/// A reader of the status table makes no call: `silence` is what makes it ask.
public struct Fault: Sendable, Hashable {
  /// The calls that it is for: `package.Service/Method`, `package.Service` for all of its methods,
  /// or empty for every method.
  public var method = ""
  /// How many calls it strikes; nil: all, until faults are cleared.
  public var count: Int?
  /// How long each of them waits first; at most an hour.
  public var delay = Duration.zero
  /// The gRPC code that each of them is answered with; nil: it is handled.
  public var code: Int32?
  /// Whether the connection of each of them is closed instead.
  public var dropsConnection = false
  /// Whether the status table shows no sign of life, until faults are cleared.
  public var stopsHeartbeat = false

  /// Describes no fault yet.
  public init() {}

  /// Calls that are answered late.
  public static func delay(
    _ delay: Duration, method: String = "", count: Int? = nil
  ) -> Fault {
    var fault = Fault()
    (fault.delay, fault.method, fault.count) = (delay, method, count)
    return fault
  }

  /// Calls that fail.
  public static func failure(
    _ kind: AccountStatusError.Kind, method: String = "", count: Int? = nil
  ) -> Fault {
    var fault = Fault()
    (fault.code, fault.method, fault.count) = (kind.code, method, count)
    return fault
  }

  /// Calls whose connection breaks.
  public static func disconnect(method: String = "", count: Int? = nil) -> Fault {
    var fault = Fault()
    (fault.dropsConnection, fault.method, fault.count) = (true, method, count)
    return fault
  }

  /// A status table whose server has fallen silent.
  public static var silence: Fault {
    var fault = Fault()
    fault.stopsHeartbeat = true
    return fault
  }
}

extension AccountStatusClient {
  /// Makes a test server do something wrong on purpose. Never made twice.
  public func inject(_ fault: Fault, timeout: Duration? = nil) async throws(AccountStatusError) {
    guard let code = RPCCode(rawValue: fault.code ?? 0) else {
      throw AccountStatusError(.invalidArgument, "\(fault.code ?? 0) is no gRPC code")
    }
    // No calls at all would read as all of them.
    guard let count = UInt32(exactly: fault.count ?? 0), fault.count != 0 else {
      throw AccountStatusError(
        .invalidArgument, "a fault strikes 1 to \(UInt32.max) calls, or nil: all of them")
    }
    let _: InjectFaultResponse = try await call(
      TestingService.injectFault,
      InjectFaultRequest(
        method: fault.method, count: count, delay: fault.delay, code: code,
        dropsConnection: fault.dropsConnection, stopsHeartbeat: fault.stopsHeartbeat),
      timeout: timeout)
  }

  /// Ends all faults of a test server; returns how many calls they struck. Never made twice.
  @discardableResult
  public func clearFaults(timeout: Duration? = nil) async throws(AccountStatusError) -> UInt64 {
    let response: ClearFaultsResponse = try await call(
      TestingService.clearFaults, ClearFaultsRequest(), timeout: timeout)
    return response.struck
  }
}

extension AccountStatusError.Kind {
  /// The number of the gRPC code.
  fileprivate var code: Int32 {
    if case .other(let code) = self { return code }
    let code = RPCCode.allCases.first { AccountStatusError.Kind($0) == self }
    return (code ?? .internal).rawValue
  }
}
