// The calls that only a test makes: the clock, and faults on purpose.

#include <string.h>

#include "accountstatus/v1/testing_service.pb-c.h"
#include "call.h"
#include "server.h"

#define TESTING_SERVICE "accountstatus.v1.TestingService"

static const method set_clock = {TESTING_SERVICE, "SetClock", true};
static const method advance_clock = {TESTING_SERVICE, "AdvanceClock", false};
static const method inject_fault = {TESTING_SERVICE, "InjectFault", false};
static const method clear_faults = {TESTING_SERVICE, "ClearFaults", false};

// Makes a call; the answer must be released.
static int ask(accountstatus_test *test, const method *method, const ProtobufCMessage *request,
               const ProtobufCMessageDescriptor *answer_type, answer *ret_answer,
               accountstatus_error *failure) {
  handle_enter(test->handle);
  call call = {.method = method,
               .request = request,
               .answer_type = answer_type,
               .deadline = handle_deadline(test->handle, 0)};
  return call_make(test->handle, &call, ret_answer, failure);
}

static void set_now(accountstatus_test *test, const Google__Protobuf__Timestamp *now) {
  if (now == NULL)
    return;
  pthread_mutex_lock(&test->mutex);
  test->now = (accountstatus_time){now->seconds, now->nanos};
  pthread_mutex_unlock(&test->mutex);
}

accountstatus_time accountstatus_test_now(const accountstatus_test *test) {
  // The mutex is no part of what a reader sees.
  pthread_mutex_t *mutex = (pthread_mutex_t *)&test->mutex;
  pthread_mutex_lock(mutex);
  accountstatus_time now = test->now;
  pthread_mutex_unlock(mutex);
  return now;
}

int accountstatus_test_set_clock(accountstatus_test *test, accountstatus_time now,
                                 accountstatus_error *ret_error) {
  Google__Protobuf__Timestamp instant = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
  instant.seconds = now.seconds;
  instant.nanos = now.nanos;
  Accountstatus__V1__SetClockRequest request = ACCOUNTSTATUS__V1__SET_CLOCK_REQUEST__INIT;
  request.now = &instant;
  accountstatus_error failure = {.size = sizeof failure};
  answer answer;
  int result = ask(test, &set_clock, &request.base,
                   &accountstatus__v1__set_clock_response__descriptor, &answer, &failure);
  if (result == 0)
    set_now(test, ((const Accountstatus__V1__SetClockResponse *)answer.message)->now);
  answer_release(&answer);
  return call_end(test->handle, result, &failure, ret_error);
}

int accountstatus_test_advance_clock(accountstatus_test *test, int64_t seconds,
                                     accountstatus_error *ret_error) {
  Google__Protobuf__Duration by = GOOGLE__PROTOBUF__DURATION__INIT;
  by.seconds = seconds;
  Accountstatus__V1__AdvanceClockRequest request = ACCOUNTSTATUS__V1__ADVANCE_CLOCK_REQUEST__INIT;
  request.by = &by;
  accountstatus_error failure = {.size = sizeof failure};
  answer answer;
  int result = ask(test, &advance_clock, &request.base,
                   &accountstatus__v1__advance_clock_response__descriptor, &answer, &failure);
  if (result == 0)
    set_now(test, ((const Accountstatus__V1__AdvanceClockResponse *)answer.message)->now);
  answer_release(&answer);
  return call_end(test->handle, result, &failure, ret_error);
}

int accountstatus_test_inject(accountstatus_test *test, const accountstatus_test_fault *fault,
                              accountstatus_error *ret_error) {
  accountstatus_error failure = {.size = sizeof failure};
  int result = CHECK_SIZE(&failure, fault);
  answer answer = {0};
  if (result == 0) {
    Google__Protobuf__Duration delay = GOOGLE__PROTOBUF__DURATION__INIT;
    delay.seconds = fault->delay_ms / 1000;
    delay.nanos = (int32_t)(fault->delay_ms % 1000) * 1000000;
    Accountstatus__V1__InjectFaultRequest request = ACCOUNTSTATUS__V1__INJECT_FAULT_REQUEST__INIT;
    request.method = fault->method == NULL ? "" : (char *)fault->method;
    request.count = fault->count;
    request.delay = &delay;
    request.code = fault->code;
    request.drop_connection = fault->drop_connection;
    request.stop_heartbeat = fault->stop_heartbeat;
    result = ask(test, &inject_fault, &request.base,
                 &accountstatus__v1__inject_fault_response__descriptor, &answer, &failure);
  }
  answer_release(&answer);
  return call_end(test->handle, result, &failure, ret_error);
}

int accountstatus_test_clear_faults(accountstatus_test *test, uint64_t *ret_struck,
                                    accountstatus_error *ret_error) {
  Accountstatus__V1__ClearFaultsRequest request = ACCOUNTSTATUS__V1__CLEAR_FAULTS_REQUEST__INIT;
  accountstatus_error failure = {.size = sizeof failure};
  answer answer;
  int result = ask(test, &clear_faults, &request.base,
                   &accountstatus__v1__clear_faults_response__descriptor, &answer, &failure);
  if (result == 0 && ret_struck != NULL)
    *ret_struck = ((const Accountstatus__V1__ClearFaultsResponse *)answer.message)->struck;
  answer_release(&answer);
  return call_end(test->handle, result, &failure, ret_error);
}
