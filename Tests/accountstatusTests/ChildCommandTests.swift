import Testing
import accountstatus

struct ChildCommandTests {
  @Test func `a command reads its input, and tells how it ended`() async {
    #expect(await ChildCommand("test \"$(cat)\" = hello").run(input: "hello\n") == .exited(0))
    #expect(await ChildCommand("test \"$(cat)\" = hello").run(input: "else\n") == .exited(1))
    #expect(await ChildCommand("exit 7").run(input: "") == .exited(7))
    #expect(await ChildCommand("kill -9 $$").run(input: "") == .killed(signal: 9))
  }

  @Test func `one that does not read its input is not waited for`() async {
    let much = String(repeating: "x", count: 1 << 20)
    #expect(await ChildCommand("true").run(input: much) == .exited(0))
  }

  @Test func `what became of it is said in words`() {
    #expect("\(ChildCommand.Outcome.exited(3))" == "ended with exit status 3")
    #expect("\(ChildCommand.Outcome.killed(signal: 15))" == "was ended by signal 15")
    #expect("\(ChildCommand.Outcome.failed(errno: 2))".hasPrefix("cannot be run: "))
  }
}
