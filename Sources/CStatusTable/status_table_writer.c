#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "status_table_words.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>

/* Most records that a slot's lower half can name, and the fewest slots worth a table. */
static const uint64_t capacity_max = UINT64_C(1) << 31;
static const uint64_t slots_min = 128;
/* New seeds tried before a table is given up as full. The first one fits practically always. */
static const int seeds_tried = 8;

/* The header lies at the start of the memory, in the writer's own mapping. */
struct status_table_writer {
  struct status_table_header *header;
  uint64_t *slots;
  uint64_t *records;
  uint32_t count;
  struct status_table view;
};

static uint64_t *record_at(const struct status_table_writer *writer, uint32_t number) {
  return writer->records + (size_t)number * record_words;
}

/* Memory ------------------------------------------------------------------------------------ */

/* Maps an empty table for `capacity` records and fills in the part of the header that stays. */
static int make_table(uint64_t capacity, const struct status_table_properties *properties,
                      uint64_t generation, struct status_table_writer *ret_table) {
  if (capacity > capacity_max)
    return -ENOSPC;
  uint64_t slot_count = slots_min;
  while (slot_count < capacity * 2)
    slot_count *= 2;
  const uint64_t slots_offset = sizeof(struct status_table_header);
  const uint64_t records_offset = slots_offset + slot_count * sizeof(uint64_t);
  const uint64_t size = records_offset + slot_count / 2 * sizeof(struct status_table_slot_record);
  uint64_t seed[2];
  if (getrandom(seed, sizeof seed, 0) != (ssize_t)sizeof seed)
    return -EIO;
  void *memory =
      mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    return -errno;
  /* A child must not keep a second writable view of the table. */
  if (madvise(memory, size, MADV_DONTFORK) < 0) {
    int error = -errno;
    munmap(memory, size);
    return error;
  }
  struct status_table_header *header = memory;
  *header = (struct status_table_header){
      .magic = STATUS_TABLE_MAGIC,
      .layout_major = STATUS_TABLE_MAJOR,
      .layout_minor = STATUS_TABLE_MINOR,
      .header_size = sizeof *header,
      .size = size,
      .slots_offset = slots_offset,
      .slot_count = slot_count,
      .records_offset = records_offset,
      .record_capacity = (uint32_t)(slot_count / 2),
      .record_size = sizeof(struct status_table_slot_record),
      .generation = generation,
      .seed = {seed[0], seed[1]},
      .known_capabilities = properties->known_capabilities,
      .known_reasons = properties->known_reasons,
      .known_notices = properties->known_notices,
      .state = STATUS_TABLE_LIVE,
      .manual_now = STATUS_TABLE_NEVER,
  };
  *ret_table = (struct status_table_writer){.header = header,
                                            .slots = (uint64_t *)memory + slots_offset / 8,
                                            .records = (uint64_t *)memory + records_offset / 8};
  return status_table_attach(memory, size, &ret_table->view);
}

static void unmap(struct status_table_writer *table) { munmap(table->header, table->header->size); }

/* Index ------------------------------------------------------------------------------------- */

/* The free slot for a hash, or NULL when it lies further than a reader looks. */
static uint64_t *free_slot(const struct status_table_writer *writer, uint64_t hash) {
  for (uint64_t probe = 0; probe < STATUS_TABLE_PROBES; probe++) {
    uint64_t *slot = &writer->slots[(hash + probe) & writer->view.slot_mask];
    if (load_relaxed(slot) == 0)
      return slot;
  }
  return NULL;
}

/* The number of an id's record, or `count` when it has none. */
static uint32_t find(const struct status_table_writer *writer, uint64_t hash,
                     const struct padded_id *id) {
  for (uint64_t probe = 0; probe < STATUS_TABLE_PROBES; probe++) {
    uint64_t slot = load_relaxed(&writer->slots[(hash + probe) & writer->view.slot_mask]);
    if (slot == 0)
      break;
    if ((slot ^ hash) >> 32)
      continue;
    uint32_t number = (uint32_t)slot - 1;
    const struct status_table_slot_record *record =
        (const struct status_table_slot_record *)(const void *)record_at(writer, number);
    if (record->id_length == id->length && memcmp(record->id, id->words, sizeof record->id) == 0)
      return number;
  }
  return writer->count;
}

/* Records ----------------------------------------------------------------------------------- */

static void store_record(uint64_t *record, const union record_image *image) {
  uint64_t sequence = load_relaxed(record);
  store_relaxed(record, sequence + 1);
  __atomic_thread_fence(__ATOMIC_RELEASE);
  for (size_t i = 1; i < record_words; i++)
    store_relaxed(&record[i], image->words[i]);
  store_release(record, sequence + 2);
}

/* Puts a record behind the last one and names it in a slot that free_slot gave. */
static void append(struct status_table_writer *writer, uint64_t *slot,
                   const union record_image *image) {
  store_record(record_at(writer, writer->count), image);
  store_release(slot, slot_word(image->record.hash, writer->count));
  writer->count++;
  store_release(&writer->header->record_count, writer->count);
}

/* Copies every record into an empty table. False: one of them lies too far from its first slot. */
static bool copy_records(const struct status_table_writer *from, struct status_table_writer *to) {
  for (uint32_t number = 0; number < from->count; number++) {
    union record_image image;
    memcpy(image.words, record_at(from, number), sizeof image.words);
    struct padded_id id;
    pad_id(&id, image.record.id, image.record.id_length);
    image.record.hash = hash_id(to->view.seed, &id);
    uint64_t *slot = free_slot(to, image.record.hash);
    if (slot == NULL)
      return false;
    append(to, slot, &image);
  }
  return true;
}

/* Takes a new table with a new seed, twice as large if this one is full, and retires this one. */
static int grow(struct status_table_writer *writer) {
  const struct status_table_header *old = writer->header;
  const struct status_table_properties properties = {.known_capabilities = old->known_capabilities,
                                                     .known_reasons = old->known_reasons,
                                                     .known_notices = old->known_notices};
  uint64_t capacity = old->record_capacity;
  if (writer->count == capacity)
    capacity *= 2;
  for (int attempt = 0; attempt < seeds_tried; attempt++) {
    struct status_table_writer grown;
    int error = make_table(capacity, &properties, old->generation + 1, &grown);
    if (error < 0)
      return error;
    if (copy_records(writer, &grown)) {
      const size_t moving = offsetof(struct status_table_header, state);
      memcpy((uint8_t *)grown.header + moving, (const uint8_t *)old + moving, sizeof *old - moving);
      store_release(&writer->header->state, STATUS_TABLE_REPLACED);
      unmap(writer);
      *writer = grown;
      return 0;
    }
    unmap(&grown);
  }
  return -ENOSPC;
}

/* What may be put --------------------------------------------------------------------------- */

static bool is_account_id(const uint8_t *id, size_t length) {
  if (length == 0 || length > STATUS_TABLE_ID_MAX)
    return false;
  for (size_t i = 0; i < length; i++) {
    uint8_t c = id[i];
    bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    bool mark = c == '.' || c == '_' || c == ':' || c == '@' || c == '-';
    if (!letter && !mark && !(c >= '0' && c <= '9'))
      return false;
  }
  return true;
}

static bool is_known(const struct status_table_header *header,
                     const struct status_table_answer *answer) {
  return (answer->capabilities & ~header->known_capabilities) == 0 &&
         (answer->reasons & ~header->known_reasons) == 0 &&
         (answer->notices & ~header->known_notices) == 0;
}

static struct status_table_slot_answer slot_answer(const struct status_table_answer *answer) {
  return (struct status_table_slot_answer){.since = answer->since,
                                           .next_at = answer->next_at,
                                           .capabilities = answer->capabilities,
                                           .reasons = answer->reasons,
                                           .notices = answer->notices};
}

static struct status_table_slot_codes slot_codes(const struct status_table_answer *answer) {
  return (struct status_table_slot_codes){.state = answer->state,
                                          .next_state = answer->next_state,
                                          .reinstatement_state = answer->reinstatement_state,
                                          .eligible = answer->eligible};
}

/* A record as it will lie in memory, but for its hash. */
static void make_image(const struct padded_id *id, const struct status_table_record *record,
                       union record_image *ret_image) {
  *ret_image = (union record_image){
      .record = {.id_length = (uint8_t)id->length,
                 .valid_from = record->valid_from,
                 .flip_at = record->flip_at,
                 .valid_until = record->valid_until,
                 .revision = record->revision,
                 .codes = {slot_codes(&record->until_flip), slot_codes(&record->from_flip)},
                 .answers = {slot_answer(&record->until_flip), slot_answer(&record->from_flip)}}};
  memcpy(ret_image->record.id, id->words, sizeof ret_image->record.id);
  ret_image->record.crc32 = record_crc32(ret_image);
}

/* The writer's functions -------------------------------------------------------------------- */

int status_table_create(const struct status_table_properties *properties,
                        struct status_table_writer **ret_writer) {
  struct status_table_writer *writer = malloc(sizeof *writer);
  if (writer == NULL)
    return -ENOMEM;
  int error = make_table(properties->capacity, properties, 1, writer);
  if (error < 0) {
    free(writer);
    return error;
  }
  *ret_writer = writer;
  return 0;
}

void status_table_destroy(struct status_table_writer *writer) {
  if (writer == NULL)
    return;
  status_table_set_state(writer, STATUS_TABLE_STOPPED);
  unmap(writer);
  free(writer);
}

const struct status_table *status_table_view(const struct status_table_writer *writer) {
  return &writer->view;
}

int status_table_put(struct status_table_writer *writer, const void *id, size_t id_length,
                     const struct status_table_record *record) {
  if (!is_account_id(id, id_length) || record->valid_from > record->flip_at ||
      record->flip_at > record->valid_until || !is_known(writer->header, &record->until_flip) ||
      !is_known(writer->header, &record->from_flip))
    return -EINVAL;
  struct padded_id padded;
  pad_id(&padded, id, id_length);
  union record_image image;
  make_image(&padded, record, &image);

  for (int attempt = 0; attempt < seeds_tried; attempt++) {
    image.record.hash = hash_id(writer->view.seed, &padded);
    uint32_t number = find(writer, image.record.hash, &padded);
    if (number < writer->count) {
      store_record(record_at(writer, number), &image);
      return 0;
    }
    uint64_t *slot = free_slot(writer, image.record.hash);
    if (slot != NULL && writer->count < writer->header->record_capacity) {
      append(writer, slot, &image);
      return 0;
    }
    int error = grow(writer);
    if (error < 0)
      return error;
  }
  return -ENOSPC;
}

void status_table_beat(struct status_table_writer *writer, uint64_t monotonic_now) {
  store_relaxed(&writer->header->heartbeat, monotonic_now);
}

void status_table_set_state(struct status_table_writer *writer, enum status_table_state state) {
  store_release(&writer->header->state, (uint64_t)state);
}

void status_table_set_manual_now(struct status_table_writer *writer, int64_t now) {
  store_release((uint64_t *)&writer->header->manual_now, (uint64_t)now);
}

/* Stores the header's part under its sequence out of an image of the header. */
static void store_header(struct status_table_writer *writer, const union header_image *image) {
  uint64_t *words = &writer->header->magic;
  uint64_t sequence = load_relaxed(&writer->header->sequence);
  store_relaxed(&writer->header->sequence, sequence + 1);
  __atomic_thread_fence(__ATOMIC_RELEASE);
  for (size_t i = header_sequence_word + 1; i < header_words; i++)
    store_relaxed(&words[i], image->words[i]);
  store_release(&writer->header->sequence, sequence + 2);
}

int status_table_set_position(struct status_table_writer *writer, const uint8_t store_id[16],
                              uint64_t epoch, const void *position, size_t position_length) {
  if (position_length > STATUS_TABLE_POSITION_MAX)
    return -EINVAL;
  union header_image image = {.header = *writer->header};
  image.header.epoch = epoch;
  memcpy(image.header.store_id, store_id, sizeof image.header.store_id);
  memset(image.header.position, 0, sizeof image.header.position);
  memcpy(image.header.position, position, position_length);
  image.header.position_length = (uint8_t)position_length;
  store_header(writer, &image);
  return 0;
}

int status_table_set_edition(struct status_table_writer *writer, const void *edition,
                             size_t edition_length) {
  if (edition_length > STATUS_TABLE_EDITION_MAX)
    return -EINVAL;
  union header_image image = {.header = *writer->header};
  memset(image.header.edition, 0, sizeof image.header.edition);
  memcpy(image.header.edition, edition, edition_length);
  image.header.edition_length = (uint8_t)edition_length;
  store_header(writer, &image);
  return 0;
}
