import CBenchmark
import Foundation
import Testing

@Suite(.serialized, .timeLimit(.minutes(5)))
struct LedgerTests {
  @Test func `facts are stored in groups, the last one smaller, and the file is removed`() throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("benchmark-\(UUID().uuidString).sqlite").path
    var wall: UInt64 = 0
    #expect(benchmark_ledger(path, 50, 130, 64, &wall) == 0)
    #expect(wall > 0)
    #expect(!FileManager.default.fileExists(atPath: path))
    #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
  }

  @Test func `a file that cannot be made is an error`() {
    var wall: UInt64 = 7
    #expect(benchmark_ledger("/nowhere/x.sqlite", 1, 1, 1, &wall) == -EIO)
    #expect(benchmark_ledger("/nowhere/x.sqlite", 1, 1, 0, &wall) == -EINVAL)
    #expect(wall == 7)
  }
}
