/* A service on sd-bus, peer to peer, without a bus daemon between: server SOCKET ACCOUNTS. */
#include "accounts.h"
#include "benchmark_servers.h"
#include <sys/epoll.h>
#include <sys/socket.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

static struct accounts accounts;
static sd_id128_t server_id;

static void require(int result, const char *what) {
  if (result < 0) {
    fprintf(stderr, "%s: %s\n", what, strerror(-result));
    exit(1);
  }
}

static int get_status(sd_bus_message *call, void *context, sd_bus_error *ret_error) {
  (void)context;
  const char *id;
  int result = sd_bus_message_read(call, "s", &id);
  if (result < 0)
    return result;
  const struct account *account = accounts_find(&accounts, id, strlen(id));
  if (account == NULL)
    return sd_bus_error_set(ret_error, "benchmark.NotFound", "no such account");
  sd_bus_message *reply = NULL;
  result = sd_bus_message_new_method_return(call, &reply);
  if (result >= 0)
    result = sd_bus_message_append(reply, "su", account->id, (uint32_t)account->state);
  if (result >= 0)
    result = sd_bus_message_append_array(reply, 'y', account->capabilities, capability_count);
  if (result >= 0)
    result = sd_bus_message_append(reply, "st", POLICY_EDITION, account->revision);
  if (result >= 0)
    result = sd_bus_message_append_array(reply, 'y', account->token, token_length);
  if (result >= 0)
    result = sd_bus_send(NULL, reply, NULL);
  sd_bus_message_unref(reply);
  return result;
}

static const sd_bus_vtable methods[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("GetStatus", "s", "suaystay", get_status, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_VTABLE_END};

static int disconnected(sd_bus_message *signal, void *context, sd_bus_error *ret_error) {
  (void)context;
  (void)ret_error;
  sd_bus_close_unref(sd_bus_ref(sd_bus_message_get_bus(signal)));
  return 0;
}

/* Makes a bus of a connection; negative: it has gone again. */
static int serve_connection(sd_bus *bus, int descriptor, sd_event *loop) {
  static const char local[] = "org.freedesktop.DBus.Local";
  int result = sd_bus_set_fd(bus, descriptor, descriptor);
  if (result >= 0)
    result = sd_bus_set_server(bus, 1, server_id);
  if (result >= 0)
    result = sd_bus_set_anonymous(bus, 1);
  if (result >= 0)
    result = sd_bus_set_trusted(bus, 1);
  if (result >= 0)
    result = sd_bus_add_object_vtable(bus, NULL, "/accounts", "benchmark.Status", methods, NULL);
  if (result >= 0)
    result = sd_bus_start(bus);
  if (result >= 0)
    result = sd_bus_match_signal_async(bus, NULL, local, "/org/freedesktop/DBus/Local", local,
                                       "Disconnected", disconnected, NULL, NULL);
  return result < 0 ? result : sd_bus_attach_event(bus, loop, 0);
}

static int connected(sd_event_source *source, int listener, uint32_t events, void *loop) {
  (void)source;
  (void)events;
  int descriptor = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (descriptor < 0)
    return 0;
  sd_bus *bus;
  require(sd_bus_new(&bus), "new");
  if (serve_connection(bus, descriptor, loop) < 0)
    sd_bus_close_unref(bus);
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  accounts_make((uint32_t)atoi(argv[2]), &accounts);
  sd_event *loop;
  require(sd_event_new(&loop), "event loop");
  sd_id128_randomize(&server_id);
  int listener = benchmark_listen(argv[1]);
  require(listener, argv[1]);
  require(sd_event_add_io(loop, NULL, listener, EPOLLIN, connected, loop), "listen");
  return sd_event_loop(loop);
}
