// Clients/C and a status table: threads that share a handle, and forks.

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "script.h"
#include "table_peer.h"
#include "test.h"

static table_peer *start_table(const peer *peer) {
  table_peer *table = table_peer_start(peer, "2020-06", active_record());
  return table;
}

// Whether the account is found active, and, where that matters, out of the table.
static bool is_active(accountstatus *handle, bool by_table) {
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 5000);
  accountstatus_result *result;
  if (accountstatus_get(handle, "contoso", &options, &result, NULL) < 0)
    return false;
  bool right = accountstatus_is_active(result) &&
               (!by_table || result->source == ACCOUNTSTATUS_SOURCE_TABLE);
  accountstatus_free_result(result);
  return right;
}

typedef struct reader {
  pthread_t thread;
  accountstatus *handle;
  atomic_bool *stop;
  long answers, by_table, wrong;
} reader;

// Reads the one account that is always there, and holds some results meanwhile.
static void *read_often(void *argument) {
  reader *reader = argument;
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 10000);
  accountstatus_result *held[3] = {NULL};
  while (!atomic_load(reader->stop)) {
    accountstatus_result **place = &held[reader->answers++ % 3];
    if (*place != NULL) {
      reader->wrong +=
          !accountstatus_is_active(*place) || strcmp((*place)->status->account_id, "contoso") != 0;
      accountstatus_free_result(*place);
    }
    *place = NULL;
    if (accountstatus_get(reader->handle, "contoso", &options, place, NULL) < 0)
      reader->wrong++;
    else
      reader->by_table += (*place)->source == ACCOUNTSTATUS_SOURCE_TABLE;
  }
  for (int i = 0; i < 3; i++)
    accountstatus_free_result(held[i]);
  return NULL;
}

enum { READERS = 4 };

static void start_readers(reader *readers, accountstatus *handle, atomic_bool *stop) {
  atomic_store(stop, false);
  for (int i = 0; i < READERS; i++) {
    readers[i] = (reader){.handle = handle, .stop = stop};
    CHECK_EQUAL(pthread_create(&readers[i].thread, NULL, read_often, &readers[i]), 0);
  }
}

// How many answers came out of the table.
static long stop_readers(reader *readers, atomic_bool *stop) {
  long by_table = 0;
  atomic_store(stop, true);
  for (int i = 0; i < READERS; i++) {
    pthread_join(readers[i].thread, NULL);
    CHECK_EQUAL(readers[i].wrong, 0);
    CHECK(readers[i].answers > 0);
    by_table += readers[i].by_table;
  }
  return by_table;
}

static void growth_and_restarts_under_threads(void) {
  peer *peer = peer_start(peer_serve, NULL);
  table_peer *table = start_table(peer);
  accountstatus *handle = peer_open(peer);
  atomic_bool stop;
  reader readers[READERS];
  start_readers(readers, handle, &stop);
  uint64_t mapped = 0;
  for (int restart = 0; restart < 5; restart++) {
    // They are reading the table that is about to grow and go.
    while (counters_of(handle).tables_mapped <= mapped)
      sched_yield();
    mapped = counters_of(handle).tables_mapped;
    for (int i = 0; i < 2000; i++) {
      char id[32];
      snprintf(id, sizeof id, "account-%d", i);
      table_peer_put(table, id, suspended_record());
    }
    table_peer_stop(table);
    table = start_table(peer);
  }
  long by_table = stop_readers(readers, &stop);
  accountstatus_counters counters = counters_of(handle);
  CHECK_EQUAL(counters.answered_by_table, by_table);
  CHECK_EQUAL(counters.unavailable, 0);
  CHECK(counters.tables_mapped >= 5);
  accountstatus_close(handle);
  table_peer_stop(table);
  peer_stop(peer);
}

static void a_child_reads_on(void) {
  peer *peer = peer_start(peer_serve, NULL);
  table_peer *table = start_table(peer);
  accountstatus *handle = peer_open(peer);
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 0);
  accountstatus_result *before;
  NEED(accountstatus_get(handle, "contoso", &options, &before, NULL) == 0);
  pid_t child = fork();
  NEED(child >= 0);
  if (child == 0) {
    alarm(20);
    bool right = strcmp(before->status->account_id, "contoso") == 0;
    accountstatus_free_result(before);
    for (int i = 0; i < 100; i++)
      right = right && is_active(handle, true);
    right = right && counters_of(handle).answered_by_table == 101;
    accountstatus_close(handle);
    _exit(right ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  CHECK_TEXT(before->status->account_id, "contoso");
  accountstatus_free_result(before);
  CHECK_EQUAL(counters_of(handle).answered_by_table, 1);
  CHECK_EQUAL(peer_connection_count(peer), 0);
  accountstatus_close(handle);
  table_peer_stop(table);
  peer_stop(peer);
}

static void a_fork_in_the_middle_of_reads_is_safe(void) {
#ifdef __SANITIZE_THREAD__
  test_skip("ThreadSanitizer cannot follow a fork of a process with threads");
#else
  peer *peer = peer_start(peer_serve, NULL);
  table_peer *table = start_table(peer);
  accountstatus *handle = peer_open(peer);
  atomic_bool stop;
  reader readers[READERS];
  start_readers(readers, handle, &stop);
  for (int i = 0; i < 30; i++) {
    // Half of the children are made while a table is being replaced.
    if (i % 2 == 0) {
      table_peer_stop(table);
      table = start_table(peer);
    }
    pid_t child = fork();
    NEED(child >= 0);
    if (child == 0) {
      alarm(20);
      bool right = true;
      for (int j = 0; j < 20; j++)
        right = right && is_active(handle, false);
      _exit(right ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    CHECK(WIFEXITED(status));
    CHECK_EQUAL(WEXITSTATUS(status), 0);
  }
  stop_readers(readers, &stop);
  accountstatus_close(handle);
  table_peer_stop(table);
  peer_stop(peer);
#endif
}

static const test tests[] = {
    {"growth and restarts under threads", growth_and_restarts_under_threads},
    {"a child reads on", a_child_reads_on},
    {"a fork in the middle of reads is safe", a_fork_in_the_middle_of_reads_is_safe},
};
const test_suite table_process_suite = SUITE("table-process", tests);
