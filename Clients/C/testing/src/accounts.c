// Accounts as tests want them: the facts behind a standing, facts of the test's own, and waiting.

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <accountstatus.h>

#include "failure.h"
#include "server.h"

extern char **environ;

enum { DAY = 86400, MOST_FACTS_OF_A_STANDING = 3, POLL_NS = 2000000 };

// A standing being written down.
typedef struct standing_facts {
  const char *account_id;
  accountstatus_time now;
  size_t count;
  char ids[MOST_FACTS_OF_A_STANDING][96];
  accountstatus_fact facts[MOST_FACTS_OF_A_STANDING];
} standing_facts;

// The next fact, true from some days after the clock's present.
static accountstatus_fact *add(standing_facts *all, int32_t kind, int64_t days) {
  accountstatus_fact *fact = &all->facts[all->count];
  char *id = all->ids[all->count++];
  snprintf(id, sizeof all->ids[0], "%s/%zu", all->account_id, all->count);
  *fact = (accountstatus_fact){.size = sizeof *fact,
                               .account_id = all->account_id,
                               .source = "standing",
                               .fact_id = id,
                               .effective_at = {all->now.seconds + days * DAY, all->now.nanos},
                               .kind = kind};
  return fact;
}

static int report_standing(accountstatus_test *test, standing_facts *all,
                           accountstatus_error *ret_error) {
  const accountstatus_fact *facts[MOST_FACTS_OF_A_STANDING];
  for (size_t i = 0; i < all->count; i++)
    facts[i] = &all->facts[i];
  return accountstatus_test_report(test, facts, all->count, ret_error);
}

static int unknown_standing(accountstatus_test_standing standing, accountstatus_error *ret_error) {
  accountstatus_error failure = {.size = sizeof failure};
  int result = failure_set(&failure, EINVAL, ACCOUNTSTATUS_CODE_INVALID_ARGUMENT,
                           "%d is no accountstatus_test_standing", (int)standing);
  failure_export(&failure, ret_error);
  return result;
}

int accountstatus_test_add_account(accountstatus_test *test, const char *account_id,
                                   accountstatus_test_standing standing,
                                   accountstatus_error *ret_error) {
  static const int32_t direct_bill[] = {ACCOUNTSTATUS_PARTNER_TYPE_DIRECT_BILL};
  static const accountstatus_account_registered registration = {.size = sizeof registration,
                                                                .cloud = ACCOUNTSTATUS_CLOUD_PUBLIC,
                                                                .partner_type_count = 1,
                                                                .partner_types = direct_bill,
                                                                .program =
                                                                    ACCOUNTSTATUS_PROGRAM_CSP};
  standing_facts all = {.account_id = account_id, .now = accountstatus_test_now(test)};
  add(&all, ACCOUNTSTATUS_FACT_ACCOUNT_REGISTERED, -365)->account_registered = &registration;

  char id[96], issued[16];
  snprintf(id, sizeof id, "%s/finding", account_id);
  accountstatus_abuse_finding_changed confirmed = {.size = sizeof confirmed,
                                                   .finding_id = id,
                                                   .severity = ACCOUNTSTATUS_ABUSE_SIGNIFICANT,
                                                   .state = ACCOUNTSTATUS_ABUSE_CONFIRMED};
  accountstatus_abuse_finding_changed dismissed = confirmed;
  dismissed.state = ACCOUNTSTATUS_ABUSE_DISMISSED;
  accountstatus_invoice_issued invoice = {
      .size = sizeof invoice, .invoice_id = id, .issue_date = issued, .total = {"EUR", 1000, 0}};

  switch (standing) {
  case ACCOUNTSTATUS_TEST_ACTIVE:
    break;
  case ACCOUNTSTATUS_TEST_SUSPENDED:
    add(&all, ACCOUNTSTATUS_FACT_ABUSE_FINDING_CHANGED, 0)->abuse_finding_changed = &confirmed;
    break;
  case ACCOUNTSTATUS_TEST_PAST_DUE: {
    time_t day = (time_t)(all.now.seconds - 200 * DAY);
    struct tm parts;
    strftime(issued, sizeof issued, "%Y-%m-%d", gmtime_r(&day, &parts));
    add(&all, ACCOUNTSTATUS_FACT_INVOICE_ISSUED, -200)->invoice_issued = &invoice;
    break;
  }
  case ACCOUNTSTATUS_TEST_AWAITING_REINSTATEMENT:
    add(&all, ACCOUNTSTATUS_FACT_ABUSE_FINDING_CHANGED, -10)->abuse_finding_changed = &confirmed;
    add(&all, ACCOUNTSTATUS_FACT_ABUSE_FINDING_CHANGED, -5)->abuse_finding_changed = &dismissed;
    break;
  case ACCOUNTSTATUS_TEST_CLOSED:
    add(&all, ACCOUNTSTATUS_FACT_ACCOUNT_CLOSED, 0);
    break;
  default:
    return unknown_standing(standing, ret_error);
  }
  return report_standing(test, &all, ret_error);
}

int accountstatus_test_report(accountstatus_test *test, const accountstatus_fact *const *facts,
                              size_t count, accountstatus_error *ret_error) {
  accountstatus_report_result *stored = NULL;
  int result = accountstatus_report(test->handle, facts, count, NULL, &stored, ret_error);
  accountstatus_free_report_result(stored);
  return result;
}

int accountstatus_test_wait_for_state(accountstatus_test *test, const char *account_id,
                                      int32_t state, uint32_t timeout_ms,
                                      accountstatus_error *ret_error) {
  accountstatus_options options = {.size = sizeof options, .on_unavailable = ACCOUNTSTATUS_DENY};
  int64_t end = monotonic_now() + timeout_ms * INT64_C(1000000);
  for (;;) {
    accountstatus_result *found;
    int result = accountstatus_get(test->handle, account_id, &options, &found, ret_error);
    if (result < 0)
      return result;
    int32_t present = found->outcome == ACCOUNTSTATUS_FOUND ? found->status->state : 0;
    accountstatus_free_result(found);
    if (present == state)
      return 0;
    if (monotonic_now() >= end) {
      accountstatus_error failure = {.size = sizeof failure};
      failure_set(&failure, ETIMEDOUT, ACCOUNTSTATUS_CODE_DEADLINE_EXCEEDED,
                  "%s is %s after %u ms, not %s", account_id, accountstatus_state_name(present),
                  timeout_ms, accountstatus_state_name(state));
      failure_export(&failure, ret_error);
      return -ETIMEDOUT;
    }
    nanosleep(&(struct timespec){.tv_nsec = POLL_NS}, NULL);
  }
}

// --------------------------------------------------------------------------------- JSON lines

// `accountstatus`, from beside the server's program, else of $PATH. The caller frees it.
static char *find_reporter(const accountstatus_test *test) {
  const char *slash = strrchr(test->program, '/');
  char *beside;
  if (slash != NULL &&
      asprintf(&beside, "%.*s/accountstatus", (int)(slash - test->program), test->program) >= 0) {
    if (access(beside, X_OK) == 0)
      return beside;
    free(beside);
  }
  return test_find_program("accountstatus");
}

// A file in memory with a text in it, to be read from its beginning; or -1.
static int file_with(const char *text) {
  int file = memfd_create("facts", MFD_CLOEXEC);
  size_t size = strlen(text);
  if (file >= 0 && (write(file, text, size) != (ssize_t)size || lseek(file, 0, SEEK_SET) != 0)) {
    close(file);
    return -1;
  }
  return file;
}

// Runs `accountstatus report -`: its exit status, or -1.
static int run_reporter(const accountstatus_test *test, const char *program, int input) {
  char *arguments[] = {(char *)program, "--socket", test->socket, "report", "-", NULL};
  posix_spawn_file_actions_t actions;
  pid_t child;
  if (posix_spawn_file_actions_init(&actions) != 0)
    return -1;
  int error = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  // What became of each fact is for its exit status to say.
  if (error == 0)
    error = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  if (error == 0)
    error = posix_spawn(&child, program, &actions, NULL, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    return -1;
  int status;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int accountstatus_test_report_json(accountstatus_test *test, const char *lines,
                                   accountstatus_error *ret_error) {
  accountstatus_error failure = {.size = sizeof failure};
  int result = 0;
  char *program = find_reporter(test);
  int input = program == NULL ? -1 : file_with(lines);
  if (program == NULL) {
    result = failure_set(&failure, ENOENT, ACCOUNTSTATUS_CODE_UNAVAILABLE,
                         "no accountstatus beside %s or on PATH", test->program);
  } else if (input < 0) {
    result = failure_set(&failure, EIO, ACCOUNTSTATUS_CODE_INTERNAL,
                         "cannot write the lines to a file in memory: %s", strerror(errno));
  } else {
    int status = run_reporter(test, program, input);
    if (status != 0)
      result = failure_set(&failure, status == 4 ? ECONNREFUSED : EINVAL,
                           status == 4 ? ACCOUNTSTATUS_CODE_UNAVAILABLE
                                       : ACCOUNTSTATUS_CODE_INVALID_ARGUMENT,
                           "%s report exited with %d; standard error has why", program, status);
  }
  if (input >= 0)
    close(input);
  free(program);
  if (result < 0)
    failure_export(&failure, ret_error);
  return result;
}
