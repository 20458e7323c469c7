#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "status_table_writer.h"
#include "status_table_words.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

/* Linux 6.3; Debian 12's headers are older. */
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U
#endif

/* Most records that a slot's lower half can name, and the fewest slots worth a table. */
static const uint64_t capacity_max = UINT64_C(1) << 31;
static const uint64_t slots_min = 128;
/* Nobody may change the size, map the memory for writing, or add or lift a seal: what a reader has
 * mapped stays mapped, and only the mapping that was there before the seals writes. */
static const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL;
/* New seeds tried before a table is given up as full. The first one fits practically always. */
static const int seeds_tried = 8;

/* The header lies at the start of the memory, in the writer's own mapping. */
struct status_table_writer {
  int descriptor;
  struct status_table_header *header;
  uint32_t *slots;
  uint64_t *records;
  uint32_t count;
  struct status_table view;
};

static uint64_t *record_at(const struct status_table_writer *writer, uint32_t number) {
  return writer->records + (size_t)number * record_words;
}

/* Memory ------------------------------------------------------------------------------------ */

/* A memfd without the right to be executed, where the kernel knows that. */
static int make_descriptor(void) {
  static const char name[] = "accountstatus-table";
  int descriptor = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
  if (descriptor < 0 && errno == EINVAL)
    descriptor = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  return descriptor < 0 ? -errno : descriptor;
}

/* Maps `size` bytes of sealed shared memory. */
static int make_memory(uint64_t size, int *ret_descriptor, void **ret_memory) {
  int descriptor = make_descriptor();
  if (descriptor < 0)
    return descriptor;
  void *memory = MAP_FAILED;
  if (ftruncate(descriptor, (off_t)size) == 0)
    memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, descriptor, 0);
  /* A child must not keep a second writable view of the table. */
  if (memory != MAP_FAILED && madvise(memory, size, MADV_DONTFORK) == 0 &&
      fcntl(descriptor, F_ADD_SEALS, seals) == 0) {
    *ret_descriptor = descriptor;
    *ret_memory = memory;
    return 0;
  }
  int error = -errno;
  if (memory != MAP_FAILED)
    munmap(memory, size);
  close(descriptor);
  return error;
}

/* Makes an empty table for `capacity` records and fills in the part of the header that stays. */
static int make_table(uint64_t capacity, const struct status_table_properties *properties,
                      uint64_t generation, struct status_table_writer *ret_table) {
  if (capacity > capacity_max)
    return -ENOSPC;
  uint64_t slot_count = slots_min;
  while (slot_count < capacity * 2)
    slot_count *= 2;
  const uint64_t slots_offset = sizeof(struct status_table_header);
  const uint64_t records_offset = slots_offset + slot_count * sizeof(uint32_t);
  const uint64_t size = records_offset + slot_count / 2 * sizeof(struct status_table_slot_record);
  uint64_t seed[2];
  if (getrandom(seed, sizeof seed, 0) != (ssize_t)sizeof seed)
    return -EIO;
  int descriptor = -1;
  void *memory = NULL;
  int error = make_memory(size, &descriptor, &memory);
  if (error < 0)
    return error;
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
  *ret_table = (struct status_table_writer){.descriptor = descriptor,
                                            .header = header,
                                            .slots = (uint32_t *)memory + slots_offset / 4,
                                            .records = (uint64_t *)memory + records_offset / 8};
  return status_table_attach(memory, size, &ret_table->view);
}

static void release(struct status_table_writer *table) {
  munmap(table->header, table->header->size);
  close(table->descriptor);
}

/* Index ------------------------------------------------------------------------------------- */

/* The free slot for a hash, or NULL when it lies further than a reader looks. */
static uint32_t *free_slot(const struct status_table_writer *writer, uint64_t hash) {
  for (uint64_t probe = 0; probe < STATUS_TABLE_PROBES; probe++) {
    uint32_t *slot = &writer->slots[(uint32_t)(hash + probe) & writer->view.slot_mask];
    if (*slot == 0)
      return slot;
  }
  return NULL;
}

/* The number of an id's record, or `count` when it has none. */
static uint32_t find(const struct status_table_writer *writer, uint64_t hash, const void *id,
                     size_t id_length) {
  const uint32_t mask = (uint32_t)writer->view.slot_mask;
  for (uint32_t probe = 0; probe < STATUS_TABLE_PROBES; probe++) {
    uint32_t slot = writer->slots[((uint32_t)hash + probe) & mask];
    if (slot == 0)
      break;
    if ((slot & ~mask) != slot_tag(hash, mask))
      continue;
    uint32_t number = (slot & mask) - 1;
    const struct status_table_slot_record *record =
        (const struct status_table_slot_record *)(const void *)record_at(writer, number);
    if (record->id_length == id_length && memcmp(record->id, id, id_length) == 0)
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
static void append(struct status_table_writer *writer, uint32_t *slot, uint64_t hash,
                   const union record_image *image) {
  store_record(record_at(writer, writer->count), image);
  uint32_t word = slot_tag(hash, (uint32_t)writer->view.slot_mask) | (writer->count + 1);
  __atomic_store_n(slot, word, __ATOMIC_RELEASE);
  writer->count++;
  store_release(&writer->header->record_count, writer->count);
}

/* Copies every record into an empty table. False: one of them lies too far from its first slot. */
static bool copy_records(const struct status_table_writer *from, struct status_table_writer *to) {
  for (uint32_t number = 0; number < from->count; number++) {
    union record_image image;
    memcpy(image.words, record_at(from, number), sizeof image.words);
    uint64_t hash = hash_id(to->view.seed, words_of_id(image.record.id, image.record.id_length));
    uint32_t *slot = free_slot(to, hash);
    if (slot == NULL)
      return false;
    append(to, slot, hash, &image);
  }
  return true;
}

/* Takes a new table with a new seed for so many records, and retires this one. */
static int replace_table(struct status_table_writer *writer, uint64_t capacity) {
  const struct status_table_header *old = writer->header;
  const struct status_table_properties properties = {.known_capabilities = old->known_capabilities,
                                                     .known_reasons = old->known_reasons,
                                                     .known_notices = old->known_notices};
  for (int attempt = 0; attempt < seeds_tried; attempt++) {
    struct status_table_writer grown;
    int error = make_table(capacity, &properties, old->generation + 1, &grown);
    if (error < 0)
      return error;
    if (copy_records(writer, &grown)) {
      const size_t moving = offsetof(struct status_table_header, state);
      memcpy((uint8_t *)grown.header + moving, (const uint8_t *)old + moving, sizeof *old - moving);
      store_release(&writer->header->state, STATUS_TABLE_REPLACED);
      release(writer);
      *writer = grown;
      return 0;
    }
    release(&grown);
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
         (answer->notices & ~header->known_notices) == 0 && answer->state <= 15 &&
         answer->next_state <= 15 && answer->reinstatement_state <= 7;
}

/* The place of a set of capabilities in the header, which it gets when it is new there; -EOVERFLOW
 * when there is no more. The first place is the empty set's. */
static int capability_set(struct status_table_writer *writer, uint64_t capabilities) {
  uint64_t *sets = writer->header->capability_sets;
  if (capabilities == 0)
    return 0;
  for (int place = 1; place < STATUS_TABLE_CAPABILITY_SETS; place++) {
    if (sets[place] == 0)
      store_release(&sets[place], capabilities);
    if (sets[place] == capabilities)
      return place;
  }
  return -EOVERFLOW;
}

static struct status_table_slot_answer slot_answer(const struct status_table_answer *answer,
                                                   int capability_set) {
  return (struct status_table_slot_answer){
      .since = answer->since,
      .next_at = answer->next_at,
      .notices = answer->notices,
      .reasons = (uint16_t)answer->reasons,
      .states = (uint8_t)(answer->next_state << 4 | answer->state),
      .rest = (uint8_t)(capability_set << 4 | answer->eligible << 3 | answer->reinstatement_state)};
}

/* A record as it will lie in memory. */
static int make_image(struct status_table_writer *writer, const void *id, size_t id_length,
                      const struct status_table_record *record, union record_image *ret_image) {
  int first = capability_set(writer, record->until_flip.capabilities);
  int second = capability_set(writer, record->from_flip.capabilities);
  if (first < 0 || second < 0)
    return -EOVERFLOW;
  *ret_image =
      (union record_image){.record = {.valid_from = record->valid_from,
                                      .flip_at = record->flip_at,
                                      .valid_until = record->valid_until,
                                      .revision = record->revision,
                                      .until_flip = slot_answer(&record->until_flip, first),
                                      .from_flip = slot_answer(&record->from_flip, second),
                                      .id_length = (uint8_t)id_length}};
  memcpy(ret_image->record.id, id, id_length);
  ret_image->record.crc32 = record_crc32(ret_image);
  return 0;
}

/* The writer's functions -------------------------------------------------------------------- */

int status_table_create(const struct status_table_properties *properties,
                        struct status_table_writer **ret_writer) {
  if (properties->known_reasons > UINT16_MAX)
    return -EINVAL;
  struct status_table_writer *writer = malloc(sizeof *writer);
  if (writer == NULL)
    return -ENOMEM;
  int error = make_table(properties->capacity, properties, 1, writer);
  if (error < 0)
    free(writer);
  else
    *ret_writer = writer;
  return error;
}

void status_table_destroy(struct status_table_writer *writer) {
  if (writer == NULL)
    return;
  status_table_set_state(writer, STATUS_TABLE_STOPPED);
  release(writer);
  free(writer);
}

int status_table_descriptor(const struct status_table_writer *writer) { return writer->descriptor; }

const struct status_table *status_table_view(const struct status_table_writer *writer) {
  return &writer->view;
}

int status_table_put(struct status_table_writer *writer, const void *id, size_t id_length,
                     const struct status_table_record *record) {
  if (!is_account_id(id, id_length) || record->valid_from > record->flip_at ||
      record->flip_at > record->valid_until || !is_known(writer->header, &record->until_flip) ||
      !is_known(writer->header, &record->from_flip))
    return -EINVAL;
  union record_image image;
  int error = make_image(writer, id, id_length, record, &image);
  if (error < 0)
    return error;
  for (int attempt = 0; attempt < seeds_tried; attempt++) {
    uint64_t hash = hash_id(writer->view.seed, words_of_id(id, id_length));
    uint32_t number = find(writer, hash, id, id_length);
    if (number < writer->count) {
      store_record(record_at(writer, number), &image);
      return 0;
    }
    uint32_t *slot = free_slot(writer, hash);
    if (slot != NULL && writer->count < writer->header->record_capacity) {
      append(writer, slot, hash, &image);
      return 0;
    }
    const uint64_t capacity = writer->header->record_capacity;
    error = replace_table(writer, writer->count == capacity ? capacity * 2 : capacity);
    if (error < 0)
      return error;
  }
  return -ENOSPC;
}

int status_table_reserve(struct status_table_writer *writer, uint32_t capacity) {
  return capacity <= writer->header->record_capacity ? 0 : replace_table(writer, capacity);
}

int status_table_replace(struct status_table_writer *writer) {
  return replace_table(writer, writer->header->record_capacity);
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
  for (size_t i = header_sequence_word + 1; i < header_sequence_end; i++)
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
