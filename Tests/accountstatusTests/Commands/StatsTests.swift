import Testing
import accountstatus

struct StatsTests {
  @Test func `text is a table of methods and counters`() async throws {
    let stub = StubServer(
      """
      {"methods":[{"method":"accountstatus.v1.StatusService/GetStatus","calls":"1200","errors":"3",
      "p50":"0.000012500s","p90":"0.000020s","p99":"0.0015s","p999":"0.250s"}],
      "counters":[{"name":"accounts","value":"20000"},{"name":"refusals"}]}
      """)
    #expect(
      try await run(["stats"], on: stub).output == """
        METHOD                                       CALLS    ERRORS       P50       P90       P99     P99.9
        accountstatus.v1.StatusService/GetStatus      1200         3   12.5 µs   20.0 µs    1.5 ms  250.0 ms

        accounts                                     20000
        refusals                                         0

        """)
  }
}
