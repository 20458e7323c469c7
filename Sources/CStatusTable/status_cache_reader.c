#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "status_cache_records.h"
#include "status_table_mappings.h"
#include <time.h>

static const uint64_t default_staleness = UINT64_C(2) * 1000000000;

static inline int64_t coarse_now(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Whether a record holds now, and the instant that this is: by the coarse clock, which is late,
 * where that cannot matter. */
static bool holds_now(const struct content *content, int64_t *ret_now) {
  int64_t now = coarse_now(CLOCK_REALTIME_COARSE);
  if (now < content->valid_from ||
      (uint64_t)content->until - (uint64_t)now <= STATUS_TABLE_COARSE_LAG || content->until <= now)
    now = status_table_clock_now(CLOCK_REALTIME);
  *ret_now = now;
  return content->valid_from <= now && now < content->until;
}

/* What the cache as a whole is worth to a reader. */
struct worth {
  uint64_t generation;
  int64_t fresh_at;
  uint64_t age;
  bool is_known;
  bool is_current;
};

static struct worth worth_now(const struct status_cache *cache, uint64_t max_staleness) {
  struct worth worth = {.generation = load_acquire(&cache->generation)};
  worth.fresh_at = load_instant(&cache->fresh_at);
  worth.is_known = !(worth.generation & 1) && worth.fresh_at != NEVER;
  int64_t now = coarse_now(CLOCK_MONOTONIC_COARSE);
  worth.age = now > worth.fresh_at ? (uint64_t)now - (uint64_t)worth.fresh_at : 0;
  worth.is_current = worth.is_known &&
                     worth.age <= (max_staleness == 0 ? default_staleness : max_staleness) &&
                     worth.fresh_at > load_instant(&cache->doubted_at);
  return worth;
}

/* Whether what was read belongs together. */
static bool is_same(const struct status_cache *cache, const struct worth *worth) {
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  return load_relaxed(&cache->generation) == worth->generation;
}

static enum status_table_result read_absence(const struct status_cache *cache,
                                             const struct worth *worth) {
  bool is_certain = worth->is_current && cache->is_whole &&
                    __atomic_load_n(&cache->overflowed, __ATOMIC_ACQUIRE) == 0 &&
                    worth->fresh_at > load_instant(&cache->absence_doubted_at);
  return is_certain && is_same(cache, worth) ? STATUS_TABLE_NOT_FOUND : STATUS_TABLE_UNAVAILABLE;
}

static enum status_table_result read_record_now(const struct status_cache *cache,
                                                const struct record *record,
                                                const struct worth *worth,
                                                struct status_table_reading *ret_reading) {
  union content_image image;
  if (!load_content(record, &image) || !is_same(cache, worth))
    return STATUS_TABLE_UNAVAILABLE;
  const struct content *content = &image.content;
  bool is_certain = worth->is_current && worth->fresh_at > load_instant(&record->doubted_at);
  if (content->answer.state == 0)
    return is_certain ? STATUS_TABLE_NOT_FOUND : STATUS_TABLE_UNAVAILABLE;
  bool holds = holds_now(content, &ret_reading->as_of);
  ret_reading->status = (struct status_table_status){.revision = content->revision,
                                                     .from = content->valid_from,
                                                     .until = content->until,
                                                     .answer = content->answer};
  ret_reading->mapping = content->edition;
  return is_certain && holds ? STATUS_TABLE_FOUND : STATUS_TABLE_STALE;
}

void status_cache_read(const struct status_cache *cache, const void *id, size_t id_length,
                       uint64_t max_staleness, struct status_table_reading *ret_reading) {
  *ret_reading = (struct status_table_reading){.result = STATUS_TABLE_UNAVAILABLE};
  struct worth worth = worth_now(cache, max_staleness);
  if (!worth.is_known || !is_id(id, id_length))
    return;
  ret_reading->age = worth.age;
  ret_reading->generation = worth.generation / 2;
  const struct record *record = look_up_record(cache, id, id_length);
  ret_reading->result = record == NULL ? read_absence(cache, &worth)
                                       : read_record_now(cache, record, &worth, ret_reading);
}

const char *status_cache_edition(const struct status_cache *cache, uint64_t number) {
  bool is_known = number > 0 && number <= __atomic_load_n(&cache->edition_count, __ATOMIC_ACQUIRE);
  return is_known ? cache->editions[number - 1] : "";
}

uint32_t status_cache_count(const struct status_cache *cache) {
  return __atomic_load_n(&cache->count, __ATOMIC_RELAXED);
}
