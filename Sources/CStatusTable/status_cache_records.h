/* What a status cache consists of, for those who fill it and those who read it. */
#ifndef ACCOUNTSTATUS_STATUS_CACHE_RECORDS_H
#define ACCOUNTSTATUS_STATUS_CACHE_RECORDS_H

#include "status_cache.h"
#include "status_table_lookup.h"

enum { MOST_EDITIONS = 16, ID_BYTES = STATUS_TABLE_ID_MAX };

/* No instant of the monotonic clock. */
#define NEVER INT64_MIN

/* What a record holds, as it is copied in and out. */
struct content {
  int64_t valid_from;
  int64_t until;
  uint64_t revision;
  struct status_table_answer answer;
  /* From 1; 0: of an account that is not registered. */
  uint64_t edition;
};

enum { content_words = sizeof(struct content) / 8 };
_Static_assert(sizeof(struct content) % 8 == 0, "a content is whole words");

union content_image {
  struct content content;
  uint64_t words[content_words];
};

/* A record in memory: an id that never changes while a slot names it, and a content under a
 * sequence lock, as in the status table. */
struct record {
  uint64_t sequence;
  /* The monotonic instant that the cache must have got beyond before this is an answer. */
  int64_t doubted_at;
  uint64_t id[ID_BYTES / 8];
  uint64_t content[content_words];
};

struct status_cache {
  /* Odd while what is here is not whole. Grows with every snapshot. */
  uint64_t generation;
  /* Monotonic: everything that was true by then is here. */
  int64_t fresh_at;
  /* Monotonic: the cache must have got beyond it before anything is an answer, or before the lack
   * of a record is one. */
  int64_t doubted_at;
  int64_t absence_doubted_at;
  bool is_whole;
  /* There was no room for all. */
  uint32_t overflowed;
  uint32_t count;
  uint32_t capacity;
  uint32_t slot_mask;
  uint32_t *slots;
  struct record *records;
  size_t slots_size;
  size_t records_size;
  uint64_t seed[2];
  uint32_t edition_count;
  char editions[MOST_EDITIONS][STATUS_TABLE_EDITION_MAX + 1];
};

static inline int64_t load_instant(const int64_t *instant) {
  return __atomic_load_n(instant, __ATOMIC_ACQUIRE);
}

static inline bool is_id(const void *id, size_t length) {
  return length > 0 && length <= ID_BYTES && memchr(id, '\0', length) == NULL;
}

static inline bool names(const struct record *record, struct id_words id) {
  const uint64_t *words = record->id;
  uint64_t difference = 0;
  for (size_t i = 0; i + 8 <= id.length; i += 8)
    difference |= load_relaxed(words++) ^ load_bytes8(id.bytes + i);
  if (id.length < ID_BYTES)
    difference |= load_relaxed(words) ^ id.tail;
  return difference == 0;
}

/* The record of an id, or NULL and the slot where it would be named. */
static inline struct record *find_record(const struct status_cache *cache, struct id_words id,
                                         uint64_t hash, uint32_t *ret_slot) {
  uint32_t mask = cache->slot_mask, tag = slot_tag(hash, mask);
  for (uint32_t place = (uint32_t)hash & mask;; place = (place + 1) & mask) {
    uint32_t slot = load_slot(&cache->slots[place]);
    *ret_slot = place;
    if (slot == 0)
      return NULL;
    struct record *record = &cache->records[(slot & mask) - 1];
    if ((slot & ~mask) == tag && names(record, id))
      return record;
  }
}

static inline struct record *look_up_record(const struct status_cache *cache, const void *id,
                                            size_t length) {
  struct id_words words = words_of_id(id, length);
  uint32_t slot;
  return find_record(cache, words, hash_id(cache->seed, words), &slot);
}

/* Takes a record's content. False: it was being written at every attempt. */
static inline bool load_content(const struct record *record, union content_image *ret_image) {
  for (int i = 0; i < STATUS_TABLE_RETRIES; i++) {
    uint64_t before = load_acquire(&record->sequence);
    for (int word = 0; word < content_words; word++)
      ret_image->words[word] = load_relaxed(&record->content[word]);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (load_relaxed(&record->sequence) == before && !(before & 1))
      return true;
    relax();
  }
  return false;
}

#endif
