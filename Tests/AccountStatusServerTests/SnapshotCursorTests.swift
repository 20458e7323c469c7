import AccountStatusModel
import AccountStatusServer
import Testing

@Suite("How far a snapshot is read")
struct SnapshotCursorTests {
  @Test func `all accounts come by the numbers of their records, new ones at the end`() throws {
    let server = try LocalServer()
    try server.store([registration("a"), registration("b")])
    var cursor = SnapshotCursor(of: nil)
    #expect(cursor.next(in: server.index) == .record(0))
    #expect(!cursor.hasRead("a", server.index))
    cursor.passed()
    #expect(cursor.hasRead("a", server.index) && !cursor.hasRead("b", server.index))
    try server.store([registration("0-before-them")])
    cursor.passed()
    #expect(cursor.next(in: server.index) == .record(2))
    #expect(!cursor.hasRead("0-before-them", server.index))
    cursor.passed()
    #expect(cursor.next(in: server.index) == .end)
  }

  @Test func `some accounts come whether they have a record or not`() throws {
    let server = try LocalServer()
    try server.store([registration("a"), registration("b")])
    var cursor = SnapshotCursor(of: ["b", "nobody"])
    var records: [UInt32] = []
    var nothing = 0
    loop: while true {
      switch cursor.next(in: server.index) {
      case .record(let number): records.append(number)
      case .nothing: nothing += 1
      case .end: break loop
      }
      cursor.passed()
    }
    #expect(records == [1] && nothing == 1)
    #expect(cursor.hasRead("b", server.index) && cursor.hasRead("nobody", server.index))
    #expect(!cursor.hasRead("a", server.index), "it is not watched")
  }
}
