// libaccountstatus-testing with the daemon that $ACCOUNTSTATUSD names: each test has one of its
// own.

#include "test.h"

#include <accountstatus.h>
#include <accountstatus_testing.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GET_STATUS "accountstatus.v1.StatusService/GetStatus"

// A test's server, or NULL, which skips the test.
static accountstatus_test *start(void) {
  const char *program = getenv("ACCOUNTSTATUSD");
  accountstatus_test *test = NULL;
  if (program == NULL || program[0] == '\0') {
    test_skip("ACCOUNTSTATUSD names no server");
    return NULL;
  }
  accountstatus_error error = {.size = sizeof error};
  CHECK_EQUAL(accountstatus_test_start(NULL, &test, &error), 0);
  if (test == NULL)
    printf("    %s\n", error.message);
  return test;
}

// A program under test: it makes calls, and reads no table.
static accountstatus *open_server(const accountstatus_test *test) {
  accountstatus_open_options options = {.size = sizeof options,
                                        .socket = accountstatus_test_socket(test),
                                        .timeout_ms = 60000,
                                        .table_socket = ""};
  accountstatus *handle = NULL;
  CHECK_EQUAL(accountstatus_open(&options, &handle, NULL), 0);
  return handle;
}

// What asking for an account comes to: the outcome, the state where it is FOUND, and the errno.
static void get(accountstatus *handle, const char *id, uint32_t timeout_ms, int32_t *ret_outcome,
                int32_t *ret_state, int32_t *ret_error) {
  accountstatus_options options = {
      .size = sizeof options, .timeout_ms = timeout_ms, .on_unavailable = ACCOUNTSTATUS_DENY};
  accountstatus_result *result;
  *ret_outcome = *ret_state = *ret_error = 0;
  NEED(accountstatus_get(handle, id, &options, &result, NULL) == 0);
  *ret_outcome = result->outcome;
  *ret_error = result->error;
  if (result->outcome == ACCOUNTSTATUS_FOUND)
    *ret_state = result->status->state;
  accountstatus_free_result(result);
}

static bool directory_exists(const char *socket) {
  char path[256];
  snprintf(path, sizeof path, "%.*s", (int)(strrchr(socket, '/') - socket), socket);
  struct stat status;
  return stat(path, &status) == 0;
}

static void accounts_stand_as_a_word_says(void) {
  accountstatus_test *test = start();
  if (test == NULL)
    return;
  static const struct {
    const char *id;
    accountstatus_test_standing standing;
    int32_t state;
  } cases[] = {
      {"active", ACCOUNTSTATUS_TEST_ACTIVE, ACCOUNTSTATUS_STATE_ACTIVE},
      {"suspended", ACCOUNTSTATUS_TEST_SUSPENDED, ACCOUNTSTATUS_STATE_SUSPENDED},
      {"past-due", ACCOUNTSTATUS_TEST_PAST_DUE, ACCOUNTSTATUS_STATE_SUSPENDED},
      {"awaiting", ACCOUNTSTATUS_TEST_AWAITING_REINSTATEMENT, ACCOUNTSTATUS_STATE_SUSPENDED},
      {"closed", ACCOUNTSTATUS_TEST_CLOSED, ACCOUNTSTATUS_STATE_CLOSED},
  };
  accountstatus *handle = open_server(test);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int32_t outcome, state, error;
    CHECK_EQUAL(accountstatus_test_add_account(test, cases[i].id, cases[i].standing, NULL), 0);
    get(handle, cases[i].id, 0, &outcome, &state, &error);
    CHECK_EQUAL(outcome, ACCOUNTSTATUS_FOUND);
    CHECK_EQUAL(state, cases[i].state);
  }
  accountstatus_error error = {.size = sizeof error};
  CHECK_EQUAL(accountstatus_test_add_account(test, "other", 99, &error), -EINVAL);
  CHECK_EQUAL(
      accountstatus_test_wait_for_state(test, "closed", ACCOUNTSTATUS_STATE_CLOSED, 60000, NULL),
      0);
  CHECK_EQUAL(
      accountstatus_test_wait_for_state(test, "closed", ACCOUNTSTATUS_STATE_ACTIVE, 1, &error),
      -ETIMEDOUT);
  CHECK_TEXT(error.message, "closed is CLOSED after 1 ms, not ACTIVE");
  accountstatus_close(handle);
  accountstatus_test_end(test);
}

static void the_clock_is_the_tests(void) {
  accountstatus_test *test = start();
  if (test == NULL)
    return;
  CHECK_EQUAL(accountstatus_test_now(test).seconds, 1767225600);
  CHECK_EQUAL(accountstatus_test_advance_clock(test, 90, NULL), 0);
  CHECK_EQUAL(accountstatus_test_now(test).seconds, 1767225690);
  CHECK_EQUAL(accountstatus_test_set_clock(test, (accountstatus_time){1800000000, 5}, NULL), 0);
  CHECK_EQUAL(accountstatus_test_now(test).nanos, 5);
  accountstatus_error error = {.size = sizeof error};
  CHECK_EQUAL(accountstatus_test_set_clock(test, (accountstatus_time){1, 0}, &error), -EPERM);
  CHECK_TEXT(error.reason, "CLOCK_BACKWARDS");
  CHECK_EQUAL(accountstatus_test_advance_clock(test, 0, NULL), -EINVAL);
  CHECK_EQUAL(accountstatus_test_now(test).seconds, 1800000000);
  accountstatus_test_end(test);

  accountstatus_test_options options = {.size = sizeof options, .now = {946684799, 123456789}};
  NEED(accountstatus_test_start(&options, &test, NULL) == 0);
  CHECK_EQUAL(accountstatus_test_advance_clock(test, 1, NULL), 0);
  CHECK_EQUAL(accountstatus_test_now(test).seconds, 946684800);
  CHECK_EQUAL(accountstatus_test_now(test).nanos, 123456789);
  accountstatus_test_end(test);
}

static void facts_come_as_json_lines(void) {
  accountstatus_test *test = start();
  if (test == NULL)
    return;
  accountstatus_error error = {.size = sizeof error};
  int result = accountstatus_test_report_json(
      test,
      "{\"accountId\":\"contoso\",\"source\":\"s\",\"factId\":\"1\",\"effectiveAt\":"
      "\"2025-01-01T00:00:00Z\",\"accountRegistered\":{\"cloud\":\"CLOUD_PUBLIC\","
      "\"partnerTypes\":[\"PARTNER_TYPE_DIRECT_BILL\"],\"program\":\"PROGRAM_CSP\"}}\n",
      &error);
  if (result == -ENOENT) {
    test_skip("there is no accountstatus beside the server");
  } else {
    CHECK_EQUAL(result, 0);
    CHECK_EQUAL(
        accountstatus_test_wait_for_state(test, "contoso", ACCOUNTSTATUS_STATE_ACTIVE, 60000, NULL),
        0);
    CHECK_EQUAL(accountstatus_test_report_json(test, "{\"accountId\":\"contoso\"}\n", &error),
                -EINVAL);
  }
  accountstatus_test_end(test);
}

static void faults_strike_in_their_order_and_are_counted(void) {
  accountstatus_test *test = start();
  if (test == NULL)
    return;
  accountstatus *handle = open_server(test);
  CHECK_EQUAL(accountstatus_test_add_account(test, "contoso", ACCOUNTSTATUS_TEST_ACTIVE, NULL), 0);
  accountstatus_test_fault internal = {.size = sizeof internal,
                                       .method = GET_STATUS,
                                       .count = 1,
                                       .code = ACCOUNTSTATUS_CODE_INTERNAL};
  accountstatus_test_fault drop = {
      .size = sizeof drop, .method = GET_STATUS, .count = 1, .drop_connection = true};
  accountstatus_test_fault late = {.size = sizeof late, .method = GET_STATUS, .delay_ms = 3600000};
  CHECK_EQUAL(accountstatus_test_inject(test, &internal, NULL), 0);
  CHECK_EQUAL(accountstatus_test_inject(test, &drop, NULL), 0);
  int32_t outcome, state, error;
  get(handle, "contoso", 0, &outcome, &state, &error);
  CHECK_EQUAL(outcome, ACCOUNTSTATUS_UNAVAILABLE);
  CHECK_EQUAL(error, -EREMOTEIO);
  // Its connection breaks, and it is made once more.
  get(handle, "contoso", 0, &outcome, &state, &error);
  CHECK_EQUAL(outcome, ACCOUNTSTATUS_FOUND);
  CHECK_EQUAL(accountstatus_test_inject(test, &late, NULL), 0);
  get(handle, "contoso", 50, &outcome, &state, &error);
  CHECK_EQUAL(outcome, ACCOUNTSTATUS_UNAVAILABLE);
  CHECK_EQUAL(error, -ETIMEDOUT);
  uint64_t struck = 0;
  CHECK_EQUAL(accountstatus_test_clear_faults(test, &struck, NULL), 0);
  CHECK_EQUAL(struck, 3);
  get(handle, "contoso", 0, &outcome, &state, &error);
  CHECK_EQUAL(outcome, ACCOUNTSTATUS_FOUND);

  accountstatus_test_fault none = {.size = sizeof none};
  CHECK_EQUAL(accountstatus_test_inject(test, &none, NULL), -EINVAL);
  accountstatus_test_fault unreachable = {.size = sizeof unreachable,
                                          .method = "accountstatus.v1.TestingService",
                                          .code = ACCOUNTSTATUS_CODE_UNAVAILABLE};
  accountstatus_error refusal = {.size = sizeof refusal};
  CHECK_EQUAL(accountstatus_test_inject(test, &unreachable, &refusal), -EINVAL);
  CHECK_TEXT(refusal.field, "method");
  accountstatus_close(handle);
  accountstatus_test_end(test);
}

static void a_server_hangs_goes_on_stops_and_crashes(void) {
  accountstatus_test *test = start();
  if (test == NULL)
    return;
  accountstatus *handle = open_server(test);
  CHECK_EQUAL(accountstatus_test_add_account(test, "contoso", ACCOUNTSTATUS_TEST_ACTIVE, NULL), 0);
  int32_t outcome, state, error;
  accountstatus_test_pause(test);
  get(handle, "contoso", 50, &outcome, &state, &error);
  CHECK_EQUAL(error, -ETIMEDOUT);
  accountstatus_test_resume(test);
  get(handle, "contoso", 0, &outcome, &state, &error);
  CHECK_EQUAL(outcome, ACCOUNTSTATUS_FOUND);
  accountstatus_test_pause(test);
  accountstatus_test_stop(test);
  get(handle, "contoso", 0, &outcome, &state, &error);
  CHECK_EQUAL(error, -ECONNREFUSED);
  accountstatus_close(handle);
  accountstatus_test_end(test);

  test = start();
  NEED(test != NULL);
  char socket[256];
  snprintf(socket, sizeof socket, "%s", accountstatus_test_socket(test));
  accountstatus_test_kill(test);
  CHECK(directory_exists(socket));
  accountstatus_test_end(test);
  CHECK(!directory_exists(socket));
}

// The process that is killed: starts a server, says where it is, and waits.
static void be_a_test(int said, bool is_paused) {
  accountstatus_test *test;
  if (accountstatus_test_start(NULL, &test, NULL) < 0)
    _exit(1);
  if (is_paused)
    accountstatus_test_pause(test);
  const char *socket = accountstatus_test_socket(test);
  if (write(said, socket, strlen(socket)) < 0)
    _exit(1);
  for (;;)
    pause();
}

static void a_server_goes_with_a_test_that_is_killed(void) {
  accountstatus_test *test = start();
  if (test == NULL)
    return;
  accountstatus_test_end(test);
  for (int is_paused = 0; is_paused <= 1; is_paused++) {
    int ends[2];
    char socket[256] = "";
    NEED(pipe2(ends, O_CLOEXEC) == 0);
    pid_t child = fork();
    if (child == 0)
      be_a_test(ends[1], is_paused);
    close(ends[1]);
    CHECK(read(ends[0], socket, sizeof socket - 1) > 0);
    close(ends[0]);
    CHECK(directory_exists(socket));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    for (int i = 0; i < 60000 && directory_exists(socket); i++)
      nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    CHECK(!directory_exists(socket));
  }
}

static void what_is_no_server_cannot_be_started(void) {
  accountstatus_test_options options = {.size = sizeof options,
                                        .program = "/nowhere/accountstatusd"};
  accountstatus_error error = {.size = sizeof error};
  accountstatus_test *test = NULL;
  CHECK_EQUAL(accountstatus_test_start(&options, &test, &error), -ENOENT);
  options.program = "/bin/true";
  CHECK_EQUAL(accountstatus_test_start(&options, &test, &error), -ECONNREFUSED);
  CHECK(strstr(error.message, "did not start") != NULL);
  CHECK(test == NULL);
}

static const test tests[] = {
    {"accounts stand as a word says", accounts_stand_as_a_word_says},
    {"the clock is the test's", the_clock_is_the_tests},
    {"facts come as JSON lines", facts_come_as_json_lines},
    {"faults strike in their order and are counted", faults_strike_in_their_order_and_are_counted},
    {"a server hangs, goes on, stops and crashes", a_server_hangs_goes_on_stops_and_crashes},
    {"a server goes with a test that is killed", a_server_goes_with_a_test_that_is_killed},
    {"what is no server cannot be started", what_is_no_server_cannot_be_started},
};

const test_suite testing_suite = SUITE("testing", tests);
