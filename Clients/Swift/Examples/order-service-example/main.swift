// An order service: judges orders as they come in, an account a line on standard input, out of what it
// keeps of what the server tells. For hosts that cannot map the status table.
//
//     order-service-example deny
//
// The word says what holds while nobody can be asked.

import AccountStatusClient
import AccountStatusModel
import Glibc

let arguments = CommandLine.arguments
guard arguments.count == 2, ["allow", "deny"].contains(arguments[1]) else {
  print("usage: \(arguments[0]) allow|deny")
  exit(2)
}
let takesWithoutAnswer = arguments[1] == "allow"

var configuration = AccountStatusClient.Configuration()
configuration.readsTable = false
configuration.cache = StatusCache.Options()
let client = try AccountStatusClient(configuration: configuration)

/// Judges one order, and says who decided.
func judge(_ account: AccountID) async throws -> String {
  let decision = try await client.allows(
    .sellNewLicenses, of: account, otherwise: takesWithoutAnswer, timeout: .milliseconds(500))
  return "\(decision.holds ? "taken" : "refused") (\(decision.source))"
}

try await withThrowingTaskGroup { group in
  // Keeps the cache fresh for as long as there are orders.
  group.addTask { try await client.runCache() }
  while let line = readLine() {
    let verdict =
      if let account = try? AccountID(line) { try await judge(account) } else { "no account" }
    print("\(line): \(verdict)")
    fflush(nil)
  }
  group.cancelAll()
}
