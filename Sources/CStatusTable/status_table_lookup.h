/* Finding a record and reading it: the path that every read takes, for the units that take it. */
#ifndef ACCOUNTSTATUS_STATUS_TABLE_LOOKUP_H
#define ACCOUNTSTATUS_STATUS_TABLE_LOOKUP_H

#include "status_table_words.h"

/* Lets the other hardware thread, or an emulated core, get on with the write we wait for. */
static inline void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static inline const uint64_t *record_at(const struct status_table *table, uint32_t number) {
  return table->records + (size_t)number * record_words;
}

/* A record's id never changes once a slot names it, so it is compared outside the sequence. */
STATUS_TABLE_IN_LINE bool has_id(const uint64_t *record, struct id_words id) {
  const uint64_t *words = record + record_id_word;
  uint64_t difference = 0;
  for (size_t i = 0; i + 8 <= id.length; i += 8)
    difference |= load_relaxed(words++) ^ load_bytes8(id.bytes + i);
  /* A longer id goes on here. */
  if (id.length < STATUS_TABLE_ID_MAX)
    difference |= load_relaxed(words) ^ id.tail;
  return difference == 0;
}

/* No account id holds a byte of zero. One at the end would be taken for padding; one further in
 * makes the words differ from every record's, since what follows it there is zero. */
STATUS_TABLE_IN_LINE bool may_be_id(const void *id, size_t length) {
  return length > 0 && length <= STATUS_TABLE_ID_MAX && ((const uint8_t *)id)[length - 1] != 0;
}

/* Finds the record of an id; unless it is compared, the first one whose slot has the id's tag,
 * which is nearly always the id's. BUSY: the search went on for longer than a writer allows. */
STATUS_TABLE_IN_LINE enum status_table_result search(const struct status_table *table,
                                                     const void *id, size_t id_length,
                                                     bool is_compared, uint32_t *ret_number) {
  if (!may_be_id(id, id_length))
    return STATUS_TABLE_NOT_FOUND;
  struct id_words wanted = words_of_id(id, id_length);
  uint64_t hash = hash_id(table->seed, wanted);
  uint32_t mask = (uint32_t)table->slot_mask;
  uint32_t tag = slot_tag(hash, mask);
  for (uint32_t probe = 0; probe < STATUS_TABLE_PROBES; probe++) {
    uint32_t slot = load_slot(&table->slots[((uint32_t)hash + probe) & mask]);
    if (slot == 0)
      return STATUS_TABLE_NOT_FOUND;
    if ((slot & ~mask) != tag)
      continue;
    uint32_t number = (slot & mask) - 1;
    if (number >= table->record_capacity)
      return STATUS_TABLE_BUSY;
    if (!is_compared || has_id(record_at(table, number), wanted)) {
      *ret_number = number;
      return STATUS_TABLE_FOUND;
    }
  }
  return STATUS_TABLE_BUSY;
}

STATUS_TABLE_IN_LINE enum status_table_result find(const struct status_table *table, const void *id,
                                                   size_t id_length, uint32_t *ret_number) {
  return search(table, id, id_length, true, ret_number);
}

/* Takes an answer's words apart. */
STATUS_TABLE_IN_LINE void set_answer(const struct status_table *table, int64_t since,
                                     int64_t next_at, uint64_t codes,
                                     struct status_table_answer *ret_answer) {
  ret_answer->state = codes >> 48 & 15;
  ret_answer->next_state = codes >> 52 & 15;
  ret_answer->reinstatement_state = codes >> 56 & 7;
  ret_answer->eligible = codes >> 59 & 1;
  ret_answer->reasons = codes >> 32 & 0xffff;
  ret_answer->notices = (uint32_t)codes;
  ret_answer->capabilities = load_relaxed(&table->capability_sets[codes >> 60]);
  ret_answer->since = since;
  ret_answer->next_at = next_at;
}

/* Reads the answer of a record that holds at `now`, of the two only that one, in as many attempts
 * as it takes. In status_table_reader.c. */
enum status_table_result status_table_read_record(const struct status_table *table,
                                                  const uint64_t *record, int64_t now,
                                                  struct status_table_status *ret_status)
    __attribute__((visibility("hidden")));

/* The same: in line what is nearly always so, that the record is not being written and its first
 * answer holds. */
STATUS_TABLE_IN_LINE enum status_table_result read_record(const struct status_table *table,
                                                          uint32_t number, int64_t now,
                                                          struct status_table_status *ret_status) {
  const uint64_t *record = record_at(table, number);
  const uint64_t *answer = record + record_until_flip_word;
  uint64_t before = load_acquire(record);
  int64_t valid_from = (int64_t)load_relaxed(&record[record_valid_from_word]);
  int64_t flip_at = (int64_t)load_relaxed(&record[record_valid_from_word + 1]);
  uint64_t revision = load_relaxed(&record[record_valid_from_word + 3]);
  int64_t since = (int64_t)load_relaxed(&answer[0]);
  int64_t next_at = (int64_t)load_relaxed(&answer[1]);
  uint64_t codes = load_relaxed(&answer[2]);
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  bool is_whole = load_relaxed(record) == before && !(before & 1);
  if (__builtin_expect(!is_whole || now < valid_from || now >= flip_at, 0))
    return status_table_read_record(table, record, now, ret_status);
  if (__builtin_expect((codes >> 48 & 15) == 0, 0))
    return STATUS_TABLE_NOT_FOUND;
  ret_status->revision = revision;
  ret_status->from = valid_from;
  ret_status->until = flip_at;
  set_answer(table, since, next_at, codes, &ret_status->answer);
  return STATUS_TABLE_FOUND;
}

/* Reads the status of an account at `now`, as status_table_read does. */
STATUS_TABLE_IN_LINE enum status_table_result look_up(const struct status_table *table,
                                                      const void *id, size_t id_length, int64_t now,
                                                      struct status_table_status *ret_status) {
  uint32_t number = 0;
  enum status_table_result found = find(table, id, id_length, &number);
  return found == STATUS_TABLE_FOUND ? read_record(table, number, now, ret_status) : found;
}

#endif
