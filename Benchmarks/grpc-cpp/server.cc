// gRPC C++ with the callback API, the faster of its two here: server SOCKET ACCOUNTS.
#include "accounts.h"
#include "lookup.grpc.pb.h"
#include <grpcpp/grpcpp.h>

using namespace accountstatus::v1;

namespace {

struct Lookup final : StatusService::CallbackService {
  struct accounts accounts;

  grpc::Status find(const GetStatusRequest &request, GetStatusResponse *response) const {
    const struct account *account =
        accounts_find(&accounts, request.account_id().data(), request.account_id().size());
    if (account == nullptr)
      return grpc::Status(grpc::StatusCode::NOT_FOUND, "no such account");
    AccountStatus *status = response->mutable_status();
    status->set_account_id(account->id, account_id_length);
    status->set_state(account->state);
    status->mutable_capabilities()->Reserve(capability_count);
    for (uint8_t capability : account->capabilities)
      status->add_capabilities(capability);
    status->set_policy_edition(POLICY_EDITION);
    status->set_revision(account->revision);
    response->set_token(account->token, token_length);
    return grpc::Status::OK;
  }

  grpc::ServerUnaryReactor *GetStatus(grpc::CallbackServerContext *context,
                                      const GetStatusRequest *request,
                                      GetStatusResponse *response) override {
    auto *reactor = context->DefaultReactor();
    reactor->Finish(find(*request, response));
    return reactor;
  }
};

} // namespace

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  Lookup lookup;
  accounts_make(static_cast<uint32_t>(atoi(argv[2])), &lookup.accounts);
  grpc::ServerBuilder builder;
  builder.AddListeningPort(std::string("unix:") + argv[1], grpc::InsecureServerCredentials());
  builder.RegisterService(&lookup);
  builder.BuildAndStart()->Wait();
}
