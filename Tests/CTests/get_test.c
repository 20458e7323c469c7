// Clients/C/src/get.c: one status.

#include <errno.h>
#include <stddef.h>

#include "accountstatus/v1/status_service.pb-c.h"
#include "script.h"
#include "test.h"

static void get_reads_a_whole_status(void) {
  peer *peer = peer_start(peer_serve, NULL);
  accountstatus *handle = peer_open(peer);
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 0);
  accountstatus_result *result = NULL;
  NEED(accountstatus_get(handle, "suspended-1", &options, &result, NULL) == 0);
  CHECK_EQUAL(result->outcome, ACCOUNTSTATUS_FOUND);
  CHECK_TEXT(result->account_id, "suspended-1");
  CHECK_EQUAL(result->token_size, 3);
  const accountstatus_status *status = result->status;
  CHECK_TEXT(status->account_id, "suspended-1");
  CHECK_EQUAL(status->state, ACCOUNTSTATUS_STATE_SUSPENDED);
  CHECK_EQUAL(status->since.seconds, 1790000000);
  CHECK_EQUAL(status->reason_count, 1);
  CHECK_EQUAL(status->reasons[0]->code, ACCOUNTSTATUS_REASON_BILLING_PAST_DUE);
  CHECK(status->reasons[0]->since == NULL);
  CHECK_TEXT(status->reasons[0]->detail, "");
  CHECK_EQUAL(status->capability_count, 1);
  CHECK_EQUAL(status->capabilities[0], ACCOUNTSTATUS_CAPABILITY_VIEW_BILLING);
  CHECK_EQUAL(status->revision, 7);
  CHECK_TEXT(status->policy_edition, "2020-06");
  CHECK(status->next_transition == NULL && status->known_at == NULL);
  CHECK(!accountstatus_is_active(result));
  CHECK(accountstatus_allows(result, ACCOUNTSTATUS_CAPABILITY_VIEW_BILLING));
  CHECK(!accountstatus_allows(result, ACCOUNTSTATUS_CAPABILITY_SELL_NEW_LICENSES));
  accountstatus_free_result(result);

  NEED(accountstatus_get(handle, "contoso", &options, &result, NULL) == 0);
  CHECK(accountstatus_is_active(result));
  CHECK(accountstatus_allows(result, ACCOUNTSTATUS_CAPABILITY_SELL_NEW_LICENSES));
  CHECK(!accountstatus_allows(result, 0) && !accountstatus_allows(result, 20));
  accountstatus_free_result(result);

  options.on_unavailable = ACCOUNTSTATUS_ALLOW;
  NEED(accountstatus_get(handle, "none-1", &options, &result, NULL) == 0);
  CHECK_EQUAL(result->outcome, ACCOUNTSTATUS_NOT_FOUND);
  CHECK(result->status == NULL);
  CHECK(!accountstatus_is_active(result));
  CHECK(!accountstatus_allows(result, ACCOUNTSTATUS_CAPABILITY_VIEW_BILLING));
  accountstatus_free_result(result);
  CHECK_EQUAL(peer_connection_count(peer), 1);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void answer_full(peer_connection *connection, uint32_t stream,
                        const ProtobufCMessage *message) {
  const Accountstatus__V1__GetStatusRequest *request = (const void *)message;
  CHECK_EQUAL(request->view, ACCOUNTSTATUS_VIEW_FULL);
  CHECK(request->as_of != NULL && request->as_of->seconds == 11 && request->as_of->nanos == 12);
  CHECK(request->known_at != NULL && request->known_at->seconds == 13);
  CHECK_TEXT(request->policy_edition, "2022-03");
  CHECK_EQUAL(request->at_least.len, 2);
  Google__Protobuf__Timestamp time = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
  time.seconds = 5;
  char *subjects[] = {"INV-1", "INV-2"};
  Accountstatus__V1__Reason reason = ACCOUNTSTATUS__V1__REASON__INIT;
  reason.code = ACCOUNTSTATUS__V1__REASON_CODE__REASON_CODE_ACCOUNT_ABUSE;
  reason.since = &time;
  reason.n_subjects = 2;
  reason.subjects = subjects;
  reason.detail = "två fakturor";
  reason.under_review = true;
  Accountstatus__V1__Reason *reasons[] = {&reason};
  Accountstatus__V1__ReasonCode because[] = {
      ACCOUNTSTATUS__V1__REASON_CODE__REASON_CODE_BILLING_PAST_DUE};
  Accountstatus__V1__NextTransition next = ACCOUNTSTATUS__V1__NEXT_TRANSITION__INIT;
  next.at = &time;
  next.to_state = ACCOUNTSTATUS__V1__ACCOUNT_STATE__ACCOUNT_STATE_CLOSED;
  next.n_because = 1;
  next.because = because;
  next.n_subjects = 1;
  next.subjects = subjects;
  Accountstatus__V1__Notice notices[] = {ACCOUNTSTATUS__V1__NOTICE__NOTICE_DISPUTED, 200};
  Accountstatus__V1__AccountStatus status = ACCOUNTSTATUS__V1__ACCOUNT_STATUS__INIT;
  status.account_id = request->account_id;
  status.state = ACCOUNTSTATUS__V1__ACCOUNT_STATE__ACCOUNT_STATE_SUSPENDED;
  status.n_reasons = 1;
  status.reasons = reasons;
  status.n_notices = 2;
  status.notices = notices;
  status.next_transition = &next;
  status.eligible_for_reinstatement = true;
  status.reinstatement_state =
      ACCOUNTSTATUS__V1__REINSTATEMENT_STATE__REINSTATEMENT_STATE_IN_REVIEW;
  status.known_at = &time;
  status.projected = true;
  Accountstatus__V1__GetStatusResponse response = ACCOUNTSTATUS__V1__GET_STATUS_RESPONSE__INIT;
  response.status = &status;
  peer_write_answer(connection, stream, &response.base);
}

static void get_passes_every_option_and_reads_every_field(void) {
  answer_script script = {&accountstatus__v1__get_status_request__descriptor, answer_full};
  peer *peer = peer_start(answer_by_function, &script);
  accountstatus *handle = peer_open(peer);
  accountstatus_time as_of = {11, 12}, known_at = {13, 0};
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 0);
  options.view = ACCOUNTSTATUS_VIEW_FULL;
  options.as_of = &as_of;
  options.known_at = &known_at;
  options.policy_edition = "2022-03";
  options.at_least = (const uint8_t *)"ab";
  options.at_least_size = 2;
  accountstatus_result *result;
  NEED(accountstatus_get(handle, "contoso", &options, &result, NULL) == 0);
  const accountstatus_status *status = result->status;
  NEED(status != NULL);
  CHECK_EQUAL(status->reasons[0]->since->seconds, 5);
  CHECK_EQUAL(status->reasons[0]->subject_count, 2);
  CHECK_TEXT(status->reasons[0]->subjects[1], "INV-2");
  CHECK_TEXT(status->reasons[0]->detail, "två fakturor");
  CHECK(status->reasons[0]->under_review);
  CHECK_EQUAL(status->notice_count, 2);
  CHECK_EQUAL(status->notices[1], 200);
  CHECK_TEXT(accountstatus_notice_name(200), "UNKNOWN");
  NEED(status->next_transition != NULL);
  CHECK_EQUAL(status->next_transition->at.seconds, 5);
  CHECK_EQUAL(status->next_transition->to_state, ACCOUNTSTATUS_STATE_CLOSED);
  CHECK_EQUAL(status->next_transition->because[0], ACCOUNTSTATUS_REASON_BILLING_PAST_DUE);
  CHECK_TEXT(status->next_transition->subjects[0], "INV-1");
  CHECK(status->eligible_for_reinstatement && status->projected);
  CHECK_EQUAL(status->reinstatement_state, ACCOUNTSTATUS_REINSTATEMENT_IN_REVIEW);
  CHECK_EQUAL(status->known_at->seconds, 5);
  accountstatus_free_result(result);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void answer_unknown_state(peer_connection *connection, uint32_t stream,
                                 const ProtobufCMessage *message) {
  const Accountstatus__V1__GetStatusRequest *request = (const void *)message;
  Accountstatus__V1__AccountStatus status = ACCOUNTSTATUS__V1__ACCOUNT_STATUS__INIT;
  status.account_id = request->account_id;
  status.state = strcmp(request->account_id, "zero") == 0 ? 0 : 77;
  Accountstatus__V1__Capability capabilities[] = {
      ACCOUNTSTATUS__V1__CAPABILITY__CAPABILITY_PAY_INVOICE};
  status.n_capabilities = 1;
  status.capabilities = capabilities;
  Accountstatus__V1__GetStatusResponse response = ACCOUNTSTATUS__V1__GET_STATUS_RESPONSE__INIT;
  response.status = &status;
  peer_write_answer(connection, stream, &response.base);
}

static void an_unknown_state_is_the_callers_decision(void) {
  answer_script script = {&accountstatus__v1__get_status_request__descriptor, answer_unknown_state};
  peer *peer = peer_start(answer_by_function, &script);
  accountstatus *handle = peer_open(peer);
  for (int32_t decision = ACCOUNTSTATUS_ALLOW; decision <= ACCOUNTSTATUS_DENY; decision++) {
    accountstatus_options options = peer_options(decision, 0);
    const char *ids[] = {"contoso", "zero"};
    for (int i = 0; i < 2; i++) {
      accountstatus_result *result;
      NEED(accountstatus_get(handle, ids[i], &options, &result, NULL) == 0);
      CHECK_EQUAL(result->outcome, ACCOUNTSTATUS_FOUND);
      CHECK_EQUAL(result->status->state, i == 0 ? 77 : 0);
      CHECK_TEXT(accountstatus_state_name(result->status->state), "UNKNOWN");
      bool allow = decision == ACCOUNTSTATUS_ALLOW;
      CHECK_EQUAL(accountstatus_is_active(result), allow);
      CHECK_EQUAL(accountstatus_allows(result, ACCOUNTSTATUS_CAPABILITY_SELL_NEW_LICENSES), allow);
      CHECK(!accountstatus_allows(result, 99));
      accountstatus_free_result(result);
    }
  }
  accountstatus_counters counters = {.size = sizeof counters};
  accountstatus_get_counters(handle, &counters);
  CHECK_EQUAL(counters.allowed_by_default, 2);
  CHECK_EQUAL(counters.denied_by_default, 2);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void answer_about_another(peer_connection *connection, uint32_t stream,
                                 const ProtobufCMessage *message) {
  (void)message;
  Accountstatus__V1__AccountStatus status = ACCOUNTSTATUS__V1__ACCOUNT_STATUS__INIT;
  status.account_id = "someone-else";
  status.state = ACCOUNTSTATUS__V1__ACCOUNT_STATE__ACCOUNT_STATE_ACTIVE;
  Accountstatus__V1__GetStatusResponse response = ACCOUNTSTATUS__V1__GET_STATUS_RESPONSE__INIT;
  response.status = &status;
  peer_write_answer(connection, stream, &response.base);
}

static void answer_without_status(peer_connection *connection, uint32_t stream,
                                  const ProtobufCMessage *message) {
  (void)message;
  Accountstatus__V1__GetStatusResponse response = ACCOUNTSTATUS__V1__GET_STATUS_RESPONSE__INIT;
  peer_write_answer(connection, stream, &response.base);
}

static void an_answer_about_another_account_is_no_answer(void) {
  void (*answers[])(peer_connection *, uint32_t,
                    const ProtobufCMessage *) = {answer_about_another, answer_without_status};
  for (int i = 0; i < 2; i++) {
    answer_script script = {&accountstatus__v1__get_status_request__descriptor, answers[i]};
    peer *peer = peer_start(answer_by_function, &script);
    accountstatus *handle = peer_open(peer);
    accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 0);
    accountstatus_result *result;
    NEED(accountstatus_get(handle, "contoso", &options, &result, NULL) == 0);
    CHECK_EQUAL(result->outcome, ACCOUNTSTATUS_UNAVAILABLE);
    CHECK_EQUAL(result->error, -EPROTO);
    CHECK(!accountstatus_is_active(result));
    accountstatus_free_result(result);
    accountstatus_close(handle);
    peer_stop(peer);
  }
}

static const test tests[] = {
    {"get reads a whole status", get_reads_a_whole_status},
    {"get passes every option and reads every field",
     get_passes_every_option_and_reads_every_field},
    {"an unknown state is the caller's decision", an_unknown_state_is_the_callers_decision},
    {"an answer about another account is no answer", an_answer_about_another_account_is_no_answer},
};
const test_suite get_suite = SUITE("get", tests);
