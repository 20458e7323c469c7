/* What the reader and the writer must do alike: atomic words, the hash, the checksum.
 *
 * Memory is shared between a writer and readers that do not wait for it, so every word of it is
 * loaded and stored as an atomic: a plain access that races is undefined behaviour. */
#ifndef ACCOUNTSTATUS_STATUS_TABLE_WORDS_H
#define ACCOUNTSTATUS_STATUS_TABLE_WORDS_H

#include "status_table.h"
#include <string.h>

/* For what every read does: in line whatever the compiler thinks of its size, since a call costs as
 * much as a tenth of a read. */
#define STATUS_TABLE_IN_LINE static inline __attribute__((always_inline))

enum {
  record_words = sizeof(struct status_table_slot_record) / 8,
  id_words = STATUS_TABLE_ID_MAX / 8,
  /* First words of a record's parts. */
  record_valid_from_word = offsetof(struct status_table_slot_record, valid_from) / 8,
  record_id_word = offsetof(struct status_table_slot_record, id) / 8,
  record_until_flip_word = offsetof(struct status_table_slot_record, until_flip) / 8,
  record_from_flip_word = offsetof(struct status_table_slot_record, from_flip) / 8,
  id_length_word = offsetof(struct status_table_slot_record, id_length) / 8,
  /* Bytes under the checksum. */
  crc_start = offsetof(struct status_table_slot_record, valid_from),
  crc_end = offsetof(struct status_table_slot_record, crc32),
  header_words = sizeof(struct status_table_header) / 8,
  /* The header's part that is under its sequence, as words. */
  header_sequence_word = offsetof(struct status_table_header, sequence) / 8,
  header_sequence_end = offsetof(struct status_table_header, capability_sets) / 8,
};

/* A record, or the header, taken out of the memory or about to be put there. */
union record_image {
  uint64_t words[record_words];
  struct status_table_slot_record record;
};

union header_image {
  uint64_t words[header_words];
  struct status_table_header header;
};

static inline uint64_t load_relaxed(const uint64_t *word) {
  return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static inline uint64_t load_acquire(const uint64_t *word) {
  return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static inline void store_relaxed(uint64_t *word, uint64_t value) {
  __atomic_store_n(word, value, __ATOMIC_RELAXED);
}

static inline void store_release(uint64_t *word, uint64_t value) {
  __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static inline uint64_t load_bytes8(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

static inline uint64_t load_bytes4(const uint8_t *bytes) {
  uint32_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

/* The last length % 8 bytes as a word: overlapping loads, since a copy of unknown length costs
 * more than everything else that a read does with an id. */
STATUS_TABLE_IN_LINE uint64_t tail_word(const uint8_t *bytes, size_t length) {
  size_t rest = length % 8;
  if (rest == 0)
    return 0;
  if (length > 8)
    return load_bytes8(bytes + length - 8) >> 8 * (8 - rest);
  if (rest >= 4)
    return load_bytes4(bytes) | load_bytes4(bytes + rest - 4) << 8 * (rest - 4);
  return (uint64_t)bytes[0] | (uint64_t)bytes[rest / 2] << 8 * (rest / 2) |
         (uint64_t)bytes[rest - 1] << 8 * (rest - 1);
}

/* An account id as words of eight bytes: whole ones, and a last one padded with zeroes. */
struct id_words {
  const uint8_t *bytes;
  size_t length;
  uint64_t tail;
};

STATUS_TABLE_IN_LINE struct id_words words_of_id(const void *id, size_t length) {
  return (struct id_words){.bytes = id, .length = length, .tail = tail_word(id, length)};
}

STATUS_TABLE_IN_LINE uint64_t rotate_left(uint64_t x, int bits) {
  return x << bits | x >> (64 - bits);
}

STATUS_TABLE_IN_LINE void sip_round(uint64_t v[4]) {
  v[0] += v[1];
  v[2] += v[3];
  v[1] = rotate_left(v[1], 13) ^ v[0];
  v[3] = rotate_left(v[3], 16) ^ v[2];
  v[0] = rotate_left(v[0], 32) + v[3];
  v[2] += v[1];
  v[3] = rotate_left(v[3], 21) ^ v[0];
  v[1] = rotate_left(v[1], 17) ^ v[2];
  v[2] = rotate_left(v[2], 32);
}

/* SipHash-1-3: fast on short ids, and no ids are known that collide under every seed. */
STATUS_TABLE_IN_LINE uint64_t hash_id(const uint64_t seed[2], struct id_words id) {
  uint64_t v[4] = {seed[0] ^ UINT64_C(0x736f6d6570736575), seed[1] ^ UINT64_C(0x646f72616e646f6d),
                   seed[0] ^ UINT64_C(0x6c7967656e657261), seed[1] ^ UINT64_C(0x7465646279746573)};
  for (size_t i = 0; i + 8 <= id.length; i += 8) {
    uint64_t word = load_bytes8(id.bytes + i);
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
  }
  uint64_t last = (uint64_t)id.length << 56 | id.tail;
  v[3] ^= last;
  sip_round(v);
  v[0] ^= last;
  v[2] ^= 0xff;
  sip_round(v);
  sip_round(v);
  sip_round(v);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The checksum that a record should carry. Eight nibbles at a time: after_nibble[n][x] is what a
 * nibble x leaves in the register once n more have gone through it. */
static inline uint32_t record_crc32(const union record_image *image) {
  static const uint32_t after_nibble[8][16] = {
      {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158,
       0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4,
       0xa00ae278, 0xbdbdf21c},
      {0x00000000, 0x77073096, 0xee0e612c, 0x990951ba, 0x076dc419, 0x706af48f, 0xe963a535,
       0x9e6495a3, 0x0edb8832, 0x79dcb8a4, 0xe0d5e91e, 0x97d2d988, 0x09b64c2b, 0x7eb17cbd,
       0xe7b82d07, 0x90bf1d91},
      {0x00000000, 0x4ac21251, 0x958424a2, 0xdf4636f3, 0xf0794f05, 0xbabb5d54, 0x65fd6ba7,
       0x2f3f79f6, 0x3b83984b, 0x71418a1a, 0xae07bce9, 0xe4c5aeb8, 0xcbfad74e, 0x8138c51f,
       0x5e7ef3ec, 0x14bce1bd},
      {0x00000000, 0x191b3141, 0x32366282, 0x2b2d53c3, 0x646cc504, 0x7d77f445, 0x565aa786,
       0x4f4196c7, 0xc8d98a08, 0xd1c2bb49, 0xfaefe88a, 0xe3f4d9cb, 0xacb54f0c, 0xb5ae7e4d,
       0x9e832d8e, 0x87981ccf},
      {0x00000000, 0x1c26a370, 0x384d46e0, 0x246be590, 0x709a8dc0, 0x6cbc2eb0, 0x48d7cb20,
       0x54f16850, 0xe1351b80, 0xfd13b8f0, 0xd9785d60, 0xc55efe10, 0x91af9640, 0x8d893530,
       0xa9e2d0a0, 0xb5c473d0},
      {0x00000000, 0x01c26a37, 0x0384d46e, 0x0246be59, 0x0709a8dc, 0x06cbc2eb, 0x048d7cb2,
       0x054f1685, 0x0e1351b8, 0x0fd13b8f, 0x0d9785d6, 0x0c55efe1, 0x091af964, 0x08d89353,
       0x0a9e2d0a, 0x0b5c473d},
      {0x00000000, 0x5019579f, 0xa032af3e, 0xf02bf8a1, 0x9b14583d, 0xcb0d0fa2, 0x3b26f703,
       0x6b3fa09c, 0xed59b63b, 0xbd40e1a4, 0x4d6b1905, 0x1d724e9a, 0x764dee06, 0x2654b999,
       0xd67f4138, 0x866616a7},
      {0x00000000, 0xb8bc6765, 0xaa09c88b, 0x12b5afee, 0x8f629757, 0x37def032, 0x256b5fdc,
       0x9dd738b9, 0xc5b428ef, 0x7d084f8a, 0x6fbde064, 0xd7018701, 0x4ad6bfb8, 0xf26ad8dd,
       0xe0df7733, 0x58631056}};
  const uint8_t *bytes = (const uint8_t *)image->words;
  uint32_t crc = UINT32_MAX;
  for (size_t i = crc_start; i < crc_end; i += 4) {
    uint32_t word;
    memcpy(&word, bytes + i, 4);
    word ^= crc;
    crc = 0;
    for (int nibble = 0; nibble < 8; nibble++)
      crc ^= after_nibble[7 - nibble][word >> (4 * nibble) & 15];
  }
  return ~crc;
}

/* A slot's word: where the record's number leaves room, bits of the hash that tell most strangers
 * apart without touching their records. */
static inline uint32_t slot_tag(uint64_t hash, uint32_t slot_mask) {
  return (uint32_t)(hash >> 32) & ~slot_mask;
}

static inline uint32_t load_slot(const uint32_t *slot) {
  return __atomic_load_n(slot, __ATOMIC_ACQUIRE);
}

#endif
