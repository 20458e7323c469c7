#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "status_table_client.h"
#include "status_table_lookup.h"
#include "status_table_mappings.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* How long an answer that is good enough waits for a better one; once in a back-off. */
static const uint64_t brief = 5 * 1000000;
static const uint64_t default_staleness = UINT64_C(2) * 1000000000;

struct status_table_client {
  struct status_table_mappings mappings;
  uint64_t number;
  /* A page that the kernel clears in a forked child. */
  atomic_uint *process_mark;
};

enum { MARK_FORKED = 0, MARK_BEING_ADOPTED = 1, MARK_OURS = 2 };

static __attribute__((cold, noinline)) void adopt(struct status_table_client *client) {
  for (;;) {
    unsigned mark = MARK_FORKED;
    if (atomic_compare_exchange_strong(client->process_mark, &mark, MARK_BEING_ADOPTED)) {
      status_table_adopt_mappings(&client->mappings);
      atomic_store_explicit(client->process_mark, MARK_OURS, memory_order_release);
    }
    if (mark == MARK_OURS)
      return;
    relax();
  }
}

/* Begins every call: in a child of the process that made the client, takes it over. */
static inline void enter(struct status_table_client *client) {
  unsigned mark = atomic_load_explicit(client->process_mark, memory_order_acquire);
  if (__builtin_expect(mark != MARK_OURS, 0))
    adopt(client);
}

/* Reading ------------------------------------------------------------------------------------ */

static inline int64_t coarse_now(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The heartbeat's age; from the second read of a tick on, the first one's. */
static inline uint64_t age_at(struct status_table_place *place,
                              const struct status_table_mapping *mapping, int64_t tick) {
  if (__builtin_expect(place->tick != tick || place->aged != mapping, 0)) {
    place->age = status_table_age(mapping, coarse_now(CLOCK_MONOTONIC_COARSE));
    place->aged = mapping;
    place->tick = tick;
  }
  return place->age;
}

static __attribute__((cold, noinline)) void
look_up_precisely(const struct status_table_mapping *mapping, const void *id, size_t id_length,
                  struct status_table_reading *ret_reading) {
  ret_reading->as_of = status_table_clock_now(CLOCK_REALTIME);
  ret_reading->result =
      status_table_read(&mapping->table, id, id_length, ret_reading->as_of, &ret_reading->status);
}

/* Reads at the manual instant, or now: by the coarse clock where that cannot matter. */
STATUS_TABLE_IN_LINE void look_up_now(struct status_table_place *place,
                                      const struct status_table_mapping *mapping, const void *id,
                                      size_t id_length, struct status_table_reading *ret_reading) {
  int64_t tick = coarse_now(CLOCK_REALTIME_COARSE);
  int64_t manual = __atomic_load_n(&mapping->header->manual_now, __ATOMIC_ACQUIRE);
  bool is_manual = manual != STATUS_TABLE_NEVER;
  int64_t now = is_manual ? manual : tick;
  struct status_table_status *status = &ret_reading->status;
  ret_reading->as_of = now;
  ret_reading->result = look_up(&mapping->table, id, id_length, now, status);
  /* The coarse clock is late, so what has begun for it has begun; it may have ended. */
  bool is_sure = ret_reading->result == STATUS_TABLE_FOUND &&
                 (uint64_t)status->until - (uint64_t)now > STATUS_TABLE_COARSE_LAG;
  if (__builtin_expect(!is_sure, 0) && !is_manual)
    look_up_precisely(mapping, id, id_length, ret_reading);
  ret_reading->age = age_at(place, mapping, tick);
  ret_reading->generation = mapping->generation;
  ret_reading->mapping = mapping->number;
}

/* What a result is worth when the table is not known to be the latest word. */
static enum status_table_result doubted(enum status_table_result result) {
  return result == STATUS_TABLE_FOUND || result == STATUS_TABLE_STALE ? STATUS_TABLE_STALE
                                                                      : STATUS_TABLE_UNAVAILABLE;
}

/* Reads in the current mapping. False: there may be a better one than what was read. */
STATUS_TABLE_IN_LINE bool read_current(struct status_table_client *client,
                                       struct status_table_place *place, const void *id,
                                       size_t id_length, uint64_t max_staleness,
                                       struct status_table_reading *ret_reading) {
  const struct status_table_mapping *mapping = status_table_hold(&client->mappings, place);
  if (__builtin_expect(mapping == NULL, 0)) {
    *ret_reading =
        (struct status_table_reading){.result = STATUS_TABLE_UNAVAILABLE, .outdated = true};
    return false;
  }
  look_up_now(place, mapping, id, id_length, ret_reading);
  /* Behind the record: a record read before the table was replaced was the latest then. */
  uint64_t state = load_acquire(&mapping->header->state);
  bool is_current = status_table_let_go(&client->mappings, place, mapping);
  if (__builtin_expect(state == STATUS_TABLE_LIVE && is_current &&
                           ret_reading->age < STATUS_TABLE_SUSPICIOUS_AGE &&
                           ret_reading->age <= max_staleness &&
                           ret_reading->result != STATUS_TABLE_BUSY,
                       1)) {
    ret_reading->outdated = false;
    return true;
  }
  if (!is_current)
    status_table_reclaim_mappings(&client->mappings);
  if (ret_reading->result == STATUS_TABLE_BUSY)
    ret_reading->result = STATUS_TABLE_UNAVAILABLE;
  else if (state == STATUS_TABLE_REPLACED || ret_reading->age > max_staleness)
    ret_reading->result = doubted(ret_reading->result);
  ret_reading->outdated =
      state != STATUS_TABLE_LIVE || !is_current || ret_reading->age >= STATUS_TABLE_SUSPICIOUS_AGE;
  return !ret_reading->outdated;
}

/* Whether a reading can be acted on as it is. */
static bool is_certain(const struct status_table_reading *reading) {
  return reading->result == STATUS_TABLE_FOUND || reading->result == STATUS_TABLE_NOT_FOUND;
}

/* Reads again in a newer table, if the daemon gives one in time. */
static __attribute__((cold, noinline)) void read_newer(struct status_table_client *client,
                                                       struct status_table_place *place,
                                                       const void *id, size_t id_length,
                                                       uint64_t max_staleness, uint64_t timeout,
                                                       struct status_table_reading *ret_reading) {
  const int64_t deadline = status_table_deadline_after(timeout);
  for (;;) {
    /* A daemon that is stopped, not gone, takes the connection and never answers. */
    bool was_certain = is_certain(ret_reading);
    int64_t patience = was_certain ? status_table_deadline_after(brief) : deadline;
    if (patience > deadline)
      patience = deadline;
    bool is_renewed = status_table_renew_mapping(&client->mappings, patience, deadline);
    place->aged = NULL;
    bool is_latest = read_current(client, place, id, id_length, max_staleness, ret_reading);
    /* Again if the table was replaced in the meantime: there is a newer one, and what would have
     * done before may not do now. */
    bool is_worse = was_certain && !is_certain(ret_reading);
    if (is_latest || !(is_renewed || is_worse) ||
        status_table_clock_now(CLOCK_MONOTONIC) >= deadline)
      return;
  }
}

void status_table_client_read(struct status_table_client *client, const void *id, size_t id_length,
                              const struct status_table_read_options *options,
                              struct status_table_reading *ret_reading) {
  enter(client);
  struct status_table_place *place = status_table_place_for(client->number);
  if (__builtin_expect(place == NULL, 0)) {
    *ret_reading =
        (struct status_table_reading){.result = STATUS_TABLE_UNAVAILABLE, .outdated = true};
    return;
  }
  uint64_t max_staleness = options->max_staleness == 0 ? default_staleness : options->max_staleness;
  bool is_latest = read_current(client, place, id, id_length, max_staleness, ret_reading);
  if (__builtin_expect(!is_latest, 0) && options->timeout > 0)
    read_newer(client, place, id, id_length, max_staleness, options->timeout, ret_reading);
  status_table_count_one(&place->counts[ret_reading->result]);
}

int status_table_client_renew(struct status_table_client *client, uint64_t timeout) {
  enter(client);
  return status_table_replace_mapping(&client->mappings, status_table_deadline_after(timeout));
}

int status_table_client_edition(struct status_table_client *client,
                                uint8_t ret_edition[STATUS_TABLE_EDITION_MAX], size_t *ret_length) {
  enter(client);
  struct status_table_place *place = status_table_place_for(client->number);
  if (place == NULL)
    return -EAGAIN;
  const struct status_table_mapping *mapping = status_table_hold(&client->mappings, place);
  struct status_table_info info;
  int error = mapping == NULL ? -EAGAIN : status_table_read_info(&mapping->table, &info);
  if (!status_table_let_go(&client->mappings, place, mapping))
    status_table_reclaim_mappings(&client->mappings);
  if (error < 0)
    return -EAGAIN;
  memcpy(ret_edition, info.edition, sizeof info.edition);
  *ret_length = info.edition_length;
  return 0;
}

/* A client's life ---------------------------------------------------------------------------- */

static size_t page_size(void) { return (size_t)sysconf(_SC_PAGESIZE); }

static int make_mark(atomic_uint **ret_mark) {
  void *mark = mmap(NULL, page_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mark == MAP_FAILED)
    return -ENOMEM;
  if (madvise(mark, page_size(), MADV_WIPEONFORK) < 0) {
    munmap(mark, page_size());
    return -EOPNOTSUPP;
  }
  *ret_mark = mark;
  atomic_store(*ret_mark, MARK_OURS);
  return 0;
}

int status_table_client_create(const char *path, struct status_table_client **ret_client) {
  struct status_table_client *client = calloc(1, sizeof *client);
  if (client == NULL)
    return -ENOMEM;
  int error = make_mark(&client->process_mark);
  if (error == 0) {
    error = status_table_begin_mappings(&client->mappings, path);
    if (error < 0)
      munmap(client->process_mark, page_size());
  }
  if (error < 0) {
    free(client);
    return error;
  }
  client->number = status_table_new_client_number();
  *ret_client = client;
  return 0;
}

void status_table_client_destroy(struct status_table_client *client) {
  if (client == NULL)
    return;
  enter(client);
  status_table_end_mappings(&client->mappings);
  status_table_leave_places(client->number);
  munmap(client->process_mark, page_size());
  free(client);
}

void status_table_client_get_counters(struct status_table_client *client,
                                      struct status_table_client_counters *ret_counters) {
  enter(client);
  uint64_t counts[STATUS_TABLE_UNAVAILABLE + 1] = {0};
  status_table_add_counts(client->number, counts);
  const struct status_table_mappings *mappings = &client->mappings;
  *ret_counters = (struct status_table_client_counters){
      .found = counts[STATUS_TABLE_FOUND],
      .not_found = counts[STATUS_TABLE_NOT_FOUND],
      .stale = counts[STATUS_TABLE_STALE],
      .unavailable = counts[STATUS_TABLE_UNAVAILABLE],
      .mapped = atomic_load_explicit(&mappings->mapped, memory_order_relaxed),
      .failed_attempts = atomic_load_explicit(&mappings->failed_attempts, memory_order_relaxed),
  };
}
