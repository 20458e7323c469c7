/* What the parts of the table's benchmark share. */
#ifndef ACCOUNTSTATUS_BENCHMARK_TABLE_PARTS_H
#define ACCOUNTSTATUS_BENCHMARK_TABLE_PARTS_H

#include "benchmark_table.h"
#include "status_table_client.h"
#include "status_table_writer.h"
#include <pthread.h>
#include <stddef.h>

enum { id_length = 12 };

/* One line of the baseline. */
struct baseline_record {
  _Alignas(64) uint64_t sequence;
  uint64_t hash;
  uint64_t state;
};

struct benchmark_table {
  uint32_t accounts;
  /* Every account's id, and the accounts in random order. */
  char (*ids)[16];
  uint32_t *order;
  struct baseline_record *baseline;
  uint64_t baseline_mask;
  size_t baseline_size;
  uint64_t seed[2];

  struct status_table_writer *writer;
  struct status_table_client *client;
  /* The daemon's part: it hands the table over and says that it lives. */
  pthread_t serving;
  int listener;
  char directory[64];
  char path[96];
};

int baseline_create(struct benchmark_table *table);
void baseline_destroy(struct benchmark_table *table);

/* Reads the state of an account; 0: there is none. */
uint64_t baseline_read(const struct benchmark_table *table, const char *id);

/* Hands the table over and beats, in a thread. 0 or -errno. */
int serve_table(struct benchmark_table *table);
void stop_serving_table(struct benchmark_table *table);

/* Puts an account's record. */
int put_account(struct benchmark_table *table, uint32_t account, uint64_t revision);

/* Reads as a client does. True: found as it was put. *ret_state is what the next read depends on.
 */
bool read_account(struct benchmark_table *table, const char *id, uint64_t *ret_state);

#endif
