/* A table that grows again and again while threads read it through one client. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "status_table_client.h"
#include "status_table_handover.h"
#include "status_table_stress.h"
#include "status_table_writer.h"
#include "table_serving.h"
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* Accounts from one replacement of the table to the next. */
enum { readers_max = 16, replaced_every = 5000 };

struct growth {
  /* The daemon is one thread; here putting and offering are two. */
  pthread_mutex_t daemon;
  struct status_table_writer *writer;
  struct status_table_client *client;
  uint32_t accounts;
  /* By account: the revision that its writer has had a reply for; 0: none. */
  _Atomic uint64_t *replied;
  _Atomic uint32_t published;
  atomic_bool is_done;
  int error;
};

struct growth_reader {
  struct growth *growth;
  struct status_table_growth_result result;
  uint64_t random;
  pthread_t thread;
};

static size_t account_id(uint32_t account, char id[STATUS_TABLE_ID_MAX]) {
  return (size_t)snprintf(id, STATUS_TABLE_ID_MAX, "grown-%u", account);
}

static void offer(void *context, int connection) {
  struct growth *growth = context;
  pthread_mutex_lock(&growth->daemon);
  status_table_send_offer(connection, growth->writer, 0);
  pthread_mutex_unlock(&growth->daemon);
}

/* Writes, and has the reply to it. */
static void put(struct growth *growth, uint32_t account) {
  char id[STATUS_TABLE_ID_MAX];
  uint64_t revision = atomic_load(&growth->replied[account]) + 1;
  struct status_table_record record = {.flip_at = STATUS_TABLE_NEVER,
                                       .valid_until = STATUS_TABLE_NEVER,
                                       .revision = revision,
                                       .until_flip = {.state = 1, .next_at = STATUS_TABLE_NEVER}};
  pthread_mutex_lock(&growth->daemon);
  status_table_beat(growth->writer, serving_now());
  int error = status_table_put(growth->writer, id, account_id(account, id), &record);
  pthread_mutex_unlock(&growth->daemon);
  if (error < 0)
    growth->error = error;
  else
    atomic_store(&growth->replied[account], revision);
}

/* As when rights have changed: everybody asks for the table again. */
static void replace(struct growth *growth) {
  pthread_mutex_lock(&growth->daemon);
  int error = status_table_replace(growth->writer);
  status_table_beat(growth->writer, serving_now());
  pthread_mutex_unlock(&growth->daemon);
  if (error < 0)
    growth->error = error;
}

static void *grow(void *argument) {
  struct growth *growth = argument;
  uint64_t random = 1;
  for (uint32_t account = 0; account < growth->accounts && growth->error == 0; account++) {
    put(growth, account);
    atomic_store(&growth->published, account + 1);
    put(growth, (uint32_t)(next_random(&random) % (account + 1)));
    if (account % replaced_every == 0)
      replace(growth);
  }
  atomic_store(&growth->is_done, true);
  return NULL;
}

static void *read_accounts(void *argument) {
  struct growth_reader *reader = argument;
  struct growth *growth = reader->growth;
  const struct status_table_read_options options = {.max_staleness = UINT64_MAX,
                                                    .timeout = UINT64_C(60) * 1000000000};
  while (!atomic_load(&growth->is_done)) {
    uint32_t published = atomic_load(&growth->published);
    if (published == 0)
      continue;
    /* Every other time the newest, which may be why the table has grown. */
    uint64_t random = next_random(&reader->random);
    uint32_t account = random & 1 ? published - 1 : (uint32_t)(random >> 8) % published;
    uint64_t expected = atomic_load(&growth->replied[account]);
    char id[STATUS_TABLE_ID_MAX];
    struct status_table_reading reading;
    status_table_client_read(growth->client, id, account_id(account, id), &options, &reading);
    reader->result.reads++;
    if (reading.result == STATUS_TABLE_UNAVAILABLE && reading.mapping != 0)
      reader->result.busy++;
    else if (reading.result != STATUS_TABLE_FOUND)
      reader->result.failed++;
    else if (reading.status.revision < expected)
      reader->result.outdated++;
  }
  return NULL;
}

static void run(struct growth *growth, unsigned readers,
                struct status_table_growth_result *ret_result) {
  struct growth_reader all[readers_max];
  pthread_t writing;
  for (unsigned i = 0; i < readers; i++) {
    all[i] = (struct growth_reader){.growth = growth, .random = i + 1};
    if (pthread_create(&all[i].thread, NULL, read_accounts, &all[i]) != 0)
      abort();
  }
  if (pthread_create(&writing, NULL, grow, growth) != 0)
    abort();
  struct status_table_growth_result sum = {0};
  for (unsigned i = 0; i < readers; i++) {
    pthread_join(all[i].thread, NULL);
    sum.reads += all[i].result.reads;
    sum.busy += all[i].result.busy;
    sum.failed += all[i].result.failed;
    sum.outdated += all[i].result.outdated;
  }
  pthread_join(writing, NULL);
  struct status_table_client_counters counters;
  status_table_client_get_counters(growth->client, &counters);
  struct status_table_info info;
  if (status_table_read_info(status_table_view(growth->writer), &info) == 0)
    sum.generations = info.generation;
  sum.mapped = counters.mapped;
  sum.counted = counters.found;
  *ret_result = sum;
}

int status_table_growth_stress(uint32_t accounts, unsigned readers,
                               struct status_table_growth_result *ret_result) {
  if (accounts == 0 || readers == 0 || readers > readers_max)
    return -EINVAL;
  struct growth growth = {.accounts = accounts, .daemon = PTHREAD_MUTEX_INITIALIZER};
  const struct status_table_properties properties = {.capacity = 1};
  struct serving serving;
  growth.replied = calloc(accounts, sizeof *growth.replied);
  int error = growth.replied == NULL ? -ENOMEM : status_table_create(&properties, &growth.writer);
  if (error == 0) {
    error = start_serving(&serving, offer, &growth);
    if (error == 0) {
      error = status_table_client_create(serving.path, &growth.client);
      if (error == 0)
        run(&growth, readers, ret_result);
      status_table_client_destroy(growth.client);
      stop_serving(&serving);
    }
    status_table_destroy(growth.writer);
  }
  free(growth.replied);
  return error == 0 ? growth.error : error;
}
