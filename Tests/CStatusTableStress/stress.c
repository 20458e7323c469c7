#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "related.h"
#include "status_table_stress.h"
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { readers_max = 16 };

struct stress {
  struct status_table_writer *writer;
  /* A view of its own, as a reader in another process has. */
  struct status_table view;
  /* Nobody reads before the writer writes. */
  pthread_barrier_t start;
  bool stop;
  uint64_t writes;
};

struct reader {
  struct stress *stress;
  uint64_t reads;
  struct status_table_stress_result result;
  pthread_t thread;
};

/* Writes every account a number of times. */
static void write_burst(struct stress *stress, uint64_t *revision) {
  for (int round = 0; round < 32; round++) {
    for (unsigned account = 0; account < related_accounts; account++)
      stress->writes += related_put(stress->writer, account, *revision) == 0;
    *revision += 2;
  }
}

static void *write_records(void *argument) {
  struct stress *stress = argument;
  uint64_t revision = 2;
  pthread_barrier_wait(&stress->start);
  while (!__atomic_load_n(&stress->stop, __ATOMIC_RELAXED)) {
    write_burst(stress, &revision);
    /* Bursts with gaps between, as commits come: and readers see whole records too. */
    sched_yield();
  }
  return NULL;
}

/* Makes that many reads and judges each. */
static void read_records(const struct status_table *table, uint64_t reads,
                         struct status_table_stress_result *result) {
  uint64_t seen[related_accounts] = {0};
  while (result->reads < reads) {
    unsigned account = (unsigned)(result->reads % related_accounts);
    int64_t now = result->reads & 8 ? 999 : 1000;
    struct status_table_status status;
    char id[STATUS_TABLE_ID_MAX];
    size_t length = related_id(account, id);
    enum status_table_result found;
    if (result->reads & 16) {
      uint8_t read_id[STATUS_TABLE_ID_MAX];
      size_t read_length = 0;
      found = status_table_read_number(table, account, now, read_id, &read_length, &status);
      if (found == STATUS_TABLE_FOUND &&
          (read_length != length || memcmp(read_id, id, length) != 0))
        result->torn++;
    } else {
      found = status_table_read(table, id, length, now, &status);
    }
    result->reads++;
    if (found == STATUS_TABLE_BUSY) {
      result->busy++;
      continue;
    }
    if (found != STATUS_TABLE_FOUND || !related_belongs_together(account, &status)) {
      result->torn++;
      continue;
    }
    /* The halves alternate, so what must not fall is the pair. */
    if (status.revision / 2 < seen[account])
      result->backwards++;
    seen[account] = status.revision / 2;
  }
}

static void *read_in_thread(void *argument) {
  struct reader *reader = argument;
  pthread_barrier_wait(&reader->stress->start);
  read_records(&reader->stress->view, reader->reads, &reader->result);
  return NULL;
}

static void add(struct status_table_stress_result *sum,
                const struct status_table_stress_result *part) {
  sum->reads += part->reads;
  sum->torn += part->torn;
  sum->busy += part->busy;
  sum->backwards += part->backwards;
}

/* A thread that cannot be made ends the program: the others already wait at the barrier. */
static void run(struct stress *stress, uint64_t reads, unsigned readers,
                struct status_table_stress_result *ret_result) {
  struct reader all[readers_max];
  pthread_t writing;
  pthread_barrier_init(&stress->start, NULL, readers + 1);
  for (unsigned i = 0; i < readers; i++) {
    all[i] = (struct reader){.stress = stress, .reads = (reads + readers - 1) / readers};
    if (pthread_create(&all[i].thread, NULL, read_in_thread, &all[i]) != 0)
      abort();
  }
  if (pthread_create(&writing, NULL, write_records, stress) != 0)
    abort();
  struct status_table_stress_result sum = {0};
  for (unsigned i = 0; i < readers; i++) {
    pthread_join(all[i].thread, NULL);
    add(&sum, &all[i].result);
  }
  __atomic_store_n(&stress->stop, true, __ATOMIC_RELAXED);
  pthread_join(writing, NULL);
  pthread_barrier_destroy(&stress->start);
  sum.writes = stress->writes;
  *ret_result = sum;
}

int status_table_stress(uint64_t reads, unsigned readers,
                        struct status_table_stress_result *ret_result) {
  if (readers == 0 || readers > readers_max)
    return -EINVAL;
  struct stress stress = {0};
  int error = related_create(0, &stress.writer);
  if (error < 0)
    return error;
  /* The writer does not grow here, so a copy of its view stays good. */
  stress.view = *status_table_view(stress.writer);
  run(&stress, reads, readers, ret_result);
  status_table_destroy(stress.writer);
  return 0;
}

/* What the process that reads says to the one that writes. */
struct report {
  bool is_done;
  int error;
  struct status_table_stress_result result;
};

/* Maps the table as a client does and reads. Between fork and exit: it allocates nothing. */
static void read_in_process(int descriptor, size_t size, uint64_t reads, struct report *report) {
  void *memory = mmap(NULL, size, PROT_READ, MAP_SHARED, descriptor, 0);
  struct status_table view;
  report->error = memory == MAP_FAILED ? -errno : status_table_attach(memory, size, &view);
  if (report->error == 0)
    read_records(&view, reads, &report->result);
  __atomic_store_n(&report->is_done, true, __ATOMIC_RELEASE);
  _exit(0);
}

int status_table_process_stress(uint64_t reads, struct status_table_stress_result *ret_result) {
  struct stress stress = {0};
  struct report *report =
      mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (report == MAP_FAILED)
    return -errno;
  int error = related_create(0, &stress.writer);
  if (error == 0) {
    const struct status_table *view = status_table_view(stress.writer);
    size_t size = ((const struct status_table_header *)(const void *)view->memory)->size;
    int descriptor = status_table_descriptor(stress.writer);
    pid_t child = fork();
    if (child == 0)
      read_in_process(descriptor, size, reads, report);
    uint64_t revision = 2;
    while (child > 0 && !__atomic_load_n(&report->is_done, __ATOMIC_ACQUIRE) &&
           waitpid(child, NULL, WNOHANG) == 0) {
      write_burst(&stress, &revision);
      sched_yield();
    }
    error = child < 0 ? -EAGAIN : report->is_done ? report->error : -ECHILD;
    if (child > 0)
      waitpid(child, NULL, 0);
    *ret_result = report->result;
    ret_result->writes = stress.writes;
    status_table_destroy(stress.writer);
  }
  munmap(report, sizeof *report);
  return error;
}
