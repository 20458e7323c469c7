// Clients/C/src/check.c, and names.

#include <errno.h>
#include <stddef.h>

#include "accountstatus/v1/status_service.pb-c.h"
#include "script.h"
#include "test.h"

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
    {"check answers each capability", check_answers_each_capability},
    {"a check without an answer is the caller's decision",
     a_check_without_an_answer_is_the_callers_decision},
    {"numbers have names", numbers_have_names},
};
const test_suite check_suite = SUITE("check", tests);
