import AccountStatusClient
import AccountStatusModel
import Glibc
import TTRPC

// Reads the status table from a process of its own, for the end-to-end tests:
//
//     table-read-probe count TABLE_SOCKET ACCOUNT…
//     table-read-probe follow RPC_SOCKET ACCOUNT
//
// `count` reads the first account over and over and all of them at random, in a thread named
// "reads", under the library that counts its allocations; it prints how many there were. `follow`
// says, for each line of its input, what the table says of the account and what the server says.

/// What a count came to.
struct Count {
  var reads = 0
  var found = 0
  var allocations: UInt64 = 0
  /// Whether allocations are counted at all: one that was made on purpose was.
  var isCounting = false
  /// What it was made for.
  var proof: [Int] = []
}

/// The counter that the preloaded library maps as well; nil: there is none.
func mappedCounter() -> UnsafeMutablePointer<UInt64>? {
  guard let path = getenv("COUNT_ALLOCATIONS") else { return nil }
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  defer { close(descriptor) }
  guard let memory = mmap(nil, 8, PROT_READ, MAP_SHARED, descriptor, 0), memory != MAP_FAILED
  else { return nil }
  return memory.assumingMemoryBound(to: UInt64.self)
}

/// Reads and counts. In a thread of its own.
func count(
  _ table: StatusTable, _ accounts: [[UInt8]], _ counter: UnsafeMutablePointer<UInt64>
) -> Count {
  var count = Count()
  var random: UInt64 = 88_172_645_463_325_252
  func read(_ account: [UInt8]) {
    count.reads += 1
    if table.read(account.span).result == .found { count.found += 1 }
  }
  func read() {
    random ^= random << 13
    random ^= random >> 7
    random ^= random << 17
    read(accounts[0])
    read(accounts[Int(random % UInt64(accounts.count))])
  }
  // The first read of a thread gets it a place among the readers.
  read()
  let before = counter.pointee
  for _ in 0..<100_000 { read() }
  count.allocations = counter.pointee - before
  count.proof = Array(0..<accounts.count)
  count.isCounting = counter.pointee > before + count.allocations
  return count
}

func runCount(_ socket: String, _ accounts: [[UInt8]]) throws -> Int32 {
  guard let counter = mappedCounter() else { return 1 }
  let table = try StatusTable(
    socket: socket, options: StatusTable.Options(maxStaleness: .seconds(3600)))
  let patient = StatusTable.Options(maxStaleness: .seconds(3600), timeout: .seconds(60))
  let first = accounts[0]
  guard table.read(first.span, patient).result == .found else { return 2 }
  let thread = try LoopThread(name: "reads") {
    let count = count(table, accounts, counter)
    print(
      "reads \(count.reads) found \(count.found) allocations \(count.allocations) "
        + "counting \(count.isCounting)")
  }
  thread.join()
  return 0
}

func runFollow(_ socket: String, _ account: AccountID) async throws -> Int32 {
  var configuration = AccountStatusClient.Configuration()
  configuration.readsTable = false
  let asker = try AccountStatusClient(socket: socket, configuration: configuration)
  guard let table = try AccountStatusClient(socket: socket).table else { return 1 }
  let patient = StatusTable.Options(maxStaleness: .seconds(3600), timeout: .milliseconds(100))
  while readLine() != nil {
    let reading = table.read(account, patient).result
    do throws(AccountStatusError) {
      print("\(reading) \(try await asker.getStatus(account).state)")
    } catch {
      print("\(reading) \(error.kind)")
    }
    fflush(nil)
  }
  return 0
}

let arguments = CommandLine.arguments
switch arguments.dropFirst().first {
case "count" where arguments.count > 3:
  exit(try runCount(arguments[2], arguments[3...].map { Array($0.utf8) }))
case "follow" where arguments.count == 4:
  exit(try await runFollow(arguments[2], AccountID(checked: arguments[3])))
default:
  exit(64)
}
