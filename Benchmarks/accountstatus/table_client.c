/* Reads of the status table by the reader that our clients are built on: SOCKET is table.sock. */
#include "status_table_client.h"
#include "table_reads.h"

struct reader {
  struct status_table_client *client;
  struct table_order order;
};

static void *open_table(const char *socket_path) {
  struct reader *reader = calloc(1, sizeof *reader);
  int error = status_table_client_create(socket_path, &reader->client);
  if (error < 0)
    generator_fail("cannot read the table: %s", strerror(-error));
  table_order_make(&reader->order);
  return reader;
}

static bool read_many(void *opened, uint32_t account) {
  (void)account;
  static const struct status_table_read_options options = {.max_staleness = UINT64_MAX,
                                                           .timeout = 1000 * 1000 * 1000};
  struct reader *reader = opened;
  uint32_t dependency = 0, found = 0;
  for (int i = 0; i < reads_per_call; i++) {
    struct status_table_reading reading;
    const char *id = table_order_next(&reader->order, dependency);
    status_table_client_read(reader->client, id, account_id_length, &options, &reading);
    found += reading.result == STATUS_TABLE_FOUND;
    dependency = reading.status.answer.state & 1;
  }
  return found == reads_per_call;
}

int main(int argc, char **argv) {
  const struct generator_client client = {
      .connect = open_table, .call = read_many, .questions_per_call = reads_per_call};
  return generator_main(argc, argv, &client);
}
