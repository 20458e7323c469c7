// Tests of a service, order_gateway.c, against a real account-status server of their own.
//
//     cc order_gateway_test.c $(pkg-config --cflags --libs accountstatus-testing) -o
//     order_gateway_test
//     ./order_gateway_test ./order_gateway
//
// Needs accountstatusd on $PATH, or its path in $ACCOUNTSTATUSD.

#include <accountstatus_testing.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#define CHECK(condition)                                                                           \
  ((condition) ? (void)0                                                                           \
               : (printf("%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition), failures++, \
                  (void)0))

// What the service under test says of an order.
enum { TAKEN = 0, REFUSED = 1 };

static const char *gateway;
static int failures;

// Places an order with the service, which was told what holds while nobody can be asked.
static int order(const char *account, const char *decision) {
  char command[4096];
  snprintf(command, sizeof command, "%s %s %s >/dev/null", gateway, account, decision);
  int status = system(command);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// A server that the service uses, or the end of this program.
static accountstatus_test *start(void) {
  accountstatus_error error = {.size = sizeof error};
  accountstatus_test *test;
  if (accountstatus_test_start(NULL, &test, &error) < 0 || accountstatus_test_use(test) < 0) {
    printf("%s\n", error.message);
    exit(2);
  }
  return test;
}

static void a_suspended_account_gets_no_order(void) {
  accountstatus_test *test = start();
  CHECK(accountstatus_test_add_account(test, "contoso", ACCOUNTSTATUS_TEST_ACTIVE, NULL) == 0);
  CHECK(accountstatus_test_add_account(test, "fabrikam", ACCOUNTSTATUS_TEST_SUSPENDED, NULL) == 0);
  CHECK(order("contoso", "deny") == TAKEN);
  CHECK(order("fabrikam", "allow") == REFUSED);
  CHECK(order("nobody", "allow") == REFUSED);
  accountstatus_test_end(test);
}

static void an_unpaid_invoice_suspends_when_its_time_has_come(void) {
  accountstatus_test *test = start();
  CHECK(
      accountstatus_test_report_json(
          test,
          "{\"accountId\":\"contoso\",\"source\":\"erp\",\"factId\":\"1\","
          "\"effectiveAt\":\"2026-01-01T00:00:00Z\",\"accountRegistered\":{"
          "\"cloud\":\"CLOUD_PUBLIC\",\"partnerTypes\":[\"PARTNER_TYPE_DIRECT_BILL\"],"
          "\"program\":\"PROGRAM_CSP\"}}\n"
          "{\"accountId\":\"contoso\",\"source\":\"erp\",\"factId\":\"2\","
          "\"effectiveAt\":\"2026-01-01T00:00:00Z\",\"invoiceIssued\":{\"invoiceId\":\"i-1\","
          "\"issueDate\":\"2026-01-01\",\"total\":{\"currencyCode\":\"EUR\",\"units\":\"100\"}}}\n",
          NULL) == 0);
  CHECK(order("contoso", "deny") == TAKEN);
  CHECK(accountstatus_test_advance_clock(test, 200 * 86400, NULL) == 0);
  CHECK(order("contoso", "allow") == REFUSED);
  accountstatus_test_end(test);
}

// The service does what it was told to, and nothing else, whatever keeps the server from answering.
static void check_that_the_decision_holds(void) {
  CHECK(order("contoso", "allow") == TAKEN);
  CHECK(order("contoso", "deny") == REFUSED);
}

static void without_a_server_our_decision_holds(void) {
  accountstatus_test *test = start();
  CHECK(accountstatus_test_add_account(test, "contoso", ACCOUNTSTATUS_TEST_ACTIVE, NULL) == 0);
  accountstatus_test_pause(test);
  check_that_the_decision_holds();
  accountstatus_test_resume(test);
  accountstatus_test_kill(test);
  check_that_the_decision_holds();
  accountstatus_test_end(test);
}

static void while_the_server_fails_our_decision_holds(void) {
  accountstatus_test *test = start();
  CHECK(accountstatus_test_add_account(test, "contoso", ACCOUNTSTATUS_TEST_SUSPENDED, NULL) == 0);
  // A service that reads the status table makes no call that could fail.
  setenv("ACCOUNTSTATUS_TABLE", "off", 1);
  accountstatus_test_fault fault = {.size = sizeof fault, .code = ACCOUNTSTATUS_CODE_UNAVAILABLE};
  CHECK(accountstatus_test_inject(test, &fault, NULL) == 0);
  check_that_the_decision_holds();
  uint64_t struck = 0;
  CHECK(accountstatus_test_clear_faults(test, &struck, NULL) == 0);
  // Each order's call was made twice: once more after it had failed.
  CHECK(struck == 4);
  CHECK(order("contoso", "allow") == REFUSED);
  unsetenv("ACCOUNTSTATUS_TABLE");
  accountstatus_test_end(test);
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: %s GATEWAY\n", argv[0]);
    return 2;
  }
  gateway = argv[1];
  a_suspended_account_gets_no_order();
  an_unpaid_invoice_suspends_when_its_time_has_come();
  without_a_server_our_decision_holds();
  while_the_server_fails_our_decision_holds();
  printf("%s\n", failures == 0 ? "ok: the gateway does what was decided" : "FAILED");
  return failures == 0 ? 0 : 1;
}
