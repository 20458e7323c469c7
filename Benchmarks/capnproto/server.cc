// Cap'n Proto's own server and its event loop on one thread: server SOCKET ACCOUNTS.
#include "accounts.h"
#include "lookup.capnp.h"
#include <capnp/ez-rpc.h>
#include <string>

namespace {

struct Lookup final : StatusService::Server {
  struct accounts accounts;

  kj::Promise<void> getStatus(GetStatusContext context) override {
    auto id = context.getParams().getAccountId();
    const struct account *account = accounts_find(&accounts, id.cStr(), id.size());
    KJ_REQUIRE(account != nullptr, "no such account");
    auto status = context.initResults(capnp::MessageSize{48, 0}).initStatus();
    status.setAccountId(account->id);
    status.setState(account->state);
    status.setCapabilities(kj::arrayPtr(account->capabilities, capability_count));
    status.setPolicyEdition(POLICY_EDITION);
    status.setRevision(account->revision);
    status.setToken(kj::arrayPtr(account->token, token_length));
    return kj::READY_NOW;
  }
};

} // namespace

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  auto lookup = kj::heap<Lookup>();
  accounts_make(static_cast<uint32_t>(atoi(argv[2])), &lookup->accounts);
  capnp::EzRpcServer server(kj::mv(lookup), std::string("unix:").append(argv[1]).c_str());
  kj::NEVER_DONE.wait(server.getWaitScope());
}
