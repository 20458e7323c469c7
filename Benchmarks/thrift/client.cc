// Calls by Thrift's generated client; in flight, by the two halves that it makes of a call.
#include "StatusService.h"
#include "accounts.h"
#include "generator.h"
#include <deque>
#include <thrift/protocol/TBinaryProtocol.h>
#include <thrift/transport/TBufferTransports.h>
#include <thrift/transport/TSocket.h>

using namespace apache::thrift;

namespace {

void *open_connection(const char *socket_path) {
  auto socket = std::make_shared<transport::TSocket>(std::string(socket_path));
  auto framed = std::make_shared<transport::TFramedTransport>(socket);
  framed->open();
  return new benchmark::StatusServiceClient(std::make_shared<protocol::TBinaryProtocol>(framed));
}

std::string text_of(uint32_t account) {
  char id[account_id_length + 1];
  account_id(account, id);
  return std::string(id, account_id_length);
}

bool call(void *opened, uint32_t account) {
  benchmark::AccountStatus status;
  static_cast<benchmark::StatusServiceClient *>(opened)->getStatus(status, text_of(account));
  return status.account_id == text_of(account);
}

void pipeline(void *opened, struct turn *turn, uint32_t depth) {
  auto &client = *static_cast<benchmark::StatusServiceClient *>(opened);
  std::deque<std::string> asked;
  for (bool is_over = false; !is_over || !asked.empty();) {
    uint32_t account;
    while (!is_over && asked.size() < depth) {
      is_over = !turn_next(turn, &account);
      if (!is_over) {
        asked.push_back(text_of(account));
        client.send_getStatus(asked.back());
      }
    }
    if (asked.empty())
      break;
    benchmark::AccountStatus status;
    client.recv_getStatus(status);
    turn_answered(turn, status.account_id == asked.front());
    asked.pop_front();
  }
}

} // namespace

int main(int argc, char **argv) {
  struct generator_client client = {};
  client.connect = open_connection;
  client.call = call;
  client.pipeline = pipeline;
  return generator_main(argc, argv, &client);
}
