/* A client's mappings of its daemon's tables: the current one, and how it is renewed.
 *
 * A thread says which mapping it reads before it reads, and whoever has made another one the
 * current one looks who still reads the old one before it gives it back. */
#ifndef ACCOUNTSTATUS_STATUS_TABLE_MAPPINGS_H
#define ACCOUNTSTATUS_STATUS_TABLE_MAPPINGS_H

#include "status_table_places.h"
#include <pthread.h>
#include <stdatomic.h>
#include <sys/un.h>

/* A table's memory in this process. */
struct status_table_mapping {
  struct status_table table;
  const struct status_table_header *header;
  uint64_t generation;
  /* Counts the client's mappings, from 1. */
  uint64_t number;
  size_t size;
  struct status_table_mapping *next_retired;
};

struct status_table_mappings {
  _Atomic(struct status_table_mapping *) current;
  /* Guards what follows: who maps a new table. */
  pthread_mutex_t mutex;
  struct status_table_mapping *retired;
  /* Attempts that failed one after another, with what the current table said then: 0, if there was
   * none. While it says the same, there is none before the instant. */
  unsigned failures;
  uint64_t failed_in;
  int64_t not_before;
  _Atomic uint64_t mapped;
  _Atomic uint64_t failed_attempts;
  bool can_unmap;
  struct sockaddr_un address;
};

/* A heartbeat comes every 100 ms at least: one this old may have stopped. Nanoseconds. */
#define STATUS_TABLE_SUSPICIOUS_AGE (UINT64_C(250) * 1000000)

/* A coarse clock lags by a tick, at most 10 ms; by more where a virtual machine's core that keeps
 * the time is held up. It never runs ahead. Nanoseconds. */
#define STATUS_TABLE_COARSE_LAG (UINT64_C(1000) * 1000000)

int64_t status_table_clock_now(clockid_t clock) __attribute__((visibility("hidden")));

/* `timeout` from now, of CLOCK_MONOTONIC. */
int64_t status_table_deadline_after(uint64_t timeout) __attribute__((visibility("hidden")));

/* Maps nothing yet. -ENAMETOOLONG: the path is too long for a socket. */
int status_table_begin_mappings(struct status_table_mappings *mappings, const char *path)
    __attribute__((visibility("hidden")));

/* Gives every mapping back. Nobody may be reading. */
void status_table_end_mappings(struct status_table_mappings *mappings)
    __attribute__((visibility("hidden")));

/* Makes the mappings of a parent process those of this one, its child. */
void status_table_adopt_mappings(struct status_table_mappings *mappings)
    __attribute__((visibility("hidden")));

/* Sees to it that the current table is not one that says itself that there is a better one, and
 * gives back mappings that nobody reads. True: it is not, so read on in it; false: there is no
 * better one for now. Returns by `patience`, or by `deadline` if the daemon has said that a new
 * table is ready; of CLOCK_MONOTONIC. */
bool status_table_renew_mapping(struct status_table_mappings *mappings, int64_t patience,
                                int64_t deadline) __attribute__((visibility("hidden"), cold));

/* Maps the daemon's table whatever the current one says. */
int status_table_replace_mapping(struct status_table_mappings *mappings, int64_t deadline)
    __attribute__((visibility("hidden"), cold));

/* Gives back the mappings that nobody reads, unless somebody else sees to the mappings. */
void status_table_reclaim_mappings(struct status_table_mappings *mappings)
    __attribute__((visibility("hidden"), cold));

/* How old the last sign of life is. A coarse clock may be behind it; but one from further in the
 * future says nothing: it was made by another clock, in another time namespace. */
static inline uint64_t status_table_age(const struct status_table_mapping *mapping,
                                        int64_t monotonic) {
  uint64_t beat = __atomic_load_n(&mapping->header->heartbeat, __ATOMIC_RELAXED);
  uint64_t age = (uint64_t)monotonic - beat;
  if (__builtin_expect((int64_t)age >= 0, 1))
    return age;
  return -age <= STATUS_TABLE_COARSE_LAG ? 0 : UINT64_MAX;
}

/* Takes hold of the current mapping; NULL: there is none. The store of in_use may come late for
 * others; status_table_mappings.c says what makes up for it. It is a release, as letting go is: who
 * sees that another mapping is in use knows that the reads of this one are over. */
static inline const struct status_table_mapping *
status_table_hold(struct status_table_mappings *mappings, struct status_table_place *place) {
  const struct status_table_mapping *mapping =
      atomic_load_explicit(&mappings->current, memory_order_acquire);
  for (;;) {
    atomic_store_explicit(&place->in_use, mapping, memory_order_release);
    atomic_signal_fence(memory_order_seq_cst);
    const struct status_table_mapping *again =
        atomic_load_explicit(&mappings->current, memory_order_acquire);
    if (__builtin_expect(again == mapping, 1))
      return mapping;
    mapping = again;
  }
}

/* False: the mapping has been replaced in the meantime, and may wait to be given back. */
static inline bool status_table_let_go(struct status_table_mappings *mappings,
                                       struct status_table_place *place,
                                       const struct status_table_mapping *mapping) {
  atomic_store_explicit(&place->in_use, NULL, memory_order_release);
  atomic_signal_fence(memory_order_seq_cst);
  return atomic_load_explicit(&mappings->current, memory_order_relaxed) == mapping;
}

#endif
