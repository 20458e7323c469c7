#include "table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"
#include "failure.h"
#include "handle.h"

// The most that looking for a newer table takes of a call's time.
static const int64_t most_patience = 50 * 1000000;
// From one attempt to get a new daemon's table to the next.
static const int64_t ask_again_after = 20 * 1000000;
// From one look for a table to the next, where there is a cache.
static const int64_t look_again_after = 1000 * 1000000;

// Readings for the sake of one, while the table is replaced again and again.
enum { MOST_READINGS = 4 };

// ------------------------------------------------------------------------------------- opening

static int add_client(tables *tables, const char *path) {
  int result = status_table_client_create(path, &tables->clients[tables->count]);
  tables->count += result == 0;
  return result;
}

// The table.sock beside a server's socket. One whose path would be too long is not there.
static int add_neighbour(tables *tables, const char *socket) {
  static const char name[] = "table.sock";
  const char *slash = strrchr(socket, '/');
  size_t length = slash == NULL ? 0 : (size_t)(slash - socket) + 1;
  char path[PATH_SIZE];
  if (length + sizeof name > sizeof path)
    return 0;
  memcpy(path, socket, length);
  memcpy(path + length, name, sizeof name);
  return add_client(tables, path);
}

static void close_clients(tables *tables) {
  for (unsigned i = 0; i < tables->count; i++)
    status_table_client_destroy(tables->clients[i]);
  tables->count = 0;
}

static bool is_off(const char *named) {
  const char *setting = secure_getenv("ACCOUNTSTATUS_TABLE");
  return (named != NULL && named[0] == '\0') || (setting != NULL && strcmp(setting, "off") == 0);
}

// Chooses the table beside the first socket that exists, as a call would.
static void choose(tables *tables, const socket_paths *sockets) {
  if (tables->count < 2)
    return;
  for (unsigned i = 0; i < tables->count; i++) {
    if (access(sockets->names[i], F_OK) == 0) {
      atomic_store_explicit(&tables->chosen, i, memory_order_relaxed);
      return;
    }
  }
}

static int describe(accountstatus_error *failure, int result) {
  if (result == -ENAMETOOLONG)
    return failure_set(failure, ENAMETOOLONG, ACCOUNTSTATUS_CODE_INVALID_ARGUMENT,
                       "the path of a table socket has at most %zu bytes", (size_t)PATH_SIZE - 1);
  return result == -EOPNOTSUPP ? failure_old_kernel(failure) : failure_no_memory(failure);
}

int tables_open(tables *tables, const char *named, const socket_paths *sockets,
                bool socket_is_named, accountstatus_error *failure) {
  answer_prepare_pools(&tables->results, &tables->checks);
  if (is_off(named))
    return 0;
  const char *path = named;
  if (path == NULL && !socket_is_named)
    path = secure_getenv("ACCOUNTSTATUS_TABLE_SOCKET");
  int result = 0;
  if (path != NULL && path[0] != '\0') {
    result = add_client(tables, path);
  } else {
    for (unsigned i = 0; result == 0 && i < sockets->count; i++)
      result = add_neighbour(tables, sockets->names[i]);
    // Without one beside each socket it would not be known which is beside which.
    if (tables->count < sockets->count)
      close_clients(tables);
  }
  choose(tables, sockets);
  return result == 0 ? 0 : describe(failure, result);
}

void tables_close(tables *tables) {
  close_clients(tables);
  pool_close(&tables->results);
  pool_close(&tables->checks);
}

// ------------------------------------------------------------------------------------- reading

bool table_holds(const char *account_id, const accountstatus_options *options, table_key *ret_key) {
  if (account_id == NULL || options->ask_server || options->as_of != NULL ||
      options->known_at != NULL || options->at_least_size != 0 ||
      options->view == ACCOUNTSTATUS_VIEW_FULL ||
      (options->policy_edition != NULL && options->policy_edition[0] != '\0'))
    return false;
  size_t length = strnlen(account_id, STATUS_TABLE_ID_MAX + 1);
  *ret_key = (table_key){account_id, length};
  return length > 0 && length <= STATUS_TABLE_ID_MAX &&
         (options->view == 0 || options->view == ACCOUNTSTATUS_VIEW_BASIC);
}

// Whether an account could have the id: what is malformed is the server's to refuse.
static bool is_well_formed(table_key key) {
  for (size_t i = 0; i < key.length; i++) {
    char c = key.id[i];
    bool is_alphanumeric =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (!is_alphanumeric && (c == '\0' || strchr("._:@-", c) == NULL))
      return false;
  }
  return true;
}

static bool is_same_edition(const table_edition *edition, const struct status_table_client *client,
                            uint64_t mapping) {
  return edition->client == client && edition->mapping == mapping;
}

// Reads a status, and the edition it is under where that is another than the last time. The name
// is read between two readings of the same table, so it is that table's.
static void read_with_edition(struct status_table_client *client, table_key key,
                              const struct status_table_read_options *how, table_edition *edition,
                              struct status_table_reading *ret_reading) {
  for (int i = 0; i < MOST_READINGS; i++) {
    status_table_client_read(client, key.id, key.length, how, ret_reading);
    bool has_status =
        ret_reading->result == STATUS_TABLE_FOUND || ret_reading->result == STATUS_TABLE_STALE;
    if (!has_status || is_same_edition(edition, client, ret_reading->mapping))
      return;
    uint8_t name[STATUS_TABLE_EDITION_MAX];
    size_t length = 0;
    if (status_table_client_edition(client, name, &length) < 0)
      continue;
    memcpy(edition->name, name, length);
    edition->name[length] = '\0';
    edition->client = client;
    edition->mapping = ret_reading->mapping;
  }
  edition->client = NULL;
  ret_reading->result = STATUS_TABLE_UNAVAILABLE;
}

bool table_is_answer(const struct status_table_reading *reading, table_key key) {
  return reading->result == STATUS_TABLE_FOUND ||
         (reading->result == STATUS_TABLE_NOT_FOUND && is_well_formed(key));
}

static struct status_table_client *chosen_client(const tables *tables) {
  return tables->clients[atomic_load_explicit(&tables->chosen, memory_order_relaxed)];
}

// What a look for a newer table may take of the time until a deadline.
static uint64_t patience_until(int64_t deadline) {
  int64_t patience = (deadline - monotonic_now()) / 4;
  if (patience > most_patience)
    patience = most_patience;
  return patience > 0 ? (uint64_t)patience : 0;
}

static uint64_t staleness(const accountstatus_options *options) {
  return UINT64_C(1000000) * options->max_staleness_ms;
}

bool table_read(tables *tables, table_key key, const accountstatus_options *options,
                table_edition *edition, struct status_table_reading *ret_reading) {
  if (tables->count == 0 || atomic_load_explicit(&tables->is_doubtful, memory_order_relaxed)) {
    *ret_reading = (struct status_table_reading){.result = STATUS_TABLE_UNAVAILABLE};
    return false;
  }
  const struct status_table_read_options how = {.max_staleness = staleness(options)};
  read_with_edition(chosen_client(tables), key, &how, edition, ret_reading);
  return !ret_reading->outdated && table_is_answer(ret_reading, key);
}

bool table_is_due(tables *tables) {
  if (tables->count == 0)
    return false;
  int64_t now = monotonic_now(), due = atomic_load(&tables->look_again_at);
  return now >= due &&
         atomic_compare_exchange_strong(&tables->look_again_at, &due, now + look_again_after);
}

// Gets a new daemon's table, unless that failed a moment ago. Whether there is one.
static bool renew(tables *tables, int64_t deadline) {
  int64_t now = monotonic_now();
  if (now < atomic_load(&tables->ask_again_at))
    return false;
  atomic_store(&tables->ask_again_at, now + ask_again_after);
  if (status_table_client_renew(chosen_client(tables), patience_until(deadline)) < 0)
    return false;
  atomic_store(&tables->is_doubtful, false);
  return true;
}

bool table_read_patiently(tables *tables, const socket_paths *sockets, table_key key,
                          const accountstatus_options *options, int64_t deadline,
                          table_edition *edition, struct status_table_reading *ret_reading) {
  const struct status_table_read_options how = {.max_staleness = staleness(options),
                                                .timeout = patience_until(deadline)};
  choose(tables, sockets);
  bool is_doubtful = atomic_load(&tables->is_doubtful) && !renew(tables, deadline);
  read_with_edition(chosen_client(tables), key, &how, edition, ret_reading);
  if (is_doubtful)
    ret_reading->result =
        ret_reading->result == STATUS_TABLE_FOUND || ret_reading->result == STATUS_TABLE_STALE
            ? STATUS_TABLE_STALE
            : STATUS_TABLE_UNAVAILABLE;
  return table_is_answer(ret_reading, key);
}

void tables_follow(tables *tables, const socket_paths *sockets, int64_t deadline) {
  if (tables->count == 0)
    return;
  atomic_store(&tables->is_doubtful, true);
  atomic_store(&tables->ask_again_at, 0);
  choose(tables, sockets);
  renew(tables, deadline);
}

void tables_count(const tables *tables, accountstatus_counters *counters) {
  counters->answered_by_table = pool_uses(&tables->results) + pool_uses(&tables->checks);
  for (unsigned i = 0; i < tables->count; i++) {
    struct status_table_client_counters each;
    status_table_client_get_counters(tables->clients[i], &each);
    counters->tables_mapped += each.mapped;
    counters->failed_table_attempts += each.failed_attempts;
  }
}
