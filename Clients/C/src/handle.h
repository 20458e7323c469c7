// A handle: its connections, who uses them, and what it counts.

#ifndef HANDLE_H
#define HANDLE_H

#include <accountstatus.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "back_off.h"
#include "connection.h"
#include "spin.h"
#include "table.h"

enum {
  MOST_CONNECTIONS = 64,
  DEFAULT_CONNECTIONS = 8,
  DEFAULT_TIMEOUT_MS = 1000,
  MOST_SPIN_US = 1000,
};

typedef struct counters {
  atomic_uint_fast64_t calls, unavailable, timeouts, allowed_by_default, denied_by_default;
  atomic_uint_fast64_t retries, connects, failed_connects, late_answers, protocol_errors;
  atomic_uint_fast64_t answered_by_call, answered_by_cache, stale, spins, spin_hits, spin_ns;
} counters;

struct accountstatus {
  // A page that the kernel clears in a forked child: see handle_enter.
  atomic_uint *process_mark;
  // How often the handle became a forked child's own.
  unsigned forks;
  tables tables;
  // NULL: none was asked for.
  struct cache *cache;
  // A connection broke since the last one was made: the next may lead to another daemon.
  atomic_bool is_lost;
  // The socket, or where to look for it, in this order.
  socket_paths paths;
  uint32_t timeout_ms;
  unsigned connection_count;
  // Guards what follows, but for the counters.
  pthread_mutex_t mutex;
  // A connection has become free.
  pthread_cond_t freed;
  connection connections[MOST_CONNECTIONS];
  // Of attempts to connect, and why the last one failed: a negative errno.
  back_off back_off;
  int last_failure;
  spin spin;
  counters counters;
};

// The monotonic clock, in nanoseconds.
int64_t monotonic_now(void);

// When a call that starts now ends; 0 is the handle's timeout.
int64_t handle_deadline(const accountstatus *handle, uint32_t timeout_ms);

// To be called first thing by every call: makes a handle inherited through fork the child's own.
void handle_enter(accountstatus *handle);

// Whether this process may have an answer of its own: a table or a cache.
static inline bool handle_reads_here(const accountstatus *handle) {
  return handle->tables.count > 0 || handle->cache != NULL;
}

// Takes a connection for one call, an open one when there is one; waits for another call to end
// while all are in use. 0 or -ETIMEDOUT.
int handle_take(accountstatus *handle, int64_t deadline, connection **ret_connection,
                accountstatus_error *failure);
void handle_give_back(accountstatus *handle, connection *connection);

// Opens a connection that is not open. Within the back-off after a failure it fails at once with
// that failure, unless told to wait for the server.
int handle_connect(accountstatus *handle, connection *connection, int64_t deadline, bool wait,
                   accountstatus_error *failure);

// How long a call whose request is about to be sent may look for its answer before it sleeps, in
// nanoseconds; and what came of it.
int64_t handle_begin_spin(accountstatus *handle);
void handle_end_spin(accountstatus *handle, int64_t allowed, const exchange_events *events);

static inline void count(atomic_uint_fast64_t *counter, uint64_t by) {
  atomic_fetch_add_explicit(counter, by, memory_order_relaxed);
}

#endif
