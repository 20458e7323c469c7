import Foundation
import Synchronization
import Testing
import accountstatus

struct ConsoleTests {
  @Test func `errors have one shape and are no data`() {
    let lines = Mutex<[String]>([])
    let console = Console(
      print: { line in lines.withLock { $0.append("out \(line)") } },
      note: { line in lines.withLock { $0.append("err \(line)") } })
    console.error("why")
    #expect(lines.withLock { $0 } == ["err accountstatus: error: why"])
  }

  @Test func `there is no colour where NO_COLOR is set`() {
    // The tests' own output may be a terminal; NO_COLOR holds for it too.
    setenv("NO_COLOR", "1", 1)
    defer { unsetenv("NO_COLOR") }
    #expect(!Console.standard.isColored)
  }
}
