// An order gateway: takes an order for new licences only if the account may sell them.
//
//     order-gateway-example contoso deny
//
// The last word says what holds while the server cannot be asked: the caller's decision, never the
// library's. Exits with 0 when the order is taken, 1 when it is refused, 2 when it could not be
// judged.

import AccountStatusClient
import AccountStatusModel
import Glibc

let arguments = CommandLine.arguments
guard arguments.count == 3, ["allow", "deny"].contains(arguments[2]) else {
  print("usage: \(arguments[0]) ACCOUNT allow|deny")
  exit(2)
}
let takesWithoutAnswer = arguments[2] == "allow"

do {
  let account = try AccountID(arguments[1])
  let client = try AccountStatusClient()
  let check = try await client.check([.sellNewLicenses], of: account, timeout: .milliseconds(500))
  if check.isAllowed {
    print("taken")
    exit(0)
  }
  let reasons = check.reasons.map(\.code.contractName).joined(separator: ", ")
  print("refused: the account is \(check.state.contractName) (\(reasons))")
  exit(1)
} catch let error as AccountStatusError where error.kind == .notFound {
  print("refused: no such account")
  exit(1)
} catch let error as AccountStatusError
  where [.unavailable, .deadlineExceeded].contains(error.kind)
{
  print("\(takesWithoutAnswer ? "taken" : "refused") without an answer: \(error.message)")
  exit(takesWithoutAnswer ? 0 : 1)
} catch {
  print("not judged: \(error)")
  exit(2)
}
