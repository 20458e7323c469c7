// Watches and caches against the daemon that $ACCOUNTSTATUSD names: one of the test's own, which is
// stopped, killed and started again while it is written to.

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "script.h"
#include "test.h"

enum { PATIENCE_MS = 60000, ROUNDS = 12, ACCOUNTS = 5 };

// A daemon with a ledger that outlives it.
typedef struct server {
  char directory[64], socket[96], database[96];
  pid_t pid;
} server;

static bool start(server *daemon) {
  daemon->pid = fork();
  if (daemon->pid == 0) {
    execl(getenv("ACCOUNTSTATUSD"), "accountstatusd", "--runtime-directory", daemon->directory,
          "--database", daemon->database, "--log-level", "error", (char *)NULL);
    _exit(127);
  }
  return daemon->pid > 0;
}

static void stop(server *daemon, int signal) {
  kill(daemon->pid, signal);
  waitpid(daemon->pid, NULL, 0);
}

static bool make_daemon(server *daemon) {
  const char *program = getenv("ACCOUNTSTATUSD");
  if (program == NULL || program[0] == '\0') {
    test_skip("ACCOUNTSTATUSD names no server");
    return false;
  }
  snprintf(daemon->directory, sizeof daemon->directory, "/tmp/accountstatus-test-XXXXXX");
  if (mkdtemp(daemon->directory) == NULL)
    return false;
  snprintf(daemon->socket, sizeof daemon->socket, "%s/rpc.sock", daemon->directory);
  snprintf(daemon->database, sizeof daemon->database, "%s/ledger.sqlite", daemon->directory);
  return start(daemon);
}

static void remove_daemon(server *daemon) {
  stop(daemon, SIGTERM);
  char command[128];
  snprintf(command, sizeof command, "rm -rf %s", daemon->directory);
  CHECK_EQUAL(system(command), 0);
}

static accountstatus *open_handle(const server *daemon, uint32_t cache_accounts) {
  accountstatus_open_options options = {.size = sizeof options,
                                        .socket = daemon->socket,
                                        .timeout_ms = PATIENCE_MS,
                                        .table_socket = "",
                                        .cache_accounts = cache_accounts};
  accountstatus *handle = NULL;
  CHECK_EQUAL(accountstatus_open(&options, &handle, NULL), 0);
  return handle;
}

// ---------------------------------------------------------------------------------------- facts

static accountstatus_fact fact(const char *account_id, const char *fact_id, int32_t kind) {
  return (accountstatus_fact){.size = sizeof(accountstatus_fact),
                              .account_id = account_id,
                              .source = "ctests",
                              .fact_id = fact_id,
                              .effective_at = {1577836800, 0},
                              .kind = kind};
}

// Reports one fact, again and again until it is known to be stored. Whether it is.
static bool report(accountstatus *handle, const accountstatus_fact *fact) {
  const accountstatus_report_options options = {.size = sizeof options, .wait_for_server = true};
  for (int i = 0; i < 100; i++) {
    accountstatus_report_result *result = NULL;
    accountstatus_error error = {.size = sizeof error};
    int code = accountstatus_report(handle, &fact, 1, &options, &result, &error);
    accountstatus_free_report_result(result);
    if (code == 0)
      return true;
    if (code != -ECONNREFUSED && code != -ETIMEDOUT) {
      printf("    report: %s %s\n", error.field, error.message);
      return false;
    }
  }
  return false;
}

static bool register_account(accountstatus *handle, const char *id) {
  static const int32_t direct_bill[] = {ACCOUNTSTATUS_PARTNER_TYPE_DIRECT_BILL};
  static const accountstatus_account_registered registration = {.size = sizeof registration,
                                                                .cloud = ACCOUNTSTATUS_CLOUD_PUBLIC,
                                                                .partner_types = direct_bill,
                                                                .partner_type_count = 1,
                                                                .program =
                                                                    ACCOUNTSTATUS_PROGRAM_CSP,
                                                                .display_name = "Contoso",
                                                                .country = "SE"};
  char fact_id[64];
  snprintf(fact_id, sizeof fact_id, "%s/registered", id);
  accountstatus_fact registered = fact(id, fact_id, ACCOUNTSTATUS_FACT_ACCOUNT_REGISTERED);
  registered.account_registered = &registration;
  return report(handle, &registered);
}

// A significant finding, which suspends, or a minor one, which does not: each is a change.
static bool report_finding(accountstatus *handle, const char *id, int round) {
  const accountstatus_abuse_finding_changed finding = {
      .size = sizeof finding,
      .finding_id = "finding",
      .severity = ACCOUNTSTATUS_ABUSE_SIGNIFICANT,
      .state = round % 2 == 0 ? ACCOUNTSTATUS_ABUSE_CONFIRMED : ACCOUNTSTATUS_ABUSE_DISMISSED};
  char fact_id[64];
  snprintf(fact_id, sizeof fact_id, "%s/%d", id, round);
  accountstatus_fact changed = fact(id, fact_id, ACCOUNTSTATUS_FACT_ABUSE_FINDING_CHANGED);
  changed.effective_at.seconds += 86400 * (round + 1);
  changed.abuse_finding_changed = &finding;
  return report(handle, &changed);
}

// ---------------------------------------------------------------------------------------- tests

// What a watch has told of each account.
typedef struct known {
  uint64_t revisions[ACCOUNTS];
  unsigned changes, resumptions, wrong;
} known;

// Takes an event in; a change must go on where the account was.
static void take(known *known, const accountstatus_event *event) {
  known->resumptions += event->kind == ACCOUNTSTATUS_EVENT_RESUMED;
  if (event->account_id == NULL)
    return;
  uint64_t *revision = &known->revisions[event->account_id[strlen(event->account_id) - 1] - '0'];
  if (event->kind == ACCOUNTSTATUS_EVENT_CHANGE) {
    known->changes++;
    uint64_t before = event->previous == NULL ? 0 : event->previous->revision;
    known->wrong += before != *revision || event->revision <= before;
  }
  *revision = event->revision;
}

static bool is_told(const known *known, const uint64_t *wanted) {
  return memcmp(known->revisions, wanted, sizeof known->revisions) == 0;
}

static uint64_t revision_of(accountstatus *handle, const char *id, bool ask_server,
                            int32_t *ret_source) {
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, PATIENCE_MS);
  options.wait_for_server = true;
  options.ask_server = ask_server;
  accountstatus_result *result;
  if (accountstatus_get(handle, id, &options, &result, NULL) < 0)
    return 0;
  uint64_t revision = result->status == NULL ? 0 : result->status->revision;
  *ret_source = result->source;
  accountstatus_free_result(result);
  return revision;
}

// Writes to every account, once a round; between rounds the daemon ends, in order and not.
static void nothing_is_missed_or_told_twice(void) {
  server daemon;
  if (!make_daemon(&daemon))
    return;
  accountstatus *handle = open_handle(&daemon, 0);
  accountstatus_watch *watch = NULL;
  NEED(accountstatus_watch_open(handle, NULL, &watch, NULL) == 0);
  known known = {0};
  uint64_t wanted[ACCOUNTS];
  for (int round = -1; round < ROUNDS; round++) {
    for (int i = 0; i < ACCOUNTS; i++) {
      char id[] = "account-0";
      id[8] = (char)('0' + i);
      CHECK(round < 0 ? register_account(handle, id) : report_finding(handle, id, round));
      int32_t source;
      wanted[i] = revision_of(handle, id, true, &source);
    }
    const accountstatus_event *event;
    while (!is_told(&known, wanted)) {
      NEED(accountstatus_watch_next(watch, PATIENCE_MS, &event, NULL) == 1);
      take(&known, event);
    }
    if (round % 3 == 2) {
      stop(&daemon, round % 2 == 0 ? SIGTERM : SIGKILL);
      CHECK(start(&daemon));
    }
  }
  CHECK_EQUAL(known.wrong, 0);
  CHECK(known.changes >= ROUNDS * ACCOUNTS);
  CHECK(known.resumptions >= ROUNDS / 3 - 1);
  accountstatus_watch_close(watch);
  accountstatus_close(handle);
  remove_daemon(&daemon);
}

typedef struct updater {
  pthread_t thread;
  accountstatus *handle;
  atomic_bool is_ending;
} updater;

static void *update(void *argument) {
  updater *updater = argument;
  while (!atomic_load(&updater->is_ending))
    CHECK(accountstatus_cache_update(updater->handle, 100, NULL) >= 0);
  return NULL;
}

static void a_cache_is_never_behind_its_programs_writes(void) {
  server daemon;
  if (!make_daemon(&daemon))
    return;
  accountstatus *handle = open_handle(&daemon, 100), *other = open_handle(&daemon, 0);
  updater updater = {.handle = handle};
  NEED(pthread_create(&updater.thread, NULL, update, &updater) == 0);
  char id[] = "account-0";
  CHECK(register_account(handle, id));
  int32_t source = 0;
  for (int round = 0; round < ROUNDS; round++) {
    // Wait until the cache answers: it has to be fresh for its being behind to show.
    for (int i = 0; i < PATIENCE_MS / 10 && source != ACCOUNTSTATUS_SOURCE_CACHE; i++) {
      revision_of(handle, id, false, &source);
      usleep(10000);
    }
    CHECK_EQUAL(source, ACCOUNTSTATUS_SOURCE_CACHE);
    CHECK(report_finding(handle, id, round));
    uint64_t least = revision_of(other, id, true, &source);
    for (int i = 0; i < 100; i++)
      CHECK_EQUAL(revision_of(handle, id, false, &source), least);
    if (round % 4 == 3) {
      stop(&daemon, round % 8 == 3 ? SIGTERM : SIGKILL);
      CHECK(start(&daemon));
    }
  }
  atomic_store(&updater.is_ending, true);
  pthread_join(updater.thread, NULL);
  CHECK(counters_of(handle).answered_by_cache > 0);
  accountstatus_close(handle);
  accountstatus_close(other);
  remove_daemon(&daemon);
}

static const test tests[] = {
    {"nothing is missed or told twice", nothing_is_missed_or_told_twice},
    {"a cache is never behind its program's writes", a_cache_is_never_behind_its_programs_writes},
};
const test_suite watch_server_suite = SUITE("watch_server", tests);
