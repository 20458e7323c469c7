import Testing
import accountstatus

struct BulkOptionsTests {
  @Test func `patience is an option of what sends many facts`() throws {
    let report = try #require(
      try parse(["report", "-", "--patience", "2m"]) as? any ServerCommand)
    #expect(report.patience == .seconds(120))
    let load = try #require(
      try parse(["import", "--account", "x", "f"]) as? any ServerCommand)
    #expect(load.patience == nil)
    #expect(throws: (any Error).self) { try parse(["report", "-", "--patience", "soon"]) }
    #expect(throws: (any Error).self) { try parse(["get", "x", "--patience", "1s"]) }
  }
}
