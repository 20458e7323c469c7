// Thrift's threaded server, the fastest of its kinds here: framed transport, binary protocol.
//   server SOCKET ACCOUNTS
#include "StatusService.h"
#include "accounts.h"
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/server/TThreadedServer.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/TServerSocket.h>

using namespace apache::thrift;

namespace {

struct Lookup : benchmark::StatusServiceIf {
  struct accounts accounts;

  void getStatus(benchmark::AccountStatus &status, const std::string &id) override {
    const struct account *account = accounts_find(&accounts, id.data(), id.size());
    if (account == nullptr)
      throw TException("no such account");
    status.account_id.assign(account->id, account_id_length);
    status.state = account->state;
    status.capabilities.assign(reinterpret_cast<const char *>(account->capabilities),
                               capability_count);
    status.policy_edition = POLICY_EDITION;
    status.revision = static_cast<int64_t>(account->revision);
    status.token.assign(reinterpret_cast<const char *>(account->token), token_length);
  }
};

} // namespace

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  auto lookup = std::make_shared<Lookup>();
  accounts_make(static_cast<uint32_t>(atoi(argv[2])), &lookup->accounts);
  server::TThreadedServer server(std::make_shared<benchmark::StatusServiceProcessor>(lookup),
                                 std::make_shared<transport::TServerSocket>(std::string(argv[1])),
                                 std::make_shared<transport::TFramedTransportFactory>(),
                                 std::make_shared<protocol::TBinaryProtocolFactory>());
  server.serve();
}
