// Reads of the status table through the Swift client, as programs in hot paths make them:
//   benchmark-table-client TABLE_SOCKET ACCOUNTS hot|random
// The generator in C commands and times it, as it does the reader in C.

import AccountStatusClient
import AccountStatusModel
import CLoadGenerator
import Glibc

var client = generator_client()
client.connect = { path in
  guard let path, let reader = TableReader(socket: String(cString: path)) else { return nil }
  return Unmanaged.passRetained(reader).toOpaque()
}
client.call = { reader, _ in
  guard let reader else { return false }
  return Unmanaged<TableReader>.fromOpaque(reader).takeUnretainedValue().readMany()
}
client.questions_per_call = UInt32(reads_per_call)
exit(generator_main(CommandLine.argc, CommandLine.unsafeArgv, &client))
