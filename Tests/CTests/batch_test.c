// Clients/C/src/get.c: several statuses.

#include <errno.h>
#include <stddef.h>

#include "accountstatus/v1/status_service.pb-c.h"
#include "script.h"
#include "test.h"

static void a_batch_answers_each_id(void) {
  peer *peer = peer_start(peer_serve, NULL);
  accountstatus *handle = peer_open(peer);
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 0);
  const char *ids[] = {"contoso", "none-1", "suspended-1", "contoso"};
  accountstatus_batch *batch;
  NEED(accountstatus_get_batch(handle, ids, 4, &options, &batch, NULL) == 0);
  CHECK_EQUAL(batch->count, 4);
  CHECK_EQUAL(batch->token_size, 3);
  CHECK(accountstatus_is_active(batch->results[0]));
  CHECK_EQUAL(batch->results[1]->outcome, ACCOUNTSTATUS_NOT_FOUND);
  CHECK_TEXT(batch->results[1]->message, "no such account");
  CHECK_EQUAL(batch->results[2]->status->state, ACCOUNTSTATUS_STATE_SUSPENDED);
  CHECK_TEXT(batch->results[3]->account_id, "contoso");
  accountstatus_free_batch(batch);

  const char *many[1001];
  for (int i = 0; i < 1001; i++)
    many[i] = "contoso";
  NEED(accountstatus_get_batch(handle, many, 1000, &options, &batch, NULL) == 0);
  CHECK_EQUAL(batch->count, 1000);
  CHECK(accountstatus_is_active(batch->results[999]));
  accountstatus_free_batch(batch);
  CHECK_EQUAL(accountstatus_get_batch(handle, many, 1001, &options, &batch, NULL), -E2BIG);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void answer_half_a_batch(peer_connection *connection, uint32_t stream,
                                const ProtobufCMessage *message) {
  (void)message;
  Accountstatus__V1__BatchGetStatusResponse response =
      ACCOUNTSTATUS__V1__BATCH_GET_STATUS_RESPONSE__INIT;
  peer_write_answer(connection, stream, &response.base);
}

static void a_batch_that_answers_less_is_no_answer(void) {
  answer_script script = {&accountstatus__v1__batch_get_status_request__descriptor,
                          answer_half_a_batch};
  peer *peer = peer_start(answer_by_function, &script);
  accountstatus *handle = peer_open(peer);
  accountstatus_options options = peer_options(ACCOUNTSTATUS_ALLOW, 0);
  const char *ids[] = {"contoso", "fabrikam"};
  accountstatus_batch *batch;
  NEED(accountstatus_get_batch(handle, ids, 2, &options, &batch, NULL) == 0);
  NEED(batch->count == 2);
  for (int i = 0; i < 2; i++) {
    CHECK_EQUAL(batch->results[i]->outcome, ACCOUNTSTATUS_UNAVAILABLE);
    CHECK_EQUAL(batch->results[i]->error, -EPROTO);
    CHECK_TEXT(batch->results[i]->account_id, ids[i]);
  }
  accountstatus_free_batch(batch);
  accountstatus_counters counters = {.size = sizeof counters};
  accountstatus_get_counters(handle, &counters);
  CHECK_EQUAL(counters.allowed_by_default, 2);
  accountstatus_close(handle);
  peer_stop(peer);
}

static const test tests[] = {
    {"a batch answers each id", a_batch_answers_each_id},
    {"a batch that answers less is no answer", a_batch_that_answers_less_is_no_answer},
};
const test_suite batch_suite = SUITE("batch", tests);
