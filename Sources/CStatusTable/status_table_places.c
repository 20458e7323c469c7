#include "status_table_places.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

_Thread_local struct status_table_place *status_table_places_of_thread;

static _Atomic(struct status_table_place *) all_places;
static _Atomic uint64_t client_numbers;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;

/* Runs when a thread ends that had a place. */
static void leave(void *unused) {
  (void)unused;
  struct status_table_place *place = status_table_places_of_thread;
  status_table_places_of_thread = NULL;
  while (place != NULL) {
    struct status_table_place *next = place->next_of_thread;
    atomic_store_explicit(&place->is_taken, false, memory_order_release);
    place = next;
  }
}

/* Without a key places of ended threads are not used again; nothing else needs it. */
static void make_key(void) {
  if (pthread_key_create(&key, leave) != 0)
    key = (pthread_key_t)-1;
}

/* A library that is unloaded must not be called when a thread ends. */
__attribute__((destructor)) static void forget_key(void) {
  pthread_once(&once, make_key);
  pthread_key_delete(key);
}

uint64_t status_table_new_client_number(void) { return atomic_fetch_add(&client_numbers, 1) + 1; }

/* Takes a place that nobody has, if its last client is `client`. */
static bool take(struct status_table_place *place, uint64_t client) {
  bool is_taken = false;
  return atomic_load_explicit(&place->client, memory_order_relaxed) == client &&
         atomic_compare_exchange_strong(&place->is_taken, &is_taken, true);
}

/* Takes the place of an ended thread. */
static struct status_table_place *take_left(uint64_t client) {
  struct status_table_place *place = atomic_load_explicit(&all_places, memory_order_acquire);
  for (; place != NULL; place = place->next) {
    if (!take(place, client))
      continue;
    /* While it was being taken its client may have gone. */
    if (atomic_load_explicit(&place->client, memory_order_relaxed) == client)
      return place;
    atomic_store_explicit(&place->is_taken, false, memory_order_release);
  }
  return NULL;
}

static struct status_table_place *make_place(void) {
  size_t size = (sizeof(struct status_table_place) + 63) / 64 * 64;
  struct status_table_place *place = aligned_alloc(64, size);
  if (place == NULL)
    return NULL;
  memset(place, 0, size);
  atomic_store_explicit(&place->is_taken, true, memory_order_relaxed);
  place->next = atomic_load_explicit(&all_places, memory_order_relaxed);
  while (!atomic_compare_exchange_weak_explicit(&all_places, &place->next, place,
                                                memory_order_release, memory_order_relaxed))
    ;
  return place;
}

/* Unlinks the thread's place for a client from its list. NULL: it has none. */
static struct status_table_place *unlink_own(uint64_t client) {
  struct status_table_place **link = &status_table_places_of_thread;
  for (; *link != NULL; link = &(*link)->next_of_thread) {
    struct status_table_place *place = *link;
    if (atomic_load_explicit(&place->client, memory_order_relaxed) == client) {
      *link = place->next_of_thread;
      return place;
    }
  }
  return NULL;
}

/* Makes a place that no client has the client's. */
static void begin(struct status_table_place *place, uint64_t client) {
  for (int result = 0; result <= STATUS_TABLE_UNAVAILABLE; result++)
    atomic_store_explicit(&place->counts[result], 0, memory_order_relaxed);
  atomic_store_explicit(&place->client, client, memory_order_release);
}

struct status_table_place *status_table_find_place(uint64_t client) {
  struct status_table_place *place = unlink_own(client);
  if (place == NULL)
    place = take_left(client);
  if (place == NULL) {
    place = unlink_own(0);
    if (place == NULL)
      place = take_left(0);
    if (place == NULL)
      place = make_place();
    if (place == NULL)
      return NULL;
    begin(place, client);
  }
  place->aged = NULL;
  place->next_of_thread = status_table_places_of_thread;
  status_table_places_of_thread = place;
  pthread_once(&once, make_key);
  pthread_setspecific(key, place);
  return place;
}

void status_table_leave_places(uint64_t client) {
  struct status_table_place *place = atomic_load_explicit(&all_places, memory_order_acquire);
  for (; place != NULL; place = place->next) {
    if (atomic_load_explicit(&place->client, memory_order_relaxed) == client)
      atomic_store_explicit(&place->client, 0, memory_order_release);
  }
}

bool status_table_is_in_use(const struct status_table_mapping *mapping) {
  struct status_table_place *place = atomic_load_explicit(&all_places, memory_order_acquire);
  for (; place != NULL; place = place->next) {
    if (atomic_load_explicit(&place->in_use, memory_order_acquire) == mapping)
      return true;
  }
  return false;
}

void status_table_add_counts(uint64_t client, uint64_t counts[STATUS_TABLE_UNAVAILABLE + 1]) {
  struct status_table_place *place = atomic_load_explicit(&all_places, memory_order_acquire);
  for (; place != NULL; place = place->next) {
    if (atomic_load_explicit(&place->client, memory_order_acquire) != client)
      continue;
    for (int result = 0; result <= STATUS_TABLE_UNAVAILABLE; result++)
      counts[result] += atomic_load_explicit(&place->counts[result], memory_order_relaxed);
  }
}
