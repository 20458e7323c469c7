/* Reads of the status table beside the least that such a read could be.
 *
 * The table is read as a client reads it: handed over on a socket, through
 * status_table_client_read, with its clocks, its staleness and its comparison of ids. The baseline
 * is open addressing over records of one cache line, each with a sequence lock, a hash and a state:
 * it compares no id, knows no time and cannot grow. Both hash the same ids alike, and both lie in a
 * memfd of ordinary pages, half full. Every read depends on the one before it. */
#ifndef ACCOUNTSTATUS_BENCHMARK_TABLE_H
#define ACCOUNTSTATUS_BENCHMARK_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct benchmark_table;

/* What is read, and in which order. */
struct benchmark_table_reads {
  bool is_baseline;
  /* One account over and over, else accounts in random order. */
  bool is_hot;
  uint64_t reads;
};

/* Where the table is handed over, and what is read: ids, each 12 bytes with 4 more behind it, and
 * the accounts in random order. Good until destroy. For a reader in another language. */
struct benchmark_table_content {
  const char *socket_path;
  const uint8_t *ids;
  const uint32_t *order;
  uint32_t accounts;
};

/* What reads cost. */
struct benchmark_table_cost {
  /* Nanoseconds of the thread's own time for a read. */
  double mean;
  /* Reads that did not find the account as it was put. */
  uint64_t wrong;
};

/* Makes both tables with that many accounts, and a client. Linux only. 0 or -errno. */
int benchmark_table_create(uint32_t accounts, struct benchmark_table **ret_table);

/* NULL is allowed. */
void benchmark_table_destroy(struct benchmark_table *table);

struct benchmark_table_content benchmark_table_content(const struct benchmark_table *table);

/* Reads in the calling thread. */
void benchmark_table_read(struct benchmark_table *table, const struct benchmark_table_reads *reads,
                          struct benchmark_table_cost *ret_cost);

/* Reads in `processes` processes at once, 1 to 8, each on a core of its own as far as there are
 * any. What they take from each other, caches and the way to memory, is in the mean; a core that
 * others want too is not. */
int benchmark_table_read_in_processes(struct benchmark_table *table,
                                      const struct benchmark_table_reads *reads, unsigned processes,
                                      struct benchmark_table_cost *ret_cost);

/* What a writer and readers do to each other. */
struct benchmark_table_load {
  /* Changes that were put, and the part of a core that it took. */
  uint64_t changes;
  double cores;
  /* Latency of single random reads, nanoseconds. */
  double p50;
  double p99;
  uint64_t wrong;
};

/* Reads random accounts one by one while another thread puts changes at a rate; 0: none. */
int benchmark_table_load(struct benchmark_table *table, uint32_t changes_per_second,
                         uint64_t milliseconds, struct benchmark_table_load *ret_load);

#ifdef __cplusplus
}
#endif

#endif
