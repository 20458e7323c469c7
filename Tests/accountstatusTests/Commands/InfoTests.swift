import Testing
import accountstatus

struct InfoTests {
  private let info = """
    {"version":"1.2","pid":7,"startedAt":"2026-11-15T09:00:00Z","rpcSocket":"/r/rpc.sock",
    "storeVersion":3,"database":"/d/ledger.sqlite","policyEdition":"2020-06",
    "policyEditions":["2016-11","2020-06"],"ephemeral":true,"manualClock":true,
    "now":"2026-11-16T00:00:00Z","readOnlyBecause":"the disk is full"}
    """

  @Test func `text is a line per matter`() async throws {
    #expect(
      try await run(["info"], on: StubServer { _, _ in info }).output == """
        version    1.2
        process    7, since 2026-11-15T09:00:00Z
        socket     /r/rpc.sock
        table      none
        ledger     /d/ledger.sqlite, schema 3
        editions   2016-11, 2020-06 (default)
        clock      2026-11-16T00:00:00Z, set by hand
        ephemeral  its data goes when it stops
        read-only  the disk is full

        """)
  }

  @Test func `JSON is the reply`() async throws {
    let outcome = try await run(["info", "-o", "jsonl"], on: StubServer { _, _ in info })
    #expect(outcome.output.hasPrefix(#"{"version":"1.2","pid":7,"startedAt":"#))
  }
}
