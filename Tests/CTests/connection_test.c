// Clients/C/src/connection.c, call.c and handle.c: everything that a server, or the lack of one,
// can do to a call.

#include "accountstatus/v1/status_service.pb-c.h"
#include "call.h"
#include "peer.h"
#include "test.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// A call as most tests make it: asks about "contoso", and gives what came of it.
static int32_t ask(accountstatus *handle, uint32_t timeout_ms, int32_t *ret_error) {
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, timeout_ms);
  accountstatus_result *result;
  int code = accountstatus_get(handle, "contoso", &options, &result, NULL);
  if (code < 0)
    return code;
  int32_t outcome = result->outcome;
  if (ret_error != NULL)
    *ret_error = result->error;
  CHECK_EQUAL(accountstatus_is_active(result), outcome == ACCOUNTSTATUS_FOUND);
  accountstatus_free_result(result);
  return outcome;
}

static accountstatus_counters counters_of(const accountstatus *handle) {
  accountstatus_counters counters = {.size = sizeof counters};
  accountstatus_get_counters(handle, &counters);
  return counters;
}

static bytes contoso_frame(uint32_t stream) {
  Accountstatus__V1__AccountStatus status = ACCOUNTSTATUS__V1__ACCOUNT_STATUS__INIT;
  status.account_id = "contoso";
  status.state = ACCOUNTSTATUS__V1__ACCOUNT_STATE__ACCOUNT_STATE_ACTIVE;
  Accountstatus__V1__GetStatusResponse response = ACCOUNTSTATUS__V1__GET_STATUS_RESPONSE__INIT;
  response.status = &status;
  return peer_answer_frame(stream, &response.base);
}

// What a script does with the first requests of its peer; after that it serves.
typedef struct trouble {
  void (*make)(peer_connection *connection, const peer_request *request);
  // How many requests of the peer get it.
  unsigned times;
  atomic_uint made;
} trouble;

static void make_trouble(peer_connection *connection, void *context) {
  trouble *trouble = context;
  peer_request request;
  while (peer_read(connection, &request)) {
    bool troubled = atomic_fetch_add(&trouble->made, 1) < trouble->times;
    if (troubled)
      trouble->make(connection, &request);
    else
      peer_serve_request(connection, &request);
    peer_free_request(&request);
  }
}

// -------------------------------------------------------------------------------------- frames

static void tear(peer_connection *connection, const peer_request *request) {
  bytes frame = contoso_frame(request->stream);
  for (size_t i = 0; i < frame.size; i++)
    peer_write(connection, frame.data + i, 1);
  bytes_free(&frame);
}

static void an_answer_may_come_byte_by_byte(void) {
  trouble trouble = {.make = tear, .times = 3};
  peer *peer = peer_start(make_trouble, &trouble);
  accountstatus *handle = peer_open(peer);
  for (int i = 0; i < 4; i++)
    CHECK_EQUAL(ask(handle, 0, NULL), ACCOUNTSTATUS_FOUND);
  CHECK_EQUAL(peer_connection_count(peer), 1);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void surround(peer_connection *connection, const peer_request *request) {
  peer_write_frame(connection, request->stream + 1000, 2, 0, "\x0a\x00", 2); // nobody's answer
  peer_write_frame(connection, request->stream, 9, 0xff, "anything", 8);     // an unknown type
  peer_write_frame(connection, request->stream + 1000, 3, 0, "data", 4);     // nobody's data
  peer_write_frame(connection, 0, 77, 0, NULL, 0);
  bytes frame = contoso_frame(request->stream);
  peer_write(connection, frame.data, frame.size);
  bytes_free(&frame);
}

static void frames_for_nobody_are_ignored(void) {
  trouble trouble = {.make = surround, .times = 1};
  peer *peer = peer_start(make_trouble, &trouble);
  accountstatus *handle = peer_open(peer);
  CHECK_EQUAL(ask(handle, 0, NULL), ACCOUNTSTATUS_FOUND);
  CHECK_EQUAL(ask(handle, 0, NULL), ACCOUNTSTATUS_FOUND);
  CHECK_EQUAL(peer_connection_count(peer), 1);
  CHECK_EQUAL(counters_of(handle).late_answers, 1);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void write_too_much(peer_connection *connection, const peer_request *request) {
  size_t size = 4 * 1024 * 1024 + 1;
  uint8_t *payload = calloc(1, size);
  peer_write_frame(connection, request->stream, 2, 0, payload, size);
  free(payload);
}

static void an_answer_over_the_limit_is_skipped(void) {
  trouble trouble = {.make = write_too_much, .times = 1};
  peer *peer = peer_start(make_trouble, &trouble);
  accountstatus *handle = peer_open(peer);
  int32_t error;
  CHECK_EQUAL(ask(handle, 0, &error), ACCOUNTSTATUS_UNAVAILABLE);
  CHECK_EQUAL(error, -EMSGSIZE);
  CHECK_EQUAL(ask(handle, 0, NULL), ACCOUNTSTATUS_FOUND);
  CHECK_EQUAL(peer_connection_count(peer), 1);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void write_impossible_length(peer_connection *connection, const peer_request *request) {
  (void)request;
  peer_write(connection, "\x01\x00\x00\x00\x00\x00\x00\x01\x02\x00", 10);
}

static void write_http(peer_connection *connection, const peer_request *request) {
  (void)request;
  const char text[] = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n";
  peer_write(connection, text, sizeof text - 1);
}

static void write_data_frame(peer_connection *connection, const peer_request *request) {
  peer_write_frame(connection, request->stream, 3, 0, "data", 4);
}

static void write_broken_envelope(peer_connection *connection, const peer_request *request) {
  peer_write_frame(connection, request->stream, 2, 0, "\x12\x7f\x00", 3);
}

static void write_broken_answer(peer_connection *connection, const peer_request *request) {
  peer_write_frame(connection, request->stream, 2, 0, "\x12\x02\x0a\x7f", 4);
}

// "contoso" with a NUL and more behind it: unpack alone would take it for "contoso".
static void write_nul(peer_connection *connection, const peer_request *request) {
  bytes status = {0}, response = {0}, envelope = {0};
  bytes_add_field(&status, 1, "contoso\0x", 9);
  bytes_add_number(&status, 2, 1);
  bytes_add_message(&response, 1, &status);
  bytes_add_message(&envelope, 2, &response);
  peer_write_frame(connection, request->stream, 2, 0, envelope.data, envelope.size);
  bytes_free(&status);
  bytes_free(&response);
  bytes_free(&envelope);
}

static void nonsense_ends_the_connection_not_the_handle(void) {
  void (*kinds[])(peer_connection *, const peer_request *) = {
      write_impossible_length, write_http,          write_data_frame,
      write_broken_envelope,   write_broken_answer, write_nul};
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    trouble trouble = {.make = kinds[i], .times = 1};
    peer *peer = peer_start(make_trouble, &trouble);
    accountstatus *handle = peer_open(peer);
    int32_t error;
    CHECK_EQUAL(ask(handle, 0, &error), ACCOUNTSTATUS_UNAVAILABLE);
    CHECK_EQUAL(error, -EPROTO);
    CHECK_EQUAL(ask(handle, 0, NULL), ACCOUNTSTATUS_FOUND);
    CHECK_EQUAL(peer_connection_count(peer), 2);
    CHECK_EQUAL(counters_of(handle).protocol_errors, 1);
    CHECK_EQUAL(counters_of(handle).retries, 0);
    accountstatus_close(handle);
    peer_stop(peer);
  }
}

// A good answer with some bytes changed, then the end of the connection, so that no call waits for
// more.
static void spoil(peer_connection *connection, void *context) {
  unsigned *seed = context;
  peer_request request;
  while (peer_read(connection, &request)) {
    bytes frame = contoso_frame(request.stream);
    unsigned changes = 1 + (unsigned)rand_r(seed) % 4;
    for (unsigned i = 0; i < changes; i++)
      frame.data[(unsigned)rand_r(seed) % frame.size] ^=
          (uint8_t)(1u << (unsigned)rand_r(seed) % 8);
    peer_write(connection, frame.data, frame.size);
    bytes_free(&frame);
    peer_free_request(&request);
    return;
  }
}

static void no_spoilt_answer_harms(void) {
  for (unsigned seed = 1; seed <= 30; seed++) {
    unsigned random = seed;
    peer *peer = peer_start(spoil, &random);
    accountstatus *handle = peer_open(peer);
    accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 2000);
    for (int i = 0; i < 20; i++) {
      // A changed byte may also make a sound answer of another kind, another state or an error,
      // say.
      accountstatus_result *result = NULL;
      int code = accountstatus_get(handle, "contoso", &options, &result, NULL);
      CHECK((code == 0) == (result != NULL));
      if (result != NULL && result->outcome == ACCOUNTSTATUS_FOUND)
        CHECK_TEXT(result->status->account_id, "contoso");
      accountstatus_free_result(result);
    }
    accountstatus_close(handle);
    peer_stop(peer);
  }
}

// ------------------------------------------------------------------------------------ breakage

static void hang_up(peer_connection *connection, const peer_request *request) {
  (void)request;
  shutdown(connection->fd, SHUT_RDWR);
}

static void hang_up_in_the_middle(peer_connection *connection, const peer_request *request) {
  bytes frame = contoso_frame(request->stream);
  peer_write(connection, frame.data, frame.size - 1);
  bytes_free(&frame);
  shutdown(connection->fd, SHUT_RDWR);
}

static void a_broken_call_is_repeated_once(void) {
  void (*kinds[])(peer_connection *, const peer_request *) = {hang_up, hang_up_in_the_middle};
  for (size_t i = 0; i < 2; i++) {
    trouble once = {.make = kinds[i], .times = 1};
    peer *peer = peer_start(make_trouble, &once);
    accountstatus *handle = peer_open(peer);
    CHECK_EQUAL(ask(handle, 0, NULL), ACCOUNTSTATUS_FOUND);
    CHECK_EQUAL(peer_request_count(peer), 2);
    CHECK_EQUAL(counters_of(handle).retries, 1);
    CHECK_EQUAL(counters_of(handle).connects, 2);
    accountstatus_close(handle);
    peer_stop(peer);

    trouble twice = {.make = kinds[i], .times = 2};
    peer = peer_start(make_trouble, &twice);
    handle = peer_open(peer);
    int32_t error;
    CHECK_EQUAL(ask(handle, 0, &error), ACCOUNTSTATUS_UNAVAILABLE);
    CHECK_EQUAL(error, -ECONNREFUSED);
    CHECK_EQUAL(peer_request_count(peer), 2);
    CHECK_EQUAL(ask(handle, 0, NULL), ACCOUNTSTATUS_FOUND);
    accountstatus_close(handle);
    peer_stop(peer);
  }
}

static void answer_unavailable(peer_connection *connection, const peer_request *request) {
  peer_write_error(connection, request->stream, ACCOUNTSTATUS_CODE_UNAVAILABLE, "draining", NULL,
                   0);
}

static void a_draining_server_is_asked_once_more(void) {
  trouble trouble = {.make = answer_unavailable, .times = 1};
  peer *peer = peer_start(make_trouble, &trouble);
  accountstatus *handle = peer_open(peer);
  CHECK_EQUAL(ask(handle, 0, NULL), ACCOUNTSTATUS_FOUND);
  CHECK_EQUAL(peer_connection_count(peer), 2);
  CHECK_EQUAL(counters_of(handle).retries, 1);
  accountstatus_close(handle);
  peer_stop(peer);
}

// Makes a call of a method that may not be repeated: the client has none, so this goes one level
// down.
static int ask_once_only(accountstatus *handle) {
  static const method advance_clock = {"accountstatus.v1.TestingService", "AdvanceClock", false};
  Accountstatus__V1__GetStatusRequest request = ACCOUNTSTATUS__V1__GET_STATUS_REQUEST__INIT;
  call call = {
      .method = &advance_clock,
      .request = &request.base,
      .answer_type = &accountstatus__v1__get_status_response__descriptor,
      .deadline = handle_deadline(handle, 0),
  };
  accountstatus_error failure = {.size = sizeof failure};
  answer answer;
  int result = call_make(handle, &call, &answer, &failure);
  answer_release(&answer);
  return result;
}

static void other_calls_are_not_repeated(void) {
  void (*kinds[])(peer_connection *, const peer_request *) = {hang_up, hang_up_in_the_middle,
                                                              answer_unavailable};
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    trouble trouble = {.make = kinds[i], .times = 2};
    peer *peer = peer_start(make_trouble, &trouble);
    accountstatus *handle = peer_open(peer);
    CHECK_EQUAL(ask_once_only(handle), -ECONNREFUSED);
    CHECK_EQUAL(peer_request_count(peer), 1);
    CHECK_EQUAL(counters_of(handle).retries, 0);
    accountstatus_close(handle);
    peer_stop(peer);
  }
}

static void a_restart_is_not_noticed(void) {
  peer *first = peer_start(peer_serve, NULL);
  accountstatus *handle = peer_open(first);
  CHECK_EQUAL(ask(handle, 0, NULL), ACCOUNTSTATUS_FOUND);
  char path[108];
  snprintf(path, sizeof path, "%s", peer_path(first));
  peer_stop_keeping_path(first);
  peer *second = peer_start_at(path, peer_serve, NULL);
  CHECK_EQUAL(ask(handle, 0, NULL), ACCOUNTSTATUS_FOUND);
  CHECK_EQUAL(counters_of(handle).connects, 2);
  accountstatus_close(handle);
  peer_stop(second);
}

// ----------------------------------------------------------------------------------- deadlines

typedef struct gate {
  pthread_mutex_t mutex;
  pthread_cond_t opened;
  bool open;
} gate;

#define GATE                                                                                       \
  { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false }

static void open_gate(gate *gate) {
  pthread_mutex_lock(&gate->mutex);
  gate->open = true;
  pthread_cond_broadcast(&gate->opened);
  pthread_mutex_unlock(&gate->mutex);
}

static void pass_gate(gate *gate) {
  pthread_mutex_lock(&gate->mutex);
  while (!gate->open)
    pthread_cond_wait(&gate->opened, &gate->mutex);
  pthread_mutex_unlock(&gate->mutex);
}

// Answers the first request when the gate opens, all others at once.
static void answer_late(peer_connection *connection, void *context) {
  peer_request first, request;
  if (!peer_read(connection, &first))
    return;
  CHECK(first.envelope->timeout_nano > 0 && first.envelope->timeout_nano <= 50000000);
  pass_gate(context);
  peer_serve_request(connection, &first);
  peer_free_request(&first);
  while (peer_read(connection, &request)) {
    CHECK(request.stream > 1);
    peer_serve_request(connection, &request);
    peer_free_request(&request);
  }
}

static void a_deadline_holds_and_the_late_answer_is_dropped(void) {
  gate gate = GATE;
  peer *peer = peer_start(answer_late, &gate);
  accountstatus *handle = peer_open(peer);
  int64_t start = monotonic_now();
  int32_t error;
  CHECK_EQUAL(ask(handle, 50, &error), ACCOUNTSTATUS_UNAVAILABLE);
  CHECK_EQUAL(error, -ETIMEDOUT);
  CHECK(monotonic_now() - start >= 50000000);
  open_gate(&gate);
  CHECK_EQUAL(ask(handle, 0, NULL), ACCOUNTSTATUS_FOUND);
  CHECK_EQUAL(peer_connection_count(peer), 1);
  CHECK_EQUAL(counters_of(handle).late_answers, 1);
  CHECK_EQUAL(counters_of(handle).timeouts, 1);
  CHECK_EQUAL(counters_of(handle).denied_by_default, 1);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void say_nothing(peer_connection *connection, void *context) {
  pass_gate(context);
  peer_wait_for_end(connection);
}

// The request is larger than the socket takes, and nobody reads it.
static void a_server_that_does_not_read_cannot_hold_a_call(void) {
  gate gate = GATE;
  peer *peer = peer_start(say_nothing, &gate);
  accountstatus *handle = peer_open(peer);
  char *large = malloc(2 * 1024 * 1024 + 1);
  memset(large, 'x', 2 * 1024 * 1024);
  large[2 * 1024 * 1024] = '\0';
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 50);
  accountstatus_result *result;
  NEED(accountstatus_get(handle, large, &options, &result, NULL) == 0);
  CHECK_EQUAL(result->outcome, ACCOUNTSTATUS_UNAVAILABLE);
  CHECK_EQUAL(result->error, -ETIMEDOUT);
  accountstatus_free_result(result);
  free(large);
  // What was left half-sent cannot be followed by another request.
  CHECK_EQUAL(ask(handle, 50, NULL), ACCOUNTSTATUS_UNAVAILABLE);
  CHECK_EQUAL(counters_of(handle).connects, 2);
  open_gate(&gate);
  accountstatus_close(handle);
  peer_stop(peer);
}

// Answers as soon as the header is there, and reads no more until the client hangs up.
static void answer_before_the_end(peer_connection *connection, void *context) {
  (void)context;
  uint8_t header[10];
  if (recv(connection->fd, header, sizeof header, MSG_WAITALL) != sizeof header)
    return;
  peer_write_error(connection, 1, ACCOUNTSTATUS_CODE_INVALID_ARGUMENT, "too long an id", NULL, 0);
  struct pollfd hang_up = {.fd = connection->fd, .events = POLLRDHUP};
  poll(&hang_up, 1, -1);
}

static void an_answer_may_overtake_the_request(void) {
  peer *peer = peer_start(answer_before_the_end, NULL);
  accountstatus *handle = peer_open(peer);
  char *large = malloc(2 * 1024 * 1024 + 1);
  memset(large, 'x', 2 * 1024 * 1024);
  large[2 * 1024 * 1024] = '\0';
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 0);
  accountstatus_result *result;
  accountstatus_error error = {.size = sizeof error};
  for (int i = 0; i < 2; i++) {
    CHECK_EQUAL(accountstatus_get(handle, large, &options, &result, &error), -EINVAL);
    CHECK_TEXT(error.message, "too long an id");
  }
  CHECK_EQUAL(peer_connection_count(peer), 2);
  free(large);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void calls_wait_for_a_connection_within_their_deadline(void) {
  gate gate = GATE;
  peer *peer = peer_start(say_nothing, &gate);
  accountstatus_open_options options = {
      .size = sizeof options, .socket = peer_path(peer), .max_connections = 1};
  accountstatus *handle;
  NEED(accountstatus_open(&options, &handle, NULL) == 0);
  connection *taken;
  accountstatus_error failure = {.size = sizeof failure};
  NEED(handle_take(handle, handle_deadline(handle, 0), &taken, &failure) == 0);
  int32_t error;
  CHECK_EQUAL(ask(handle, 20, &error), ACCOUNTSTATUS_UNAVAILABLE);
  CHECK_EQUAL(error, -ETIMEDOUT);
  CHECK_EQUAL(peer_connection_count(peer), 0);
  handle_give_back(handle, taken);
  open_gate(&gate);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void a_request_over_the_limit_is_not_sent(void) {
  peer *peer = peer_start(peer_serve, NULL);
  accountstatus *handle = peer_open(peer);
  size_t size = 4 * 1024 * 1024;
  char *large = malloc(size + 1);
  memset(large, 'x', size);
  large[size] = '\0';
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 0);
  accountstatus_result *result;
  CHECK_EQUAL(accountstatus_get(handle, large, &options, &result, NULL), -E2BIG);
  CHECK_EQUAL(ask(handle, 0, NULL), ACCOUNTSTATUS_FOUND);
  free(large);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void ids_that_run_out_cost_a_connection_only(void) {
  peer *peer = peer_start(peer_serve, NULL);
  accountstatus *handle = peer_open(peer);
  CHECK_EQUAL(ask(handle, 0, NULL), ACCOUNTSTATUS_FOUND);
  handle->connections[0].next_stream = UINT32_MAX;
  CHECK_EQUAL(ask(handle, 0, NULL), ACCOUNTSTATUS_FOUND);
  CHECK_EQUAL(peer_connection_count(peer), 1);
  CHECK_EQUAL(ask(handle, 0, NULL), ACCOUNTSTATUS_FOUND);
  CHECK_EQUAL(peer_connection_count(peer), 2);
  accountstatus_close(handle);
  peer_stop(peer);
}

// ------------------------------------------------------------------------------------ no server

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
    {"an answer may come byte by byte", an_answer_may_come_byte_by_byte},
    {"frames for nobody are ignored", frames_for_nobody_are_ignored},
    {"an answer over the limit is skipped", an_answer_over_the_limit_is_skipped},
    {"nonsense ends the connection, not the handle", nonsense_ends_the_connection_not_the_handle},
    {"no spoilt answer harms", no_spoilt_answer_harms},
    {"a broken call is repeated once", a_broken_call_is_repeated_once},
    {"a draining server is asked once more", a_draining_server_is_asked_once_more},
    {"other calls are not repeated", other_calls_are_not_repeated},
    {"a restart is not noticed", a_restart_is_not_noticed},
    {"a deadline holds and the late answer is dropped",
     a_deadline_holds_and_the_late_answer_is_dropped},
    {"a server that does not read cannot hold a call",
     a_server_that_does_not_read_cannot_hold_a_call},
    {"an answer may overtake the request", an_answer_may_overtake_the_request},
    {"calls wait for a connection within their deadline",
     calls_wait_for_a_connection_within_their_deadline},
    {"a request over the limit is not sent", a_request_over_the_limit_is_not_sent},
    {"ids that run out cost a connection only", ids_that_run_out_cost_a_connection_only},
    {"without a server calls fail fast and rarely connect",
     without_a_server_calls_fail_fast_and_rarely_connect},
    {"a call may wait for its server", a_call_may_wait_for_its_server},
    {"waiting ends with the timeout", waiting_ends_with_the_timeout},
    {"a socket without permission is an error", a_socket_without_permission_is_an_error},
    {"the socket is found where the header says", the_socket_is_found_where_the_header_says},
    {"bad open options are refused", bad_open_options_are_refused},
};
const test_suite connection_suite = SUITE("connection", tests);
