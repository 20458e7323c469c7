import CStatusTable
import CStatusTableStress
import Testing

struct StatusTableReaderTests {
  @Test(
    arguments: [
      (999, status_table_result.STATUS_TABLE_STALE, 7),
      (1000, .STATUS_TABLE_FOUND, 7),
      (1999, .STATUS_TABLE_FOUND, 7),
      (2000, .STATUS_TABLE_FOUND, 8),
      (2001, .STATUS_TABLE_FOUND, 8),
      (2999, .STATUS_TABLE_FOUND, 8),
      (3000, .STATUS_TABLE_STALE, 8),
      (.min, .STATUS_TABLE_STALE, 7),
      (.max, .STATUS_TABLE_STALE, 8),
    ] as [(Int64, status_table_result, UInt64)])
  func `each half holds up to its boundary and not beyond`(
    now: Int64, result: status_table_result, revision: UInt64
  ) throws {
    let table = try Table()
    #expect(table.put("acct-1", .sample()) == 0)
    let reading = table.read("acct-1", at: now)
    #expect(reading.result == result)
    #expect(reading.revision == revision)
    #expect(reading.answer.state == (revision == 7 ? 1 : 2))
  }

  @Test func `a read gives every member of the answer that holds`() throws {
    let table = try Table()
    table.put("acct-1", .sample())
    let before = table.read("acct-1", at: 1500)
    #expect(before.status.until == 2000)
    #expect(before.answer.next_state == 2)
    #expect(before.answer.reinstatement_state == 1)
    #expect(!before.answer.eligible)
    #expect(before.answer.reasons == 0)
    #expect(before.answer.notices == 1 << 1)
    #expect(before.answer.capabilities == 0xffffe)
    #expect(before.answer.since == 500)
    #expect(before.answer.next_at == 2000)
    let after = table.read("acct-1", at: 2500)
    #expect(after.status.until == 3000)
    #expect(after.answer.next_state == 0)
    #expect(after.answer.reinstatement_state == 2)
    #expect(after.answer.eligible)
    #expect(after.answer.reasons == 1 << 2)
    #expect(after.answer.notices == 1 << 3)
    #expect(after.answer.capabilities == 0x7870e)
    #expect(after.answer.since == 2000)
    #expect(after.answer.next_at == .max)
  }

  @Test func `an answer that time never changes holds to the last instant`() throws {
    let table = try Table()
    table.put("acct-1", .lasting())
    #expect(table.read("acct-1", at: .max - 1).result == .STATUS_TABLE_FOUND)
    #expect(table.read("acct-1", at: 0).status.until == .max)
  }

  @Test func `with an empty second half the first one goes stale at the flip`() throws {
    let table = try Table()
    table.put("acct-1", .sample(from: 1000, flip: 2000, until: 2000))
    #expect(table.read("acct-1", at: 1999).result == .STATUS_TABLE_FOUND)
    let late = table.read("acct-1", at: 2000)
    #expect(late.result == .STATUS_TABLE_STALE)
    #expect(late.revision == 7)
    #expect(late.answer.state == 1)
  }

  @Test func `an answer without a state is no account`() throws {
    let table = try Table()
    var record = status_table_record.sample()
    record.until_flip.state = 0
    table.put("acct-1", record)
    #expect(table.read("acct-1", at: 1999).result == .STATUS_TABLE_NOT_FOUND)
    #expect(table.read("acct-1", at: 2000).result == .STATUS_TABLE_FOUND)
    #expect(table.read("acct-1", at: 999).result == .STATUS_TABLE_STALE)
  }

  @Test func `what was never put is not found`() throws {
    let table = try Table()
    table.put("acct-1", .lasting())
    for id in ["acct-2", "acct-", "acct-10", "", String(repeating: "a", count: 65)] {
      #expect(table.read(id, at: 1).result == .STATUS_TABLE_NOT_FOUND, "\(id)")
    }
  }

  @Test func `a hint, right or wrong, changes nothing about what is read`() throws {
    let table = try Table()
    let ids = ["a", "acct-12", String(repeating: "x", count: 64)]
    for id in ids { table.put(id, .sample(revision: UInt64(id.utf8.count))) }
    table.put("gone", .lasting(state: 0))
    let others = [
      "", "b", "acct-12\0", "acct-1", "acct-123", String(repeating: "x", count: 65), "gone",
    ]
    for id in ids + others {
      let bytes = Array(id.utf8)
      bytes.withUnsafeBytes { id in
        let hint = status_table_prefetch(table.view, id.baseAddress, id.count)
        for now in [0, 1000, 2500, 3000] as [Int64] {
          var expected = status_table_status()
          let result = status_table_read(table.view, id.baseAddress, id.count, now, &expected)
          for hint in [hint, 0, 1, 2, 3, 63, 64, .max] {
            var status = status_table_status()
            #expect(
              status_table_read_hinted(table.view, hint, id.baseAddress, id.count, now, &status)
                == result)
            #expect(status.revision == expected.revision && status.until == expected.until)
          }
        }
      }
    }
    for (number, id) in ids.enumerated() {
      let hint = Array(id.utf8).withUnsafeBytes {
        status_table_prefetch(table.view, $0.baseAddress, $0.count)
      }
      #expect(hint == UInt32(number))
    }
  }

  @Test func `a record that is being written is busy, in bounded time, and no other is`() throws {
    let table = try Table()
    table.put("stuck", .lasting())
    table.put("other", .lasting())
    table.record(0)[0] += 1
    #expect(table.read("stuck", at: 1).result == .STATUS_TABLE_BUSY)
    #expect(status_table_check(table.view, 0) == -16)
    #expect(table.read("other", at: 1).result == .STATUS_TABLE_FOUND)
    table.record(0)[0] += 1
    #expect(table.read("stuck", at: 1).result == .STATUS_TABLE_FOUND)
  }

  @Test func `a writer that dies between any two stores leaves no half record to read`() throws {
    let table = try Table()
    table.put("acct-1", .sample(revision: 7))
    let record = table.record(0)
    let old = Array(UnsafeBufferPointer(start: record, count: 24))
    var next = status_table_record.sample(revision: 900)
    next.until_flip.state = 3
    table.put("acct-1", next)
    let new = Array(UnsafeBufferPointer(start: record, count: 24))
    for stores in 0...24 {
      // The sequence becomes odd, then the words change one by one, then it becomes even.
      for word in 1..<24 { record[word] = word < stores ? new[word] : old[word] }
      record[0] = stores == 0 ? old[0] : old[0] + 1
      let reading = table.read("acct-1", at: 1500)
      if stores == 0 {
        #expect(reading.revision == 7)
      } else {
        #expect(reading.result == .STATUS_TABLE_BUSY, "after \(stores) stores")
      }
    }
    record[0] = new[0]
    #expect(table.read("acct-1", at: 1500).revision == 900)
  }

  @Test func `a damaged byte is noticed by the check`() throws {
    let table = try Table()
    table.put("acct-1", .sample())
    #expect(status_table_check(table.view, 0) == 0)
    #expect(status_table_check(table.view, 1) == -34)
    let bytes = UnsafeMutableRawPointer(table.record(0)).assumingMemoryBound(to: UInt8.self)
    for offset in 8..<160 {
      bytes[offset] ^= 0x10
      #expect(status_table_check(table.view, 0) == -74, "byte \(offset)")
      bytes[offset] ^= 0x10
    }
    #expect(status_table_check(table.view, 0) == 0)
  }

  @Test func `the checksum is the one of zlib`() throws {
    let table = try Table()
    table.put("acct-1", .sample())
    let bytes = UnsafeRawBufferPointer(start: table.record(0), count: 192)
    // Bit by bit, as the standard defines it.
    var crc = UInt32.max
    for byte in bytes[8..<156] {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
    }
    #expect(bytes.load(fromByteOffset: 156, as: UInt32.self) == ~crc)
  }

  @Test func `an id is compared in full`() throws {
    let table = try Table()
    for id in ["a", "abcdefgh", "abcdefghi", String(repeating: "x", count: 63)] {
      table.put(id, .lasting())
    }
    // Prefixes, longer ones, and bytes of zero where the padding is.
    for id in [
      "ab", "abcdefg", "abcdefghij", "a\0", "a\0\0", "abcdefgh\0", "abcdefghi\0b", "\0",
      String(repeating: "x", count: 62), String(repeating: "x", count: 64),
      String(repeating: "x", count: 63) + "\0",
    ] {
      #expect(table.read(id, at: 1).result == .STATUS_TABLE_NOT_FOUND, "\(id.utf8.count)")
    }
    #expect(table.read("abcdefgh", at: 1).result == .STATUS_TABLE_FOUND)
  }

  @Test func `records can be read by number, with their ids`() throws {
    let table = try Table()
    let ids = ["b", String(repeating: "x", count: 64), "a"]
    for (index, id) in ids.enumerated() { table.put(id, .lasting(revision: UInt64(index) + 1)) }
    for (index, id) in ids.enumerated() {
      var bytes = [UInt8](repeating: 0, count: 64)
      var length = 0
      var status = status_table_status()
      let result = status_table_read_number(
        table.view, UInt32(index), 5, &bytes, &length, &status)
      #expect(result == .STATUS_TABLE_FOUND)
      #expect(Array(id.utf8) == Array(bytes[..<length]))
      #expect(status.revision == UInt64(index) + 1)
    }
    var status = status_table_status()
    var bytes = [UInt8](repeating: 0, count: 64)
    var length = 0
    #expect(
      status_table_read_number(table.view, 3, 5, &bytes, &length, &status) == .STATUS_TABLE_BUSY)
  }

  @Test func `attaching refuses what is no table of this layout`() throws {
    let table = try Table()
    table.put("acct-1", .lasting())
    let size = table.memory.load(fromByteOffset: 16, as: Int.self)
    var view = status_table()
    #expect(status_table_attach(table.memory, size, &view) == 0)
    #expect(view.read("acct-1", at: 1).result == .STATUS_TABLE_FOUND)
    #expect(status_table_attach(table.memory, size - 1, &view) == -74)
    #expect(status_table_attach(table.memory, 511, &view) == -71)
    #expect(status_table_attach(table.memory + 8, size - 8, &view) == -71)
    for (offset, error) in [
      (0, -71), (8, -71), (52, -71), (24, -74), (32, -74), (40, -74), (48, -74),
    ]
      as [(Int, Int32)]
    {
      let word = (table.memory + offset).assumingMemoryBound(to: UInt32.self)
      let good = word.pointee
      for bad in [good &+ 1, UInt32.max] {
        word.pointee = bad
        #expect(status_table_attach(table.memory, size, &view) == error, "\(bad) at \(offset)")
      }
      word.pointee = good
    }
    #expect(status_table_attach(table.memory, size, &view) == 0)
  }

  @Test func `damaged memory is read without harm`() throws {
    let table = try Table()
    for number in 0..<64 { table.put("acct-\(number)", .sample()) }
    let size = status_table_bytes(table.view)
    let good = Array(UnsafeRawBufferPointer(start: table.memory, count: size))
    var random = SystemRandomNumberGenerator()
    var attached = 0
    for _ in 0..<20_000 {
      for _ in 0..<Int.random(in: 1...16, using: &random) {
        table.memory.storeBytes(
          of: UInt8.random(in: 0...255, using: &random),
          toByteOffset: Int.random(in: 0..<size, using: &random), as: UInt8.self)
      }
      // Slots too, which few random bytes would hit.
      table.memory.storeBytes(
        of: UInt32.random(in: 0 ... .max, using: &random),
        toByteOffset: 512 + 4 * Int.random(in: 0..<128, using: &random), as: UInt32.self)
      var view = status_table()
      if status_table_attach(table.memory, size, &view) == 0 {
        attached += 1
        for number in 0..<8 { _ = view.read("acct-\(number * 8)", at: 1500) }
        for number in 0..<status_table_count(&view) { _ = status_table_check(&view, number) }
        var info = status_table_info()
        _ = status_table_read_info(&view, &info)
      }
      table.memory.copyMemory(from: good, byteCount: size)
    }
    #expect(attached > 1000)
  }

  @Test func `no read is torn while a writer writes at full speed`() {
    var result = status_table_stress_result()
    #expect(status_table_stress(5_000_000, 2, &result) == 0)
    #expect(result.reads >= 5_000_000)
    expectWhole(result)
  }

  @Test func `no read of another process is torn`() {
    var result = status_table_stress_result()
    #expect(status_table_process_stress(5_000_000, &result) == 0)
    #expect(result.reads == 5_000_000)
    expectWhole(result)
  }

  private func expectWhole(_ result: status_table_stress_result) {
    #expect(result.writes > 0)
    #expect(result.torn == 0)
    #expect(result.backwards == 0)
    #expect(result.busy < result.reads / 10)
  }
}
