/* Statuses that the daemon told, kept in this process to be read without asking: for programs that
 * cannot map the status table. A watch (WatchStatuses) fills it and keeps it fresh.
 *
 * What a reading is worth follows from one instant: up to when everything that was true has been
 * told. The watch says so at least once a second (status_cache_progress). An answer is given when
 * that instant is
 *
 *   - no further back than the reader's max_staleness, and
 *   - later than whatever this process knows that an answer must include: the reply to a write of
 *     its own, an answer of the daemon's that was newer than the record, a daemon that may be
 *     another one than before (status_cache_doubt, _heard, _doubt_all),
 *
 * and the record holds at the instant of the read, by the wall clock. Else the daemon is asked.
 *
 * Guarantees
 *  - A read takes no lock, allocates nothing and makes no system call; any number of threads may
 *    read and doubt at once, while one thread fills.
 *  - A record that was read is one that was put: never half of one and half of another.
 *  - FOUND is the daemon's answer at the instant of the read, as far as it has told; at and after
 *    the record's `until` it is not given, so no state outlives its instant.
 *  - NOT_FOUND is said only by a cache of all accounts that has room for them all, or of an account
 *    that was put as not registered.
 *  - Memory is bounded by the capacity, and is used only as far as it is filled.
 *
 * Caveats
 *  - The wall clock here is taken to be the daemon's, which is on the same host. Under a manual
 *    clock, a test's, as_of soon lies too far back or ahead: the cache then answers nothing, and
 * the daemon is asked every time.
 *  - What time alone changes while the state stays, a notice or a further reason, is what the
 * daemon has told of it: some milliseconds late.
 *  - In a forked child the cache holds what it held, until status_cache_adopt empties it.
 *
 * Instants are nanoseconds since 1970, durations nanoseconds. Functions return 0 or -errno, unless
 * they say otherwise. */
#ifndef ACCOUNTSTATUS_STATUS_CACHE_H
#define ACCOUNTSTATUS_STATUS_CACHE_H

#include "status_table_client.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The most accounts that a cache may have room for. */
#define STATUS_CACHE_MAX_CAPACITY (UINT32_C(1) << 24)

struct status_cache;

/* What is told of an account. */
struct status_cache_record {
  /* A state of 0: the account is not registered. */
  struct status_table_answer answer;
  uint64_t revision;
  /* True from here on, until time alone changes it; STATUS_TABLE_NEVER: it does not. */
  int64_t valid_from;
  int64_t until;
  /* The policy edition's name, of at most STATUS_TABLE_EDITION_MAX bytes. */
  const char *edition;
  size_t edition_length;
};

/* Makes an empty cache with room for `capacity` accounts, at least 1.
 *
 * is_whole: all accounts are told, so that one without a record is not registered. */
int status_cache_create(uint32_t capacity, bool is_whole, struct status_cache **ret_cache);

/* Gives everything back; nobody may be using it. NULL is allowed. */
void status_cache_destroy(struct status_cache *cache);

/* Filling: by one thread at a time --------------------------------------------------------------
 */

/* Forgets everything: a snapshot begins. Nothing is answered before it has ended and progress was
 * made. */
void status_cache_begin(struct status_cache *cache);

/* Takes in what is told of an account. -ENOSPC: there is no room, and the account is the daemon's
 * to answer; -EINVAL: this is no account id, or no edition. */
int status_cache_put(struct status_cache *cache, const void *id, size_t id_length,
                     const struct status_cache_record *record);

/* The snapshot has ended. */
void status_cache_end(struct status_cache *cache);

/* Everything that was true by an instant has been told. */
void status_cache_progress(struct status_cache *cache, int64_t as_of);

/* Empties a cache that was inherited through fork. */
void status_cache_adopt(struct status_cache *cache);

/* Doubting: from any thread ---------------------------------------------------------------------
 */

/* Something that the daemon has just replied may have changed an account. */
void status_cache_doubt(struct status_cache *cache, const void *id, size_t id_length);

/* The daemon may be another one than before. */
void status_cache_doubt_all(struct status_cache *cache);

/* The daemon has just answered that an account is at a revision, or, with 0, not registered. A
 * record that is older is doubted, so that no later read goes back behind that answer. */
void status_cache_heard(struct status_cache *cache, const void *id, size_t id_length,
                        uint64_t revision);

/* Reading: from any thread ----------------------------------------------------------------------
 */

/* Reads the BASIC answer for an account, now. ret_reading->mapping is the edition's number.
 *
 * FOUND and NOT_FOUND are to be acted on; STALE: what was told last; UNAVAILABLE: nothing.
 * max_staleness 0: two seconds. */
void status_cache_read(const struct status_cache *cache, const void *id, size_t id_length,
                       uint64_t max_staleness, struct status_table_reading *ret_reading);

/* The name of the edition with a number from a reading; lives as long as the cache. */
const char *status_cache_edition(const struct status_cache *cache, uint64_t number);

/* Accounts that have a record. */
uint32_t status_cache_count(const struct status_cache *cache);

#ifdef __cplusplus
}
#endif

#endif
