// Clients/C: deadlines, whatever a server does or fails to do.

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "call.h"
#include "script.h"
#include "test.h"

// Answers the first request when the gate opens, all others at once.
static void answer_late(peer_connection *connection, void *context) {
  peer_request first, request;
  if (!peer_read(connection, &first))
    return;
  CHECK(first.envelope->timeout_nano > 0 && first.envelope->timeout_nano <= 200000000);
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
  CHECK_EQUAL(ask(handle, 200, &error), ACCOUNTSTATUS_UNAVAILABLE);
  CHECK_EQUAL(error, -ETIMEDOUT);
  CHECK(monotonic_now() - start >= 200000000);
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
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 200);
  accountstatus_result *result;
  NEED(accountstatus_get(handle, large, &options, &result, NULL) == 0);
  CHECK_EQUAL(result->outcome, ACCOUNTSTATUS_UNAVAILABLE);
  CHECK_EQUAL(result->error, -ETIMEDOUT);
  accountstatus_free_result(result);
  free(large);
  // What was left half-sent cannot be followed by another request.
  CHECK_EQUAL(ask(handle, 200, NULL), ACCOUNTSTATUS_UNAVAILABLE);
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

static const test tests[] = {
    {"a deadline holds and the late answer is dropped",
     a_deadline_holds_and_the_late_answer_is_dropped},
    {"a server that does not read cannot hold a call",
     a_server_that_does_not_read_cannot_hold_a_call},
    {"an answer may overtake the request", an_answer_may_overtake_the_request},
    {"calls wait for a connection within their deadline",
     calls_wait_for_a_connection_within_their_deadline},
    {"a request over the limit is not sent", a_request_over_the_limit_is_not_sent},
    {"ids that run out cost a connection only", ids_that_run_out_cost_a_connection_only},
};
const test_suite deadline_suite = SUITE("deadline", tests);
