import CStatusTable
import Testing

struct StatusTableOrderTests {
  /// The ids from a place on, at most `limit` of them.
  private func ids(
    of table: Table, in order: OpaquePointer, after id: String = "", limit: Int = .max
  ) -> [String] {
    var cursor = Array(id.utf8).withUnsafeBytes {
      status_table_order_after(order, table.view, $0.baseAddress, $0.count)
    }
    var found: [String] = []
    var number: UInt32 = 0
    while found.count < limit, status_table_order_next(order, &cursor, &number) {
      var bytes = [UInt8](repeating: 0, count: 64)
      var length = 0
      var status = status_table_status()
      _ = status_table_read_number(table.view, number, 0, &bytes, &length, &status)
      found.append(String(decoding: bytes[..<length], as: UTF8.self))
    }
    return found
  }

  private func withOrder<Result>(_ body: (OpaquePointer) throws -> Result) throws -> Result {
    var made: OpaquePointer?
    let error = status_table_order_create(&made)
    guard error == 0, let made else { throw TableError(number: error) }
    defer { status_table_order_destroy(made) }
    return try body(made)
  }

  @Test(arguments: ["", "acct-3", "zz"])
  func `runs are the same accounts, many at a time`(id: String) throws {
    let table = try Table()
    for number in 0..<5000 { #expect(table.put("acct-\(number)", .lasting()) == 0) }
    try withOrder { order in
      #expect(status_table_order_update(order, table.view) == 0)
      var cursor = Array(id.utf8).withUnsafeBytes {
        status_table_order_after(order, table.view, $0.baseAddress, $0.count)
      }
      var single = cursor
      var numbers: UnsafePointer<UInt32>?
      var count = 0
      while case let length = status_table_order_run(order, &cursor, &numbers), length > 0 {
        for number in UnsafeBufferPointer(start: numbers, count: length) {
          var expected: UInt32 = 0
          #expect(status_table_order_next(order, &single, &expected) && expected == number)
        }
        count += length
      }
      var number: UInt32 = 0
      #expect(!status_table_order_next(order, &single, &number))
      #expect(count == ids(of: table, in: order, after: id).count)
    }
  }

  @Test(arguments: [false, true])
  func `accounts are listed by id, byte by byte, in whatever order they came`(
    inOrder: Bool
  ) throws {
    let table = try Table()
    var expected = (0..<5000).map { "acct-\($0)" } + ["a", "A", "acct", "acct-", "z", "0"]
    expected.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    var random = SystemRandomNumberGenerator()
    let coming = inOrder ? expected : expected.shuffled(using: &random)
    try withOrder { order in
      // Growth of the table on the way, and updates of many sizes.
      for (number, id) in coming.enumerated() {
        table.put(id, .lasting())
        if number % 97 == 0 { #expect(status_table_order_update(order, table.view) == 0) }
      }
      #expect(status_table_order_update(order, table.view) == 0)
      #expect(ids(of: table, in: order) == expected)
    }
  }

  @Test func `a page begins behind the id it is given, known or not`() throws {
    let table = try Table()
    for id in ["d", "b", "a", "c", "cc"] { table.put(id, .lasting()) }
    try withOrder { order in
      #expect(ids(of: table, in: order).isEmpty)
      #expect(status_table_order_update(order, table.view) == 0)
      #expect(ids(of: table, in: order, after: "b", limit: 2) == ["c", "cc"])
      #expect(ids(of: table, in: order, after: "bb") == ["c", "cc", "d"])
      #expect(ids(of: table, in: order, after: "A") == ["a", "b", "c", "cc", "d"])
      #expect(ids(of: table, in: order, after: "d").isEmpty)
      #expect(ids(of: table, in: order, after: "zz").isEmpty)
    }
  }

  @Test func `pages put together list every account once`() throws {
    let table = try Table()
    let all = (0..<2000).map { "acct-\($0)" }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    for id in all.reversed() { table.put(id, .lasting()) }
    try withOrder { order in
      #expect(status_table_order_update(order, table.view) == 0)
      var listed: [String] = []
      while true {
        let page = ids(of: table, in: order, after: listed.last ?? "", limit: 37)
        if page.isEmpty { break }
        listed += page
      }
      #expect(listed == all)
    }
  }
}
