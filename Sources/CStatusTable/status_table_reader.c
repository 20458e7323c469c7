#include "status_table_lookup.h"
#include <errno.h>

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

static const struct status_table_header *header_of(const struct status_table *table) {
  return (const struct status_table_header *)(const void *)table->memory;
}

static bool copy_record(const struct status_table *table, uint32_t number,
                        union record_image *ret_image) {
  const uint64_t *record = record_at(table, number);
  return copy_consistent(record, record, record_words, ret_image->words);
}

enum status_table_result status_table_read_record(const struct status_table *table,
                                                  const uint64_t *record, int64_t now,
                                                  struct status_table_status *ret_status) {
  for (int attempt = 0; attempt < STATUS_TABLE_RETRIES; attempt++, relax()) {
    uint64_t before = load_acquire(record);
    if (before & 1)
      continue;
    int64_t valid_from = (int64_t)load_relaxed(&record[record_valid_from_word]);
    int64_t flip_at = (int64_t)load_relaxed(&record[record_valid_from_word + 1]);
    int64_t valid_until = (int64_t)load_relaxed(&record[record_valid_from_word + 2]);
    uint64_t revision = load_relaxed(&record[record_valid_from_word + 3]);
    /* With an empty second half there is nothing behind the flip but the first answer, outdated. */
    bool flipped = now >= flip_at && valid_until > flip_at;
    const uint64_t *answer = record + (flipped ? record_from_flip_word : record_until_flip_word);
    int64_t since = (int64_t)load_relaxed(&answer[0]);
    int64_t next_at = (int64_t)load_relaxed(&answer[1]);
    uint64_t codes = load_relaxed(&answer[2]);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (load_relaxed(record) != before)
      continue;

    bool stale = now < valid_from || now >= valid_until;
    if ((codes >> 48 & 15) == 0 && !stale)
      return STATUS_TABLE_NOT_FOUND;
    ret_status->revision = revision + flipped;
    ret_status->from = flipped ? flip_at : valid_from;
    ret_status->until = flipped ? valid_until : flip_at;
    set_answer(table, since, next_at, codes, &ret_status->answer);
    return stale ? STATUS_TABLE_STALE : STATUS_TABLE_FOUND;
  }
  return STATUS_TABLE_BUSY;
}

enum status_table_result status_table_read(const struct status_table *table, const void *id,
                                           size_t id_length, int64_t now,
                                           struct status_table_status *ret_status) {
  return look_up(table, id, id_length, now, ret_status);
}

uint32_t status_table_prefetch(const struct status_table *table, const void *id, size_t id_length) {
  uint32_t number = 0;
  if (search(table, id, id_length, false, &number) != STATUS_TABLE_FOUND)
    return UINT32_MAX;
  /* What a read looks at first: the first answer and the id, in two lines. */
  const uint64_t *record = record_at(table, number);
  __builtin_prefetch(record);
  __builtin_prefetch(record + record_id_word);
  return number;
}

enum status_table_result status_table_read_hinted(const struct status_table *table, uint32_t hint,
                                                  const void *id, size_t id_length, int64_t now,
                                                  struct status_table_status *ret_status) {
  if (hint < table->record_capacity && may_be_id(id, id_length) &&
      has_id(record_at(table, hint), words_of_id(id, id_length)))
    return read_record(table, hint, now, ret_status);
  return look_up(table, id, id_length, now, ret_status);
}

int status_table_find(const struct status_table *table, const void *id, size_t id_length,
                      uint32_t *ret_number) {
  switch (find(table, id, id_length, ret_number)) {
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
  /* As in has_id: what a counted record is called never changes. */
  const uint64_t *record = record_at(table, number);
  size_t length = load_relaxed(&record[id_length_word]) & 0xff;
  if (length == 0 || length > STATUS_TABLE_ID_MAX)
    return STATUS_TABLE_BUSY;
  uint64_t id[id_words];
  for (size_t i = 0; i < id_words; i++)
    id[i] = load_relaxed(&record[record_id_word + i]);
  memcpy(ret_id, id, sizeof id);
  *ret_id_length = length;
  return read_record(table, number, now, ret_status);
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
      header->record_capacity > header->slot_count / 2 || header->slot_count > (uint64_t)1 << 32 ||
      !fits(header->slots_offset, header->slot_count, sizeof(uint32_t), header->size) ||
      !fits(header->records_offset, header->record_capacity, header->record_size, header->size))
    return -EBADMSG;
  *ret_table = (struct status_table){
      .memory = memory,
      .slots = (const uint32_t *)memory + header->slots_offset / 4,
      .records = (const uint64_t *)memory + header->records_offset / 8,
      .capability_sets = ((const struct status_table_header *)memory)->capability_sets,
      .slot_mask = header->slot_count - 1,
      .seed = {header->seed[0], header->seed[1]},
      .record_capacity = header->record_capacity,
  };
  return 0;
}
