// Calls by Cap'n Proto's own client. Its event loop belongs to a thread, and a turn with several
// connections has new threads: each connects anew, before what is measured.
#include "accounts.h"
#include "generator.h"
#include "lookup.capnp.h"
#include <capnp/ez-rpc.h>
#include <memory>
#include <string>

namespace {

struct Connection {
  capnp::EzRpcClient client;
  StatusService::Client service;
  explicit Connection(const std::string &address)
      : client(address.c_str()), service(client.getMain<StatusService>()) {}
};

thread_local std::unique_ptr<Connection> own;

// What generator_main keeps of a connection is where to connect.
void *open_connection(const char *socket_path) {
  return new std::string(std::string("unix:").append(socket_path));
}

Connection &connection_of(void *opened) {
  if (own == nullptr)
    own = std::make_unique<Connection>(*static_cast<std::string *>(opened));
  return *own;
}

auto send(Connection &connection, uint32_t account) {
  char id[account_id_length + 1];
  account_id(account, id);
  auto request = connection.service.getStatusRequest();
  request.setAccountId(id);
  return request.send();
}

bool is_right(StatusService::GetStatusResults::Reader results, uint32_t account) {
  char id[account_id_length + 1];
  account_id(account, id);
  return results.getStatus().getAccountId() == id;
}

bool call(void *opened, uint32_t account) {
  Connection &connection = connection_of(opened);
  return is_right(send(connection, account).wait(connection.client.getWaitScope()), account);
}

// One of the calls in flight, and those after it.
kj::Promise<void> lane(Connection &connection, struct turn *turn) {
  uint32_t account;
  if (!turn_next(turn, &account))
    return kj::READY_NOW;
  return send(connection, account)
      .then([&connection, turn, account](capnp::Response<StatusService::GetStatusResults> reply) {
        turn_answered(turn, is_right(reply, account));
        return lane(connection, turn);
      });
}

void pipeline(void *opened, struct turn *turn, uint32_t depth) {
  Connection &connection = connection_of(opened);
  auto lanes = kj::heapArrayBuilder<kj::Promise<void>>(depth);
  for (uint32_t i = 0; i < depth; i++)
    lanes.add(lane(connection, turn));
  kj::joinPromises(lanes.finish()).wait(connection.client.getWaitScope());
}

} // namespace

int main(int argc, char **argv) {
  struct generator_client client = {};
  client.connect = open_connection;
  client.call = call;
  client.pipeline = pipeline;
  return generator_main(argc, argv, &client);
}
