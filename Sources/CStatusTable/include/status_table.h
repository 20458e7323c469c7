/* The status table: every account's current status in one piece of memory, read without asking.
 *
 * The daemon writes the table; readers only read it. A read takes tens of nanoseconds and makes
 * no system call, takes no lock and allocates nothing. A status flips at its instant even when
 * the writer is busy, stopped or dead: a record holds the answer before and after its next change
 * by time, and the reader picks by the clock.
 *
 * Memory (little-endian; x86-64 and aarch64; every offset is a multiple of 8):
 *
 *     0                header, 512 bytes      struct status_table_header
 *     slots_offset     slot_count × 4 bytes   open-addressing index: tag | (record + 1)
 *     records_offset   record_capacity × 192  struct status_table_slot_record, dense, append-only
 *
 *     A record is three cache lines; a read needs the first two, and the third from flip_at on:
 *
 *       0 sequence   8 valid_from  16 flip_at  24 valid_until  32 revision
 *      40 answer until flip_at: since, next_at, notices, reasons, states, rest
 *      64 account id, 64 bytes, zero-padded
 *     128 answer from flip_at: the same        152 id_length   156 crc32   160 reserved
 *
 *     An answer's last two bytes: next_state << 4 | state, and capability set << 4 | eligible << 3
 *     | reinstatement_state. A table has few different sets of capabilities (one a state), so the
 *     header lists them and an answer names one by its place.
 *
 * Finding a record: hash = SipHash-1-3(seed, id); from slot hash & (slot_count - 1) on, a slot of
 * zero ends the search. A slot's bits below slot_count are the record's number + 1, those above
 * are its tag; one whose tag agrees with the upper half of the hash names a record whose id is
 * compared in full. No record lies more than STATUS_TABLE_PROBES slots from its first: a writer
 * that would have to go further makes a new table with a new seed, so ids chosen to collide cost
 * one copy, not a slow table.
 *
 * Reading a record: take the sequence (acquire), and start over if it is odd; copy the words
 * (relaxed); acquire fence; take the sequence again (relaxed), and start over if it changed.
 * Writing: sequence + 1 (relaxed); release fence; the words (relaxed); sequence + 2 (release).
 * The slot that names a new record is stored (release) after the record is whole.
 *
 * Guarantees
 *  - A record that was read is one that was written: never half of one and half of another.
 *  - An answer is the one that holds at the `now` passed in, for valid_from <= now < valid_until:
 *    the first until flip_at, the second from flip_at on. Outside, the reader says STALE.
 *  - Every function of the reader is bounded: STATUS_TABLE_PROBES slots, STATUS_TABLE_RETRIES
 *    attempts. A writer killed in the middle of a record makes that record BUSY, and no other.
 *  - The reader trusts no number in the memory beyond what it checked in status_table_attach and
 *    copied: damaged memory gives wrong answers or BUSY, never an access outside the table. A
 *    reader that must notice damage asks status_table_check.
 *  - Readers never write, and cannot: the memory is a memfd sealed against every change of size
 *    and every writable mapping but the writer's own.
 *
 * Caveats
 *  - One thread writes (status_table_writer.h). Any number of threads read.
 *  - Growth makes a new table: the writer marks the old one REPLACED and unmaps its own mapping
 *    of it. The view from status_table_view follows; it belongs to the writer's thread. A reader
 *    with a mapping of its own sees STATUS_TABLE_REPLACED and attaches to the new one.
 *  - Missing from the table is not the same as unknown to the ledger once the state is not LIVE.
 *  - The table holds the BASIC answer under the default edition. It knows neither subjects nor
 *    another edition, nor another as_of, nor PROVIDER_SUSPENDED.
 *  - A reader without atomics (Python) compares the sequences too, and must check the CRC.
 *
 * Instants are nanoseconds since 1970-01-01T00:00:00Z; STATUS_TABLE_NEVER is no instant.
 * Functions return 0 or -errno, unless they say otherwise; a ret_ argument is untouched on
 * failure. */
#ifndef ACCOUNTSTATUS_STATUS_TABLE_H
#define ACCOUNTSTATUS_STATUS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if __has_attribute(enum_extensibility)
#define STATUS_TABLE_CLOSED_ENUM __attribute__((enum_extensibility(closed)))
#else
#define STATUS_TABLE_CLOSED_ENUM
#endif

/* Layout ------------------------------------------------------------------------------------ */

/* "ACSTABLE" as it stands in memory. */
#define STATUS_TABLE_MAGIC UINT64_C(0x454c424154534341)
/* A reader refuses another major; a higher minor only fills what was reserved. */
#define STATUS_TABLE_MAJOR 1
#define STATUS_TABLE_MINOR 0

/* Longest account id. */
#define STATUS_TABLE_ID_MAX 64
/* Longest position and edition name that the header holds. */
#define STATUS_TABLE_POSITION_MAX 40
#define STATUS_TABLE_EDITION_MAX 64
/* Slots that a search looks at, at most. At half load a search over ten million records needs
 * more with a chance of about one in a thousand tables, and then the table is made anew. */
#define STATUS_TABLE_PROBES 128
/* Attempts at a record that is being written. A write takes well under a microsecond. */
#define STATUS_TABLE_RETRIES 64
/* Different sets of capabilities that one table can hold. */
#define STATUS_TABLE_CAPABILITY_SETS 16
/* No such instant: flip_at and valid_until of what time alone never changes, next_at of what has
 * no next transition. */
#define STATUS_TABLE_NEVER INT64_MAX

/* Start of the memory. The first two lines never change while the table lives. */
struct status_table_header {
  uint64_t magic;
  uint16_t layout_major;
  uint16_t layout_minor;
  uint32_t header_size;
  /* Bytes of the whole table. */
  uint64_t size;
  uint64_t slots_offset;
  /* A power of two, at least twice record_capacity. */
  uint64_t slot_count;
  uint64_t records_offset;
  uint32_t record_capacity;
  uint32_t record_size;
  /* Counts the tables that one writer made, from 1. */
  uint64_t generation;
  /* Key of the hash; every table has its own. */
  uint64_t seed[2];
  /* Bit n: number n of the contract's enum is known to the writer. Numbers are never reused. */
  uint64_t known_capabilities;
  uint32_t known_reasons;
  uint32_t known_notices;
  uint64_t reserved0[4];

  /* One word each, stored alone. */
  uint64_t state;        /* enum status_table_state */
  uint64_t record_count; /* records below it are whole */
  uint64_t heartbeat;    /* CLOCK_MONOTONIC, nanoseconds, of the writer's last sign of life */
  int64_t manual_now;    /* the instant to use instead of the wall clock; NEVER: the wall clock */
  uint64_t reserved1[4];

  /* Under `sequence`, as a record is. */
  uint64_t sequence;
  uint64_t epoch;
  uint8_t store_id[16];
  uint8_t position_length;
  uint8_t edition_length;
  uint8_t reserved2[6];
  uint8_t position[STATUS_TABLE_POSITION_MAX];
  uint8_t edition[STATUS_TABLE_EDITION_MAX];
  uint64_t reserved3[6];

  /* Filled from the front, each before the first record that names it; never changed. */
  uint64_t capability_sets[STATUS_TABLE_CAPABILITY_SETS];
};

/* One answer's words in a record. */
struct status_table_slot_answer {
  int64_t since;
  int64_t next_at;
  uint32_t notices;
  uint16_t reasons;
  /* next_state << 4 | state */
  uint8_t states;
  /* capability set << 4 | eligible << 3 | reinstatement_state */
  uint8_t rest;
};

/* A record as it lies in memory. Until flip_at the first answer holds, with `revision`; from it
 * the second, with `revision` + 1. */
struct status_table_slot_record {
  uint64_t sequence;
  int64_t valid_from;
  int64_t flip_at;
  int64_t valid_until;
  uint64_t revision;
  struct status_table_slot_answer until_flip;
  uint8_t id[STATUS_TABLE_ID_MAX];
  struct status_table_slot_answer from_flip;
  uint8_t id_length;
  uint8_t reserved0[3];
  /* CRC-32 (IEEE 802.3, as zlib's) of the 148 bytes from valid_from to id_length and the three
   * reserved ones behind it. */
  uint32_t crc32;
  uint64_t reserved1[4];
};

#ifndef __cplusplus
#define STATUS_TABLE_AT(type, member, offset)                                                      \
  _Static_assert(offsetof(struct type, member) == (offset), #type "." #member " has moved")
STATUS_TABLE_AT(status_table_header, size, 16);
STATUS_TABLE_AT(status_table_header, slots_offset, 24);
STATUS_TABLE_AT(status_table_header, slot_count, 32);
STATUS_TABLE_AT(status_table_header, records_offset, 40);
STATUS_TABLE_AT(status_table_header, record_capacity, 48);
STATUS_TABLE_AT(status_table_header, record_size, 52);
STATUS_TABLE_AT(status_table_header, generation, 56);
STATUS_TABLE_AT(status_table_header, seed, 64);
STATUS_TABLE_AT(status_table_header, known_capabilities, 80);
STATUS_TABLE_AT(status_table_header, state, 128);
STATUS_TABLE_AT(status_table_header, record_count, 136);
STATUS_TABLE_AT(status_table_header, heartbeat, 144);
STATUS_TABLE_AT(status_table_header, manual_now, 152);
STATUS_TABLE_AT(status_table_header, sequence, 192);
STATUS_TABLE_AT(status_table_header, epoch, 200);
STATUS_TABLE_AT(status_table_header, store_id, 208);
STATUS_TABLE_AT(status_table_header, position_length, 224);
STATUS_TABLE_AT(status_table_header, edition_length, 225);
STATUS_TABLE_AT(status_table_header, position, 232);
STATUS_TABLE_AT(status_table_header, edition, 272);
STATUS_TABLE_AT(status_table_header, capability_sets, 384);
_Static_assert(sizeof(struct status_table_header) == 512, "the header is eight cache lines");
STATUS_TABLE_AT(status_table_slot_record, valid_from, 8);
STATUS_TABLE_AT(status_table_slot_record, flip_at, 16);
STATUS_TABLE_AT(status_table_slot_record, valid_until, 24);
STATUS_TABLE_AT(status_table_slot_record, revision, 32);
STATUS_TABLE_AT(status_table_slot_record, until_flip, 40);
STATUS_TABLE_AT(status_table_slot_record, id, 64);
STATUS_TABLE_AT(status_table_slot_record, from_flip, 128);
STATUS_TABLE_AT(status_table_slot_record, id_length, 152);
STATUS_TABLE_AT(status_table_slot_record, crc32, 156);
STATUS_TABLE_AT(status_table_slot_answer, notices, 16);
STATUS_TABLE_AT(status_table_slot_answer, reasons, 20);
STATUS_TABLE_AT(status_table_slot_answer, states, 22);
STATUS_TABLE_AT(status_table_slot_answer, rest, 23);
_Static_assert(sizeof(struct status_table_slot_answer) == 24, "an answer is three words");
_Static_assert(sizeof(struct status_table_slot_record) == 192, "a record is three cache lines");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the table is little-endian");
#undef STATUS_TABLE_AT
#endif

/* Vocabulary -------------------------------------------------------------------------------- */

/* Whether a table is the one to read. */
enum STATUS_TABLE_CLOSED_ENUM status_table_state {
  STATUS_TABLE_LIVE = 1,
  /* A newer table is ready: attach to it. */
  STATUS_TABLE_REPLACED = 2,
  /* The writer went away in order. What is here is as old as the heartbeat. */
  STATUS_TABLE_STOPPED = 3,
};

/* What came of a read. */
enum STATUS_TABLE_CLOSED_ENUM status_table_result {
  STATUS_TABLE_FOUND = 0,
  /* No such account at that instant: no record, or one whose answer has no state. */
  STATUS_TABLE_NOT_FOUND = 1,
  /* `now` is outside [valid_from, valid_until): the nearest answer is returned, and is not the
   * one to act on. */
  STATUS_TABLE_STALE = 2,
  /* The record was being written at every attempt, or the memory does not hold together. */
  STATUS_TABLE_BUSY = 3,
  /* Of a client (status_table_client.h): there is no table to read, or it is too old to say. */
  STATUS_TABLE_UNAVAILABLE = 4,
};

/* A complete BASIC answer. Codes are the contract's enum numbers; bit n of a set is number n. */
struct status_table_answer {
  /* 0: the account does not exist at that time, and the other members say nothing. */
  uint8_t state;
  /* The state from next_at on; 0 when there is no next transition. */
  uint8_t next_state;
  uint8_t reinstatement_state;
  bool eligible;
  uint32_t reasons;
  uint32_t notices;
  /* The allowed ones. */
  uint64_t capabilities;
  int64_t since;
  /* STATUS_TABLE_NEVER: no next transition. */
  int64_t next_at;
};

/* What a writer says about an account. */
struct status_table_record {
  /* valid_from <= flip_at <= valid_until. flip_at is the next instant at which anything that the
   * revision counts changes by time alone; valid_until is the change after that. */
  int64_t valid_from;
  int64_t flip_at;
  int64_t valid_until;
  /* Of the first answer; the second has one more. */
  uint64_t revision;
  /* [valid_from, flip_at) */
  struct status_table_answer until_flip;
  /* [flip_at, valid_until); not looked at when that is empty. */
  struct status_table_answer from_flip;
};

/* What a reader gets. */
struct status_table_status {
  uint64_t revision;
  /* The answer holds from `from` until `until` if nothing is written: valid_from and flip_at, or
   * flip_at and valid_until. */
  int64_t from;
  int64_t until;
  struct status_table_answer answer;
};

/* The header's moving parts, read together. */
struct status_table_info {
  enum status_table_state state;
  uint64_t generation;
  uint64_t heartbeat;
  int64_t manual_now;
  uint64_t known_capabilities;
  uint32_t known_reasons;
  uint32_t known_notices;
  /* What the table shows at least: the ledger's store, epoch and position. */
  uint8_t store_id[16];
  uint64_t epoch;
  uint8_t position[STATUS_TABLE_POSITION_MAX];
  size_t position_length;
  /* The default edition, under which all answers are. */
  uint8_t edition[STATUS_TABLE_EDITION_MAX];
  size_t edition_length;
};

/* Reader (status_table_reader.c) ------------------------------------------------------------- */

/* A checked view of a table. Plain data: copy it freely; it owns nothing. */
struct status_table {
  const uint8_t *memory;
  const uint32_t *slots;
  const uint64_t *records;
  const uint64_t *capability_sets;
  uint64_t slot_mask;
  uint64_t seed[2];
  uint32_t record_capacity;
};

/* Checks `size` bytes of mapped memory, aligned to a cache line, and makes a view of them.
 * -EPROTO: not a table, or another major layout; -EBADMSG: its numbers do not fit the memory. */
int status_table_attach(const void *memory, size_t size, struct status_table *ret_table);

/* Reads the status of an account at `now`. *ret_status is set on FOUND and STALE. */
enum status_table_result status_table_read(const struct status_table *table, const void *id,
                                           size_t id_length, int64_t now,
                                           struct status_table_status *ret_status);

/* Begins to fetch an account's record from memory, for a reader that has something else to do until
 * it is there. What it returns is a hint of where the record is, for status_table_read_hinted. */
uint32_t status_table_prefetch(const struct status_table *table, const void *id, size_t id_length);

/* status_table_read, without its search where the hint is right. */
enum status_table_result status_table_read_hinted(const struct status_table *table, uint32_t hint,
                                                  const void *id, size_t id_length, int64_t now,
                                                  struct status_table_status *ret_status);

/* Finds the number of an account's record. -ENOENT: it has none; -EBADMSG: the index is damaged. */
int status_table_find(const struct status_table *table, const void *id, size_t id_length,
                      uint32_t *ret_number);

/* Reads the record of that number, 0 <= number < status_table_count, and its account id.
 * Records keep their number for the life of a table, in the order in which accounts came;
 * the id is set whenever the result is not BUSY, and *ret_status on FOUND and STALE. */
enum status_table_result status_table_read_number(const struct status_table *table, uint32_t number,
                                                  int64_t now, uint8_t ret_id[STATUS_TABLE_ID_MAX],
                                                  size_t *ret_id_length,
                                                  struct status_table_status *ret_status);

/* Compares a record with its CRC. -EBADMSG: damaged; -EBUSY: being written; -ERANGE: no record
 * has that number. */
int status_table_check(const struct status_table *table, uint32_t number);

/* Accounts with a record, those that no longer exist included. */
uint32_t status_table_count(const struct status_table *table);

/* Bytes in use: header, index and records so far. The rest of the memory is never touched. */
size_t status_table_bytes(const struct status_table *table);

enum status_table_state status_table_current_state(const struct status_table *table);

/* Reads the header. -EBUSY: it was being written at every attempt; -EBADMSG: damaged. */
int status_table_read_info(const struct status_table *table, struct status_table_info *ret_info);

#undef STATUS_TABLE_CLOSED_ENUM

#ifdef __cplusplus
}
#endif

#endif
