#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "status_table_mappings.h"
#include "status_table_handover.h"
#include <errno.h>
#include <linux/membarrier.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const int64_t second = 1000000000;
static const int64_t first_back_off = 5 * 1000000;
static const int64_t last_back_off = 1000 * 1000000;

int64_t status_table_clock_now(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * second + now.tv_nsec;
}

int64_t status_table_deadline_after(uint64_t timeout) {
  int64_t now = status_table_clock_now(CLOCK_MONOTONIC);
  return timeout < (uint64_t)(INT64_MAX - now) ? now + (int64_t)timeout : INT64_MAX;
}

/* One mapping -------------------------------------------------------------------------------- */

static void unmap(struct status_table_mapping *mapping) {
  munmap((void *)(uintptr_t)mapping->table.memory, mapping->size);
  free(mapping);
}

/* Maps the memory of an offer. */
static int map(int descriptor, uint64_t size, struct status_table_mapping **ret_mapping) {
  struct status_table_mapping *mapping = malloc(sizeof *mapping);
  if (mapping == NULL)
    return -ENOMEM;
  void *memory = mmap(NULL, size, PROT_READ, MAP_SHARED, descriptor, 0);
  if (memory == MAP_FAILED) {
    int error = -errno;
    free(mapping);
    return error;
  }
  *mapping = (struct status_table_mapping){.header = memory, .size = size};
  int error = status_table_attach(memory, size, &mapping->table);
  if (error < 0) {
    munmap(memory, size);
    free(mapping);
    return error;
  }
  mapping->generation = mapping->header->generation;
  *ret_mapping = mapping;
  return 0;
}

static int connect_to(const struct sockaddr_un *address, int *ret_connection) {
  int connection = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (connection < 0)
    return -errno;
  int result;
  do {
    result = connect(connection, (const struct sockaddr *)address, sizeof *address);
  } while (result < 0 && errno == EINTR);
  if (result < 0) {
    int error = -errno;
    close(connection);
    return error;
  }
  *ret_connection = connection;
  return 0;
}

/* Asks the daemon for its table. */
static int fetch(const struct sockaddr_un *address, int64_t deadline,
                 struct status_table_mapping **ret_mapping) {
  int connection = -1;
  int error = connect_to(address, &connection);
  if (error < 0)
    return error;
  struct status_table_offer offer;
  int descriptor = -1;
  error = status_table_receive_offer(connection, deadline, &offer, &descriptor);
  close(connection);
  if (error < 0)
    return error;
  error = map(descriptor, offer.size, ret_mapping);
  close(descriptor);
  return error;
}

/* Retired ones ------------------------------------------------------------------------------- */

/* Without the call mappings are kept until the client goes: safe, and only a kernel or a filter of
 * system calls without it needs that. */
static bool register_barrier(void) {
  return syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
}

/* Gives back the retired mappings that nobody reads.
 *
 * A reader stores in_use and then looks whether the mapping is still the current one, with only
 * the compiler kept from swapping the two. The barrier in every running thread, here, makes up for
 * it: behind it either the reader's store is seen, or the reader sees the new current. */
static void reclaim(struct status_table_mappings *mappings) {
  if (mappings->retired == NULL || !mappings->can_unmap ||
      syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) < 0)
    return;
  struct status_table_mapping **link = &mappings->retired;
  while (*link != NULL) {
    struct status_table_mapping *mapping = *link;
    if (status_table_is_in_use(mapping)) {
      link = &mapping->next_retired;
    } else {
      *link = mapping->next_retired;
      unmap(mapping);
    }
  }
}

void status_table_reclaim_mappings(struct status_table_mappings *mappings) {
  if (pthread_mutex_trylock(&mappings->mutex) != 0)
    return;
  reclaim(mappings);
  pthread_mutex_unlock(&mappings->mutex);
}

static void make_current(struct status_table_mappings *mappings,
                         struct status_table_mapping *mapping) {
  status_table_count_one(&mappings->mapped);
  mapping->number = atomic_load_explicit(&mappings->mapped, memory_order_relaxed);
  struct status_table_mapping *old =
      atomic_exchange_explicit(&mappings->current, mapping, memory_order_acq_rel);
  if (old != NULL) {
    old->next_retired = mappings->retired;
    mappings->retired = old;
  }
}

/* Renewal ------------------------------------------------------------------------------------ */

/* Whether there may be a better table than this one. */
static bool is_outdated(const struct status_table_mapping *mapping) {
  return mapping == NULL || status_table_current_state(&mapping->table) != STATUS_TABLE_LIVE ||
         status_table_age(mapping, status_table_clock_now(CLOCK_MONOTONIC)) >=
             STATUS_TABLE_SUSPICIOUS_AGE;
}

/* From half to all of a time that doubles with each failure. */
static int64_t next_wait(const struct status_table_mappings *mappings, int64_t now) {
  int64_t longest = first_back_off << (mappings->failures < 8 ? mappings->failures : 8);
  if (longest > last_back_off)
    longest = last_back_off;
  uint64_t scattered = (uint64_t)now * UINT64_C(6364136223846793005) >> 33;
  return longest / 2 + (int64_t)(scattered % (uint64_t)(longest / 2));
}

static uint64_t state_of(const struct status_table_mapping *mapping) {
  return mapping == NULL ? 0 : (uint64_t)status_table_current_state(&mapping->table);
}

/* A daemon that is too busy for a sign of life is too busy for an offer. But once it has said that
 * there is a new table, it is not to be left alone for what it did not do before. */
static bool is_due(const struct status_table_mappings *mappings) {
  const struct status_table_mapping *mapping =
      atomic_load_explicit(&mappings->current, memory_order_acquire);
  return state_of(mapping) != mappings->failed_in ||
         status_table_clock_now(CLOCK_MONOTONIC) >= mappings->not_before;
}

static void back_off(struct status_table_mappings *mappings, uint64_t state) {
  int64_t now = status_table_clock_now(CLOCK_MONOTONIC);
  if (state != mappings->failed_in)
    mappings->failures = 0;
  mappings->not_before = now + next_wait(mappings, now);
  mappings->failed_in = state;
  mappings->failures++;
}

static int attempt(struct status_table_mappings *mappings, int64_t deadline) {
  const struct status_table_mapping *old =
      atomic_load_explicit(&mappings->current, memory_order_acquire);
  const uint64_t state = state_of(old);
  struct status_table_mapping *mapping = NULL;
  int error = fetch(&mappings->address, deadline, &mapping);
  bool is_progress = false;
  if (error == 0) {
    /* One that was replaced before it was mapped is progress too, if it is younger. */
    is_progress = !is_outdated(mapping) || old == NULL || mapping->generation > old->generation;
    make_current(mappings, mapping);
  } else {
    status_table_count_one(&mappings->failed_attempts);
  }
  if (is_progress)
    mappings->failures = 0;
  else
    back_off(mappings, state);
  return error;
}

static bool lock_until(struct status_table_mappings *mappings, int64_t deadline) {
#ifdef __SANITIZE_THREAD__
  /* GCC's ThreadSanitizer takes no notice of a lock that is taken in the other way. */
  (void)deadline;
  return pthread_mutex_lock(&mappings->mutex) == 0;
#else
  struct timespec until = {deadline / second, deadline % second};
  return pthread_mutex_clocklock(&mappings->mutex, CLOCK_MONOTONIC, &until) == 0;
#endif
}

bool status_table_renew_mapping(struct status_table_mappings *mappings, int64_t patience,
                                int64_t deadline) {
  if (!lock_until(mappings, patience))
    return false;
  const struct status_table_mapping *mapping =
      atomic_load_explicit(&mappings->current, memory_order_acquire);
  /* Another thread may just have mapped a new one. */
  bool is_good = !is_outdated(mapping);
  if (!is_good && (mappings->failures == 0 || is_due(mappings))) {
    bool is_ready = state_of(mapping) == STATUS_TABLE_REPLACED;
    is_good = attempt(mappings, is_ready ? deadline : patience) == 0 && mappings->failures == 0;
  }
  reclaim(mappings);
  pthread_mutex_unlock(&mappings->mutex);
  return is_good;
}

int status_table_replace_mapping(struct status_table_mappings *mappings, int64_t deadline) {
  if (!lock_until(mappings, deadline))
    return -ETIMEDOUT;
  int error = attempt(mappings, deadline);
  reclaim(mappings);
  pthread_mutex_unlock(&mappings->mutex);
  return error;
}

/* All of them -------------------------------------------------------------------------------- */

int status_table_begin_mappings(struct status_table_mappings *mappings, const char *path) {
  size_t length = strlen(path);
  if (length >= sizeof mappings->address.sun_path)
    return -ENAMETOOLONG;
  *mappings = (struct status_table_mappings){.can_unmap = register_barrier(),
                                             .address = {.sun_family = AF_UNIX}};
  memcpy(mappings->address.sun_path, path, length);
  return -pthread_mutex_init(&mappings->mutex, NULL);
}

void status_table_end_mappings(struct status_table_mappings *mappings) {
  struct status_table_mapping *mapping = atomic_load(&mappings->current);
  if (mapping != NULL)
    unmap(mapping);
  while ((mapping = mappings->retired) != NULL) {
    mappings->retired = mapping->next_retired;
    unmap(mapping);
  }
  pthread_mutex_destroy(&mappings->mutex);
}

/* The memory is shared with the daemon, not with the parent, so the mappings stay good. A thread
 * that is not here may have held the mutex. */
void status_table_adopt_mappings(struct status_table_mappings *mappings) {
  pthread_mutex_init(&mappings->mutex, NULL);
  mappings->can_unmap = register_barrier();
}
