import CBenchmark
import Glibc
import Testing

@Suite(.serialized)
struct TableTests {
  private func withTable(
    accounts: UInt32 = 2_000, _ body: (OpaquePointer) throws -> Void
  ) throws {
    var made: OpaquePointer?
    #expect(benchmark_table_create(accounts, &made) == 0)
    let table = try #require(made)
    defer { benchmark_table_destroy(table) }
    try body(table)
  }

  @Test(arguments: [true, false], [true, false])
  func `every read finds what was put`(isBaseline: Bool, isHot: Bool) throws {
    try withTable { table in
      var reads = benchmark_table_reads(is_baseline: isBaseline, is_hot: isHot, reads: 10_000)
      var cost = benchmark_table_cost()
      benchmark_table_read(table, &reads, &cost)
      #expect(cost.wrong == 0)
      #expect(cost.mean > 0)
    }
  }

  @Test func `processes read side by side`() throws {
    try withTable { table in
      for isBaseline in [true, false] {
        var reads = benchmark_table_reads(is_baseline: isBaseline, is_hot: false, reads: 5_000)
        var cost = benchmark_table_cost()
        #expect(benchmark_table_read_in_processes(table, &reads, 2, &cost) == 0)
        #expect(cost.wrong == 0)
        #expect(cost.mean > 0)
        #expect(benchmark_table_read_in_processes(table, &reads, 0, &cost) == -EINVAL)
        #expect(benchmark_table_read_in_processes(table, &reads, 9, &cost) == -EINVAL)
      }
    }
  }

  @Test func `changes are put at their rate while reads go on`() throws {
    try withTable { table in
      var load = benchmark_table_load()
      #expect(benchmark_table_load(table, 100_000, 50, &load) == 0)
      // As many as are due when the publisher last looked.
      #expect(load.changes > 0)
      #expect(load.wrong == 0)
      #expect(load.p99 >= load.p50 && load.p50 > 0)
      #expect(load.cores > 0)
      #expect(benchmark_table_load(table, 0, 10, &load) == 0)
      #expect(load.changes == 0)
    }
  }

  @Test func `as many accounts as an id has room for`() {
    var made: OpaquePointer?
    #expect(benchmark_table_create(0, &made) == -EINVAL)
    #expect(benchmark_table_create(10_000_000, &made) == -EINVAL)
    #expect(made == nil)
  }
}
