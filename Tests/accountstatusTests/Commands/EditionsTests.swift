import JSONText
import Testing
import accountstatus

struct EditionsTests {
  private static let edition = """
    {"name":"2022-03","coveredClouds":["CLOUD_PUBLIC"],
    "csp":{"billing":{"pastDue":{"comparator":"DAY_COMPARATOR_AT_LEAST"}}},"maicpp":{},
    "capabilities":[{"capability":"CAPABILITY_ADD_ADDON","basis":"CAPABILITY_BASIS_INTERPRETATION"}]}
    """
  private let stub = StubServer { method, _ in
    method == "ListEditions"
      ? """
      {"editions":[{"name":"2020-06","isDefault":true},
      {"name":"acme-1","file":"/e/acme-1.json"}]}
      """ : #"{"edition":\#(edition),"summary":{"name":"2022-03","isDefault":true}}"#
  }

  @Test func `the list marks the default and says where each comes from`() async throws {
    #expect(
      try await run(["editions"], on: stub).output == """
        2020-06           default  comes with the server
        acme-1                     from /e/acme-1.json

        """)
    let json = try await run(["editions", "-o", "jsonl"], on: stub).output
    #expect(json.hasPrefix("{\"name\":\"2020-06\",\"isDefault\":true}\n{\"name\":\"acme-1\""))
  }

  @Test(arguments: [["editions", "2022-03"], ["editions", "show", "2022-03"]])
  func `one is shown with or without the word`(_ arguments: [String]) async throws {
    let outcome = try await run(arguments, on: stub)
    #expect(outcome.status == .success)
    #expect(outcome.output.hasPrefix("2022-03 (default), comes with the server\n"))
    #expect(stub.asked.map(\.text) == [#"{"name":"2022-03"}"#])
  }

  @Test func `without a name the default one is shown`() async throws {
    #expect(try await run(["editions", "show"], on: stub).status == .success)
    #expect(stub.asked.map(\.text) == ["{}"])
  }

  @Test func `as JSON it is its file, with every field shown`() async throws {
    #expect(
      try await run(["editions", "show", "2022-03", "-o", "json"], on: stub).output == """
        {
          "name": "2022-03",
          "coveredClouds": [
            "CLOUD_PUBLIC"
          ],
          "csp": {
            "billing": {
              "pastDue": {
                "comparator": "DAY_COMPARATOR_AT_LEAST",
                "days": 0
              }
            },
            "autoReinstate": []
          },
          "maicpp": {
            "autoReinstate": []
          },
          "capabilities": [
            {
              "capability": "CAPABILITY_ADD_ADDON",
              "allowedWhileSuspended": false,
              "basis": "CAPABILITY_BASIS_INTERPRETATION"
            }
          ],
          "allowedOutside": []
        }

        """)
  }
}
