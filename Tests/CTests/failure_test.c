// Clients/C/src/failure.c: errors from the server, and mistakes of the caller.

#include <errno.h>
#include <stddef.h>

#include "google/rpc/error_details.pb-c.h"
#include "script.h"
#include "test.h"

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

static const test tests[] = {
    {"codes become errno or unavailability", codes_become_errno_or_unavailability},
    {"an error fits the struct of an older caller", an_error_fits_the_struct_of_an_older_caller},
    {"a mistake in the call is named", a_mistake_in_the_call_is_named},
};
const test_suite failure_suite = SUITE("failure", tests);
