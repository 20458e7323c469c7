// Clients/C out of a live table: no system call and no allocation, counted.

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "script.h"
#include "status_table_client.h"
#include "table_peer.h"
#include "test.h"

// Sanitizers allocate and make system calls of their own.
#ifdef COUNT_ALLOCATIONS

// Accounts that are read at random, beside those that are read over and over.
enum { READS = 100000, ACCOUNTS = 5000 };

// --------------------------------------------------------------------------------- allocations

// The linker sends every call of these in this program here.
static atomic_ulong allocations;

unsigned long allocation_count(void) { return atomic_load(&allocations); }

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

void *__wrap_malloc(size_t size) {
  atomic_fetch_add(&allocations, 1);
  return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
  atomic_fetch_add(&allocations, 1);
  return __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size) {
  atomic_fetch_add(&allocations, 1);
  return __real_realloc(memory, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size) {
  atomic_fetch_add(&allocations, 1);
  return __real_aligned_alloc(alignment, size);
}

typedef struct both {
  peer *peer;
  table_peer *table;
  accountstatus *handle;
  // The library's reader without the library.
  struct status_table_client *reader;
  const struct status_table *memory;
} both;

// Asks the library about an account. Whether the table answered.
static bool ask_about(accountstatus *handle, const char *id) {
  static const int32_t wanted[] = {ACCOUNTSTATUS_CAPABILITY_PAY_INVOICE,
                                   ACCOUNTSTATUS_CAPABILITY_SELL_NEW_LICENSES};
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 1000);
  options.max_staleness_ms = 600000;
  accountstatus_result *result;
  accountstatus_check_result *check;
  if (accountstatus_get(handle, id, &options, &result, NULL) < 0 ||
      accountstatus_check(handle, id, wanted, 2, &options, &check, NULL) < 0)
    return false;
  bool by_table =
      result->source == ACCOUNTSTATUS_SOURCE_TABLE && check->source == ACCOUNTSTATUS_SOURCE_TABLE;
  accountstatus_free_result(result);
  accountstatus_free_check_result(check);
  return by_table;
}

// The same of the reader, and of the memory itself.
static bool read_bare(const both *both, const char *id) {
  const struct status_table_read_options options = {.max_staleness = UINT64_MAX};
  struct status_table_reading reading;
  struct status_table_status status;
  status_table_client_read(both->reader, id, strlen(id), &options, &reading);
  enum status_table_result found = status_table_read(both->memory, id, strlen(id), 1, &status);
  return reading.result <= STATUS_TABLE_NOT_FOUND && found == reading.result;
}

// A round of what a program asks: of some accounts again and again, of one that is not there, and
// of one at random. Whether the table had all of it.
static bool ask_everything(const both *both) {
  static uint64_t random = 88172645463325252;
  random ^= random << 13;
  random ^= random >> 7;
  random ^= random << 17;
  char any[32];
  snprintf(any, sizeof any, "account-%u", (unsigned)(random % ACCOUNTS));
  const char *ids[] = {"contoso", "suspended-1", "nobody", any};
  bool by_table = true;
  for (int i = 0; i < 4; i++)
    by_table = by_table && ask_about(both->handle, ids[i]) && read_bare(both, ids[i]);
  return by_table;
}

static both start_both(void) {
  both both = {.peer = peer_start(peer_serve, NULL)};
  both.table = table_peer_start(both.peer, "2020-06", active_record());
  table_peer_put(both.table, "suspended-1", suspended_record());
  for (unsigned i = 0; i < ACCOUNTS; i++) {
    char id[32];
    snprintf(id, sizeof id, "account-%u", i);
    table_peer_put(both.table, id, i % 2 == 0 ? active_record() : suspended_record());
  }
  both.memory = table_peer_map(both.table);
  both.handle = peer_open(both.peer);
  CHECK_EQUAL(status_table_client_create(table_peer_path(both.table), &both.reader), 0);
  CHECK_EQUAL(status_table_client_renew(both.reader, UINT64_C(60) * 1000000000), 0);
  CHECK(ask_everything(&both));
  return both;
}

static void stop_both(both both) {
  accountstatus_close(both.handle);
  status_table_client_destroy(both.reader);
  table_peer_stop(both.table);
  peer_stop(both.peer);
}

static void nothing_is_allocated(void) {
  both both = start_both();
  unsigned long before = atomic_load(&allocations);
  CHECK(before > 0);
  bool by_table = true;
  for (int i = 0; i < READS / 10; i++)
    by_table = by_table && ask_everything(&both);
  CHECK(by_table);
  CHECK_EQUAL(atomic_load(&allocations) - before, 0);
  stop_both(both);
}

// -------------------------------------------------------------------------------- system calls

// From here on every system call but the end of the process is that end, by SIGSYS.
static bool forbid_system_calls(void) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  };
  struct sock_fprog program = {.len = sizeof filter / sizeof filter[0], .filter = filter};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

// How a child ends that may make no system call: the exit code, or 100 + the signal.
static int end_of_child(const both *both, bool may_read) {
  pid_t child = fork();
  if (child == 0) {
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    // The first round in a child takes the handle over.
    bool by_table = ask_everything(both);
    if (!forbid_system_calls())
      _exit(2);
    if (!may_read)
      getppid();
    for (int i = 0; i < READS && may_read; i++)
      by_table = by_table && ask_everything(both);
    _exit(by_table ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

static void no_system_call_is_made(void) {
  both both = start_both();
  // The trap works.
  CHECK_EQUAL(end_of_child(&both, false), 100 + SIGSYS);
  CHECK_EQUAL(end_of_child(&both, true), 0);
  stop_both(both);
}

#else

static void nothing_is_allocated(void) { test_skip("allocations are counted in the plain build"); }

static void no_system_call_is_made(void) { test_skip("calls are trapped in the plain build"); }

#endif

static const test tests[] = {
    {"nothing is allocated", nothing_is_allocated},
    {"no system call is made", no_system_call_is_made},
};
const test_suite steady_suite = SUITE("steady", tests);
