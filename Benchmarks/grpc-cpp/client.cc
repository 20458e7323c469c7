// Calls by gRPC's blocking stub; in flight, by its callback API.
#include "accounts.h"
#include "generator.h"
#include "lookup.grpc.pb.h"
#include <condition_variable>
#include <grpcpp/grpcpp.h>
#include <memory>
#include <mutex>
#include <vector>

using namespace accountstatus::v1;

namespace {

void *open_connection(const char *socket_path) {
  grpc::ChannelArguments arguments;
  // Each channel has a connection of its own.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  auto channel = grpc::CreateCustomChannel(std::string("unix:") + socket_path,
                                           grpc::InsecureChannelCredentials(), arguments);
  if (!channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(10)))
    generator_fail("cannot connect to %s", socket_path);
  return StatusService::NewStub(channel).release();
}

std::string text_of(uint32_t account) {
  char id[account_id_length + 1];
  account_id(account, id);
  return std::string(id, account_id_length);
}

bool call(void *opened, uint32_t account) {
  grpc::ClientContext context;
  GetStatusRequest request;
  GetStatusResponse response;
  request.set_account_id(text_of(account));
  return static_cast<StatusService::Stub *>(opened)->GetStatus(&context, request, &response).ok() &&
         response.status().account_id() == request.account_id();
}

// What the calls in flight share; the turn is touched under the lock.
struct Flight {
  StatusService::Stub *stub;
  struct turn *turn;
  std::mutex mutex;
  std::condition_variable landed;
  uint32_t lanes = 0;
};

// One of the calls in flight, and those after it.
struct Lane {
  Flight *flight;
  std::unique_ptr<grpc::ClientContext> context;
  GetStatusRequest request;
  GetStatusResponse response;

  // Takes the next account, with the lock held; false: the turn is over.
  bool take_next() {
    uint32_t account;
    if (!turn_next(flight->turn, &account)) {
      flight->lanes--;
      flight->landed.notify_one();
      return false;
    }
    context.reset(new grpc::ClientContext);
    request.set_account_id(text_of(account));
    return true;
  }

  void send() {
    flight->stub->async()->GetStatus(
        context.get(), &request, &response, [this](const grpc::Status &status) {
          std::unique_lock<std::mutex> lock(flight->mutex);
          turn_answered(flight->turn,
                        status.ok() && response.status().account_id() == request.account_id());
          const bool goes_on = take_next();
          lock.unlock();
          if (goes_on)
            send();
        });
  }
};

void pipeline(void *opened, struct turn *turn, uint32_t depth) {
  Flight flight;
  flight.stub = static_cast<StatusService::Stub *>(opened);
  flight.turn = turn;
  flight.lanes = depth;
  std::vector<Lane> lanes(depth);
  for (Lane &lane : lanes) {
    lane.flight = &flight;
    std::unique_lock<std::mutex> lock(flight.mutex);
    const bool goes_on = lane.take_next();
    lock.unlock();
    if (goes_on)
      lane.send();
  }
  std::unique_lock<std::mutex> lock(flight.mutex);
  flight.landed.wait(lock, [&flight] { return flight.lanes == 0; });
}

} // namespace

int main(int argc, char **argv) {
  struct generator_client client = {};
  client.connect = open_connection;
  client.call = call;
  client.pipeline = pipeline;
  return generator_main(argc, argv, &client);
}
