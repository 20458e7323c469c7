// libaccountstatus-testing: an account-status server of its own for a test.
//
// A test, whole:
//
//     #include <accountstatus.h>
//     #include <accountstatus_testing.h>
//
//     accountstatus_test *test;
//     accountstatus_error error = {.size = sizeof error};
//     if (accountstatus_test_start(NULL, &test, &error) < 0)
//       return give_up(error.message);
//     accountstatus_test_add_account(test, "contoso", ACCOUNTSTATUS_TEST_SUSPENDED, &error);
//
//     accountstatus_test_use(test); // from here on accountstatus_open(NULL, ...) leads to it
//     assert(!my_gateway_takes_order("contoso"));
//
//     accountstatus_test_end(test);
//
// GUARANTEES
//
//  - The server has a temporary directory and a ledger of its own, and a clock that moves only when
//    the test moves it. Tests with servers of their own can run side by side.
//  - It ends, and its directory goes, with accountstatus_test_end, and at the latest when the
//  test's
//    process ends, also when that crashes or is killed: the server waits for the end of a pipe that
//    only this process writes to.
//  - Time: when moving the clock returns, everything that was due by then is decided and can be
//    read, in the status table as well.
//  - Any number of threads may use one test at once, but for starting and ending it.
//
// CAVEATS
//
//  - A child that the test forks, and that neither execs nor ends, holds that pipe open as well.
//  - What the server says goes to the test's standard error.
//
// ERRORS
//
//   As in accountstatus.h: 0, or a negative errno with the outputs untouched and *ret_error, which
//   may be NULL, filled. -ENOENT from accountstatus_test_start: there is no server to start.
//
// Not for production: link it into tests only.

#ifndef ACCOUNTSTATUS_TESTING_H
#define ACCOUNTSTATUS_TESTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <accountstatus_facts.h>
#include <accountstatus_types.h>

#ifdef __cplusplus
extern "C" {
#endif

// A running server.
typedef struct accountstatus_test accountstatus_test;

typedef struct accountstatus_test_options {
  size_t size;
  // The server's program. NULL: $ACCOUNTSTATUSD, else accountstatusd of $PATH.
  const char *program;
  // What its clock says at first. {0, 0}: 2026-01-01T00:00:00Z.
  accountstatus_time now;
} accountstatus_test_options;

// Starts a server and returns when it answers. options may be NULL.
int accountstatus_test_start(const accountstatus_test_options *options,
                             accountstatus_test **ret_test, accountstatus_error *ret_error);

// Ends the server in order, removes what it left behind and frees the test. NULL does nothing.
void accountstatus_test_end(accountstatus_test *test);

// Paths of the server's sockets, and its process. They live as long as the test.
const char *accountstatus_test_socket(const accountstatus_test *test);
const char *accountstatus_test_table_socket(const accountstatus_test *test);
pid_t accountstatus_test_pid(const accountstatus_test *test);

// Makes this process, and programs that it starts later, use the server where they name none: sets
// ACCOUNTSTATUS_SOCKET and ACCOUNTSTATUS_TABLE_SOCKET. No other thread may use the environment
// meanwhile.
int accountstatus_test_use(const accountstatus_test *test);

// -------------------------------------------------------------------------------------- clock

// What the clock says.
accountstatus_time accountstatus_test_now(const accountstatus_test *test);

// Moves the clock to an instant that is not before the present; -EPERM if it is.
int accountstatus_test_set_clock(accountstatus_test *test, accountstatus_time now,
                                 accountstatus_error *ret_error);

// Moves the clock forward by at least a second.
int accountstatus_test_advance_clock(accountstatus_test *test, int64_t seconds,
                                     accountstatus_error *ret_error);

// -------------------------------------------------------------------------------------- facts

// How an account stands, in a word: short for the facts that make it so. All of them are
// direct-bill partners of the public cloud, registered a year before.
typedef enum accountstatus_test_standing {
  // Nothing speaks against it.
  ACCOUNTSTATUS_TEST_ACTIVE = 1,
  // Suspended for abuse: a significant finding is confirmed.
  ACCOUNTSTATUS_TEST_SUSPENDED = 2,
  // Suspended for billing: an invoice has been due for months.
  ACCOUNTSTATUS_TEST_PAST_DUE = 3,
  // Suspended, and eligible for reinstatement: the finding was dismissed.
  ACCOUNTSTATUS_TEST_AWAITING_REINSTATEMENT = 4,
  ACCOUNTSTATUS_TEST_CLOSED = 5,
} accountstatus_test_standing;

// Makes a new account stand as the test wants it, at the clock's present.
int accountstatus_test_add_account(accountstatus_test *test, const char *account_id,
                                   accountstatus_test_standing standing,
                                   accountstatus_error *ret_error);

// Reports facts, all or none.
int accountstatus_test_report(accountstatus_test *test, const accountstatus_fact *const *facts,
                              size_t count, accountstatus_error *ret_error);

// Reports facts written as JSON, one a line, as `accountstatus report` takes them. Runs that
// program, from beside the server's or of $PATH: -ENOENT without it, -EINVAL when it refused a
// fact, and said on standard error which.
int accountstatus_test_report_json(accountstatus_test *test, const char *lines,
                                   accountstatus_error *ret_error);

// Waits until an account is in an accountstatus_state, for what the program under test reports by
// itself. -ETIMEDOUT.
int accountstatus_test_wait_for_state(accountstatus_test *test, const char *account_id,
                                      int32_t state, uint32_t timeout_ms,
                                      accountstatus_error *ret_error);

// ------------------------------------------------------------------------------------ trouble

// Something that the server does wrong on purpose: to calls, or to the status table, or both. A
// call is struck by the first fault that is for it, in the order in which they were injected, and
// that is not used up. A reader of the status table makes no call: stop_heartbeat is what makes it
// ask.
typedef struct accountstatus_test_fault {
  size_t size;
  // The calls that it is for: package.Service/Method, package.Service for all of its methods. NULL:
  // every method.
  const char *method;
  // How many calls it strikes. 0: all, until faults are cleared.
  uint32_t count;
  // How long each of them waits first.
  uint32_t delay_ms;
  // The accountstatus_code that each of them is answered with. 0: it is handled.
  int32_t code;
  // Close the connection of each of them instead. Not together with a code.
  bool drop_connection;
  // Let the status table show no sign of life, until faults are cleared.
  bool stop_heartbeat;
} accountstatus_test_fault;

// Adds a fault, at most 100.
int accountstatus_test_inject(accountstatus_test *test, const accountstatus_test_fault *fault,
                              accountstatus_error *ret_error);

// Ends all faults. *ret_struck, which may be NULL: how many calls they struck.
int accountstatus_test_clear_faults(accountstatus_test *test, uint64_t *ret_struck,
                                    accountstatus_error *ret_error);

// Makes the server silent: it takes connections and answers nothing. Returns when it stands still.
void accountstatus_test_pause(accountstatus_test *test);
void accountstatus_test_resume(accountstatus_test *test);

// Ends the server in order, as an operator would, or at once, as a crash would. Returns when it is
// gone; the test stays, to be ended.
void accountstatus_test_stop(accountstatus_test *test);
void accountstatus_test_kill(accountstatus_test *test);

#ifdef __cplusplus
}
#endif

#endif
