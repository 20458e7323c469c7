// A cache under threads: no record is torn and no doubt lost. Clients/C out of one that is fresh:
// no system call and no allocation, counted.

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cache_scene.h"
#include "status_cache.h"
#include "test.h"

// ------------------------------------------------------------------------------------- torn reads

enum { ACCOUNTS = 8, READS = 200000, READERS = 3 };

typedef struct filler {
  struct status_cache *cache;
  atomic_bool is_ending;
  pthread_t thread;
} filler;

// A record whose fields all follow from its revision.
static struct status_cache_record record_of(uint64_t revision) {
  return (struct status_cache_record){.answer = {.state = 1 + revision % 4,
                                                 .reasons = (uint32_t)revision,
                                                 .notices = (uint32_t)revision * 3,
                                                 .capabilities = revision * 5,
                                                 .since = (int64_t)revision * 7,
                                                 .next_at = STATUS_TABLE_NEVER},
                                      .revision = revision,
                                      .until = STATUS_TABLE_NEVER,
                                      .edition = "2020-06",
                                      .edition_length = 7};
}

static bool is_whole(const struct status_table_reading *reading) {
  const struct status_cache_record wanted = record_of(reading->status.revision);
  const struct status_table_answer *answer = &reading->status.answer;
  return answer->state == wanted.answer.state && answer->reasons == wanted.answer.reasons &&
         answer->notices == wanted.answer.notices &&
         answer->capabilities == wanted.answer.capabilities && answer->since == wanted.answer.since;
}

static void *fill(void *argument) {
  filler *filler = argument;
  for (uint64_t revision = 1; !atomic_load(&filler->is_ending); revision++) {
    // Now and then everything goes, and other accounts take the same places.
    if (revision % 1000 == 1) {
      status_cache_begin(filler->cache);
      status_cache_end(filler->cache);
    }
    const struct status_cache_record record = record_of(revision);
    char id[16];
    size_t length = (size_t)snprintf(id, sizeof id, "account-%llu",
                                     (unsigned long long)(revision * 7 % ACCOUNTS));
    status_cache_put(filler->cache, id, length, &record);
    if (revision % 100 == 0)
      status_cache_progress(filler->cache, wall_now());
  }
  return NULL;
}

typedef struct reader {
  filler *filler;
  pthread_t thread;
  unsigned torn, found;
} reader;

static void *read_all(void *argument) {
  reader *reader = argument;
  for (unsigned i = 0; i < READS; i++) {
    char id[16];
    size_t length = (size_t)snprintf(id, sizeof id, "account-%u", i % ACCOUNTS);
    struct status_table_reading reading;
    status_cache_read(reader->filler->cache, id, length, UINT64_MAX, &reading);
    bool has_status = reading.result == STATUS_TABLE_FOUND || reading.result == STATUS_TABLE_STALE;
    reader->found += has_status;
    reader->torn += has_status && !is_whole(&reading);
    if (i % 64 == 0)
      status_cache_doubt(reader->filler->cache, id, length);
    if (i % 64 == 1)
      status_cache_heard(reader->filler->cache, id, length, reading.status.revision);
  }
  return NULL;
}

static void no_record_is_torn(void) {
  filler filler = {0};
  NEED(status_cache_create(ACCOUNTS, true, &filler.cache) == 0);
  NEED(pthread_create(&filler.thread, NULL, fill, &filler) == 0);
  reader readers[READERS];
  for (int i = 0; i < READERS; i++) {
    readers[i] = (reader){.filler = &filler};
    NEED(pthread_create(&readers[i].thread, NULL, read_all, &readers[i]) == 0);
  }
  for (int i = 0; i < READERS; i++) {
    pthread_join(readers[i].thread, NULL);
    CHECK_EQUAL(readers[i].torn, 0);
    CHECK(readers[i].found > 0);
  }
  atomic_store(&filler.is_ending, true);
  pthread_join(filler.thread, NULL);
  status_cache_destroy(filler.cache);
}

// Two threads that meet at each of many accounts: one puts it for the first time, the other doubts
// it. Nothing is told to be true later than that, so the doubt holds whoever was first.
typedef struct meeting {
  struct status_cache *cache;
  atomic_uint turn;
  pthread_t thread;
} meeting;

enum { MEETINGS = 2000 };

static size_t name_account(char *id, size_t size, unsigned number) {
  return (size_t)snprintf(id, size, "account-%u", number);
}

static void *put_each(void *argument) {
  meeting *meeting = argument;
  const struct status_cache_record record = record_of(1);
  for (unsigned i = 0; i < MEETINGS; i++) {
    char id[16];
    size_t length = name_account(id, sizeof id, i);
    while (atomic_load(&meeting->turn) < i)
      sched_yield();
    // Sometimes first, sometimes second, mostly at once.
    for (volatile unsigned wait = i % 100; wait > 0; wait--)
      ;
    status_cache_put(meeting->cache, id, length, &record);
  }
  return NULL;
}

static void no_doubt_is_lost(void) {
  meeting meeting = {0};
  NEED(status_cache_create(MEETINGS, true, &meeting.cache) == 0);
  status_cache_begin(meeting.cache);
  status_cache_end(meeting.cache);
  status_cache_progress(meeting.cache, wall_now());
  NEED(pthread_create(&meeting.thread, NULL, put_each, &meeting) == 0);
  unsigned answers = 0;
  for (unsigned i = 0; i < MEETINGS; i++) {
    char id[16];
    size_t length = name_account(id, sizeof id, i);
    atomic_store(&meeting.turn, i);
    status_cache_doubt(meeting.cache, id, length);
    bool is_put = false;
    for (int again = 0; again < 2; again += is_put) {
      is_put = status_cache_count(meeting.cache) > i;
      if (!is_put)
        sched_yield();
      struct status_table_reading reading;
      status_cache_read(meeting.cache, id, length, UINT64_MAX, &reading);
      answers += reading.result == STATUS_TABLE_FOUND || reading.result == STATUS_TABLE_NOT_FOUND;
    }
  }
  pthread_join(meeting.thread, NULL);
  CHECK_EQUAL(answers, 0);
  CHECK_EQUAL(status_cache_count(meeting.cache), MEETINGS);
  // Once all is told they are answers.
  status_cache_progress(meeting.cache, wall_now());
  struct status_table_reading reading;
  status_cache_read(meeting.cache, "account-1", 9, UINT64_MAX, &reading);
  CHECK_EQUAL(reading.result, STATUS_TABLE_FOUND);
  status_cache_destroy(meeting.cache);
}

// ----------------------------------------------------------------------------------- system calls

// Sanitizers allocate and make system calls of their own.
#ifdef COUNT_ALLOCATIONS

static bool ask_all(accountstatus *handle) {
  static const int32_t wanted[] = {ACCOUNTSTATUS_CAPABILITY_PAY_INVOICE};
  static const char *const ids[] = {"contoso", "suspended-1", "nobody"};
  const accountstatus_options options = cache_patient();
  bool is_cached = true;
  for (int i = 0; i < 3; i++) {
    accountstatus_result *result;
    accountstatus_check_result *check;
    if (accountstatus_get(handle, ids[i], &options, &result, NULL) < 0 ||
        accountstatus_check(handle, ids[i], wanted, 1, &options, &check, NULL) < 0)
      return false;
    is_cached = is_cached && result->source == ACCOUNTSTATUS_SOURCE_CACHE &&
                check->source == ACCOUNTSTATUS_SOURCE_CACHE;
    accountstatus_free_result(result);
    accountstatus_free_check_result(check);
  }
  return is_cached;
}

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

static void nothing_is_allocated(void) {
  cache_scene scene;
  cache_open_scene(&scene, cache_tell_two, NULL);
  NEED(cache_update_until(scene.handle, "contoso", ACCOUNTSTATUS_SOURCE_CACHE));
  CHECK(allocation_count() > 0);
  // The peer, a thread of this program, allocates for what it tells every 20 ms: some rounds are in
  // between.
  unsigned long allocated = 1;
  bool is_cached = true;
  for (int i = 0; i < TRIES && allocated > 0; i++) {
    unsigned long before = allocation_count();
    for (int round = 0; round < 100; round++)
      is_cached = is_cached && ask_all(scene.handle);
    allocated = allocation_count() - before;
  }
  CHECK_EQUAL(allocated, 0);
  CHECK(is_cached);
  cache_close_scene(&scene);
}

static void no_system_call_is_made(void) {
  cache_scene scene;
  cache_open_scene(&scene, cache_tell_two, NULL);
  pid_t child = fork();
  NEED(child >= 0);
  if (child == 0) {
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    // The child fills a cache of its own.
    if (!cache_update_until(scene.handle, "contoso", ACCOUNTSTATUS_SOURCE_CACHE) ||
        !ask_all(scene.handle) || !forbid_system_calls())
      _exit(2);
    bool is_cached = true;
    for (int i = 0; i < READS / 10; i++)
      is_cached = is_cached && ask_all(scene.handle);
    _exit(is_cached ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  CHECK_EQUAL(WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status), 0);
  cache_close_scene(&scene);
}

#else

static void nothing_is_allocated(void) { test_skip("allocations are counted in the plain build"); }

static void no_system_call_is_made(void) { test_skip("calls are trapped in the plain build"); }

#endif

static const test tests[] = {
    {"no record is torn", no_record_is_torn},
    {"no doubt is lost", no_doubt_is_lost},
    {"nothing is allocated", nothing_is_allocated},
    {"no system call is made", no_system_call_is_made},
};
const test_suite cache_steady_suite = SUITE("cache_steady", tests);
