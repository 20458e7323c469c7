// Clients/C: get, batch and check.

#include "accountstatus/v1/status_service.pb-c.h"
#include "google/rpc/error_details.pb-c.h"
#include "peer.h"
#include "test.h"

#include <errno.h>
#include <stdlib.h>

// --------------------------------------------------------------------------------------- scripts

// Answers the first request of each connection with an error.
typedef struct error_script {
  int32_t code;
  const char *message;
} error_script;

static void answer_with_error(peer_connection *connection, void *context) {
  const error_script *script = context;
  Google__Rpc__ErrorInfo info = GOOGLE__RPC__ERROR_INFO__INIT;
  info.reason = "ACCOUNT_ID_MALFORMED";
  info.domain = "accountstatus.v1";
  Google__Rpc__BadRequest__FieldViolation violation =
      GOOGLE__RPC__BAD_REQUEST__FIELD_VIOLATION__INIT;
  violation.field = "accountId";
  Google__Rpc__BadRequest__FieldViolation *violations[] = {&violation};
  Google__Rpc__BadRequest bad = GOOGLE__RPC__BAD_REQUEST__INIT;
  bad.n_field_violations = 1;
  bad.field_violations = violations;
  Google__Protobuf__Duration delay = GOOGLE__PROTOBUF__DURATION__INIT;
  delay.seconds = 2;
  delay.nanos = 500000000;
  Google__Rpc__RetryInfo retry = GOOGLE__RPC__RETRY_INFO__INIT;
  retry.retry_delay = &delay;
  const ProtobufCMessage *details[] = {&info.base, &bad.base, &retry.base};
  peer_request request;
  while (peer_read(connection, &request)) {
    peer_write_error(connection, request.stream, script->code, script->message, details, 3);
    peer_free_request(&request);
  }
}

// Hands every request's message to a function that makes the answer.
typedef struct answer_script {
  const ProtobufCMessageDescriptor *request_type;
  // Called with the request; writes the answer.
  void (*answer)(peer_connection *connection, uint32_t stream, const ProtobufCMessage *request);
} answer_script;

static void answer_by_function(peer_connection *connection, void *context) {
  const answer_script *script = context;
  peer_request request;
  while (peer_read(connection, &request)) {
    ProtobufCMessage *message = peer_message(&request, script->request_type);
    script->answer(connection, request.stream, message);
    protobuf_c_message_free_unpacked(message, NULL);
    peer_free_request(&request);
  }
}

// ------------------------------------------------------------------------------------------- get

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

// --------------------------------------------------------------------------------------- errors

static void codes_become_errno_or_unavailability(void) {
  static const struct {
    int32_t code;
    int result;
    bool unavailable;
  } rows[] = {
      {1, -EREMOTEIO, true},     {2, -EREMOTEIO, true},    {3, -EINVAL, false},
      {4, -ETIMEDOUT, true},     {6, -EEXIST, false},      {7, -EACCES, false},
      {8, -ENOBUFS, true},       {9, -EPERM, false},       {10, -EREMOTEIO, true},
      {11, -ERANGE, false},      {12, -EOPNOTSUPP, false}, {13, -EREMOTEIO, true},
      {14, -ECONNREFUSED, true}, {15, -EREMOTEIO, true},   {16, -EACCES, false},
      {99, -EREMOTEIO, true},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    error_script script = {rows[i].code, "not today"};
    peer *peer = peer_start(answer_with_error, &script);
    accountstatus *handle = peer_open(peer);
    accountstatus_options options = peer_options(ACCOUNTSTATUS_ALLOW, 0);
    accountstatus_error error = {.size = sizeof error};
    accountstatus_result *result = NULL;
    int code = accountstatus_get(handle, "contoso", &options, &result, &error);
    if (rows[i].unavailable) {
      CHECK_EQUAL(code, 0);
      NEED(result != NULL);
      CHECK_EQUAL(result->outcome, ACCOUNTSTATUS_UNAVAILABLE);
      CHECK_EQUAL(result->error, rows[i].result);
      CHECK_TEXT(result->message, "not today");
      CHECK(accountstatus_is_active(result));
      accountstatus_free_result(result);
    } else {
      CHECK_EQUAL(code, rows[i].result);
      CHECK(result == NULL);
      CHECK_EQUAL(error.code, rows[i].code);
      CHECK_TEXT(error.message, "not today");
      CHECK_TEXT(error.field, "accountId");
      CHECK_TEXT(error.reason, "ACCOUNT_ID_MALFORMED");
      CHECK_EQUAL(error.retry_after_ms, 2500);
    }
    accountstatus_close(handle);
    peer_stop(peer);
  }
}

static void an_error_fits_the_struct_of_an_older_caller(void) {
  error_script script = {ACCOUNTSTATUS_CODE_INVALID_ARGUMENT, "bad"};
  peer *peer = peer_start(answer_with_error, &script);
  accountstatus *handle = peer_open(peer);
  accountstatus_options options = peer_options(ACCOUNTSTATUS_ALLOW, 0);
  accountstatus_result *result = NULL;
  accountstatus_error error;
  memset(&error, 0x5a, sizeof error);
  error.size = offsetof(accountstatus_error, field);
  CHECK_EQUAL(accountstatus_get(handle, "x", &options, &result, &error), -EINVAL);
  CHECK_EQUAL(error.size, offsetof(accountstatus_error, field));
  CHECK_TEXT(error.message, "bad");
  CHECK_EQUAL(error.field[0], 0x5a);
  CHECK_EQUAL(error.reason[0], 0x5a);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void a_mistake_in_the_call_is_named(void) {
  peer *peer = peer_start(peer_serve, NULL);
  accountstatus *handle = peer_open(peer);
  accountstatus_error error = {.size = sizeof error};
  accountstatus_result *result = NULL;
  accountstatus_options options = peer_options(0, 0);
  CHECK_EQUAL(accountstatus_get(handle, "x", &options, &result, &error), -EINVAL);
  CHECK(strstr(error.message, "on_unavailable") != NULL);
  CHECK_EQUAL(accountstatus_get(handle, "x", NULL, &result, &error), -EINVAL);
  options = peer_options(ACCOUNTSTATUS_DENY, 0);
  options.size = 8;
  CHECK_EQUAL(accountstatus_get(handle, "x", &options, &result, &error), -EINVAL);
  CHECK(strstr(error.message, "sizeof") != NULL);

  // A caller built against a later header: fine as long as it does not use what is new.
  struct {
    accountstatus_options options;
    uint64_t added;
  } later = {.options = peer_options(ACCOUNTSTATUS_DENY, 0)};
  later.options.size = sizeof later;
  NEED(accountstatus_get(handle, "x", &later.options, &result, &error) == 0);
  accountstatus_free_result(result);
  result = NULL;
  later.added = 1;
  CHECK_EQUAL(accountstatus_get(handle, "x", &later.options, &result, &error), -E2BIG);
  CHECK(result == NULL);
  accountstatus_close(handle);
  peer_stop(peer);
}

// ---------------------------------------------------------------------------------------- batch

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

// ---------------------------------------------------------------------------------------- check

static void check_answers_each_capability(void) {
  peer *peer = peer_start(peer_serve, NULL);
  accountstatus *handle = peer_open(peer);
  accountstatus_options options = peer_options(ACCOUNTSTATUS_ALLOW, 0);
  const int32_t wanted[] = {ACCOUNTSTATUS_CAPABILITY_VIEW_BILLING,
                            ACCOUNTSTATUS_CAPABILITY_SELL_NEW_LICENSES};
  accountstatus_check_result *result;
  NEED(accountstatus_check(handle, "suspended-1", wanted, 2, &options, &result, NULL) == 0);
  CHECK_EQUAL(result->outcome, ACCOUNTSTATUS_FOUND);
  CHECK(!result->allowed);
  CHECK_EQUAL(result->count, 2);
  CHECK(result->answers[0]->allowed && !result->answers[1]->allowed);
  CHECK_EQUAL(result->answers[1]->capability, ACCOUNTSTATUS_CAPABILITY_SELL_NEW_LICENSES);
  CHECK_EQUAL(result->answers[1]->basis, ACCOUNTSTATUS_BASIS_ARTICLE);
  CHECK_EQUAL(result->state, ACCOUNTSTATUS_STATE_SUSPENDED);
  CHECK_EQUAL(result->reasons[0]->code, ACCOUNTSTATUS_REASON_BILLING_PAST_DUE);
  CHECK_EQUAL(result->revision, 7);
  accountstatus_free_check_result(result);

  NEED(accountstatus_check(handle, "contoso", wanted, 2, &options, &result, NULL) == 0);
  CHECK(result->allowed);
  accountstatus_free_check_result(result);

  NEED(accountstatus_check(handle, "none-1", wanted, 2, &options, &result, NULL) == 0);
  CHECK_EQUAL(result->outcome, ACCOUNTSTATUS_NOT_FOUND);
  CHECK(!result->allowed && !result->answers[0]->allowed);
  accountstatus_free_check_result(result);

  const int32_t unknown[] = {0};
  accountstatus_error error = {.size = sizeof error};
  CHECK_EQUAL(accountstatus_check(handle, "contoso", unknown, 1, &options, &result, &error),
              -EINVAL);
  CHECK(strstr(error.message, "capabilities[0]") != NULL);
  CHECK_EQUAL(accountstatus_check(handle, "contoso", wanted, 0, &options, &result, NULL), -EINVAL);
  CHECK_EQUAL(accountstatus_check(handle, "contoso", wanted, 65, &options, &result, NULL), -EINVAL);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void answer_another_capability(peer_connection *connection, uint32_t stream,
                                      const ProtobufCMessage *message) {
  (void)message;
  Accountstatus__V1__CapabilityResult result = ACCOUNTSTATUS__V1__CAPABILITY_RESULT__INIT;
  result.capability = ACCOUNTSTATUS__V1__CAPABILITY__CAPABILITY_VIEW_BILLING;
  result.allowed = true;
  Accountstatus__V1__CapabilityResult *results[] = {&result};
  Accountstatus__V1__CheckCapabilityResponse response =
      ACCOUNTSTATUS__V1__CHECK_CAPABILITY_RESPONSE__INIT;
  response.n_results = 1;
  response.results = results;
  peer_write_answer(connection, stream, &response.base);
}

static void a_check_without_an_answer_is_the_callers_decision(void) {
  answer_script script = {&accountstatus__v1__check_capability_request__descriptor,
                          answer_another_capability};
  peer *peer = peer_start(answer_by_function, &script);
  accountstatus *handle = peer_open(peer);
  const int32_t wanted[] = {ACCOUNTSTATUS_CAPABILITY_SELL_NEW_LICENSES};
  for (int32_t decision = ACCOUNTSTATUS_ALLOW; decision <= ACCOUNTSTATUS_DENY; decision++) {
    accountstatus_options options = peer_options(decision, 0);
    accountstatus_check_result *result;
    NEED(accountstatus_check(handle, "contoso", wanted, 1, &options, &result, NULL) == 0);
    CHECK_EQUAL(result->outcome, ACCOUNTSTATUS_UNAVAILABLE);
    CHECK_EQUAL(result->allowed, decision == ACCOUNTSTATUS_ALLOW);
    CHECK_EQUAL(result->answers[0]->allowed, decision == ACCOUNTSTATUS_ALLOW);
    CHECK_EQUAL(result->answers[0]->capability, ACCOUNTSTATUS_CAPABILITY_SELL_NEW_LICENSES);
    CHECK_EQUAL(result->answers[0]->basis, 0);
    accountstatus_free_check_result(result);
  }
  accountstatus_close(handle);
  peer_stop(peer);
}

static void numbers_have_names(void) {
  CHECK_TEXT(accountstatus_state_name(ACCOUNTSTATUS_STATE_NOT_COVERED), "NOT_COVERED");
  CHECK_TEXT(accountstatus_reason_name(ACCOUNTSTATUS_REASON_ACCOUNT_ABUSE), "ACCOUNT_ABUSE");
  CHECK_TEXT(accountstatus_capability_name(19), "DELEGATED_ADMINISTRATION");
  CHECK_TEXT(accountstatus_notice_name(12), "NO_EVIDENCE");
  CHECK_TEXT(accountstatus_reinstatement_name(6), "DECLINED");
  CHECK_TEXT(accountstatus_state_name(0), "UNKNOWN");
  CHECK_TEXT(accountstatus_capability_name(-1), "UNKNOWN");
}

static const test tests[] = {
    {"get reads a whole status", get_reads_a_whole_status},
    {"get passes every option and reads every field",
     get_passes_every_option_and_reads_every_field},
    {"an unknown state is the caller's decision", an_unknown_state_is_the_callers_decision},
    {"an answer about another account is no answer", an_answer_about_another_account_is_no_answer},
    {"codes become errno or unavailability", codes_become_errno_or_unavailability},
    {"an error fits the struct of an older caller", an_error_fits_the_struct_of_an_older_caller},
    {"a mistake in the call is named", a_mistake_in_the_call_is_named},
    {"a batch answers each id", a_batch_answers_each_id},
    {"a batch that answers less is no answer", a_batch_that_answers_less_is_no_answer},
    {"check answers each capability", check_answers_each_capability},
    {"a check without an answer is the caller's decision",
     a_check_without_an_answer_is_the_callers_decision},
    {"numbers have names", numbers_have_names},
};
const test_suite read_suite = SUITE("read", tests);
