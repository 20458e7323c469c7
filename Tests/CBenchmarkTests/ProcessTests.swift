import CBenchmark
import Dispatch
import Foundation
import Testing

@Suite(.serialized)
struct ProcessTests {
  @Test func `a process's threads are all moved to a core`() throws {
    let child = Process()
    child.executableURL = URL(fileURLWithPath: "/bin/sleep")
    child.arguments = ["30"]
    try child.run()
    defer { child.terminate() }
    let status = "/proc/\(child.processIdentifier)/status"
    func allowed() throws -> String? {
      try String(contentsOfFile: status, encoding: .utf8).split(separator: "\n")
        .first { $0.hasPrefix("Cpus_allowed_list:") }
        .map { $0.dropFirst(18).trimmingCharacters(in: .whitespaces) }
    }
    #expect(benchmark_pin(child.processIdentifier, 0) == 0)
    #expect(try allowed() == "0")
    #expect(benchmark_pin(child.processIdentifier, -1) == 0)
    #expect(try allowed() != "0" || ProcessInfo.processInfo.processorCount == 1)
    #expect(benchmark_pin(child.processIdentifier, 100_000) == -EINVAL)
  }

  @Test func `time that a process runs is counted`() {
    var before: UInt64 = 0
    var after: UInt64 = 0
    #expect(benchmark_cpu_time(getpid(), &before) == 0)
    // A thread that has ended takes nothing away.
    let ended = DispatchSemaphore(value: 0)
    let thread = Thread {
      let start = benchmark_now()
      while benchmark_now() - start < 20_000_000 {}
      ended.signal()
    }
    thread.start()
    ended.wait()
    #expect(benchmark_cpu_time(getpid(), &after) == 0)
    #expect(after > before)
    #expect(benchmark_cpu_time(1 << 22, &after) == -ESRCH)
  }
}
