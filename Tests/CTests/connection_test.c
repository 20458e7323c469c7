// Clients/C/src/connection.c: frames, in pieces, misplaced, too long or none at all.

#include <errno.h>
#include <stdlib.h>

#include "accountstatus/v1/status_service.pb-c.h"
#include "script.h"
#include "test.h"

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

static const test tests[] = {
    {"an answer may come byte by byte", an_answer_may_come_byte_by_byte},
    {"frames for nobody are ignored", frames_for_nobody_are_ignored},
    {"an answer over the limit is skipped", an_answer_over_the_limit_is_skipped},
    {"nonsense ends the connection, not the handle", nonsense_ends_the_connection_not_the_handle},
    {"no spoilt answer harms", no_spoilt_answer_harms},
};
const test_suite connection_suite = SUITE("connection", tests);
