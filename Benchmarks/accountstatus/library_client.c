/* accountstatus_get of libaccountstatus. SOCKET is rpc.sock; the word `call` asks the server, `hot`
 * and `random` read the table, as it does by itself. */
#include "table_reads.h"
#include <accountstatus.h>

static struct table_order order;
static bool is_by_call;

/* Asks for an account's state; 0: it was not answered in the way that was asked for. */
static int32_t ask(accountstatus *handle, const char *id) {
  const accountstatus_options options = {.size = sizeof options,
                                         .timeout_ms = 5000,
                                         .on_unavailable = ACCOUNTSTATUS_DENY,
                                         .max_staleness_ms = 60 * 1000,
                                         .ask_server = is_by_call};
  accountstatus_result *result;
  if (accountstatus_get(handle, id, &options, &result, NULL) < 0)
    return 0;
  bool is_right = result->outcome == ACCOUNTSTATUS_FOUND &&
                  strcmp(result->status->account_id, id) == 0 &&
                  (result->source == ACCOUNTSTATUS_SOURCE_CALL) == is_by_call;
  int32_t state = is_right ? result->status->state : 0;
  accountstatus_free_result(result);
  return state;
}

static void *open_library(const char *socket_path) {
  is_by_call = strcmp(generator_arguments.word, "call") == 0;
  accountstatus_open_options options = {.size = sizeof options,
                                        .socket = socket_path,
                                        .table_socket = is_by_call ? "" : NULL,
                                        .max_connections = 1};
  accountstatus *handle;
  accountstatus_error error = {.size = sizeof error};
  char table[256];
  if (!is_by_call) {
    snprintf(table, sizeof table, "%.*s/table.sock", (int)(strrchr(socket_path, '/') - socket_path),
             socket_path);
    options.table_socket = table;
    table_order_make(&order);
  }
  if (accountstatus_open(&options, &handle, &error) < 0)
    generator_fail("%s", error.message);
  /* The table comes with a read that finds none. */
  for (int tries = 0; !is_by_call && ask(handle, order.ids[0]) == 0; tries++)
    if (tries == 100)
      generator_fail("there is no table");
  return handle;
}

static bool call_server(void *handle, uint32_t account) {
  char id[account_id_length + 1];
  account_id(account, id);
  return ask(handle, id) != 0;
}

static bool read_many(void *handle, uint32_t account) {
  (void)account;
  uint32_t found = 0, dependency = 0;
  for (int i = 0; i < reads_per_call; i++) {
    int32_t state = ask(handle, table_order_next(&order, dependency));
    found += state != 0;
    dependency = (uint32_t)state & 1;
  }
  return found == reads_per_call;
}

int main(int argc, char **argv) {
  const bool calls = argc > 3 && strcmp(argv[3], "call") == 0;
  const struct generator_client client = {.connect = open_library,
                                          .call = calls ? call_server : read_many,
                                          .questions_per_call = calls ? 1 : reads_per_call};
  return generator_main(argc, argv, &client);
}
