import CStatusTable
import CStatusTableStress
import Glibc
import Synchronization
import Testing

/// Tests that wait for a daemon have threads of their own, but not their own pool.
@Suite(.serialized) struct StatusTableClientTests {
  @Test func `a read finds what was put, and says how fresh it is`() throws {
    let daemon = try Daemon()
    daemon.table.put("acct-1", .lasting(revision: 5))
    let client = try Client(daemon)
    let reading = client.read("acct-1")
    #expect(reading.result == .STATUS_TABLE_FOUND)
    #expect(reading.status.revision == 5)
    #expect(reading.generation == 1)
    #expect(reading.mapping >= 1)
    #expect(abs(reading.as_of - wallClock()) < 60_000_000_000)
    #expect(client.read("acct-2").result == .STATUS_TABLE_NOT_FOUND)
    let counters = client.counters
    #expect(counters.found == 1 && counters.not_found == 1 && counters.mapped >= 1)
  }

  @Test func `without a daemon there is no answer, and no waiting`() throws {
    let client = try Client("/nowhere/table.sock")
    let reading = client.read("acct-1")
    #expect(reading.result == .STATUS_TABLE_UNAVAILABLE)
    #expect(reading.mapping == 0)
    #expect(client.counters.failed_attempts == 1)
    #expect(client.renew() == -ENOENT)
    #expect(client.counters.unavailable == 1)
  }

  @Test func `a path that no socket can have is refused`() throws {
    #expect(throws: TableError.self) { try Client(String(repeating: "p", count: 108)) }
    _ = try Client(String(repeating: "p", count: 107))
  }

  @Test func `without time to wait a read never asks for a table`() throws {
    let daemon = try Daemon()
    let client = try Client(daemon)
    #expect(client.read("acct-1", timeout: 0).result == .STATUS_TABLE_UNAVAILABLE)
    #expect(client.counters.mapped == 0 && client.counters.failed_attempts == 0)
  }

  @Test func `a manual instant counts instead of the clock`() throws {
    let daemon = try Daemon()
    daemon.table.put("acct-1", .sample())
    let client = try Client(daemon)
    for (now, result, revision) in [
      (999, .STATUS_TABLE_STALE, 7), (1000, .STATUS_TABLE_FOUND, 7),
      (1999, .STATUS_TABLE_FOUND, 7), (2000, .STATUS_TABLE_FOUND, 8),
      (3000, .STATUS_TABLE_STALE, 8),
    ] as [(Int64, status_table_result, UInt64)] {
      status_table_set_manual_now(daemon.table.writer, now)
      let reading = client.read("acct-1")
      #expect(reading.result == result, "\(now)")
      #expect(reading.as_of == now)
      #expect(reading.status.revision == revision)
    }
  }

  @Test func `a status flips at its very instant, and its end makes it stale`() throws {
    let daemon = try Daemon()
    let client = try Client(daemon)
    let flip = wallClock() + 200_000_000
    let end = flip + 1_000_000_000
    daemon.table.put(
      "acct-1", .sample(revision: 10, from: flip - 1_000_000_000, flip: flip, until: end))
    var seen: Set<UInt64> = []
    var before = wallClock()
    while before < end {
      let reading = client.read("acct-1")
      let after = wallClock()
      seen.insert(reading.status.revision)
      if after < flip { #expect(reading.status.revision == 10) }
      if before >= flip { #expect(reading.status.revision == 11) }
      if after < end { #expect(reading.result == .STATUS_TABLE_FOUND) }
      #expect(reading.as_of <= after)
      before = wallClock()
    }
    #expect(seen.contains(11))
    #expect(client.read("acct-1").result == .STATUS_TABLE_STALE)
  }

  @Test func `what was written a moment ago holds for clocks that lag`() throws {
    let daemon = try Daemon()
    let client = try Client(daemon)
    for revision in UInt64(1)...500 {
      let now = wallClock()
      daemon.table.put("acct-1", .sample(revision: revision, from: now, flip: .max, until: .max))
      let reading = client.read("acct-1")
      #expect(reading.result == .STATUS_TABLE_FOUND)
      #expect(reading.status.revision == revision)
    }
  }

  @Test func `an old heartbeat makes answers stale, and absence unknown`() throws {
    let daemon = try Daemon()
    daemon.table.put("acct-1", .lasting(revision: 5))
    let client = try Client(daemon)
    #expect(client.read("acct-1").result == .STATUS_TABLE_FOUND)
    daemon.beat(ago: 10_000_000_000)
    var reading = client.read("acct-1", staleness: 5_000_000_000, timeout: 0)
    while reading.age < 1_000_000_000 {  // of the tick before
      reading = client.read("acct-1", staleness: 5_000_000_000, timeout: 0)
    }
    #expect(reading.result == .STATUS_TABLE_STALE)
    #expect(reading.status.revision == 5)
    #expect(reading.age >= 9_000_000_000)
    #expect(
      client.read("acct-2", staleness: 5_000_000_000, timeout: 0).result
        == .STATUS_TABLE_UNAVAILABLE)
    #expect(
      client.read("acct-1", staleness: 600_000_000_000, timeout: 0).result == .STATUS_TABLE_FOUND)
    #expect(
      client.read("acct-2", staleness: 600_000_000_000, timeout: 0).result
        == .STATUS_TABLE_NOT_FOUND)
    // Two seconds unless told otherwise.
    #expect(client.read("acct-1", staleness: 0, timeout: 0).result == .STATUS_TABLE_STALE)
  }

  @Test func `a heartbeat of another clock proves nothing`() throws {
    let daemon = try Daemon()
    daemon.table.put("acct-1", .lasting())
    daemon.beat(ago: -3_600_000_000_000)
    let client = try Client(daemon)
    #expect(client.read("acct-1").result == .STATUS_TABLE_STALE)
  }

  @Test func `a table that grew is followed, and the old one given back`() throws {
    let daemon = try Daemon(capacity: 1)
    let client = try Client(daemon)
    var inodes: [UInt64] = []
    for number in 0..<1000 {
      daemon.table.put("acct-\(number)", .lasting(revision: UInt64(number) + 1))
      daemon.beat()
      let reading = client.read("acct-\(number)")
      #expect(reading.result == .STATUS_TABLE_FOUND)
      #expect(reading.status.revision == UInt64(number) + 1)
      let inode = self.inode(of: daemon.table)
      if inodes.last != inode { inodes.append(inode) }
    }
    #expect(client.counters.mapped >= 5 && inodes.count == 5)  // 64, 128, 256, 512, 1024
    let maps = try mappedInodes()
    // The writer's own and the client's.
    #expect(maps.count { $0 == inodes[4] } == 2)
    for old in inodes.dropLast() { #expect(!maps.contains(old)) }
  }

  @Test func `a table that was replaced by a daemon that is gone is never certain`() throws {
    let daemon = try Daemon()
    daemon.table.put("acct-1", .lasting(revision: 5))
    let client = try Client(daemon)
    #expect(client.read("acct-1").result == .STATUS_TABLE_FOUND)
    status_table_set_state(daemon.table.writer, .STATUS_TABLE_REPLACED)
    daemon.behaviour = .refusing(-EACCES)
    let reading = client.read("acct-1")
    #expect(reading.result == .STATUS_TABLE_STALE)
    #expect(reading.status.revision == 5)
    #expect(client.read("acct-2").result == .STATUS_TABLE_UNAVAILABLE)
    #expect(client.renew() == -EACCES)
  }

  @Test func `a daemon that went away in order is believed as long as the caller allows`() throws {
    let daemon = try Daemon()
    daemon.table.put("acct-1", .lasting())
    let client = try Client(daemon)
    #expect(client.read("acct-1").result == .STATUS_TABLE_FOUND)
    let old = try daemon.replaceTable()
    daemon.behaviour = .refusing(-EAGAIN)
    status_table_set_state(old.writer, .STATUS_TABLE_STOPPED)
    #expect(client.read("acct-1").result == .STATUS_TABLE_FOUND)
    #expect(client.counters.failed_attempts > 0)
    // And its successor is found, after a back-off.
    daemon.behaviour = .offering
    daemon.table.put("acct-1", .lasting(revision: 9))
    while client.read("acct-1").status.revision != 9 { daemon.beat() }
    #expect(client.counters.mapped >= 2)
  }

  @Test func `who hears of a new daemon first has its table at once`() throws {
    let daemon = try Daemon()
    daemon.table.put("acct-1", .lasting(revision: 1))
    let client = try Client(daemon)
    #expect(client.read("acct-1").status.revision == 1)
    // As after kill -9: the old table says that all is well.
    let old = try daemon.replaceTable()
    daemon.table.put("acct-1", .lasting(revision: 2))
    #expect(client.renew() == 0)
    let reading = client.read("acct-1", timeout: 0)
    #expect(reading.status.revision == 2)
    #expect(reading.mapping >= 2)
    withExtendedLifetime(old) {}
  }

  @Test func `a daemon that says nothing costs no more than the time allowed`() throws {
    let daemon = try Daemon()
    daemon.table.put("acct-1", .lasting())
    let client = try Client(daemon)
    #expect(client.read("acct-1").result == .STATUS_TABLE_FOUND)
    daemon.behaviour = .silent
    daemon.beat(ago: 2_000_000_000)
    // Good enough for the caller: it waits a few milliseconds, not half a minute.
    var start = serving_now()
    #expect(client.read("acct-1").result == .STATUS_TABLE_FOUND)
    #expect(serving_now() - start < 20_000_000_000)
    let other = try Client(daemon)
    start = serving_now()
    #expect(other.read("acct-1", timeout: 20_000_000).result == .STATUS_TABLE_UNAVAILABLE)
    #expect(serving_now() - start < 20_000_000_000)
    #expect(serving_now() - start >= 20_000_000)
    #expect(other.renew(timeout: 1_000_000) == -ETIMEDOUT)
  }

  @Test func `counts stay when threads end`() throws {
    let daemon = try Daemon()
    daemon.table.put("acct-1", .lasting())
    let client = try Client(daemon)
    for _ in 0..<20 {
      let threads = try (0..<4).map { _ in
        try inThread { for _ in 0..<25 { _ = client.read("acct-1") } }
      }
      for thread in threads { pthread_join(thread, nil) }
    }
    #expect(client.counters.found == 2000)
  }

  @Test func `a thread may end after its client, and serve another`() throws {
    let daemon = try Daemon()
    daemon.table.put("acct-1", .lasting())
    let first = try Client(daemon)
    let second = try Client(daemon)
    let (hasRead, isGone) = (Semaphore(), Semaphore())
    let found = Atomic<Int>(0)
    let thread = try inThread {
      if first.read("acct-1").result == .STATUS_TABLE_FOUND { found.add(1, ordering: .relaxed) }
      hasRead.signal()
      isGone.wait()
      for _ in 0..<10 where second.read("acct-1").result == .STATUS_TABLE_FOUND {
        found.add(1, ordering: .relaxed)
      }
    }
    hasRead.wait()
    first.destroy()
    isGone.signal()
    pthread_join(thread, nil)
    #expect(found.load(ordering: .relaxed) == 11)
    #expect(second.counters.found == 10)
  }

  @Test func `a child process goes on reading`() throws {
    let daemon = try Daemon()
    daemon.table.put("acct-1", .lasting())
    let client = try Client(daemon)
    // Also one that has not read yet.
    #expect(client.readInChild("acct-1") == 0)
    #expect(client.read("acct-1").result == .STATUS_TABLE_FOUND)
    #expect(client.readInChild("acct-1") == 0)
    #expect(client.readInChild("acct-2") == 1)
  }

  @Test func `a child does not wait for a thread that it does not have`() throws {
    let daemon = try Daemon()
    daemon.behaviour = .silent
    let client = try Client(daemon)
    let reader = try inThread { _ = client.read("acct-1", timeout: 2_000_000_000) }
    // The thread holds the lock while it waits for an offer.
    for _ in 0..<5 { #expect(client.readInChild("acct-1") == 4) }
    pthread_join(reader, nil)
  }

  @Test func `a read asks the kernel for nothing`() throws {
    let daemon = try Daemon()
    daemon.table.put("acct-1", .lasting())
    let client = try Client(daemon)
    #expect(client.readWithoutKernel("acct-1", 100_000) == 0)
  }

  @Test func `the default edition comes with the table`() throws {
    let daemon = try Daemon()
    #expect(status_table_set_edition(daemon.table.writer, "2020-06", 7) == 0)
    let client = try Client(daemon)
    var edition = [UInt8](repeating: 0, count: 64)
    var length = 0
    #expect(client.edition(&edition, &length) == -EAGAIN)
    _ = client.read("acct-1")
    #expect(client.edition(&edition, &length) == 0)
    #expect(String(decoding: edition[..<length], as: UTF8.self) == "2020-06")
  }

  @Test func `no lookup fails while the table grows, and each finds the latest write`() {
    var result = status_table_growth_result()
    #expect(status_table_growth_stress(50_000, 3, &result) == 0)
    #expect(result.generations >= 10)
    #expect(result.mapped > 1)
    #expect(result.reads > 0)
    #expect(result.failed == 0)
    #expect(result.outdated == 0)
  }

  @Test func `spoilt memory does no harm`() {
    var result = status_table_segments_result()
    let seed = UInt64.random(in: 1 ... .max)
    #expect(status_table_segments_stress(10_000, seed, &result) == 0)
    #expect(result.segments == 10_000, "seed \(seed)")
    #expect(result.mapped > 1000 && result.mapped < 10_000)
    #expect(result.broken == 0, "seed \(seed)")
    #expect(result.longest < 50_000_000, "seed \(seed)")
  }

  private func inode(of table: Table) -> UInt64 {
    var status = stat()
    return fstat(status_table_descriptor(table.writer), &status) == 0 ? UInt64(status.st_ino) : 0
  }

  /// Inodes of tables mapped by this process, once a mapping.
  private func mappedInodes() throws -> [UInt64] {
    let file = try #require(fopen("/proc/self/maps", "r"))
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 4096)
    var inodes: [UInt64] = []
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(
        decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      let fields = text.split(separator: " ")
      if text.contains("accountstatus-table"), let inode = UInt64(fields[4]) {
        inodes.append(inode)
      }
    }
    return inodes
  }
}

/// A counting semaphore between threads of a test.
private final class Semaphore: Sendable {
  private let count = Atomic<Int>(0)

  func signal() { count.add(1, ordering: .releasing) }

  func wait() {
    while count.load(ordering: .acquiring) == 0 { sched_yield() }
    count.subtract(1, ordering: .relaxed)
  }
}
