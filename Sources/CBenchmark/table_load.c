#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "benchmark_process.h"
#include "table.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* A thread that puts changes at a rate. */
struct publisher {
  struct benchmark_table *table;
  uint32_t changes_per_second;
  bool is_done;
  uint64_t changes;
  uint64_t cpu;
  uint64_t elapsed;
  int error;
};

/* Every millisecond what is due by then, as commits come. */
static void *publish(void *argument) {
  struct publisher *publisher = argument;
  struct benchmark_table *table = publisher->table;
  uint64_t start = benchmark_now(), cpu = benchmark_thread_time();
  while (!__atomic_load_n(&publisher->is_done, __ATOMIC_RELAXED)) {
    uint64_t due = (benchmark_now() - start) / 1000 * publisher->changes_per_second / 1000000;
    for (; publisher->changes < due && publisher->error == 0; publisher->changes++) {
      uint32_t account = table->order[publisher->changes % table->accounts];
      publisher->error = put_account(table, account, publisher->changes + 2);
    }
    usleep(1000);
  }
  publisher->cpu = benchmark_thread_time() - cpu;
  publisher->elapsed = benchmark_now() - start;
  return NULL;
}

static int compare(const void *left, const void *right) {
  uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
  return (a > b) - (a < b);
}

/* Times reads one by one. */
static int sample(struct benchmark_table *table, uint64_t milliseconds,
                  struct benchmark_table_load *load) {
  const size_t room = 1 << 22;
  uint32_t *samples = malloc(room * sizeof *samples);
  if (samples == NULL)
    return -ENOMEM;
  uint64_t end = benchmark_now() + milliseconds * 1000000;
  size_t count = 0;
  /* Begins elsewhere than the publisher, which goes through the same order. */
  size_t place = table->accounts / 2;
  for (uint64_t before = benchmark_now(); before < end && count < room;) {
    uint64_t state;
    load->wrong += !read_account(table, table->ids[table->order[place]], &state);
    uint64_t after = benchmark_now();
    samples[count++] = (uint32_t)(after - before);
    before = after;
    place = (place + 1) % table->accounts;
  }
  qsort(samples, count, sizeof *samples, compare);
  load->p50 = count == 0 ? 0 : samples[count / 2];
  load->p99 = count == 0 ? 0 : samples[count - 1 - count / 100];
  free(samples);
  return 0;
}

int benchmark_table_load(struct benchmark_table *table, uint32_t changes_per_second,
                         uint64_t milliseconds, struct benchmark_table_load *ret_load) {
  struct publisher publisher = {.table = table, .changes_per_second = changes_per_second};
  struct benchmark_table_load load = {0};
  pthread_t thread;
  int error = -pthread_create(&thread, NULL, publish, &publisher);
  if (error < 0)
    return error;
  error = sample(table, milliseconds, &load);
  __atomic_store_n(&publisher.is_done, true, __ATOMIC_RELAXED);
  pthread_join(thread, NULL);
  load.changes = publisher.changes;
  load.cores = (double)publisher.cpu / (double)publisher.elapsed;
  if (error == 0 && publisher.error == 0)
    *ret_load = load;
  return error < 0 ? error : publisher.error;
}
