#include "handle.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include "cache.h"
#include "failure.h"

// What a process mark says. The kernel turns it into FORKED in a child.
enum { MARK_FORKED = 0, MARK_BEING_ADOPTED = 1, MARK_OURS = 2 };

enum { QUEUE_FULL_WAIT_MS = 2 };

int64_t monotonic_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t handle_deadline(const accountstatus *handle, uint32_t timeout_ms) {
  int64_t timeout = timeout_ms == 0 ? handle->timeout_ms : timeout_ms;
  return monotonic_now() + timeout * 1000000;
}

static void sleep_until(int64_t instant) {
  struct timespec until = {instant / 1000000000, instant % 1000000000};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
    ;
}

// ------------------------------------------------------------------------------------- opening

static int add_path(accountstatus *handle, accountstatus_error *failure, const char *directory,
                    const char *name) {
  char *path = handle->paths.names[handle->paths.count];
  int length = snprintf(path, PATH_SIZE, "%s%s", directory, name);
  if (length < 0 || (size_t)length >= PATH_SIZE)
    return failure_set(failure, ENAMETOOLONG, ACCOUNTSTATUS_CODE_INVALID_ARGUMENT,
                       "the path of a socket has at most %zu bytes: %s%s", (size_t)PATH_SIZE - 1,
                       directory, name);
  handle->paths.count++;
  return 0;
}

static int find_paths(accountstatus *handle, const char *named, accountstatus_error *failure) {
  const char *socket = named != NULL ? named : secure_getenv("ACCOUNTSTATUS_SOCKET");
  if (socket != NULL && socket[0] != '\0')
    return add_path(handle, failure, socket, "");
  const char *runtime = secure_getenv("XDG_RUNTIME_DIR");
  if (runtime != NULL && runtime[0] != '\0') {
    int result = add_path(handle, failure, runtime, "/accountstatus/rpc.sock");
    if (result < 0)
      return result;
  }
  return add_path(handle, failure, "/run", "/accountstatus/rpc.sock");
}

static int start_sharing(accountstatus *handle) {
  pthread_condattr_t attributes;
  int result = pthread_condattr_init(&attributes);
  if (result == 0)
    result = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  if (result == 0)
    result = pthread_cond_init(&handle->freed, &attributes);
  if (result == 0)
    result = pthread_mutex_init(&handle->mutex, NULL);
  pthread_condattr_destroy(&attributes);
  return -result;
}

static int set_up(accountstatus *handle, const accountstatus_open_options *options,
                  accountstatus_error *failure) {
  handle->timeout_ms = options->timeout_ms == 0 ? DEFAULT_TIMEOUT_MS : options->timeout_ms;
  handle->connection_count =
      options->max_connections == 0 ? DEFAULT_CONNECTIONS : options->max_connections;
  // On one processor looking keeps the server from answering. Where there are more, but both ends
  // share one, that is soon learned.
  spin_start(&handle->spin, get_nprocs() > 1 ? (int64_t)options->spin_us * 1000 : 0);
  int result = find_paths(handle, options->socket, failure);
  if (result == 0)
    result = tables_open(&handle->tables, options->table_socket, &handle->paths,
                         options->socket != NULL, failure);
  if (result == 0)
    result = cache_open(handle, options, failure);
  if (result < 0)
    return result;
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  void *mark = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mark == MAP_FAILED)
    return failure_no_memory(failure);
  handle->process_mark = mark;
  if (madvise(mark, page, MADV_WIPEONFORK) < 0)
    return failure_old_kernel(failure);
  if (start_sharing(handle) < 0)
    return failure_no_memory(failure);
  atomic_store(handle->process_mark, MARK_OURS);
  handle->back_off.random = back_off_seed();
  return 0;
}

static void free_handle(accountstatus *handle) {
  for (unsigned i = 0; i < MOST_CONNECTIONS; i++) {
    connection_close(&handle->connections[i]);
    free(handle->connections[i].input);
    wire_arena_destroy(handle->connections[i].arena);
  }
  tables_close(&handle->tables);
  cache_close(handle->cache);
  if (handle->process_mark != NULL)
    munmap(handle->process_mark, (size_t)sysconf(_SC_PAGESIZE));
  free(handle);
}

static int read_open_options(const accountstatus_open_options *options,
                             accountstatus_open_options *ret_options,
                             accountstatus_error *failure) {
  *ret_options = (accountstatus_open_options){.size = sizeof *ret_options};
  if (options == NULL)
    return 0;
  int result = CHECK_GROWN_SIZE(failure, options, accountstatus_open_options, spin_us);
  if (result < 0)
    return result;
  failure_copy_struct(ret_options, sizeof *ret_options, options);
  if (ret_options->max_connections > MOST_CONNECTIONS)
    return failure_set(failure, EINVAL, ACCOUNTSTATUS_CODE_INVALID_ARGUMENT,
                       "max_connections is %u, more than %d", ret_options->max_connections,
                       MOST_CONNECTIONS);
  if (ret_options->spin_us > MOST_SPIN_US)
    return failure_set(failure, EINVAL, ACCOUNTSTATUS_CODE_INVALID_ARGUMENT,
                       "spin_us is %u, more than %d", ret_options->spin_us, MOST_SPIN_US);
  return 0;
}

int accountstatus_open(const accountstatus_open_options *options, accountstatus **ret_handle,
                       accountstatus_error *ret_error) {
  accountstatus_error failure = {.size = sizeof failure};
  accountstatus_open_options whole;
  int result = read_open_options(options, &whole, &failure);
  accountstatus *handle = result == 0 ? calloc(1, sizeof *handle) : NULL;
  if (result == 0 && handle == NULL)
    result = failure_no_memory(&failure);
  if (result == 0) {
    for (unsigned i = 0; i < MOST_CONNECTIONS; i++)
      handle->connections[i].fd = -1;
    result = set_up(handle, &whole, &failure);
  }
  if (result < 0) {
    if (handle != NULL)
      free_handle(handle);
    failure_export(&failure, ret_error);
    return result;
  }
  *ret_handle = handle;
  return 0;
}

void accountstatus_close(accountstatus *handle) {
  if (handle == NULL)
    return;
  handle_enter(handle);
  pthread_cond_destroy(&handle->freed);
  pthread_mutex_destroy(&handle->mutex);
  free_handle(handle);
}

// ---------------------------------------------------------------------------------------- fork

// Only the thread that forked exists here, but another may hold the mutex, for ever, and be in the
// middle of using a connection. So both begin anew, and nothing of what they pointed to is touched
// but the descriptors: closing the child's copy leaves the parent's stream alone.
static void adopt(accountstatus *handle) {
  for (unsigned i = 0; i < MOST_CONNECTIONS; i++) {
    connection *inherited = &handle->connections[i];
    int fd = inherited->fd;
    *inherited = (connection){.fd = -1};
    if (fd >= 0)
      close(fd);
  }
  start_sharing(handle);
  handle->back_off = (back_off){.random = back_off_seed()};
  handle->forks++;
  if (handle->cache != NULL)
    cache_adopt(handle->cache);
  spin_start(&handle->spin, handle->spin.limit);
}

void handle_enter(accountstatus *handle) {
  unsigned mark = atomic_load_explicit(handle->process_mark, memory_order_acquire);
  while (mark != MARK_OURS) {
    if (mark == MARK_FORKED &&
        atomic_compare_exchange_strong(handle->process_mark, &mark, MARK_BEING_ADOPTED)) {
      adopt(handle);
      atomic_store_explicit(handle->process_mark, MARK_OURS, memory_order_release);
      return;
    }
    sched_yield();
    mark = atomic_load_explicit(handle->process_mark, memory_order_acquire);
  }
}

// --------------------------------------------------------------------------------- connections

static connection *find_free(accountstatus *handle) {
  connection *closed = NULL;
  for (unsigned i = 0; i < handle->connection_count; i++) {
    connection *each = &handle->connections[i];
    if (each->taken)
      continue;
    if (each->fd >= 0)
      return each;
    if (closed == NULL)
      closed = each;
  }
  return closed;
}

int handle_take(accountstatus *handle, int64_t deadline, connection **ret_connection,
                accountstatus_error *failure) {
  struct timespec until = {deadline / 1000000000, deadline % 1000000000};
  int waited = 0;
  pthread_mutex_lock(&handle->mutex);
  connection *found = find_free(handle);
  while (found == NULL && waited != ETIMEDOUT) {
    waited = pthread_cond_timedwait(&handle->freed, &handle->mutex, &until);
    found = find_free(handle);
  }
  if (found != NULL)
    found->taken = true;
  pthread_mutex_unlock(&handle->mutex);
  if (found == NULL)
    return failure_set(failure, ETIMEDOUT, ACCOUNTSTATUS_CODE_DEADLINE_EXCEEDED,
                       "all %u connections were in use until the deadline",
                       handle->connection_count);
  *ret_connection = found;
  return 0;
}

void handle_give_back(accountstatus *handle, connection *connection) {
  pthread_mutex_lock(&handle->mutex);
  connection->taken = false;
  pthread_cond_signal(&handle->freed);
  pthread_mutex_unlock(&handle->mutex);
}

// Connects to the first path that exists.
static int open_first(accountstatus *handle, connection *connection, const char **ret_path) {
  int result = -ENOENT;
  for (unsigned i = 0; i < handle->paths.count && result == -ENOENT; i++) {
    *ret_path = handle->paths.names[i];
    result = connection_open(connection, handle->paths.names[i]);
  }
  return result;
}

static int describe(accountstatus_error *failure, int result, const char *path) {
  if (result == -EACCES || result == -EPERM)
    return failure_set(failure, EACCES, ACCOUNTSTATUS_CODE_PERMISSION_DENIED,
                       "not permitted to connect to %s", path);
  if (result == -EMFILE || result == -ENFILE || result == -ENOMEM || result == -ENOBUFS)
    return failure_set(failure, ENOMEM, ACCOUNTSTATUS_CODE_RESOURCE_EXHAUSTED,
                       "no socket for %s: error %d", path, -result);
  if (result == -EAGAIN)
    return failure_set(failure, ETIMEDOUT, ACCOUNTSTATUS_CODE_DEADLINE_EXCEEDED,
                       "the server at %s did not accept the connection in time", path);
  return failure_set(failure, ECONNREFUSED, ACCOUNTSTATUS_CODE_UNAVAILABLE, "no server at %s",
                     path);
}

// Notes how an attempt ended.
static void note_attempt(accountstatus *handle, int result) {
  count(result == 0 ? &handle->counters.connects : &handle->counters.failed_connects, 1);
  pthread_mutex_lock(&handle->mutex);
  if (result == 0)
    back_off_succeeded(&handle->back_off);
  else
    back_off_failed(&handle->back_off, monotonic_now());
  handle->last_failure = result;
  pthread_mutex_unlock(&handle->mutex);
}

int handle_connect(accountstatus *handle, connection *connection, int64_t deadline, bool wait,
                   accountstatus_error *failure) {
  while (connection->fd < 0) {
    pthread_mutex_lock(&handle->mutex);
    int64_t next = handle->back_off.not_before;
    int result = handle->last_failure;
    pthread_mutex_unlock(&handle->mutex);

    const char *path = handle->paths.names[handle->paths.count - 1];
    int64_t now = monotonic_now();
    if (next <= now) {
      result = open_first(handle, connection, &path);
      // A full queue is a busy server, not an absent one.
      if (result == -EAGAIN) {
        next = now + QUEUE_FULL_WAIT_MS * 1000000;
      } else {
        note_attempt(handle, result);
        next = now;
      }
      if (result == 0 && atomic_exchange(&handle->is_lost, false)) {
        tables_follow(&handle->tables, &handle->paths, deadline);
        if (handle->cache != NULL)
          cache_doubt_all(handle->cache);
      }
    }
    if (result == 0)
      continue;
    bool hopeless = result == -EACCES || result == -EPERM;
    if (hopeless || (!wait && result != -EAGAIN) || now >= deadline)
      return describe(failure, result, path);
    sleep_until(next < deadline ? next : deadline);
  }
  return 0;
}

// ---------------------------------------------------------------------------------------- spin

int64_t handle_begin_spin(accountstatus *handle) {
  if (!spin_is_wanted(&handle->spin))
    return 0;
  int64_t now = monotonic_now();
  pthread_mutex_lock(&handle->mutex);
  int64_t allowed = spin_begin(&handle->spin, now);
  pthread_mutex_unlock(&handle->mutex);
  return allowed;
}

void handle_end_spin(accountstatus *handle, int64_t allowed, const exchange_events *events) {
  if (allowed == 0)
    return;
  bool is_hit = events->found_awake;
  pthread_mutex_lock(&handle->mutex);
  spin_end(&handle->spin, allowed, events->spun, is_hit);
  pthread_mutex_unlock(&handle->mutex);
  count(&handle->counters.spins, 1);
  count(&handle->counters.spin_hits, is_hit);
  count(&handle->counters.spin_ns, (uint64_t)events->spun);
}

// ------------------------------------------------------------------------------------ counters

static uint64_t read_counter(const atomic_uint_fast64_t *counter) {
  return atomic_load_explicit(counter, memory_order_relaxed);
}

void accountstatus_get_counters(const accountstatus *handle, accountstatus_counters *ret_counters) {
  const counters *counters = &handle->counters;
  accountstatus_counters now = {
      .size = ret_counters->size,
      .calls = read_counter(&counters->calls),
      .unavailable = read_counter(&counters->unavailable),
      .timeouts = read_counter(&counters->timeouts),
      .allowed_by_default = read_counter(&counters->allowed_by_default),
      .denied_by_default = read_counter(&counters->denied_by_default),
      .retries = read_counter(&counters->retries),
      .connects = read_counter(&counters->connects),
      .failed_connects = read_counter(&counters->failed_connects),
      .late_answers = read_counter(&counters->late_answers),
      .protocol_errors = read_counter(&counters->protocol_errors),
      .answered_by_call = read_counter(&counters->answered_by_call),
      .answered_by_cache = read_counter(&counters->answered_by_cache),
      .stale = read_counter(&counters->stale),
      .spins = read_counter(&counters->spins),
      .spin_hits = read_counter(&counters->spin_hits),
      .spin_ns = read_counter(&counters->spin_ns),
  };
  tables_count(&handle->tables, &now);
  now.calls += now.answered_by_table + now.answered_by_cache;
  size_t size = ret_counters->size;
  memcpy(ret_counters, &now, size < sizeof now ? size : sizeof now);
}
