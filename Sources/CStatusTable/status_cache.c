#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "status_cache_records.h"
#include "status_table_mappings.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* A cache's life ----------------------------------------------------------------------------- */

/* Memory that costs nothing before it is written to. */
static void *reserve(size_t size) {
  void *memory =
      mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

static uint32_t slots_for(uint32_t capacity) {
  uint32_t count = 8;
  while (count < 2 * capacity)
    count *= 2;
  return count;
}

int status_cache_create(uint32_t capacity, bool is_whole, struct status_cache **ret_cache) {
  if (capacity == 0 || capacity > STATUS_CACHE_MAX_CAPACITY)
    return -EINVAL;
  struct status_cache *cache = calloc(1, sizeof *cache);
  if (cache == NULL)
    return -ENOMEM;
  uint32_t slot_count = slots_for(capacity);
  cache->slots_size = slot_count * sizeof *cache->slots;
  cache->records_size = capacity * sizeof *cache->records;
  cache->slots = reserve(cache->slots_size);
  cache->records = reserve(cache->records_size);
  if (cache->slots == NULL || cache->records == NULL) {
    status_cache_destroy(cache);
    return -ENOMEM;
  }
  /* Without random numbers, ids could be made to collide: a slow cache, never a wrong one. */
  if (getentropy(cache->seed, sizeof cache->seed) < 0)
    cache->seed[0] = (uint64_t)status_table_clock_now(CLOCK_MONOTONIC);
  cache->capacity = capacity;
  cache->slot_mask = slot_count - 1;
  cache->is_whole = is_whole;
  cache->generation = 1;
  cache->fresh_at = cache->doubted_at = cache->absence_doubted_at = NEVER;
  *ret_cache = cache;
  return 0;
}

void status_cache_destroy(struct status_cache *cache) {
  if (cache == NULL)
    return;
  if (cache->slots != NULL)
    munmap(cache->slots, cache->slots_size);
  if (cache->records != NULL)
    munmap(cache->records, cache->records_size);
  free(cache);
}

/* Filling ------------------------------------------------------------------------------------ */

static void begin_content(struct record *record, const union content_image *image) {
  store_relaxed(&record->sequence, load_relaxed(&record->sequence) + 1);
  __atomic_thread_fence(__ATOMIC_RELEASE);
  for (int word = 0; word < content_words; word++)
    store_relaxed(&record->content[word], image->words[word]);
}

static void end_content(struct record *record) {
  store_release(&record->sequence, load_relaxed(&record->sequence) + 1);
}

/* Moves an instant forward, whoever else does. */
static void advance(int64_t *instant, int64_t to) {
  int64_t was = __atomic_load_n(instant, __ATOMIC_RELAXED);
  while (was < to &&
         !__atomic_compare_exchange_n(instant, &was, to, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
    ;
}

void status_cache_begin(struct status_cache *cache) {
  __atomic_store_n(&cache->generation, cache->generation | 1, __ATOMIC_SEQ_CST);
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  madvise(cache->slots, cache->slots_size, MADV_DONTNEED);
  madvise(cache->records, cache->records_size, MADV_DONTNEED);
  __atomic_store_n(&cache->count, 0, __ATOMIC_RELAXED);
  __atomic_store_n(&cache->overflowed, 0, __ATOMIC_RELAXED);
  /* Doubts went with the records: what was told before now settles none of them. */
  advance(&cache->doubted_at, status_table_clock_now(CLOCK_MONOTONIC));
}

void status_cache_end(struct status_cache *cache) {
  if (cache->generation & 1)
    __atomic_store_n(&cache->generation, cache->generation + 1, __ATOMIC_RELEASE);
}

void status_cache_adopt(struct status_cache *cache) {
  status_cache_begin(cache);
  __atomic_store_n(&cache->fresh_at, NEVER, __ATOMIC_RELEASE);
}

/* The number of an edition; 0: there is no room for its name. */
static uint64_t number_edition(struct status_cache *cache, const char *name, size_t length) {
  uint32_t count = cache->edition_count;
  for (uint32_t i = 0; i < count; i++) {
    if (strlen(cache->editions[i]) == length && memcmp(cache->editions[i], name, length) == 0)
      return i + 1;
  }
  if (count == MOST_EDITIONS)
    return 0;
  memcpy(cache->editions[count], name, length);
  __atomic_store_n(&cache->edition_count, count + 1, __ATOMIC_RELEASE);
  return count + 1;
}

/* Makes a record that no slot names yet. */
static struct record *add_record(struct status_cache *cache, struct id_words id, uint32_t number) {
  struct record *record = &cache->records[number];
  uint64_t words[ID_BYTES / 8] = {0};
  memcpy(words, id.bytes, id.length);
  for (int i = 0; i < ID_BYTES / 8; i++)
    store_relaxed(&record->id[i], words[i]);
  return record;
}

int status_cache_put(struct status_cache *cache, const void *id, size_t id_length,
                     const struct status_cache_record *told) {
  if (!is_id(id, id_length) || told->edition_length > STATUS_TABLE_EDITION_MAX)
    return -EINVAL;
  bool is_registered = told->answer.state != 0;
  uint64_t edition = is_registered ? number_edition(cache, told->edition, told->edition_length) : 0;
  union content_image image = {.content = {.valid_from = told->valid_from,
                                           .until = told->until,
                                           .revision = told->revision,
                                           .answer = told->answer,
                                           .edition = edition}};
  /* Without its edition's name it is no whole answer. */
  if (is_registered && edition == 0)
    image.content.until = told->valid_from;
  struct id_words words = words_of_id(id, id_length);
  uint64_t hash = hash_id(cache->seed, words);
  uint32_t place;
  struct record *record = find_record(cache, words, hash, &place);
  if (record != NULL) {
    begin_content(record, &image);
    end_content(record);
    return 0;
  }
  uint32_t number = cache->count;
  if (number == cache->capacity) {
    __atomic_store_n(&cache->overflowed, 1, __ATOMIC_RELEASE);
    return -ENOSPC;
  }
  record = add_record(cache, words, number);
  begin_content(record, &image);
  __atomic_store_n(&cache->slots[place], slot_tag(hash, cache->slot_mask) | (number + 1),
                   __ATOMIC_SEQ_CST);
  __atomic_store_n(&cache->count, number + 1, __ATOMIC_RELAXED);
  /* Who doubts the account finds the record from here on; who did before has left a mark. Nobody
   * reads it until that is taken in. */
  advance(&record->doubted_at, __atomic_load_n(&cache->absence_doubted_at, __ATOMIC_SEQ_CST));
  end_content(record);
  return 0;
}

void status_cache_progress(struct status_cache *cache, int64_t as_of) {
  int64_t wall = status_table_clock_now(CLOCK_REALTIME);
  int64_t now = status_table_clock_now(CLOCK_MONOTONIC);
  /* Told ahead of its time: the clock was set back meanwhile, or is a manual one. */
  if (as_of > wall)
    return;
  int64_t lag;
  bool is_sane = !__builtin_sub_overflow(wall, as_of, &lag) && lag < now;
  __atomic_store_n(&cache->fresh_at, is_sane ? now - lag : NEVER, __ATOMIC_RELEASE);
}

/* Doubting ----------------------------------------------------------------------------------- */

static void doubt(struct status_cache *cache, const void *id, size_t id_length, int64_t at) {
  struct record *record = look_up_record(cache, id, id_length);
  if (record == NULL) {
    advance(&cache->absence_doubted_at, at);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    record = look_up_record(cache, id, id_length);
  }
  if (record != NULL)
    advance(&record->doubted_at, at);
}

void status_cache_doubt(struct status_cache *cache, const void *id, size_t id_length) {
  if (is_id(id, id_length))
    doubt(cache, id, id_length, status_table_clock_now(CLOCK_MONOTONIC));
}

void status_cache_doubt_all(struct status_cache *cache) {
  advance(&cache->doubted_at, status_table_clock_now(CLOCK_MONOTONIC));
}

void status_cache_heard(struct status_cache *cache, const void *id, size_t id_length,
                        uint64_t revision) {
  if (!is_id(id, id_length))
    return;
  int64_t now = status_table_clock_now(CLOCK_MONOTONIC);
  const struct record *record = look_up_record(cache, id, id_length);
  union content_image image = {0};
  bool is_known = record != NULL && load_content(record, &image);
  bool is_registered = is_known && image.content.answer.state != 0;
  bool agrees = is_registered == (revision != 0) && image.content.revision >= revision;
  if (!agrees)
    doubt(cache, id, id_length, now);
}
