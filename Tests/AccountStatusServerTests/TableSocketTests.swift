import AccountStatusLedger
import AccountStatusModel
import AccountStatusServer
import CStatusTable
import Glibc
import TTRPC
import Testing

@Suite("The table's socket")
struct TableSocketTests {
  private let server: LocalServer
  private let directory: TemporaryDirectory
  private var path: String { directory.file("table.sock") }

  init() throws {
    server = try LocalServer()
    directory = try TemporaryDirectory()
  }

  private func listen(
    _ policy: AccessPolicy = AccessPolicy(ownUID: geteuid(), readers: nil)
  ) throws -> TableSocket {
    try TableSocket(path: path, loop: server.loop, index: server.index, policy: policy)
  }

  @Test func `a reader gets the table that the index writes`() throws {
    let socket = try listen()
    try server.store([registration()])
    let reader = try TableReader(path)
    try server.turn()
    let table = try reader.table()
    #expect(table.read(account, at: autumn) == .STATUS_TABLE_FOUND)
    try server.store([registration("tailspin")])
    #expect(table.read("tailspin", at: autumn) == .STATUS_TABLE_FOUND)
    #expect(socket.handOvers.given == 1 && socket.handOvers.refused == 0)
    socket.stop()
  }

  @Test func `it is for its owner and group, and goes at the end`() throws {
    let socket = try listen(AccessPolicy(ownUID: geteuid(), readers: getegid()))
    var status = stat()
    lstat(path, &status)
    #expect(status.st_mode & 0o7777 == 0o660)
    #expect(status.st_mode & S_IFMT == S_IFSOCK)
    #expect(status.st_gid == getegid())
    socket.stop()
    #expect(access(path, F_OK) != 0)
  }

  @Test func `a peer that may not read every status is told so`() async {
    // In a process of its own: it is another user for a moment.
    await #expect(processExitsWith: .success) {
      let server = try LocalServer()
      let directory = try TemporaryDirectory()
      let path = directory.file("table.sock")
      let own = geteuid()
      let stranger: uid_t = 65_534
      let policy = AccessPolicy(ownUID: own == 0 ? 0 : own + 1, readers: nil)
      let socket = try TableSocket(
        path: path, loop: server.loop, index: server.index, policy: policy)
      chmod(directory.path, 0o755)
      chmod(path, 0o666)
      if own == 0 { #expect(seteuid(stranger) == 0) }
      let reader = try TableReader(path)
      if own == 0 { #expect(seteuid(own) == 0) }
      try server.turn()
      #expect(throws: TestFailure("no table: \(-EACCES)")) { try reader.table() }
      socket.stop()
    }
  }

  @Test func `other rights make everybody ask again`() async {
    await #expect(processExitsWith: .success) {
      let server = try LocalServer()
      let directory = try TemporaryDirectory()
      let path = directory.file("table.sock")
      let own = geteuid()
      let stranger: uid_t = 65_534
      let refusing = AccessPolicy(ownUID: own == 0 ? 0 : own + 1, readers: nil)
      // The stranger is a reader at first: he is the daemon's own user.
      let socket = try TableSocket(
        path: path, loop: server.loop, index: server.index,
        policy: AccessPolicy(ownUID: own == 0 ? stranger : own, readers: nil))
      chmod(directory.path, 0o755)
      chmod(path, 0o666)
      func ask() throws -> TableReader {
        if own == 0 { #expect(seteuid(stranger) == 0) }
        defer { if own == 0 { #expect(seteuid(own) == 0) } }
        return try TableReader(path)
      }
      let first = try ask()
      try server.turn()
      let table = try first.table()
      #expect(table.state == .STATUS_TABLE_LIVE)
      #expect(socket.enforce(refusing) == 0)
      #expect(table.state == .STATUS_TABLE_REPLACED)
      let second = try ask()
      try server.turn()
      #expect(throws: TestFailure("no table: \(-EACCES)")) { try second.table() }
      #expect(socket.handOvers.given == 1 && socket.handOvers.refused == 1)
      socket.stop()
    }
  }

  @Test func `the heartbeat goes on`() throws {
    let socket = try listen()
    let first = server.index.info.heartbeat
    #expect(first > 0)
    server.time.advance(.milliseconds(49))
    try server.turn()
    #expect(server.index.info.heartbeat == first)
    server.time.advance(.milliseconds(1))
    try server.turn()
    #expect(server.index.info.heartbeat > first)
    socket.stop()
    let last = server.index.info.heartbeat
    server.time.advance(.seconds(1))
    try server.turn()
    #expect(server.index.info.heartbeat == last)
  }

  @Test func `a heartbeat that is stopped on purpose goes on when it is started`() throws {
    let socket = try listen()
    let reader = try TableReader(path)
    try server.turn()
    let table = try reader.table()
    socket.setBeating(false)
    let last = server.index.info.heartbeat
    server.time.advance(.seconds(1))
    try server.turn()
    #expect(server.index.info.heartbeat == last)
    // Silent, not gone: that is what a daemon that hangs looks like.
    #expect(table.state == .STATUS_TABLE_LIVE)
    socket.setBeating(true)
    socket.setBeating(true)
    let started = server.index.info.heartbeat
    #expect(started > last)
    server.time.advance(.milliseconds(50))
    try server.turn()
    #expect(server.index.info.heartbeat > started)
    socket.stop()
  }

  @Test func `readers see that it was stopped in order`() throws {
    let socket = try listen()
    let reader = try TableReader(path)
    try server.turn()
    let table = try reader.table()
    #expect(table.state == .STATUS_TABLE_LIVE)
    socket.stop()
    #expect(table.state == .STATUS_TABLE_STOPPED)
  }

  @Test func `a socket that nobody listens on is taken over`() throws {
    close(try tableListener(at: path))
    let socket = try listen()
    let reader = try TableReader(path)
    try server.turn()
    _ = try reader.table()
    socket.stop()
  }

  @Test func `one that somebody listens on never is`() throws {
    let other = try tableListener(at: path)
    defer { close(other) }
    #expect(throws: StartError.self) { try listen() }
    #expect(access(path, F_OK) == 0)
  }

  @Test func `a reader that has gone again does no harm`() throws {
    let socket = try listen()
    for _ in 0..<40 { _ = try TableReader(path) }
    let reader = try TableReader(path)
    try server.turn()
    _ = try reader.table()
    socket.stop()
  }

  @Test func `out of descriptors it rests and answers later`() async {
    // In a process of its own: the others need their descriptors.
    await #expect(processExitsWith: .success) {
      let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
      let server = try LocalServer()
      let directory = try TemporaryDirectory()
      let path = directory.file("table.sock")
      let socket = try TableSocket(
        path: path, loop: server.loop, index: server.index,
        policy: AccessPolicy(ownUID: geteuid(), readers: nil))
      let reader = try TableReader(path)
      var limit = rlimit()
      getrlimit(resource, &limit)
      var none = rlimit(rlim_cur: 0, rlim_max: limit.rlim_max)
      setrlimit(resource, &none)
      try server.turn()
      // A turn that has nothing to do waits for the next beat.
      let start = MonotonicInstant.now()
      try server.loop.turn(wait: .milliseconds(30))
      #expect(MonotonicInstant.now() >= start.advanced(by: .milliseconds(25)))
      setrlimit(resource, &limit)
      server.time.advance(.milliseconds(100))
      try server.turn()
      _ = try reader.table()
      socket.stop()
    }
  }
}
