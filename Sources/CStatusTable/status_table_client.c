#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "status_table_client.h"
#include "status_table_handover.h"
#include <errno.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static const int64_t second = 1000000000;
/* A coarse clock lags by up to one tick, at most 10 ms. */
static const int64_t coarse_margin = 20 * 1000000;
/* A heartbeat comes every 100 ms at least: one this old has stopped. */
static const uint64_t suspicious_age = 1000000000;
/* How long an answer that is good enough waits for a better one; once in a back-off. */
static const uint64_t brief = 5000000;
static const uint64_t default_staleness = UINT64_C(2) * 1000000000;
static const int64_t first_back_off = 5 * 1000000;
static const int64_t last_back_off = 1000 * 1000000;

/* A table's memory in this process. */
struct mapping {
  struct status_table table;
  const struct status_table_header *header;
  void *memory;
  size_t size;
  /* Counts this client's mappings, from 1. */
  uint64_t number;
  struct mapping *next_retired;
};

/* What one thread needs to read. Written by that thread only. */
struct reader {
  /* The mapping that the thread is reading, which must not go away. */
  _Atomic(struct mapping *) in_use;
  /* The age of the heartbeat is computed once a tick of the coarse clock. */
  const struct mapping *aged;
  int64_t tick;
  uint64_t age;
  _Atomic uint64_t counts[STATUS_TABLE_UNAVAILABLE + 1];
  /* Cleared when the thread ends; the place and its counts go to the next thread. */
  atomic_bool taken;
  struct reader *next;
};

struct status_table_client {
  _Atomic(struct mapping *) current;
  _Atomic(struct reader *) readers;
  pthread_key_t key;
  /* A page that the kernel clears in a forked child. */
  atomic_uint *process_mark;
  /* Guards what follows: who maps a new table. */
  pthread_mutex_t mutex;
  struct mapping *retired;
  unsigned failures;
  int64_t not_before;
  _Atomic uint64_t mapped;
  _Atomic uint64_t failed_attempts;
  bool can_unmap;
  struct sockaddr_un address;
};

enum { MARK_FORKED = 0, MARK_BEING_ADOPTED = 1, MARK_OURS = 2 };

static int64_t clock_now(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * second + now.tv_nsec;
}

/* A count that one thread writes and others may read. */
static inline void count(_Atomic uint64_t *counter) {
  uint64_t value = atomic_load_explicit(counter, memory_order_relaxed);
  atomic_store_explicit(counter, value + 1, memory_order_relaxed);
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

/* Mappings ----------------------------------------------------------------------------------- */

static void unmap(struct mapping *mapping) {
  munmap(mapping->memory, mapping->size);
  free(mapping);
}

/* Maps the memory of an offer. */
static int map(int descriptor, uint64_t size, struct mapping **ret_mapping) {
  struct mapping *mapping = malloc(sizeof *mapping);
  if (mapping == NULL)
    return -ENOMEM;
  *mapping = (struct mapping){.size = size};
  mapping->memory = mmap(NULL, size, PROT_READ, MAP_SHARED, descriptor, 0);
  if (mapping->memory == MAP_FAILED) {
    int error = -errno;
    free(mapping);
    return error;
  }
  mapping->header = mapping->memory;
  int error = status_table_attach(mapping->memory, size, &mapping->table);
  if (error < 0) {
    unmap(mapping);
    return error;
  }
  *ret_mapping = mapping;
  return 0;
}

/* Asks the daemon for its table. */
static int fetch(const struct sockaddr_un *address, int64_t deadline,
                 struct mapping **ret_mapping) {
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

static bool is_in_use(struct status_table_client *client, const struct mapping *mapping) {
  struct reader *reader = atomic_load_explicit(&client->readers, memory_order_acquire);
  for (; reader != NULL; reader = reader->next) {
    if (atomic_load_explicit(&reader->in_use, memory_order_acquire) == mapping)
      return true;
  }
  return false;
}

/* Gives back the retired mappings that nobody reads.
 *
 * A reader stores in_use and then looks whether the mapping is still the current one, with only
 * the compiler kept from swapping the two. The barrier in every running thread, here, makes up for
 * it: behind it either the reader's store is seen, or the reader sees the new current. */
static void reclaim(struct status_table_client *client) {
  if (client->retired == NULL || !client->can_unmap ||
      syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) < 0)
    return;
  struct mapping **link = &client->retired;
  while (*link != NULL) {
    struct mapping *mapping = *link;
    if (is_in_use(client, mapping)) {
      link = &mapping->next_retired;
    } else {
      *link = mapping->next_retired;
      unmap(mapping);
    }
  }
}

static void make_current(struct status_table_client *client, struct mapping *mapping) {
  struct mapping *old = atomic_exchange_explicit(&client->current, mapping, memory_order_acq_rel);
  if (old != NULL) {
    old->next_retired = client->retired;
    client->retired = old;
  }
  reclaim(client);
}

static enum status_table_state state_of(const struct mapping *mapping) {
  return status_table_current_state(&mapping->table);
}

static uint64_t age_of(const struct mapping *mapping, int64_t monotonic) {
  int64_t age = monotonic - (int64_t)__atomic_load_n(&mapping->header->heartbeat, __ATOMIC_RELAXED);
  return age > 0 ? (uint64_t)age : 0;
}

/* Whether there may be a better table than this one. */
static bool is_outdated(const struct mapping *mapping) {
  return mapping == NULL || state_of(mapping) != STATUS_TABLE_LIVE ||
         age_of(mapping, clock_now(CLOCK_MONOTONIC)) >= suspicious_age;
}

/* From half to all of a time that doubles with each failure. */
static int64_t next_wait(const struct status_table_client *client, int64_t now) {
  int64_t longest = first_back_off << (client->failures < 8 ? client->failures : 8);
  if (longest > last_back_off)
    longest = last_back_off;
  return longest / 2 +
         (int64_t)((uint64_t)now * UINT64_C(6364136223846793005) >> 33) % (longest / 2);
}

/* Asks for a new table, unless another thread just got one or an attempt failed a moment ago. */
static void renew(struct status_table_client *client, uint64_t timeout) {
  int64_t now = clock_now(CLOCK_MONOTONIC);
  int64_t deadline = now + (int64_t)timeout;
  struct timespec until = {deadline / second, deadline % second};
  if (pthread_mutex_clocklock(&client->mutex, CLOCK_MONOTONIC, &until) != 0)
    return;
  struct mapping *old = atomic_load_explicit(&client->current, memory_order_acquire);
  /* The daemon is there and has the new one ready. */
  bool is_replaced = old != NULL && state_of(old) == STATUS_TABLE_REPLACED;
  bool is_due = now >= client->not_before || (is_replaced && client->failures == 0);
  if (is_outdated(old) && is_due) {
    struct mapping *mapping = NULL;
    int error = fetch(&client->address, deadline, &mapping);
    if (error == 0) {
      client->failures = 0;
      client->not_before = 0;
      count(&client->mapped);
      mapping->number = atomic_load_explicit(&client->mapped, memory_order_relaxed);
      make_current(client, mapping);
    } else {
      count(&client->failed_attempts);
      now = clock_now(CLOCK_MONOTONIC);
      client->not_before = now + next_wait(client, now);
      client->failures++;
    }
  }
  pthread_mutex_unlock(&client->mutex);
}

/* Readers ------------------------------------------------------------------------------------ */

static void leave(void *argument) {
  struct reader *reader = argument;
  atomic_store_explicit(&reader->in_use, NULL, memory_order_release);
  atomic_store_explicit(&reader->taken, false, memory_order_release);
}

/* The place of a thread that reads for the first time: one that an ended thread left, or a new
 * one. NULL: no memory. */
static struct reader *join(struct status_table_client *client) {
  struct reader *reader = atomic_load_explicit(&client->readers, memory_order_acquire);
  for (; reader != NULL; reader = reader->next) {
    bool taken = false;
    if (atomic_compare_exchange_strong(&reader->taken, &taken, true))
      break;
  }
  if (reader == NULL) {
    reader = aligned_alloc(64, (sizeof *reader + 63) / 64 * 64);
    if (reader == NULL)
      return NULL;
    memset(reader, 0, sizeof *reader);
    atomic_store(&reader->taken, true);
    reader->next = atomic_load_explicit(&client->readers, memory_order_relaxed);
    while (!atomic_compare_exchange_weak(&client->readers, &reader->next, reader))
      ;
  }
  reader->aged = NULL;
  if (pthread_setspecific(client->key, reader) != 0) {
    leave(reader);
    return NULL;
  }
  return reader;
}

/* Only the thread that forked is here. The others' places are free, and another may have held the
 * mutex. The memory is shared with the daemon, not with the parent, so the mapping stays good. */
static void adopt(struct status_table_client *client) {
  pthread_mutex_init(&client->mutex, NULL);
  const struct reader *own = pthread_getspecific(client->key);
  struct reader *reader = atomic_load_explicit(&client->readers, memory_order_acquire);
  for (; reader != NULL; reader = reader->next) {
    if (reader != own)
      leave(reader);
  }
  client->can_unmap = syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
}

static inline void enter(struct status_table_client *client) {
  unsigned mark = atomic_load_explicit(client->process_mark, memory_order_acquire);
  if (mark == MARK_OURS)
    return;
  while (mark != MARK_OURS) {
    if (mark == MARK_FORKED &&
        atomic_compare_exchange_strong(client->process_mark, &mark, MARK_BEING_ADOPTED)) {
      adopt(client);
      atomic_store_explicit(client->process_mark, MARK_OURS, memory_order_release);
      return;
    }
    mark = atomic_load_explicit(client->process_mark, memory_order_acquire);
  }
}

/* Takes hold of the current mapping. NULL: there is none. */
static inline struct mapping *hold(struct status_table_client *client, struct reader *reader) {
  struct mapping *mapping = atomic_load_explicit(&client->current, memory_order_acquire);
  for (;;) {
    atomic_store_explicit(&reader->in_use, mapping, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst);
    struct mapping *again = atomic_load_explicit(&client->current, memory_order_acquire);
    if (again == mapping)
      return mapping;
    mapping = again;
  }
}

static inline void let_go(struct reader *reader) {
  atomic_store_explicit(&reader->in_use, NULL, memory_order_release);
}

/* Reading ------------------------------------------------------------------------------------ */

/* The heartbeat's age; from the second read of a tick on, the first one's. */
static inline uint64_t age_at(struct reader *reader, const struct mapping *mapping, int64_t tick) {
  if (reader->tick != tick || reader->aged != mapping) {
    reader->age = age_of(mapping, clock_now(CLOCK_MONOTONIC_COARSE));
    reader->aged = mapping;
    reader->tick = tick;
  }
  return reader->age;
}

/* Whether a coarse clock may be on the wrong side of one of the record's boundaries. */
static inline bool is_near(const struct status_table_reading *reading) {
  const struct status_table_status *status = &reading->status;
  return reading->result != STATUS_TABLE_FOUND || reading->as_of - coarse_margin < status->from ||
         (status->until != STATUS_TABLE_NEVER && reading->as_of + coarse_margin >= status->until);
}

/* Reads at the manual instant, or now: by the coarse clock where that cannot matter. */
static inline void look_up(struct reader *reader, const struct mapping *mapping, const void *id,
                           size_t id_length, struct status_table_reading *ret_reading) {
  const struct status_table *table = &mapping->table;
  int64_t tick = clock_now(CLOCK_REALTIME_COARSE);
  int64_t manual = __atomic_load_n(&mapping->header->manual_now, __ATOMIC_ACQUIRE);
  ret_reading->as_of = manual == STATUS_TABLE_NEVER ? tick : manual;
  ret_reading->result =
      status_table_read(table, id, id_length, ret_reading->as_of, &ret_reading->status);
  if (manual == STATUS_TABLE_NEVER && is_near(ret_reading)) {
    ret_reading->as_of = clock_now(CLOCK_REALTIME);
    ret_reading->result =
        status_table_read(table, id, id_length, ret_reading->as_of, &ret_reading->status);
  }
  ret_reading->age = age_at(reader, mapping, tick);
  ret_reading->generation = mapping->header->generation;
  ret_reading->mapping = mapping->number;
}

/* What a result is worth when the table is not known to be the latest word. */
static enum status_table_result doubted(enum status_table_result result) {
  return result == STATUS_TABLE_FOUND || result == STATUS_TABLE_STALE ? STATUS_TABLE_STALE
                                                                      : STATUS_TABLE_UNAVAILABLE;
}

/* Whether a reading can be acted on as it is. */
static bool is_certain(const struct status_table_reading *reading) {
  return reading->result == STATUS_TABLE_FOUND || reading->result == STATUS_TABLE_NOT_FOUND;
}

/* Reads in the current mapping. False: there is none. */
static inline bool read_current(struct status_table_client *client, struct reader *reader,
                                const void *id, size_t id_length, uint64_t max_staleness,
                                bool *ret_outdated, struct status_table_reading *ret_reading) {
  const struct mapping *mapping = hold(client, reader);
  if (mapping == NULL) {
    *ret_outdated = true;
    return false;
  }
  look_up(reader, mapping, id, id_length, ret_reading);
  /* Behind the record: a record read before the table was replaced was the latest then. */
  enum status_table_state state = state_of(mapping);
  *ret_outdated = state != STATUS_TABLE_LIVE || ret_reading->age >= suspicious_age;
  let_go(reader);
  if (ret_reading->result == STATUS_TABLE_BUSY)
    ret_reading->result = STATUS_TABLE_UNAVAILABLE;
  else if (state == STATUS_TABLE_REPLACED || ret_reading->age > max_staleness)
    ret_reading->result = doubted(ret_reading->result);
  return true;
}

void status_table_client_read(struct status_table_client *client, const void *id, size_t id_length,
                              const struct status_table_read_options *options,
                              struct status_table_reading *ret_reading) {
  enter(client);
  uint64_t max_staleness = options->max_staleness == 0 ? default_staleness : options->max_staleness;
  struct reader *reader = pthread_getspecific(client->key);
  if (reader == NULL)
    reader = join(client);
  if (reader == NULL) {
    *ret_reading = (struct status_table_reading){.result = STATUS_TABLE_UNAVAILABLE};
    ret_reading->outdated = true;
    return;
  }
  bool outdated = false;
  bool has_read =
      read_current(client, reader, id, id_length, max_staleness, &outdated, ret_reading);
  if (outdated && options->timeout > 0) {
    /* A daemon that is stopped, not gone, takes the connection and never answers. */
    uint64_t patience = has_read && is_certain(ret_reading) ? brief : options->timeout;
    renew(client, patience < options->timeout ? patience : options->timeout);
    reader->aged = NULL;
    has_read = read_current(client, reader, id, id_length, max_staleness, &outdated, ret_reading);
  }
  if (!has_read)
    *ret_reading = (struct status_table_reading){.result = STATUS_TABLE_UNAVAILABLE};
  ret_reading->outdated = outdated;
  count(&reader->counts[ret_reading->result]);
}

int status_table_client_edition(struct status_table_client *client,
                                uint8_t ret_edition[STATUS_TABLE_EDITION_MAX], size_t *ret_length) {
  enter(client);
  struct reader *reader = pthread_getspecific(client->key);
  if (reader == NULL)
    reader = join(client);
  const struct mapping *mapping = reader == NULL ? NULL : hold(client, reader);
  struct status_table_info info;
  int error = mapping == NULL ? -EAGAIN : status_table_read_info(&mapping->table, &info);
  if (reader != NULL)
    let_go(reader);
  if (error < 0)
    return -EAGAIN;
  memcpy(ret_edition, info.edition, sizeof info.edition);
  *ret_length = info.edition_length;
  return 0;
}

/* A client's life ---------------------------------------------------------------------------- */

static int set_up(struct status_table_client *client) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  void *mark = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mark == MAP_FAILED)
    return -ENOMEM;
  client->process_mark = mark;
  atomic_store(client->process_mark, MARK_OURS);
  int error = madvise(mark, page, MADV_WIPEONFORK) < 0 ? -EOPNOTSUPP
                                                       : -pthread_key_create(&client->key, leave);
  if (error < 0) {
    munmap(mark, page);
    return error;
  }
  pthread_mutex_init(&client->mutex, NULL);
  /* Without it mappings are kept until the client goes: safe, and only a kernel without membarrier
   * needs it. */
  client->can_unmap = syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
  return 0;
}

int status_table_client_create(const char *path, struct status_table_client **ret_client) {
  size_t length = strlen(path);
  struct status_table_client *client = calloc(1, sizeof *client);
  if (client == NULL)
    return -ENOMEM;
  client->address.sun_family = AF_UNIX;
  int error = length < sizeof client->address.sun_path ? set_up(client) : -ENAMETOOLONG;
  if (error < 0) {
    free(client);
    return error;
  }
  memcpy(client->address.sun_path, path, length);
  *ret_client = client;
  return 0;
}

void status_table_client_destroy(struct status_table_client *client) {
  if (client == NULL)
    return;
  enter(client);
  pthread_key_delete(client->key);
  struct mapping *mapping = atomic_load(&client->current);
  if (mapping != NULL)
    unmap(mapping);
  while ((mapping = client->retired) != NULL) {
    client->retired = mapping->next_retired;
    unmap(mapping);
  }
  struct reader *reader;
  while ((reader = atomic_load(&client->readers)) != NULL) {
    atomic_store(&client->readers, reader->next);
    free(reader);
  }
  pthread_mutex_destroy(&client->mutex);
  munmap(client->process_mark, (size_t)sysconf(_SC_PAGESIZE));
  free(client);
}

void status_table_client_get_counters(struct status_table_client *client,
                                      struct status_table_client_counters *ret_counters) {
  enter(client);
  uint64_t counts[STATUS_TABLE_UNAVAILABLE + 1] = {0};
  const struct reader *reader = atomic_load_explicit(&client->readers, memory_order_acquire);
  for (; reader != NULL; reader = reader->next) {
    for (int result = 0; result <= STATUS_TABLE_UNAVAILABLE; result++)
      counts[result] += atomic_load_explicit(&reader->counts[result], memory_order_relaxed);
  }
  *ret_counters = (struct status_table_client_counters){
      .found = counts[STATUS_TABLE_FOUND],
      .not_found = counts[STATUS_TABLE_NOT_FOUND],
      .stale = counts[STATUS_TABLE_STALE],
      .unavailable = counts[STATUS_TABLE_UNAVAILABLE],
      .mapped = atomic_load_explicit(&client->mapped, memory_order_relaxed),
      .failed_attempts = atomic_load_explicit(&client->failed_attempts, memory_order_relaxed),
  };
}
