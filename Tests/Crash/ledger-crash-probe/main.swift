// Writes facts as fast as the ledger takes them, says which are acknowledged, and waits to be
// killed; or looks afterwards at what is there. See kill_probe.py.
//
//     ledger-crash-probe write  DATABASE full|normal FIRST WINDOW
//     ledger-crash-probe verify DATABASE
//
// Request n, numbered from FIRST, holds two or three facts of one account, all or nothing; WINDOW
// requests are always unanswered.
//
// Output of write, one line each, never buffered:
//
//     ready                 open, and about to write
//     ack N N N …           these requests were acknowledged, by one commit
//     read-only CAUSE       writes are refused from now on
//     recovered             and taken again
//
// Output of verify:
//
//     stored N              every fact of the request is there
//     half N                some are, which must never be
//     wrong ACCOUNT WHY     an account's row is not what its facts say
//     done

import AccountStatusLedger
import AccountStatusModel
import AccountStatusRules
import Glibc
import Synchronization

let usage = """
  usage: ledger-crash-probe write DATABASE full|normal FIRST WINDOW
         ledger-crash-probe verify DATABASE

  """

/// Writes a line in one system call.
func say(_ line: String) {
  let bytes = Array("\(line)\n".utf8)
  _ = write(1, bytes, bytes.count)
}

func fail(_ message: String, code: Int32) -> Never {
  let bytes = Array(message.utf8)
  _ = write(2, bytes, bytes.count)
  exit(code)
}

do {
  let arguments = CommandLine.arguments.dropFirst()
  switch arguments.first {
  case "write" where arguments.count == 5:
    guard let first = UInt64(arguments[4]), let window = UInt64(arguments[5]) else {
      fail(usage, code: 64)
    }
    let durability: Durability = arguments[3] == "normal" ? .atCheckpoint : .full
    try writeForEver(arguments[2], durability, first: first, window: window)
  case "verify" where arguments.count == 2:
    try verify(arguments[2])
  default:
    fail(usage, code: 64)
  }
} catch {
  fail("ledger-crash-probe: \(error)\n", code: 70)
}
