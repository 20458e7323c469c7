/* Calls on sd-bus, peer to peer. */
#include "accounts.h"
#include "generator.h"
#include <systemd/sd-bus.h>

/* What the replies of a pipeline are about. */
struct flight {
  struct turn *turn;
  uint32_t in_flight;
  bool is_over;
};

static struct flight flight;

static void require(int result, const char *what) {
  if (result < 0)
    generator_fail("%s: %s", what, strerror(-result));
}

static void *open_connection(const char *socket_path) {
  sd_bus *bus;
  char address[256];
  snprintf(address, sizeof address, "unix:path=%s", socket_path);
  require(sd_bus_new(&bus), "new");
  require(sd_bus_set_address(bus, address), "set_address");
  require(sd_bus_set_bus_client(bus, 0), "set_bus_client");
  require(sd_bus_start(bus), "start");
  return bus;
}

static sd_bus_message *message_for(sd_bus *bus, uint32_t account) {
  char id[account_id_length + 1];
  account_id(account, id);
  sd_bus_message *message;
  require(sd_bus_message_new_method_call(bus, &message, NULL, "/accounts", "benchmark.Status",
                                         "GetStatus"),
          "new_method_call");
  require(sd_bus_message_append(message, "s", id), "append");
  return message;
}

static bool is_right(sd_bus_message *reply, uint32_t account) {
  char wanted[account_id_length + 1];
  account_id(account, wanted);
  const char *id, *edition;
  const void *capabilities, *token;
  size_t capabilities_size, token_size;
  uint32_t state;
  uint64_t revision;
  return sd_bus_message_read(reply, "su", &id, &state) >= 0 &&
         sd_bus_message_read_array(reply, 'y', &capabilities, &capabilities_size) >= 0 &&
         sd_bus_message_read(reply, "st", &edition, &revision) >= 0 &&
         sd_bus_message_read_array(reply, 'y', &token, &token_size) >= 0 && strcmp(id, wanted) == 0;
}

static bool call(void *bus, uint32_t account) {
  sd_bus_error error = SD_BUS_ERROR_NULL;
  sd_bus_message *message = message_for(bus, account), *reply = NULL;
  require(sd_bus_call(bus, message, 0, &error, &reply), "call");
  bool right = is_right(reply, account);
  sd_bus_message_unref(message);
  sd_bus_message_unref(reply);
  return right;
}

static void call_next(sd_bus *bus);

static int answered(sd_bus_message *reply, void *account, sd_bus_error *ret_error) {
  (void)ret_error;
  turn_answered(flight.turn, is_right(reply, (uint32_t)(uintptr_t)account));
  flight.in_flight--;
  call_next(sd_bus_message_get_bus(reply));
  return 1;
}

static void call_next(sd_bus *bus) {
  uint32_t account;
  if (flight.is_over || !turn_next(flight.turn, &account)) {
    flight.is_over = true;
    return;
  }
  sd_bus_message *message = message_for(bus, account);
  require(sd_bus_call_async(bus, NULL, message, answered, (void *)(uintptr_t)account, 0),
          "call_async");
  sd_bus_message_unref(message);
  flight.in_flight++;
}

static void pipeline(void *bus, struct turn *turn, uint32_t depth) {
  flight = (struct flight){.turn = turn};
  for (uint32_t i = 0; i < depth; i++)
    call_next(bus);
  while (flight.in_flight > 0) {
    int result = sd_bus_process(bus, NULL);
    require(result, "process");
    if (result == 0)
      require(sd_bus_wait(bus, UINT64_MAX), "wait");
  }
}

int main(int argc, char **argv) {
  const struct generator_client client = {
      .connect = open_connection, .call = call, .pipeline = pipeline};
  return generator_main(argc, argv, &client);
}
