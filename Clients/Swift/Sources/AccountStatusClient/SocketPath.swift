internal import Glibc

/// Where the server's socket is.
package enum SocketPath {
  /// The path given, else `$ACCOUNTSTATUS_SOCKET`, else the first that exists of the user's and the
  /// system's; the system's when none does, so that the error names it.
  package static func resolve(
    _ given: String?,
    environment: (String) -> String? = { getenv($0).map { String(cString: $0) } },
    exists: (String) -> Bool = { access($0, F_OK) == 0 }
  ) -> String {
    if let given, !given.isEmpty { return given }
    if let named = environment("ACCOUNTSTATUS_SOCKET"), !named.isEmpty { return named }
    let system = "/run/accountstatus/rpc.sock"
    if let runtime = environment("XDG_RUNTIME_DIR"), !runtime.isEmpty {
      let own = "\(runtime)/accountstatus/rpc.sock"
      if exists(own) { return own }
    }
    return system
  }

  /// The status table's socket: the path given; else, for a server that was not given either,
  /// `$ACCOUNTSTATUS_TABLE_SOCKET`; else `table.sock` beside the server's socket. nil: the fast path
  /// is off, by `ACCOUNTSTATUS_TABLE=off`.
  package static func table(
    _ given: String?, server: (given: String?, path: String),
    environment: (String) -> String? = { getenv($0).map { String(cString: $0) } }
  ) -> String? {
    if environment("ACCOUNTSTATUS_TABLE") == "off" { return nil }
    if let given, !given.isEmpty { return given }
    if (server.given ?? "").isEmpty, let named = environment("ACCOUNTSTATUS_TABLE_SOCKET"),
      !named.isEmpty
    {
      return named
    }
    guard let slash = server.path.lastIndex(of: "/") else { return "table.sock" }
    return "\(server.path[..<slash])/table.sock"
  }
}
