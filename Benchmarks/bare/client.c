/* The bare C ping-pong's client. */
#include "bare.h"
#include "generator.h"
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum { depth_max = 1024 };

struct connection {
  int descriptor;
  size_t have;
  uint8_t input[depth_max * sizeof(struct bare_reply)];
};

static void *open_connection(const char *socket_path) {
  struct connection *connection = calloc(1, sizeof *connection);
  connection->descriptor = generator_connect(socket_path);
  return connection;
}

static struct bare_request request_for(uint32_t account) {
  struct bare_request request = {.number = account};
  char id[account_id_length + 1];
  account_id(account, id);
  memcpy(request.id, id, account_id_length);
  return request;
}

static bool is_right(const struct bare_reply *reply) {
  return memcmp(request_for(reply->number).id, reply->id, account_id_length) == 0;
}

static void send_all(int descriptor, const void *bytes, size_t length) {
  if (send(descriptor, bytes, length, MSG_NOSIGNAL) != (ssize_t)length)
    generator_fail("cannot send: %s", strerror(errno));
}

static void receive(struct connection *connection) {
  ssize_t count = recv(connection->descriptor, connection->input + connection->have,
                       sizeof connection->input - connection->have, 0);
  if (count <= 0)
    generator_fail("the server has gone");
  connection->have += (size_t)count;
}

static bool call(void *opened, uint32_t account) {
  struct connection *connection = opened;
  const struct bare_request request = request_for(account);
  struct bare_reply reply;
  send_all(connection->descriptor, &request, sizeof request);
  for (connection->have = 0; connection->have < sizeof reply;)
    receive(connection);
  memcpy(&reply, connection->input, sizeof reply);
  connection->have = 0;
  return reply.number == account && is_right(&reply);
}

static uint32_t take_replies(struct connection *connection, struct turn *turn) {
  const uint32_t count = (uint32_t)(connection->have / sizeof(struct bare_reply));
  for (uint32_t i = 0; i < count; i++) {
    struct bare_reply reply;
    memcpy(&reply, connection->input + i * sizeof reply, sizeof reply);
    turn_answered(turn, is_right(&reply));
  }
  const size_t used = count * sizeof(struct bare_reply);
  connection->have -= used;
  memmove(connection->input, connection->input + used, connection->have);
  return count;
}

static void pipeline(void *opened, struct turn *turn, uint32_t depth) {
  struct connection *connection = opened;
  static struct bare_request requests[depth_max];
  if (depth > depth_max)
    generator_fail("at most %d in flight", depth_max);
  uint32_t in_flight = 0;
  for (bool is_over = false; !is_over || in_flight > 0;) {
    uint32_t count = 0, account;
    while (!is_over && in_flight + count < depth) {
      is_over = !turn_next(turn, &account);
      if (!is_over)
        requests[count++] = request_for(account);
    }
    if (count > 0)
      send_all(connection->descriptor, requests, count * sizeof requests[0]);
    in_flight += count;
    if (in_flight > 0) {
      receive(connection);
      in_flight -= take_replies(connection, turn);
    }
  }
}

int main(int argc, char **argv) {
  const struct generator_client client = {
      .connect = open_connection, .call = call, .pipeline = pipeline};
  return generator_main(argc, argv, &client);
}
