import AccountStatusClient
import Testing

@Suite struct SocketPathTests {
  private let named = ["ACCOUNTSTATUS_SOCKET": "/named.sock", "XDG_RUNTIME_DIR": "/run/user/1"]
  private let own = "/run/user/1/accountstatus/rpc.sock"
  private let system = "/run/accountstatus/rpc.sock"

  private func resolve(
    _ given: String? = nil, _ environment: [String: String] = [:], existing: Set<String> = []
  ) -> String {
    SocketPath.resolve(
      given, environment: { environment[$0] }, exists: { existing.contains($0) })
  }

  @Test func `the path given comes first, then the variable`() {
    #expect(resolve("/given.sock", named) == "/given.sock")
    #expect(resolve(nil, named, existing: [own, system]) == "/named.sock")
  }

  @Test func `then the first that exists of the user's and the system's`() {
    let user = ["XDG_RUNTIME_DIR": "/run/user/1"]
    #expect(resolve(nil, user, existing: [own, system]) == own)
    #expect(resolve(nil, user, existing: [system]) == system)
    #expect(resolve(nil, [:], existing: [own, system]) == system)
  }

  @Test func `with none the system's is named, and empty settings are none`() {
    #expect(resolve(nil, ["XDG_RUNTIME_DIR": "/run/user/1"]) == system)
    #expect(resolve("", ["ACCOUNTSTATUS_SOCKET": "", "XDG_RUNTIME_DIR": ""]) == system)
  }

  private func table(
    _ given: String? = nil, _ environment: [String: String] = [:],
    server: (given: String?, path: String) = (nil, "/run/a/rpc.sock")
  ) -> String? {
    SocketPath.table(given, server: server, environment: { environment[$0] })
  }

  @Test func `the table's socket stands beside the server's, unless it is named`() {
    let named = ["ACCOUNTSTATUS_TABLE_SOCKET": "/named.sock"]
    #expect(table() == "/run/a/table.sock")
    #expect(table(server: (nil, "rpc.sock")) == "table.sock")
    #expect(table("/given.sock", named) == "/given.sock")
    #expect(table(nil, named) == "/named.sock")
    #expect(table("", ["ACCOUNTSTATUS_TABLE_SOCKET": ""]) == "/run/a/table.sock")
  }

  @Test func `the variable does not take a table to a server that was given`() {
    let named = ["ACCOUNTSTATUS_TABLE_SOCKET": "/named.sock"]
    #expect(
      table(nil, named, server: ("/run/b/rpc.sock", "/run/b/rpc.sock")) == "/run/b/table.sock")
  }

  @Test func `off means no table, whatever is named`() {
    #expect(table("/given.sock", ["ACCOUNTSTATUS_TABLE": "off"]) == nil)
    #expect(table(nil, ["ACCOUNTSTATUS_TABLE": "on"]) == "/run/a/table.sock")
  }
}
