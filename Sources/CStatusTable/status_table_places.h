/* What each thread needs to read through a client: its place.
 *
 * A place belongs to one thread and one client. Places outlive both: when a thread ends, the next
 * thread of the same client gets its place, counts included; when a client goes, its places serve
 * other clients. So they are never freed, and there are as many as there were threads that read at
 * the same time. A thread that ends while a client goes touches nothing that went. */
#ifndef ACCOUNTSTATUS_STATUS_TABLE_PLACES_H
#define ACCOUNTSTATUS_STATUS_TABLE_PLACES_H

#include "status_table.h"
#include <stdatomic.h>

struct status_table_mapping;

struct status_table_place {
  /* The mapping that the thread is reading, which must not go away. */
  _Atomic(const struct status_table_mapping *) in_use;
  /* The number of the client whose reads these are; 0: of none. */
  _Atomic uint64_t client;
  /* How old the heartbeat was, and at which tick of the coarse clock that was looked up. */
  const struct status_table_mapping *aged;
  int64_t tick;
  uint64_t age;
  /* By result. Written by the thread, and by whoever gives the place to another client. */
  _Atomic uint64_t counts[STATUS_TABLE_UNAVAILABLE + 1];
  /* Cleared when the thread ends. */
  atomic_bool is_taken;
  struct status_table_place *next_of_thread;
  /* All there are. */
  struct status_table_place *next;
};

/* The calling thread's places, the one used last in front. */
extern _Thread_local struct status_table_place *status_table_places_of_thread
    __attribute__((visibility("hidden"), tls_model("initial-exec")));

/* The calling thread's place for a client, from elsewhere than the front. NULL: no memory. */
struct status_table_place *status_table_find_place(uint64_t client)
    __attribute__((visibility("hidden"), cold));

/* The calling thread's place for a client. NULL: no memory. */
static inline struct status_table_place *status_table_place_for(uint64_t client) {
  struct status_table_place *place = status_table_places_of_thread;
  if (__builtin_expect(place != NULL, 1) &&
      __builtin_expect(atomic_load_explicit(&place->client, memory_order_relaxed) == client, 1))
    return place;
  return status_table_find_place(client);
}

/* A number that no other client has or had. */
uint64_t status_table_new_client_number(void) __attribute__((visibility("hidden")));

/* Gives up a client's places. */
void status_table_leave_places(uint64_t client) __attribute__((visibility("hidden")));

/* Whether a thread reads a mapping. */
bool status_table_is_in_use(const struct status_table_mapping *mapping)
    __attribute__((visibility("hidden")));

/* Adds up what a client's threads counted, by result. */
void status_table_add_counts(uint64_t client, uint64_t counts[STATUS_TABLE_UNAVAILABLE + 1])
    __attribute__((visibility("hidden")));

/* Counts one more. Of the numbers that one thread at a time writes and others may read. */
static inline void status_table_count_one(_Atomic uint64_t *counter) {
  uint64_t value = atomic_load_explicit(counter, memory_order_relaxed);
  atomic_store_explicit(counter, value + 1, memory_order_relaxed);
}

#endif
