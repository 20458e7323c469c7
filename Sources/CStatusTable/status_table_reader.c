#include "status_table_words.h"
#include <errno.h>

static const uint32_t no_record = UINT32_MAX;

/* Lets the other hardware thread, or an emulated core, get on with the write we wait for. */
static inline void relax(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/* Copies `count` words that were all stored by one write. False: none of the attempts got them. */
static bool copy_consistent(const uint64_t *sequence, const uint64_t *words, size_t count,
                            uint64_t *ret_words) {
  for (int attempt = 0; attempt < STATUS_TABLE_RETRIES; attempt++) {
    uint64_t before = load_acquire(sequence);
    if (!(before & 1)) {
      for (size_t i = 0; i < count; i++)
        ret_words[i] = load_relaxed(&words[i]);
      __atomic_thread_fence(__ATOMIC_ACQUIRE);
      if (load_relaxed(sequence) == before)
        return true;
    }
    relax();
  }
  return false;
}

static const uint64_t *record_at(const struct status_table *table, uint32_t number) {
  return table->records + (size_t)number * record_words;
}

static const struct status_table_header *header_of(const struct status_table *table) {
  return (const struct status_table_header *)(const void *)table->memory;
}

static bool copy_record(const struct status_table *table, uint32_t number,
                        union record_image *ret_image) {
  const uint64_t *record = record_at(table, number);
  return copy_consistent(record, record, record_words, ret_image->words);
}

/* A record's id never changes once a slot names it, so it is compared outside the sequence. */
static bool has_id(const uint64_t *record, uint64_t hash, const struct padded_id *id) {
  if (load_relaxed(&record[record_hash_word]) != hash)
    return false;
  uint64_t difference = 0;
  for (size_t i = 0; i < (id->length + 7) / 8; i++)
    difference |= load_relaxed(&record[record_id_word + i]) ^ id->words[i];
  if (difference)
    return false;
  size_t word = offsetof(struct status_table_slot_record, id_length) / 8;
  size_t shift = offsetof(struct status_table_slot_record, id_length) % 8 * 8;
  return (load_relaxed(&record[word]) >> shift & 0xff) == id->length;
}

/* Finds the record of an id. BUSY: the search went on for longer than a writer allows. */
static enum status_table_result find(const struct status_table *table, const struct padded_id *id,
                                     uint32_t *ret_number) {
  uint64_t hash = hash_id(table->seed, id);
  for (uint64_t probe = 0; probe < STATUS_TABLE_PROBES; probe++) {
    uint64_t slot = load_acquire(&table->slots[(hash + probe) & table->slot_mask]);
    if (slot == 0)
      return STATUS_TABLE_NOT_FOUND;
    if ((slot ^ hash) >> 32)
      continue;
    uint32_t number = (uint32_t)slot - 1;
    if (number >= table->record_capacity)
      return STATUS_TABLE_BUSY;
    if (has_id(record_at(table, number), hash, id)) {
      *ret_number = number;
      return STATUS_TABLE_FOUND;
    }
  }
  return STATUS_TABLE_BUSY;
}

/* Picks the answer that holds at `now` out of a copied record. */
static enum status_table_result answer_at(const struct status_table_slot_record *record,
                                          int64_t now, struct status_table_status *ret_status) {
  bool stale = now < record->valid_from || now >= record->valid_until;
  /* With an empty second half there is nothing behind the flip but the first answer, outdated. */
  bool flipped = now >= record->flip_at && record->valid_until > record->flip_at;
  const struct status_table_slot_answer *words = &record->answers[flipped];
  const struct status_table_slot_codes *codes = &record->codes[flipped];
  if (codes->state == 0 && !stale)
    return STATUS_TABLE_NOT_FOUND;
  *ret_status =
      (struct status_table_status){.revision = record->revision + flipped,
                                   .until = flipped ? record->valid_until : record->flip_at,
                                   .answer = {.state = codes->state,
                                              .next_state = codes->next_state,
                                              .reinstatement_state = codes->reinstatement_state,
                                              .eligible = codes->eligible != 0,
                                              .reasons = words->reasons,
                                              .notices = words->notices,
                                              .capabilities = words->capabilities,
                                              .since = words->since,
                                              .next_at = words->next_at}};
  return stale ? STATUS_TABLE_STALE : STATUS_TABLE_FOUND;
}

enum status_table_result status_table_read(const struct status_table *table, const void *id,
                                           size_t id_length, int64_t now,
                                           struct status_table_status *ret_status) {
  if (id_length == 0 || id_length > STATUS_TABLE_ID_MAX)
    return STATUS_TABLE_NOT_FOUND;
  struct padded_id wanted;
  pad_id(&wanted, id, id_length);
  uint32_t number = no_record;
  enum status_table_result found = find(table, &wanted, &number);
  if (found != STATUS_TABLE_FOUND)
    return found;

  union record_image image;
  if (!copy_record(table, number, &image))
    return STATUS_TABLE_BUSY;
  return answer_at(&image.record, now, ret_status);
}

int status_table_find(const struct status_table *table, const void *id, size_t id_length,
                      uint32_t *ret_number) {
  if (id_length == 0 || id_length > STATUS_TABLE_ID_MAX)
    return -ENOENT;
  struct padded_id wanted;
  pad_id(&wanted, id, id_length);
  switch (find(table, &wanted, ret_number)) {
  case STATUS_TABLE_FOUND:
    return 0;
  case STATUS_TABLE_NOT_FOUND:
    return -ENOENT;
  default:
    return -EBADMSG;
  }
}

enum status_table_result status_table_read_number(const struct status_table *table, uint32_t number,
                                                  int64_t now, uint8_t ret_id[STATUS_TABLE_ID_MAX],
                                                  size_t *ret_id_length,
                                                  struct status_table_status *ret_status) {
  if (number >= status_table_count(table))
    return STATUS_TABLE_BUSY;
  union record_image image;
  if (!copy_record(table, number, &image))
    return STATUS_TABLE_BUSY;
  if (image.record.id_length == 0 || image.record.id_length > STATUS_TABLE_ID_MAX)
    return STATUS_TABLE_BUSY;
  memcpy(ret_id, image.record.id, STATUS_TABLE_ID_MAX);
  *ret_id_length = image.record.id_length;
  return answer_at(&image.record, now, ret_status);
}

int status_table_check(const struct status_table *table, uint32_t number) {
  if (number >= status_table_count(table))
    return -ERANGE;
  union record_image image;
  if (!copy_record(table, number, &image))
    return -EBUSY;
  return record_crc32(&image) == image.record.crc32 ? 0 : -EBADMSG;
}

uint32_t status_table_count(const struct status_table *table) {
  uint64_t count = load_acquire(&header_of(table)->record_count);
  return count < table->record_capacity ? (uint32_t)count : table->record_capacity;
}

size_t status_table_bytes(const struct status_table *table) {
  size_t records = (size_t)((const uint8_t *)table->records - table->memory);
  return records + (size_t)status_table_count(table) * sizeof(struct status_table_slot_record);
}

enum status_table_state status_table_current_state(const struct status_table *table) {
  uint64_t state = load_acquire(&header_of(table)->state);
  return state == STATUS_TABLE_LIVE || state == STATUS_TABLE_REPLACED
             ? (enum status_table_state)state
             : STATUS_TABLE_STOPPED;
}

int status_table_read_info(const struct status_table *table, struct status_table_info *ret_info) {
  const struct status_table_header *shared = header_of(table);
  union header_image image = {.words = {0}};
  if (!copy_consistent(&shared->sequence, &shared->magic, header_words, image.words))
    return -EBUSY;
  const struct status_table_header *header = &image.header;
  if (header->position_length > STATUS_TABLE_POSITION_MAX ||
      header->edition_length > STATUS_TABLE_EDITION_MAX)
    return -EBADMSG;
  struct status_table_info info = {.state = status_table_current_state(table),
                                   .generation = header->generation,
                                   .heartbeat = header->heartbeat,
                                   .manual_now = header->manual_now,
                                   .known_capabilities = header->known_capabilities,
                                   .known_reasons = header->known_reasons,
                                   .known_notices = header->known_notices,
                                   .epoch = header->epoch,
                                   .position_length = header->position_length,
                                   .edition_length = header->edition_length};
  memcpy(info.store_id, header->store_id, sizeof info.store_id);
  memcpy(info.position, header->position, sizeof info.position);
  memcpy(info.edition, header->edition, sizeof info.edition);
  *ret_info = info;
  return 0;
}

/* Whether `count` things of `size` bytes lie at `offset`, behind the header and inside `total`. */
static bool fits(uint64_t offset, uint64_t count, uint64_t size, uint64_t total) {
  return offset >= sizeof(struct status_table_header) && offset % 64 == 0 && offset <= total &&
         count <= (total - offset) / size;
}

int status_table_attach(const void *memory, size_t size, struct status_table *ret_table) {
  if (size < sizeof(struct status_table_header) || (uintptr_t)memory % 64 != 0)
    return -EPROTO;
  /* Copied first and checked then: a number that is checked and read again may have changed. */
  union header_image image;
  for (size_t i = 0; i < header_words; i++)
    image.words[i] = load_acquire((const uint64_t *)memory + i);
  const struct status_table_header *header = &image.header;
  if (header->magic != STATUS_TABLE_MAGIC || header->layout_major != STATUS_TABLE_MAJOR ||
      header->record_size != sizeof(struct status_table_slot_record))
    return -EPROTO;
  if (header->header_size < sizeof *header || header->size > size || header->slot_count == 0 ||
      (header->slot_count & (header->slot_count - 1)) != 0 || header->record_capacity == 0 ||
      header->record_capacity > header->slot_count / 2 ||
      !fits(header->slots_offset, header->slot_count, sizeof(uint64_t), header->size) ||
      !fits(header->records_offset, header->record_capacity, header->record_size, header->size))
    return -EBADMSG;
  *ret_table = (struct status_table){
      .memory = memory,
      .slots = (const uint64_t *)memory + header->slots_offset / 8,
      .records = (const uint64_t *)memory + header->records_offset / 8,
      .slot_mask = header->slot_count - 1,
      .seed = {header->seed[0], header->seed[1]},
      .record_capacity = header->record_capacity,
  };
  return 0;
}
