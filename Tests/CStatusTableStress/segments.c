/* A client that is handed memory in which nothing can be relied on. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "status_table_client.h"
#include "status_table_handover.h"
#include "status_table_stress.h"
#include "status_table_writer.h"
#include "table_serving.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { accounts = 48 };

struct segments {
  /* A good table, to spoil copies of. */
  uint8_t *good;
  size_t size;
  uint64_t random;
  /* What the thread that answers hands over. */
  int descriptor;
};

static size_t account_id(uint32_t account, char id[STATUS_TABLE_ID_MAX]) {
  return (size_t)snprintf(id, STATUS_TABLE_ID_MAX, "account-%u", account);
}

static int make_good(struct segments *segments) {
  const struct status_table_properties properties = {.capacity = accounts};
  struct status_table_writer *writer;
  int error = status_table_create(&properties, &writer);
  if (error < 0)
    return error;
  status_table_beat(writer, serving_now());
  for (uint32_t account = 0; account < accounts && error == 0; account++) {
    char id[STATUS_TABLE_ID_MAX];
    const struct status_table_record record = {.flip_at = account % 2 ? 1 : STATUS_TABLE_NEVER,
                                               .valid_until = STATUS_TABLE_NEVER,
                                               .revision = 1,
                                               .until_flip = {.state = 1},
                                               .from_flip = {.state = 2}};
    error = status_table_put(writer, id, account_id(account, id), &record);
  }
  const struct status_table *view = status_table_view(writer);
  segments->size = ((const struct status_table_header *)(const void *)view->memory)->size;
  segments->good = malloc(segments->size);
  if (segments->good == NULL)
    error = -ENOMEM;
  if (error == 0)
    memcpy(segments->good, view->memory, segments->size);
  status_table_destroy(writer);
  return error;
}

/* Numbers at which arithmetic goes wrong. */
static uint64_t awkward(uint64_t *random) {
  static const uint64_t numbers[] = {0,
                                     1,
                                     2,
                                     UINT32_MAX,
                                     INT64_MAX,
                                     INT64_MIN,
                                     UINT64_MAX,
                                     63,
                                     64,
                                     UINT64_C(1) << 32,
                                     UINT16_MAX,
                                     191,
                                     UINT64_MAX - 63};
  uint64_t number = next_random(random);
  return number % 3 == 0 ? number : numbers[number / 3 % (sizeof numbers / sizeof numbers[0])];
}

/* Spoils a copy: a few words or bytes, mostly of the header and the index; or all of it. */
static void spoil(struct segments *segments, uint8_t *memory) {
  uint64_t *random = &segments->random;
  memcpy(memory, segments->good, segments->size);
  const uint64_t beat = serving_now();
  memcpy(memory + offsetof(struct status_table_header, heartbeat), &beat, sizeof beat);
  uint64_t kind = next_random(random) % 8;
  if (kind == 0) {
    for (size_t i = 16 * (next_random(random) % 2); i + 8 <= segments->size; i += 8) {
      uint64_t word = next_random(random);
      memcpy(memory + i, &word, sizeof word);
    }
    return;
  }
  size_t reach = kind < 4 ? sizeof(struct status_table_header) : kind < 6 ? 1024 : segments->size;
  for (uint64_t changes = 1 + next_random(random) % 8; changes > 0; changes--) {
    size_t offset = next_random(random) % (reach / 8) * 8;
    uint64_t word = awkward(random);
    size_t length = next_random(random) & 1 ? 8 : 4;
    memcpy(memory + offset + (8 - length) * (next_random(random) & 1), &word, length);
  }
}

static int make_segment(struct segments *segments) {
  int descriptor = memfd_create("spoilt", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (descriptor < 0)
    return -errno;
  void *memory = MAP_FAILED;
  if (ftruncate(descriptor, (off_t)segments->size) == 0)
    memory = mmap(NULL, segments->size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (memory == MAP_FAILED) {
    int error = -errno;
    close(descriptor);
    return error;
  }
  spoil(segments, memory);
  munmap(memory, segments->size);
  fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL);
  segments->descriptor = descriptor;
  return 0;
}

static void offer(void *context, int connection) {
  struct segments *segments = context;
  struct status_table_offer offer = {.magic = STATUS_TABLE_OFFER_MAGIC,
                                     .layout_major = STATUS_TABLE_MAJOR,
                                     .size = segments->size,
                                     .generation = 1};
  send_with_descriptors(connection, &offer, sizeof offer, &segments->descriptor, 1);
}

/* Reads what can be read of a segment. */
static void read_segment(struct status_table_client *client,
                         struct status_table_segments_result *result) {
  const struct status_table_read_options options = {.max_staleness = UINT64_C(60) * 1000000000};
  for (uint32_t account = 0; account <= accounts; account += 3) {
    char id[STATUS_TABLE_ID_MAX];
    struct status_table_reading reading;
    uint64_t start = thread_time();
    status_table_client_read(client, id, account_id(account, id), &options, &reading);
    uint64_t cost = thread_time() - start;
    result->longest = cost > result->longest ? cost : result->longest;
    result->by_result[reading.result]++;
  }
  uint8_t edition[STATUS_TABLE_EDITION_MAX];
  size_t length;
  if (status_table_client_edition(client, edition, &length) == 0 && length > sizeof edition)
    result->broken++;
}

static int try_all(struct segments *segments, uint64_t count, struct status_table_client *client,
                   struct status_table_segments_result *ret_result) {
  struct status_table_segments_result result = {0};
  for (uint64_t i = 0; i < count; i++) {
    int error = make_segment(segments);
    if (error < 0)
      return error;
    /* A minute, since what is bounded here is the work and not the machine's patience. */
    error = status_table_client_renew(client, UINT64_C(60) * 1000000000);
    close(segments->descriptor);
    result.segments++;
    result.mapped += error == 0;
    if (error == 0)
      read_segment(client, &result);
    else if (error != -EPROTO && error != -EBADMSG)
      result.broken++;
  }
  *ret_result = result;
  return 0;
}

int status_table_segments_stress(uint64_t count, uint64_t seed,
                                 struct status_table_segments_result *ret_result) {
  struct segments segments = {.random = seed | 1};
  struct serving serving;
  struct status_table_client *client = NULL;
  int error = make_good(&segments);
  if (error == 0)
    error = start_serving(&serving, offer, &segments);
  if (error == 0) {
    error = status_table_client_create(serving.path, &client);
    if (error == 0)
      error = try_all(&segments, count, client, ret_result);
    status_table_client_destroy(client);
    stop_serving(&serving);
  }
  free(segments.good);
  return error;
}
