// Clients/C/src/call.c: what breaks, and what is repeated.

#include <errno.h>
#include <sys/socket.h>

#include "accountstatus/v1/status_service.pb-c.h"
#include "call.h"
#include "script.h"
#include "test.h"

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

static const test tests[] = {
    {"a broken call is repeated once", a_broken_call_is_repeated_once},
    {"a draining server is asked once more", a_draining_server_is_asked_once_more},
    {"other calls are not repeated", other_calls_are_not_repeated},
    {"a restart is not noticed", a_restart_is_not_noticed},
};
const test_suite call_suite = SUITE("call", tests);
