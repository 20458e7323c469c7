#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "benchmark_process.h"
#include "table.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { processes_max = 8 };

/* The table ------------------------------------------------------------------------------------ */

int put_account(struct benchmark_table *table, uint32_t account, uint64_t revision) {
  const struct status_table_record record = {
      .flip_at = STATUS_TABLE_NEVER,
      .valid_until = STATUS_TABLE_NEVER,
      .revision = revision,
      .until_flip = {.state = 1, .next_at = STATUS_TABLE_NEVER}};
  return status_table_put(table->writer, table->ids[account], id_length, &record);
}

bool read_account(struct benchmark_table *table, const char *id, uint64_t *ret_state) {
  /* A process's first read waits for the table to be offered to it, however busy the machine is. */
  static const struct status_table_read_options options = {.max_staleness = UINT64_MAX,
                                                           .timeout = UINT64_C(10) * 1000000000};
  struct status_table_reading reading;
  status_table_client_read(table->client, id, id_length, &options, &reading);
  *ret_state = reading.status.answer.state;
  return reading.result == STATUS_TABLE_FOUND;
}

static uint64_t next_random(uint64_t *state) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * UINT64_C(0x2545f4914f6cdd1d);
}

static int make_accounts(struct benchmark_table *table) {
  table->ids = calloc(table->accounts, sizeof *table->ids);
  table->order = calloc(table->accounts, sizeof *table->order);
  if (table->ids == NULL || table->order == NULL)
    return -ENOMEM;
  uint64_t random = 88172645463325252;
  for (uint32_t account = 0; account < table->accounts; account++) {
    snprintf(table->ids[account], sizeof table->ids[account], "acct-%07u", account);
    table->order[account] = (uint32_t)(next_random(&random) % table->accounts);
  }
  return 0;
}

static int make_table(struct benchmark_table *table) {
  const struct status_table_properties properties = {.capacity = table->accounts};
  int error = status_table_create(&properties, &table->writer);
  for (uint32_t account = 0; error == 0 && account < table->accounts; account++)
    error = put_account(table, account, 1);
  if (error == 0) {
    table->seed[0] = status_table_view(table->writer)->seed[0];
    table->seed[1] = status_table_view(table->writer)->seed[1];
    error = baseline_create(table);
  }
  if (error == 0)
    error = serve_table(table);
  return error == 0 ? status_table_client_create(table->path, &table->client) : error;
}

int benchmark_table_create(uint32_t accounts, struct benchmark_table **ret_table) {
  if (accounts == 0 || accounts > 9999999)
    return -EINVAL;
  struct benchmark_table *table = calloc(1, sizeof *table);
  if (table == NULL)
    return -ENOMEM;
  table->accounts = accounts;
  table->listener = -1;
  int error = make_accounts(table);
  if (error == 0)
    error = make_table(table);
  if (error < 0) {
    benchmark_table_destroy(table);
    return error;
  }
  *ret_table = table;
  return 0;
}

struct benchmark_table_content benchmark_table_content(const struct benchmark_table *table) {
  return (struct benchmark_table_content){.socket_path = table->path,
                                          .ids = (const uint8_t *)table->ids,
                                          .order = table->order,
                                          .accounts = table->accounts};
}

void benchmark_table_destroy(struct benchmark_table *table) {
  if (table == NULL)
    return;
  status_table_client_destroy(table->client);
  stop_serving_table(table);
  baseline_destroy(table);
  status_table_destroy(table->writer);
  free(table->ids);
  free(table->order);
  free(table);
}

/* Reads ---------------------------------------------------------------------------------------- */

/* Makes reads of which each needs the state that the one before it read. Returns how many were
 * wrong. The two kinds have loops of their own, so that neither pays for the choice. */
static uint64_t read_all(struct benchmark_table *table, const struct benchmark_table_reads *reads) {
  const uint32_t *order = table->order;
  const uint32_t last = reads->is_hot ? 0 : table->accounts - 1;
  uint64_t wrong = 0;
  /* 0, as long as every state is 1. */
  uint64_t dependency = 0;
  uint32_t place = 0;
  if (reads->is_baseline) {
    for (uint64_t i = 0; i < reads->reads; i++) {
      uint64_t state = baseline_read(table, table->ids[order[place + dependency]]);
      wrong += state != 1;
      dependency = (state - 1) & 1;
      place = place < last ? place + 1 : 0;
    }
  } else {
    for (uint64_t i = 0; i < reads->reads; i++) {
      uint64_t state = 0;
      wrong += !read_account(table, table->ids[order[place + dependency]], &state);
      dependency = (state - 1) & 1;
      place = place < last ? place + 1 : 0;
    }
  }
  return wrong;
}

void benchmark_table_read(struct benchmark_table *table, const struct benchmark_table_reads *reads,
                          struct benchmark_table_cost *ret_cost) {
  uint64_t start = benchmark_thread_time();
  uint64_t wrong = read_all(table, reads);
  uint64_t cost = benchmark_thread_time() - start;
  *ret_cost =
      (struct benchmark_table_cost){.mean = (double)cost / (double)reads->reads, .wrong = wrong};
}

/* What the processes share: when to start, and what each found. */
struct shared_reads {
  uint32_t ready;
  uint32_t go;
  uint64_t wrong[processes_max];
  uint64_t cost[processes_max];
};

static void read_as_process(struct benchmark_table *table,
                            const struct benchmark_table_reads *reads, unsigned number,
                            struct shared_reads *shared) {
  benchmark_pin(0, (int)(number % (unsigned)sysconf(_SC_NPROCESSORS_CONF)));
  /* Page tables are a process's own: they are filled before the measurement. */
  const struct benchmark_table_reads warm = {reads->is_baseline, reads->is_hot, table->accounts};
  uint64_t wrong = read_all(table, &warm);
  __atomic_add_fetch(&shared->ready, 1, __ATOMIC_RELEASE);
  while (__atomic_load_n(&shared->go, __ATOMIC_ACQUIRE) == 0)
    usleep(100);
  uint64_t start = benchmark_thread_time();
  shared->wrong[number] = wrong + read_all(table, reads);
  shared->cost[number] = benchmark_thread_time() - start;
  _exit(0);
}

int benchmark_table_read_in_processes(struct benchmark_table *table,
                                      const struct benchmark_table_reads *reads, unsigned processes,
                                      struct benchmark_table_cost *ret_cost) {
  if (processes == 0 || processes > processes_max)
    return -EINVAL;
  struct shared_reads *shared =
      mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED)
    return -errno;
  pid_t children[processes_max];
  for (unsigned i = 0; i < processes; i++) {
    children[i] = fork();
    if (children[i] == 0)
      read_as_process(table, reads, i, shared);
  }
  while (__atomic_load_n(&shared->ready, __ATOMIC_ACQUIRE) < processes)
    usleep(1000);
  __atomic_store_n(&shared->go, 1, __ATOMIC_RELEASE);
  int error = 0;
  double cost = 0;
  *ret_cost = (struct benchmark_table_cost){0};
  for (unsigned i = 0; i < processes; i++) {
    int status = -1;
    if (children[i] < 0 || waitpid(children[i], &status, 0) < 0 || status != 0)
      error = -ECHILD;
    cost += (double)shared->cost[i];
    ret_cost->wrong += shared->wrong[i];
  }
  ret_cost->mean = cost / processes / (double)reads->reads;
  munmap(shared, sizeof *shared);
  return error;
}
