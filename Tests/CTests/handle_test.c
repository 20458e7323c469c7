// Clients/C/src/handle.c: finding a server, waiting for one, doing without.

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "handle.h"
#include "script.h"
#include "test.h"

static void without_a_server_calls_fail_fast_and_rarely_connect(void) {
  peer *peer = peer_start(peer_serve, NULL);
  char path[108];
  snprintf(path, sizeof path, "%s", peer_path(peer));
  accountstatus *handle = peer_open(peer);
  peer_stop_keeping_path(peer);
  for (int i = 0; i < 2000; i++) {
    int32_t error;
    CHECK_EQUAL(ask(handle, 5000, &error), ACCOUNTSTATUS_UNAVAILABLE);
    CHECK_EQUAL(error, -ECONNREFUSED);
  }
  accountstatus_counters counters = counters_of(handle);
  CHECK_EQUAL(counters.calls, 2000);
  CHECK_EQUAL(counters.unavailable, 2000);
  CHECK_EQUAL(counters.denied_by_default, 2000);
  CHECK(counters.failed_connects >= 1 && counters.failed_connects < 200);
  peer = peer_start_at(path, peer_serve, NULL);
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 5000);
  options.wait_for_server = true;
  accountstatus_result *result;
  NEED(accountstatus_get(handle, "contoso", &options, &result, NULL) == 0);
  CHECK_EQUAL(result->outcome, ACCOUNTSTATUS_FOUND);
  accountstatus_free_result(result);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void *ask_waiting(void *argument) {
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 10000);
  options.wait_for_server = true;
  accountstatus_result *result;
  if (accountstatus_get(argument, "contoso", &options, &result, NULL) < 0)
    return NULL;
  bool found = result->outcome == ACCOUNTSTATUS_FOUND;
  accountstatus_free_result(result);
  return found ? argument : NULL;
}

static void a_call_may_wait_for_its_server(void) {
  peer *peer = peer_start(peer_serve, NULL);
  char path[108];
  snprintf(path, sizeof path, "%s", peer_path(peer));
  accountstatus *handle = peer_open(peer);
  peer_stop_keeping_path(peer);
  pthread_t thread;
  NEED(pthread_create(&thread, NULL, ask_waiting, handle) == 0);
  while (counters_of(handle).failed_connects == 0)
    sched_yield();
  peer = peer_start_at(path, peer_serve, NULL);
  void *found;
  pthread_join(thread, &found);
  CHECK(found == handle);

  accountstatus_close(handle);
  peer_stop(peer);
}

static void waiting_ends_with_the_timeout(void) {
  accountstatus_open_options where = {.size = sizeof where, .socket = "/nonexistent/rpc.sock"};
  accountstatus *handle;
  NEED(accountstatus_open(&where, &handle, NULL) == 0);
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 30);
  options.wait_for_server = true;
  int64_t start = monotonic_now();
  accountstatus_result *result;
  NEED(accountstatus_get(handle, "contoso", &options, &result, NULL) == 0);
  CHECK_EQUAL(result->outcome, ACCOUNTSTATUS_UNAVAILABLE);
  CHECK(strstr(result->message, "/nonexistent/rpc.sock") != NULL);
  CHECK(monotonic_now() - start >= 30000000);
  accountstatus_free_result(result);
  accountstatus_close(handle);
}

// A server that listens and accepts nobody, its queue full: neither absent nor able to take a call.
static void a_full_queue_is_waited_for_until_the_deadline(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "/tmp/accountstatus-test-%d.sock",
           (int)getpid());
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), queued[16];
  NEED(bind(listener, (struct sockaddr *)&address, sizeof address) == 0);
  NEED(listen(listener, 1) == 0);
  int count = 0;
  for (; count < 16; count++) {
    queued[count] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connect(queued[count], (struct sockaddr *)&address, sizeof address) < 0)
      break;
  }
  NEED(count < 16 && errno == EAGAIN);
  accountstatus_open_options options = {.size = sizeof options, .socket = address.sun_path};
  accountstatus *handle;
  NEED(accountstatus_open(&options, &handle, NULL) == 0);
  int32_t error;
  int64_t start = monotonic_now();
  CHECK_EQUAL(ask(handle, 30, &error), ACCOUNTSTATUS_UNAVAILABLE);
  CHECK_EQUAL(error, -ETIMEDOUT);
  CHECK(monotonic_now() - start >= 30000000);
  CHECK_EQUAL(counters_of(handle).failed_connects, 0);
  accountstatus_close(handle);
  for (int i = 0; i <= count; i++)
    close(queued[i]);
  close(listener);
  unlink(address.sun_path);
}

// The peer's directory is its owner's alone; root, who may go anywhere, becomes someone else first.
static void a_socket_without_permission_is_an_error(void) {
  peer *peer = peer_start(peer_serve, NULL);
  NEED(geteuid() == 0 || chmod(peer_path(peer), 0) == 0);
  accountstatus *handle = peer_open(peer);
  pid_t child = fork();
  NEED(child >= 0);
  if (child == 0) {
    if (geteuid() == 0 && setresuid(65534, 65534, 65534) < 0)
      _exit(2);
    _exit(ask(handle, 0, NULL) == -EACCES ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK_EQUAL(WEXITSTATUS(status), 0);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void the_socket_is_found_where_the_header_says(void) {
  char directory[] = "/tmp/accountstatus-test-XXXXXX", sub[64], path[128];
  NEED(mkdtemp(directory) != NULL);
  snprintf(sub, sizeof sub, "%s/accountstatus", directory);
  NEED(mkdir(sub, 0700) == 0);
  snprintf(path, sizeof path, "%s/rpc.sock", sub);
  peer *peer = peer_start_at(path, peer_serve, NULL);
  accountstatus *handle;
  setenv("XDG_RUNTIME_DIR", directory, 1);
  unsetenv("ACCOUNTSTATUS_SOCKET");
  NEED(accountstatus_open(NULL, &handle, NULL) == 0);
  CHECK_EQUAL(ask(handle, 0, NULL), ACCOUNTSTATUS_FOUND);
  accountstatus_close(handle);

  setenv("ACCOUNTSTATUS_SOCKET", path, 1);
  setenv("XDG_RUNTIME_DIR", "/nonexistent", 1);
  NEED(accountstatus_open(NULL, &handle, NULL) == 0);
  CHECK_EQUAL(ask(handle, 0, NULL), ACCOUNTSTATUS_FOUND);
  accountstatus_close(handle);

  // A socket that is named beats both.
  accountstatus_open_options options = {.size = sizeof options, .socket = "/nonexistent/rpc.sock"};
  NEED(accountstatus_open(&options, &handle, NULL) == 0);
  CHECK_EQUAL(ask(handle, 0, NULL), ACCOUNTSTATUS_UNAVAILABLE);
  accountstatus_close(handle);
  unsetenv("ACCOUNTSTATUS_SOCKET");
  unsetenv("XDG_RUNTIME_DIR");
  peer_stop_keeping_path(peer);
  rmdir(sub);
  rmdir(directory);
}

static void bad_open_options_are_refused(void) {
  char path[120];
  memset(path, 'x', sizeof path);
  accountstatus_open_options options = {.size = sizeof options, .socket = path};
  accountstatus *handle;
  accountstatus_error error = {.size = sizeof error};
  path[108] = '\0';
  CHECK_EQUAL(accountstatus_open(&options, &handle, &error), -ENAMETOOLONG);
  CHECK(strstr(error.message, "107") != NULL);
  path[107] = '\0';
  NEED(accountstatus_open(&options, &handle, NULL) == 0);
  accountstatus_close(handle);
  options.max_connections = 65;
  CHECK_EQUAL(accountstatus_open(&options, &handle, NULL), -EINVAL);
  accountstatus_close(NULL);
}

static const test tests[] = {
    {"without a server calls fail fast and rarely connect",
     without_a_server_calls_fail_fast_and_rarely_connect},
    {"a call may wait for its server", a_call_may_wait_for_its_server},
    {"waiting ends with the timeout", waiting_ends_with_the_timeout},
    {"a full queue is waited for until the deadline",
     a_full_queue_is_waited_for_until_the_deadline},
    {"a socket without permission is an error", a_socket_without_permission_is_an_error},
    {"the socket is found where the header says", the_socket_is_found_where_the_header_says},
    {"bad open options are refused", bad_open_options_are_refused},
};
const test_suite handle_suite = SUITE("handle", tests);
