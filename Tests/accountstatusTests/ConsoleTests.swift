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

  @Test(
    arguments: [
      (true, [:], true), (true, ["NO_COLOR": ""], true), (true, ["NO_COLOR": "1"], false),
      (true, ["TERM": "dumb"], false), (true, ["TERM": "xterm"], true),
      (false, ["TERM": "xterm"], false),
    ] as [(Bool, [String: String], Bool)])
  func `colour needs a terminal that takes it and a user who wants it`(
    isTerminal: Bool, environment: [String: String], isColored: Bool
  ) {
    #expect(Console.isColored(isTerminal: isTerminal) { environment[$0] } == isColored)
  }
}
