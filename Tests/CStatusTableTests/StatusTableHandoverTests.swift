import CStatusTable
import CStatusTableStress
import Glibc
import Testing

@Suite(.serialized) struct StatusTableHandoverTests {
  @Test func `a peer gets the memory with its size and generation`() throws {
    let table = try Table()
    table.put("acct-1", .lasting(revision: 4))
    let (server, peer) = try pair()
    defer { close(peer) }
    #expect(status_table_send_offer(server, table.writer, 0) == 0)
    close(server)
    let (error, offer, descriptor) = receive(peer)
    #expect(error == 0)
    defer { close(descriptor) }
    #expect(offer.generation == 1)
    #expect(offer.status == 0)
    let mapped = try #require(
      mmap(nil, Int(offer.size), PROT_READ, MAP_SHARED, descriptor, 0))
    defer { munmap(mapped, Int(offer.size)) }
    var view = status_table()
    #expect(status_table_attach(mapped, Int(offer.size), &view) == 0)
    #expect(view.read("acct-1", at: 1).revision == 4)
    #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC == FD_CLOEXEC)
  }

  @Test(arguments: [-EACCES, -EAGAIN])
  func `a refused peer is told why and gets no memory`(_ status: Int32) throws {
    let table = try Table()
    let (server, peer) = try pair()
    defer { close(peer) }
    #expect(status_table_send_offer(server, table.writer, status) == 0)
    close(server)
    let (error, _, descriptor) = receive(peer)
    #expect(error == status)
    #expect(descriptor == -1)
  }

  @Test func `without a table there is none to give at present`() throws {
    let (server, peer) = try pair()
    defer { close(peer) }
    #expect(status_table_send_offer(server, nil, 0) == 0)
    close(server)
    #expect(receive(peer).error == -EAGAIN)
  }

  @Test func `what a peer gets cannot be written, resized or sealed anew`() throws {
    let table = try Table()
    table.put("acct-1", .lasting(revision: 4))
    let (server, peer) = try pair()
    defer { close(peer) }
    #expect(status_table_send_offer(server, table.writer, 0) == 0)
    close(server)
    let (error, offer, descriptor) = receive(peer)
    #expect(error == 0)
    defer { close(descriptor) }
    let size = Int(offer.size)
    // As it came, and opened once more: the seals are the memory's, not the descriptor's.
    let again = open("/proc/self/fd/\(descriptor)", O_RDWR | O_CLOEXEC)
    #expect(again >= 0)
    defer { close(again) }
    for each in [descriptor, again] {
      #expect(mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, each, 0) == MAP_FAILED)
      #expect(pwrite(each, "x", 1, 0) == -1)
      #expect(ftruncate(each, 0) == -1)
      #expect(ftruncate(each, off_t(size) * 2) == -1)
      #expect(allocate_memory(each, 0, Int64(size), 4096) < 0)
      // FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE
      #expect(allocate_memory(each, 3, 0, 4096) < 0)
      for seal in [0, 1, 2, 4, 8, 16] as [Int32] { #expect(fcntl(each, 1033, seal) == -1) }
      let mapped = try #require(mmap(nil, size, PROT_READ, MAP_SHARED, each, 0))
      #expect(mapped != MAP_FAILED)
      #expect(mprotect(mapped, size, PROT_READ | PROT_WRITE) == -1)
      #expect(madvise(mapped, 4096, 9) == -1)  // MADV_REMOVE
      // A private copy may be written, and is nobody else's.
      let own = try #require(mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, each, 0))
      memset(own, 0xff, size)
      munmap(own, size)
      munmap(mapped, size)
    }
    #expect(table.read("acct-1", at: 1).revision == 4)
  }

  /// What a hostile daemon may send: a name, the bytes, and how many descriptors of which kind.
  enum Hostile: CaseIterable {
    case nothing, short, long, garbage, otherMagic, otherLayout, unknownStatus, positiveStatus
    case noDescriptor, manyDescriptors, refusedWithDescriptor
    case unsealed, partlySealed, wrongSize, noMemory, notMappable, emptyMemory
  }

  @Test(arguments: Hostile.allCases)
  func `what is no offer is refused, and leaves nothing open`(_ hostile: Hostile) throws {
    let before = openDescriptors()
    do {
      let (server, peer) = try pair()
      try send(hostile, on: server)
      close(server)
      let (error, _, descriptor) = receive(peer)
      switch hostile {
      case .nothing, .short, .long, .garbage, .otherMagic, .otherLayout, .unknownStatus,
        .positiveStatus, .noDescriptor:
        #expect(error == -EPROTO)
      case .refusedWithDescriptor: #expect(error == -EACCES)
      case .manyDescriptors:
        #expect(error == 0)
        close(descriptor)
      case .unsealed, .partlySealed, .wrongSize, .noMemory, .notMappable:
        #expect(error == -EBADMSG)
      case .emptyMemory:
        // It is what it says; mapping it is refused.
        #expect(error == 0)
        close(descriptor)
      }
      close(peer)
    }
    #expect(openDescriptors() == before)
  }

  @Test(arguments: Hostile.allCases)
  func `a client that meets it has no table, and goes on`(_ hostile: Hostile) throws {
    let daemon = try Daemon()
    daemon.behaviour = .doing { try? send(hostile, on: $0) }
    daemon.table.put("acct-1", .lasting())
    let client = try Client(daemon)
    #expect(client.read("acct-1").result == .STATUS_TABLE_UNAVAILABLE)
    #expect(client.counters.failed_attempts == 1)
    daemon.behaviour = .offering
    #expect(client.renew() == 0)
    #expect(client.read("acct-1").result == .STATUS_TABLE_FOUND)
  }

  @Test func `a peer that sends half and stays is given up at the deadline`() throws {
    let (server, peer) = try pair()
    defer {
      close(server)
      close(peer)
    }
    let start = serving_now()
    #expect(receive(peer, within: 5_000_000).error == -ETIMEDOUT)
    #expect(serving_now() - start >= 5_000_000)
    shutdown(server, Int32(SHUT_WR))
    #expect(receive(peer).error == -EPROTO)
  }

  @Test func `a peer that does not read never keeps the daemon waiting`() throws {
    let table = try Table()
    let (server, peer) = try pair()
    defer {
      close(server)
      close(peer)
    }
    var result: Int32 = 0
    for _ in 0..<10_000 where result == 0 {
      result = status_table_send_offer(server, table.writer, 0)
    }
    #expect(result == -EAGAIN || result == -109)  // ETOOMANYREFS: descriptors in flight
  }
}

/// Connected sockets as the hand-over's are.
private func pair() throws -> (Int32, Int32) {
  var descriptors: [Int32] = [-1, -1]
  let kind = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
  guard socketpair(AF_UNIX, kind, 0, &descriptors) == 0 else { throw TableError(number: -errno) }
  return (descriptors[0], descriptors[1])
}

private func receive(
  _ peer: Int32, within time: UInt64 = 30_000_000_000
) -> (error: Int32, offer: status_table_offer, descriptor: Int32) {
  var offer = status_table_offer()
  var descriptor: Int32 = -1
  let error = status_table_receive_offer(
    peer, Int64(serving_now() + time), &offer, &descriptor)
  return (error, offer, descriptor)
}

/// Descriptors of such memory that this process has open; other suites open others meanwhile.
private func openDescriptors() -> Int {
  var count = 0
  for descriptor in 0..<1024 {
    var target = [UInt8](repeating: 0, count: 64)
    let length = target.withUnsafeMutableBytes {
      readlink(
        "/proc/self/fd/\(descriptor)", $0.bindMemory(to: CChar.self).baseAddress!, $0.count)
    }
    if length > 0, String(decoding: target[..<length], as: UTF8.self).contains("strange") {
      count += 1
    }
  }
  return count
}

/// Memory that looks like a table's, more or less.
private func memory(size: Int, seals: Int32) throws -> Int32 {
  let descriptor = make_sealed_memory(size, seals)
  guard descriptor >= 0 else { throw TableError(number: descriptor) }
  return descriptor
}

/// Every seal that a table has: SHRINK, GROW, FUTURE_WRITE, SEAL.
private let allSeals: Int32 = 0b10111

private func send(_ hostile: StatusTableHandoverTests.Hostile, on socket: Int32) throws {
  var offer = status_table_offer()
  offer.magic = 0x5245_4646_4f53_4341
  offer.layout_major = 1
  offer.size = 4096
  offer.generation = 1
  var length = MemoryLayout<status_table_offer>.size
  var descriptors = [try memory(size: 4096, seals: allSeals)]
  defer { for descriptor in descriptors { close(descriptor) } }
  func replace(_ descriptor: Int32) {
    close(descriptors[0])
    descriptors[0] = descriptor
  }
  var sent = 1
  switch hostile {
  case .nothing: return
  case .short: length -= 1
  case .long: length += 1
  case .garbage:
    offer.magic = .random(in: 0 ... .max)
    offer.layout_major = 7
    offer.status = 99
  case .otherMagic: offer.magic += 1
  case .otherLayout: offer.layout_major = 2
  case .unknownStatus: offer.status = -ENOENT
  case .positiveStatus: offer.status = 1
  case .noDescriptor: sent = 0
  case .manyDescriptors:
    for _ in 0..<5 { descriptors.append(try memory(size: 4096, seals: allSeals)) }
    sent = 6
  case .refusedWithDescriptor: offer.status = -EACCES
  case .unsealed: replace(try memory(size: 4096, seals: 0))
  case .partlySealed: replace(try memory(size: 4096, seals: 0b00110))
  case .wrongSize: offer.size = 8192
  case .noMemory: replace(open("/dev/zero", O_RDWR | O_CLOEXEC))
  case .notMappable:
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw TableError(number: -errno) }
    close(ends[1])
    replace(ends[0])
  case .emptyMemory:
    replace(try memory(size: 0, seals: allSeals))
    offer.size = 0
  }
  send_with_descriptors(socket, &offer, length, descriptors, sent)
}
