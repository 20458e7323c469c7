import CStatusTable
import CStatusTableStress
import Glibc
import Testing

struct StatusTableWriterTests {
  @Test func `growth keeps every record and the header`() throws {
    let table = try Table(capacity: 1)
    let store = (0..<16).map { UInt8($0) }
    #expect(status_table_set_position(table.writer, store, 3, [9, 8, 7] as [UInt8], 3) == 0)
    #expect(status_table_set_edition(table.writer, "2020-06", 7) == 0)
    status_table_beat(table.writer, 77)
    status_table_set_manual_now(table.writer, 1234)
    let seed = table.view.pointee.seed
    for number in 0..<5000 {
      #expect(table.put("acct-\(number)", .sample(revision: UInt64(number) * 2)) == 0)
    }
    #expect(table.count == 5000)
    for number in 0..<5000 {
      let reading = table.read("acct-\(number)", at: 2000)
      #expect(reading.result == .STATUS_TABLE_FOUND)
      #expect(reading.revision == UInt64(number) * 2 + 1)
      #expect(status_table_check(table.view, UInt32(number)) == 0)
    }
    let info = try table.info()
    #expect(info.generation == 8)  // 64 records at first, then doubled seven times
    #expect(info.state == .STATUS_TABLE_LIVE)
    #expect(info.heartbeat == 77)
    #expect(info.manual_now == 1234)
    #expect(info.epoch == 3)
    #expect(info.position_length == 3)
    #expect(info.position.0 == 9 && info.position.2 == 7)
    #expect(info.store_id.15 == 15)
    #expect(info.edition_length == 7)
    #expect(table.view.pointee.seed != seed)
  }

  @Test func `a table that is replaced keeps everything but its memory and its seed`() throws {
    let table = try Table(capacity: 64)
    for number in 0..<64 { table.put("acct-\(number)", .sample(revision: UInt64(number) * 2)) }
    status_table_set_manual_now(table.writer, 1234)
    let (seed, size) = (table.view.pointee.seed, status_table_bytes(table.view))
    #expect(status_table_replace(table.writer) == 0)
    let info = try table.info()
    #expect(info.generation == 2 && info.state == .STATUS_TABLE_LIVE && info.manual_now == 1234)
    #expect(table.view.pointee.seed != seed)
    #expect(status_table_bytes(table.view) == size)
    for number in 0..<64 {
      #expect(table.read("acct-\(number)", at: 1000).revision == UInt64(number) * 2)
    }
  }

  @Test func `room that was made at once needs no growth`() throws {
    let table = try Table(capacity: 1)
    table.put("first", .lasting())
    #expect(status_table_reserve(table.writer, 5000) == 0)
    let generation = try table.info().generation
    #expect(generation == 2)
    for number in 0..<4999 { #expect(table.put("acct-\(number)", .lasting()) == 0) }
    #expect(status_table_reserve(table.writer, 100) == 0)
    #expect(try table.info().generation == generation && table.count == 5000)
    #expect(table.read("first", at: 0).result == .STATUS_TABLE_FOUND)
    #expect(status_table_reserve(table.writer, .max) < 0, "more than any table holds")
    #expect(table.count == 5000)
  }

  @Test func `a put replaces the account's record and adds none`() throws {
    let table = try Table()
    table.put("acct-1", .lasting(revision: 1))
    table.put("acct-1", .lasting(revision: 2, state: 2))
    #expect(table.count == 1)
    #expect(table.read("acct-1", at: 0).revision == 2)
    #expect(table.read("acct-1", at: 0).answer.state == 2)
    table.put("acct-1", .lasting(revision: 3, state: 0))
    #expect(table.read("acct-1", at: 0).result == .STATUS_TABLE_NOT_FOUND)
    #expect(table.count == 1)
  }

  @Test func `ids that differ in one byte, in length or at the end are told apart`() throws {
    let table = try Table()
    let long = String(repeating: "z", count: 63)
    var ids = (33...126).map { String(UnicodeScalar(UInt8($0))) }
      .filter { $0.first.map { $0.isLetter || $0.isNumber || "._:@-".contains($0) } ?? false }
    ids += (1...64).map { String(repeating: "p", count: $0) }
    ids += ids.filter { $0.utf8.count == 1 }.map { long + $0 }
    ids += (0..<500).map { "same-prefix-of-24-bytes-\($0)" }
    ids = Array(Set(ids))
    for (number, id) in ids.enumerated() {
      #expect(table.put(id, .lasting(revision: UInt64(number) + 1)) == 0)
    }
    #expect(table.count == UInt32(ids.count))
    for (number, id) in ids.enumerated() {
      #expect(table.read(id, at: 0).revision == UInt64(number) + 1, "\(id)")
    }
  }

  @Test(arguments: [
    "", "a b", "a\0", "å", "a/b", "a\n", String(repeating: "a", count: 65), "a\u{7f}",
  ])
  func `what is no account id is refused`(id: String) throws {
    let table = try Table()
    #expect(table.put(id, .lasting()) == -22)
    #expect(table.count == 0)
  }

  @Test func `instants out of order and unknown numbers are refused`() throws {
    let table = try Table()
    #expect(table.put("a", .sample(from: 2001, flip: 2000, until: 3000)) == -22)
    #expect(table.put("a", .sample(from: 1000, flip: 3001, until: 3000)) == -22)
    var record = status_table_record.sample()
    record.until_flip.capabilities |= 1 << 63
    #expect(table.put("a", record) == -22)
    record = .sample()
    record.from_flip.reasons |= 1 << 5
    #expect(table.put("a", record) == -22)
    record = .sample()
    record.from_flip.notices |= 1
    #expect(table.put("a", record) == -22)
    #expect(table.count == 0)
  }

  @Test func `a reader of a table that was replaced or stopped sees it`() throws {
    let table = try Table()
    #expect(status_table_current_state(table.view) == .STATUS_TABLE_LIVE)
    status_table_set_state(table.writer, .STATUS_TABLE_REPLACED)
    #expect(status_table_current_state(table.view) == .STATUS_TABLE_REPLACED)
    status_table_set_state(table.writer, .STATUS_TABLE_STOPPED)
    #expect(status_table_current_state(table.view) == .STATUS_TABLE_STOPPED)
    #expect(try table.info().state == .STATUS_TABLE_STOPPED)
  }

  @Test func `positions and editions that are too long are refused`() throws {
    let table = try Table()
    let store = [UInt8](repeating: 1, count: 16)
    let bytes = [UInt8](repeating: 2, count: 65)
    #expect(status_table_set_position(table.writer, store, 1, bytes, 40) == 0)
    #expect(status_table_set_position(table.writer, store, 1, bytes, 41) == -22)
    #expect(status_table_set_edition(table.writer, bytes, 64) == 0)
    #expect(status_table_set_edition(table.writer, bytes, 65) == -22)
    #expect(try table.info().position_length == 40)
    #expect(try table.info().edition_length == 64)
  }

  @Test func `a header that is being written is busy`() throws {
    let table = try Table()
    let sequence = (table.memory + 192).assumingMemoryBound(to: UInt64.self)
    sequence.pointee += 1
    #expect(throws: TableError.self) { try table.info() }
    sequence.pointee += 1
    #expect(try table.info().generation == 1)
  }

  @Test func `ids that collide make a new table with a new seed`() throws {
    // Ids whose hashes share their first slot: more of them than a search looks at.
    let table = try Table(capacity: 512)
    let slots = table.view.pointee.slot_mask + 1
    #expect(slots == 1024)
    var colliding: [String] = []
    var candidate = 0
    while colliding.count < 129 {
      let id = "evil-\(candidate)"
      candidate += 1
      if sipHash13(Array(id.utf8), table.view.pointee.seed) & table.view.pointee.slot_mask == 0 {
        colliding.append(id)
      }
    }
    for id in colliding.dropLast() { #expect(table.put(id, .lasting()) == 0) }
    #expect(try table.info().generation == 1)
    #expect(table.put(colliding[128], .lasting()) == 0)
    #expect(try table.info().generation == 2)
    #expect(table.view.pointee.slot_mask + 1 == slots)
    for id in colliding { #expect(table.read(id, at: 0).result == .STATUS_TABLE_FOUND) }
  }

  /// Before growth and right after it, and between; the worst is right after.
  @Test func `an account takes at most 224 bytes of memory, however full the table is`() throws {
    let first = 1 << 14
    let table = try Table(capacity: UInt32(first))
    let fills = [first, first + 1, 3 * first / 2, 2 * first, 2 * first + 1]
    var count = 0
    for fill in fills {
      while count < fill {
        #expect(table.put("acct-\(count)", .lasting()) == 0)
        count += 1
      }
      #expect(Int(table.count) == fill)
      // What the layout says: a record, and two slots for one at most four; the header.
      let slots = Int(table.view.pointee.slot_mask) + 1
      #expect(slots <= 4 * fill)
      #expect(status_table_bytes(table.view) == 512 + 4 * slots + 192 * fill)
      #expect(status_table_bytes(table.view) <= 224 * fill)
      // What the kernel says, of this process's mapping and of the memory itself.
      #expect(table.residentBytes <= 224 * fill, "\(fill) accounts")
      #expect(table.allocatedBytes <= 224 * fill, "\(fill) accounts")
    }
    #expect(try table.info().generation == 3)
  }

  @Test func `no more than sixteen sets of capabilities`() throws {
    let table = try Table()
    // The empty set has the first place.
    for set in UInt64(0)..<16 {
      var record = status_table_record.lasting()
      record.until_flip.capabilities = set << 1
      record.from_flip.capabilities = set << 1
      #expect(table.put("acct-\(set)", record) == 0)
    }
    var record = status_table_record.lasting()
    record.until_flip.capabilities = 1 << 19
    #expect(table.put("acct-0", record) == -EOVERFLOW)
    for set in UInt64(0)..<16 {
      #expect(table.read("acct-\(set)", at: 1).answer.capabilities == set << 1)
    }
  }

  @Test(arguments: [
    (STATUS_TABLE_UPDATE, 8, 0), (STATUS_TABLE_INSERT, 15, 0), (STATUS_TABLE_GROWTH, 1, 12),
    (STATUS_TABLE_REPLACEMENT, 1, 8), (STATUS_TABLE_POSITION, 7, 0),
  ])
  func `a writer that is killed between any two stores leaves answers whole, and the next is found`(
    change: status_table_change, stores: Int, cuts: UInt32
  ) throws {
    var result = status_table_kill_result()
    try #require(status_table_kill_stress(change, cuts, &result) == 0)
    #expect(result.stores >= UInt64(stores) && result.steps > result.stores)
    // Before the first, behind each, and behind the last instruction.
    #expect(result.kills >= result.stores + 2 + UInt64(cuts))
    #expect(result.torn == 0)
    #expect(result.failed == 0)
    // An account that is being added is not there yet; one that is being changed may be neither.
    #expect((result.busy > 0) == (change == STATUS_TABLE_UPDATE))
    #expect(result.longest < 50_000_000)
  }

  @Test func `the memory is sealed against everyone but its writer`() throws {
    let table = try Table()
    let descriptor = status_table_descriptor(table.writer)
    let size = table.memory.load(fromByteOffset: 16, as: Int.self)
    // F_GET_SEALS: SEAL, SHRINK, GROW, FUTURE_WRITE.
    #expect(fcntl(descriptor, 1034) & 0b10111 == 0b10111)
    #expect(fcntl(descriptor, 1033, 0) == -1)
    #expect(ftruncate(descriptor, off_t(size / 2)) == -1)
    #expect(ftruncate(descriptor, off_t(size * 2)) == -1)
    #expect(pwrite(descriptor, "x", 1, 0) == -1)
    #expect(mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0) == MAP_FAILED)

    let mapped = try #require(mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0))
    defer { munmap(mapped, size) }
    #expect(mprotect(mapped, size, PROT_READ | PROT_WRITE) == -1)
    table.put("acct-1", .lasting(revision: 3))
    var view = status_table()
    #expect(status_table_attach(mapped, size, &view) == 0)
    #expect(view.read("acct-1", at: 1).revision == 3)
  }

  @Test func `a reader's own mapping outlives growth and the writer`() throws {
    var table: Table? = try Table(capacity: 64)
    let descriptor = dup(status_table_descriptor(try #require(table).writer))
    defer { close(descriptor) }
    let size = try #require(table).memory.load(fromByteOffset: 16, as: Int.self)
    let mapped = try #require(mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0))
    defer { munmap(mapped, size) }
    var view = status_table()
    #expect(status_table_attach(mapped, size, &view) == 0)
    for number in 0..<65 { table?.put("acct-\(number)", .lasting()) }
    #expect(status_table_current_state(&view) == .STATUS_TABLE_REPLACED)
    #expect(view.read("acct-63", at: 1).result == .STATUS_TABLE_FOUND)
    table = nil
    #expect(view.read("acct-0", at: 1).result == .STATUS_TABLE_FOUND)
  }
}

/// SipHash-1-3, written down a second time.
private func sipHash13(_ bytes: [UInt8], _ seed: (UInt64, UInt64)) -> UInt64 {
  var v0 = seed.0 ^ 0x736f_6d65_7073_6575
  var v1 = seed.1 ^ 0x646f_7261_6e64_6f6d
  var v2 = seed.0 ^ 0x6c79_6765_6e65_7261
  var v3 = seed.1 ^ 0x7465_6462_7974_6573
  func rotate(_ x: UInt64, _ n: UInt64) -> UInt64 { x << n | x >> (64 - n) }
  func round() {
    v0 &+= v1
    v1 = rotate(v1, 13) ^ v0
    v0 = rotate(v0, 32)
    v2 &+= v3
    v3 = rotate(v3, 16) ^ v2
    v0 &+= v3
    v3 = rotate(v3, 21) ^ v0
    v2 &+= v1
    v1 = rotate(v1, 17) ^ v2
    v2 = rotate(v2, 32)
  }
  var padded = bytes
  while padded.count % 8 != 7 { padded.append(0) }
  padded.append(UInt8(bytes.count))
  for start in stride(from: 0, to: padded.count, by: 8) {
    let word = padded[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    v3 ^= word
    round()
    v0 ^= word
  }
  v2 ^= 0xff
  for _ in 0..<3 { round() }
  return v0 ^ v1 ^ v2 ^ v3
}
