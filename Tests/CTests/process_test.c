// Clients/C: threads, forks, descriptors and signals.

#include "call.h"
#include "peer.h"
#include "test.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 8, CALLS = 400 };

static bool is_answered(accountstatus *handle, const char *id, bool active) {
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 10000);
  accountstatus_result *result;
  if (accountstatus_get(handle, id, &options, &result, NULL) < 0)
    return false;
  bool right = result->outcome == ACCOUNTSTATUS_FOUND &&
               accountstatus_is_active(result) == active &&
               strcmp(result->status->account_id, id) == 0;
  accountstatus_free_result(result);
  return right;
}

typedef struct caller {
  pthread_t thread;
  accountstatus *handle;
  int number;
  int right;
} caller;

static void *call_often(void *argument) {
  caller *caller = argument;
  for (int i = 0; i < CALLS; i++) {
    char id[64];
    bool active = i % 3 != 0;
    snprintf(id, sizeof id, "%s%d-%d", active ? "contoso-" : "suspended-", caller->number, i);
    caller->right += is_answered(caller->handle, id, active);
  }
  return NULL;
}

static void threads_share_a_handle(void) {
  peer *peer = peer_start(peer_serve, NULL);
  accountstatus_open_options options = {
      .size = sizeof options, .socket = peer_path(peer), .max_connections = 3};
  accountstatus *handle;
  NEED(accountstatus_open(&options, &handle, NULL) == 0);
  caller callers[THREADS];
  for (int i = 0; i < THREADS; i++) {
    callers[i] = (caller){.handle = handle, .number = i};
    NEED(pthread_create(&callers[i].thread, NULL, call_often, &callers[i]) == 0);
  }
  for (int i = 0; i < THREADS; i++) {
    pthread_join(callers[i].thread, NULL);
    CHECK_EQUAL(callers[i].right, CALLS);
  }
  CHECK(peer_connection_count(peer) <= 3);
  CHECK_EQUAL(peer_request_count(peer), THREADS * CALLS);
  accountstatus_counters counters = {.size = sizeof counters};
  accountstatus_get_counters(handle, &counters);
  CHECK_EQUAL(counters.calls, THREADS * CALLS);
  CHECK_EQUAL(counters.unavailable, 0);
  accountstatus_close(handle);
  peer_stop(peer);
}

// Hangs up after every fifth request: threads and reconnects together.
static void serve_and_hang_up(peer_connection *connection, void *context) {
  (void)context;
  peer_request request;
  for (int i = 0; i < 60 && peer_read(connection, &request); i++) {
    peer_serve_request(connection, &request);
    peer_free_request(&request);
  }
}

static void threads_survive_hang_ups(void) {
  peer *peer = peer_start(serve_and_hang_up, NULL);
  accountstatus *handle = peer_open(peer);
  caller callers[THREADS];
  for (int i = 0; i < THREADS; i++) {
    callers[i] = (caller){.handle = handle, .number = i};
    NEED(pthread_create(&callers[i].thread, NULL, call_often, &callers[i]) == 0);
  }
  for (int i = 0; i < THREADS; i++) {
    pthread_join(callers[i].thread, NULL);
    CHECK_EQUAL(callers[i].right, CALLS);
  }
  accountstatus_close(handle);
  peer_stop(peer);
}

// ----------------------------------------------------------------------------------------- fork

// How many sockets a process has open, and whether all of them close on exec.
static int count_sockets(bool *ret_all_close_on_exec) {
  int count = 0;
  *ret_all_close_on_exec = true;
  for (int fd = 0; fd < 256; fd++) {
    struct stat status;
    if (fstat(fd, &status) < 0 || !S_ISSOCK(status.st_mode) || fd <= 2)
      continue;
    count++;
    if ((fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0)
      *ret_all_close_on_exec = false;
  }
  return count;
}

static int wait_for_exit(pid_t child) {
  int status = -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

// What a child does with an inherited handle; its exit code says which step went wrong.
static int use_inherited(accountstatus *handle, int parent_fd) {
  if (!is_answered(handle, "contoso", true))
    return 1;
  // The parent's socket is closed here, and the number may be the child's own connection now.
  if (handle->connections[0].fd < 0 || handle->connections[0].next_stream != 3)
    return 2;
  (void)parent_fd;
  if (!is_answered(handle, "suspended-1", false))
    return 3;
  accountstatus_close(handle);
  bool close_on_exec;
  // The listener of the peer and what it accepted are inherited, too: nothing of the handle is
  // left.
  return count_sockets(&close_on_exec) == 2 ? 0 : 4;
}

static void a_child_makes_its_own_connection(void) {
  peer *peer = peer_start(peer_serve, NULL);
  accountstatus *handle = peer_open(peer);
  for (int i = 0; i < 5; i++)
    CHECK(is_answered(handle, "contoso", true));
  CHECK_EQUAL(peer_connection_count(peer), 1);
  uint32_t next = handle->connections[0].next_stream;
  pid_t child = fork();
  NEED(child >= 0);
  if (child == 0)
    _exit(use_inherited(handle, handle->connections[0].fd));
  CHECK_EQUAL(wait_for_exit(child), 0);
  CHECK_EQUAL(peer_connection_count(peer), 2);
  // The parent's stream goes on where it was.
  CHECK(is_answered(handle, "contoso", true));
  CHECK_EQUAL(handle->connections[0].next_stream, next + 2);
  CHECK_EQUAL(peer_connection_count(peer), 2);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void children_of_children_do_too(void) {
  peer *peer = peer_start(peer_serve, NULL);
  accountstatus *handle = peer_open(peer);
  CHECK(is_answered(handle, "contoso", true));
  pid_t child = fork();
  NEED(child >= 0);
  if (child == 0) {
    // Unused here, used in the grandchild.
    pid_t grandchild = fork();
    if (grandchild == 0)
      _exit(is_answered(handle, "contoso", true) ? 0 : 1);
    int code = wait_for_exit(grandchild);
    _exit(code == 0 && is_answered(handle, "suspended-1", false) ? 0 : 1);
  }
  CHECK_EQUAL(wait_for_exit(child), 0);
  CHECK(is_answered(handle, "contoso", true));
  CHECK_EQUAL(peer_connection_count(peer), 3);
  accountstatus_close(handle);
  peer_stop(peer);
}

#ifndef __SANITIZE_THREAD__
static void *call_until_told(void *argument) {
  caller *caller = argument;
  while (__atomic_load_n(&caller->number, __ATOMIC_RELAXED) == 0)
    caller->right += is_answered(caller->handle, "contoso", true) ? 0 : 1;
  return NULL;
}
#endif

// A child may be made while other threads hold the handle's lock or its connections.
static void a_fork_in_the_middle_of_calls_is_safe(void) {
#ifdef __SANITIZE_THREAD__
  test_skip("ThreadSanitizer cannot follow a fork of a process with threads");
#else
  peer *peer = peer_start(peer_serve, NULL);
  accountstatus_open_options options = {
      .size = sizeof options, .socket = peer_path(peer), .max_connections = 2};
  accountstatus *handle;
  NEED(accountstatus_open(&options, &handle, NULL) == 0);
  caller callers[4];
  for (int i = 0; i < 4; i++) {
    callers[i] = (caller){.handle = handle};
    NEED(pthread_create(&callers[i].thread, NULL, call_until_told, &callers[i]) == 0);
  }
  for (int i = 0; i < 50; i++) {
    pid_t child = fork();
    NEED(child >= 0);
    if (child == 0) {
      alarm(20);
      _exit(is_answered(handle, "suspended-1", false) ? 0 : 1);
    }
    CHECK_EQUAL(wait_for_exit(child), 0);
  }
  for (int i = 0; i < 4; i++)
    __atomic_store_n(&callers[i].number, 1, __ATOMIC_RELAXED);
  for (int i = 0; i < 4; i++) {
    pthread_join(callers[i].thread, NULL);
    CHECK_EQUAL(callers[i].right, 0);
  }
  accountstatus_close(handle);
  peer_stop(peer);
#endif
}

static void sockets_close_on_exec(void) {
  peer *peer = peer_start(peer_serve, NULL);
  accountstatus *handle = peer_open(peer);
  CHECK(is_answered(handle, "contoso", true));
  bool close_on_exec;
  // The listener, the accepted socket, the client's.
  CHECK_EQUAL(count_sockets(&close_on_exec), 3);
  CHECK(close_on_exec);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void accept_and_hang_up(peer_connection *connection, void *context) {
  (void)connection;
  (void)context;
}

static void a_hang_up_raises_no_signal(void) {
  struct sigaction before;
  sigaction(SIGPIPE, NULL, &before);
  CHECK(before.sa_handler == SIG_DFL);
  peer *peer = peer_start(accept_and_hang_up, NULL);
  accountstatus *handle = peer_open(peer);
  // SIGPIPE would end the process.
  for (int i = 0; i < 50; i++)
    CHECK(!is_answered(handle, "contoso", true));
  accountstatus_close(handle);
  peer_stop(peer);
}

static void ignore_signal(int number) { (void)number; }

typedef struct nagger {
  pthread_t victim;
  atomic_bool stop;
} nagger;

static void *nag(void *argument) {
  nagger *nagger = argument;
  while (!atomic_load(&nagger->stop)) {
    pthread_kill(nagger->victim, SIGUSR1);
    sched_yield();
  }
  return NULL;
}

static void signals_interrupt_nothing(void) {
  peer *peer = peer_start(peer_serve, NULL);
  accountstatus *handle = peer_open(peer);
  struct sigaction action = {.sa_handler = ignore_signal}, before;
  sigaction(SIGUSR1, &action, &before);
  nagger nagger = {.victim = pthread_self()};
  pthread_t thread;
  NEED(pthread_create(&thread, NULL, nag, &nagger) == 0);
  for (int i = 0; i < CALLS; i++)
    CHECK(is_answered(handle, "contoso", true));
  atomic_store(&nagger.stop, true);
  pthread_join(thread, NULL);
  sigaction(SIGUSR1, &before, NULL);
  accountstatus_close(handle);
  peer_stop(peer);
}

static const test tests[] = {
    {"threads share a handle", threads_share_a_handle},
    {"threads survive hang-ups", threads_survive_hang_ups},
    {"a child makes its own connection", a_child_makes_its_own_connection},
    {"children of children do, too", children_of_children_do_too},
    {"a fork in the middle of calls is safe", a_fork_in_the_middle_of_calls_is_safe},
    {"sockets close on exec", sockets_close_on_exec},
    {"a hang-up raises no signal", a_hang_up_raises_no_signal},
    {"signals interrupt nothing", signals_interrupt_nothing},
};
const test_suite process_suite = SUITE("process", tests);
