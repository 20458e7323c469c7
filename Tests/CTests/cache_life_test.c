// Clients/C/src/cache.c: own writes, trouble with the server, threads and forks.

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "accountstatus/v1/ledger_service.pb-c.h"
#include "cache_scene.h"
#include "test.h"

static const told none = {.id = NULL};

// ----------------------------------------------------------------------------------- own writes

// A server whose watch lags behind its answers until it is let on.
typedef struct lagging {
  gate gate;
  atomic_uint revision;
} lagging;

static bool is_unchanged(void *context) {
  lagging *lagging = context;
  return atomic_load(&lagging->revision) == 7;
}

static void lag(watching *watching) {
  lagging *lagging = watching->context;
  tell_snapshot(watching, &cache_contoso, 1, "t");
  // Progress that is true, but of before the write.
  int64_t before = wall_now();
  tell_progress_while(watching, "t", is_unchanged, lagging);
  for (int i = 0; i < 5; i++)
    tell_progress(watching, "t", before);
  pass_gate(&lagging->gate);
  const told now = {.id = "contoso", .revision = atomic_load(&lagging->revision)};
  tell_change(watching, "contoso", cache_contoso, now, "u");
  tell_progress_until_end(watching, "u");
}

static void answer_with_revision(peer_connection *connection, const peer_request *request,
                                 void *context) {
  lagging *lagging = context;
  if (strcmp(request->method, "ReportFacts") == 0) {
    atomic_store(&lagging->revision, 8);
    Accountstatus__V1__ReportFactsResponse response =
        ACCOUNTSTATUS__V1__REPORT_FACTS_RESPONSE__INIT;
    Accountstatus__V1__FactResult result = ACCOUNTSTATUS__V1__FACT_RESULT__INIT,
                                  *results[1] = {&result};
    result.outcome = ACCOUNTSTATUS__V1__FACT_OUTCOME__FACT_OUTCOME_STORED;
    response.n_results = 1;
    response.results = results;
    peer_write_answer(connection, request->stream, &response.base);
    return;
  }
  Accountstatus__V1__AccountStatus status = ACCOUNTSTATUS__V1__ACCOUNT_STATUS__INIT;
  status.account_id = "contoso";
  status.state = ACCOUNTSTATUS__V1__ACCOUNT_STATE__ACCOUNT_STATE_ACTIVE;
  status.revision = atomic_load(&lagging->revision);
  Accountstatus__V1__GetStatusResponse response = ACCOUNTSTATUS__V1__GET_STATUS_RESPONSE__INIT;
  response.status = &status;
  peer_write_answer(connection, request->stream, &response.base);
}

static void open_lagging(cache_scene *scene, lagging *lagging) {
  cache_open_scene(scene, lag, lagging);
  scene->script.call = answer_with_revision;
  CHECK(cache_update_until(scene->handle, "contoso", ACCOUNTSTATUS_SOURCE_CACHE));
}

// Nothing older than a revision is answered, whatever is told, until the watch has caught up.
static void check_never_behind(cache_scene *scene, lagging *lagging, uint64_t least) {
  uint64_t revision = 0;
  for (int i = 0; i < 20; i++) {
    CHECK_EQUAL(cache_read_one(scene->handle, "contoso", NULL, &revision),
                ACCOUNTSTATUS_SOURCE_CALL);
    CHECK_EQUAL(revision, least);
    CHECK(accountstatus_cache_update(scene->handle, 2, NULL) >= 0);
  }
  open_gate(&lagging->gate);
  CHECK(cache_update_until(scene->handle, "contoso", ACCOUNTSTATUS_SOURCE_CACHE));
  CHECK_EQUAL(cache_read_one(scene->handle, "contoso", NULL, &revision),
              ACCOUNTSTATUS_SOURCE_CACHE);
  CHECK_EQUAL(revision, least);
}

static void whoever_reports_reads_what_he_reported(void) {
  lagging lagging = {.gate = GATE, .revision = 7};
  cache_scene scene;
  open_lagging(&scene, &lagging);
  const accountstatus_fact fact = {.size = sizeof fact,
                                   .account_id = "contoso",
                                   .source = "test",
                                   .fact_id = "1",
                                   .effective_at = {1790000000, 0},
                                   .kind = ACCOUNTSTATUS_FACT_ACCOUNT_CLOSED};
  const accountstatus_fact *facts[] = {&fact};
  accountstatus_report_result *report = NULL;
  NEED(accountstatus_report(scene.handle, facts, 1, NULL, &report, NULL) == 0);
  accountstatus_free_report_result(report);
  check_never_behind(&scene, &lagging, 8);
  cache_close_scene(&scene);
}

static void no_answer_goes_back_behind_the_servers(void) {
  lagging lagging = {.gate = GATE, .revision = 7};
  cache_scene scene;
  open_lagging(&scene, &lagging);
  atomic_store(&lagging.revision, 9);
  accountstatus_options options = cache_patient();
  options.ask_server = true;
  accountstatus_result *result;
  NEED(accountstatus_get(scene.handle, "contoso", &options, &result, NULL) == 0);
  CHECK_EQUAL(result->status->revision, 9);
  accountstatus_free_result(result);
  check_never_behind(&scene, &lagging, 9);
  cache_close_scene(&scene);
}

// --------------------------------------------------------------------------------------- trouble

static bool is_closed(void *context) { return !is_gate_open(context); }

// Tells of one account, then forgets that, then tells of the other.
static void compact_then_tell(watching *watching) {
  if (watching->number == 1) {
    tell_compacted(watching);
    return;
  }
  const told *record = watching->number == 0 ? &cache_contoso : &cache_suspended;
  tell_snapshot(watching, record, 1, "t");
  if (watching->number == 0) {
    tell_progress_while(watching, "t", is_closed, watching->context);
    return;
  }
  tell_progress_until_end(watching, "t");
}

static void what_is_compacted_is_forgotten(void) {
  gate gate = GATE;
  cache_scene scene;
  cache_open_scene(&scene, compact_then_tell, &gate);
  NEED(cache_update_until(scene.handle, "contoso", ACCOUNTSTATUS_SOURCE_CACHE));
  open_gate(&gate);
  // What the second snapshot does not tell of is not registered.
  int32_t outcome = 0, source = 0;
  for (int i = 0; i < TRIES && outcome != ACCOUNTSTATUS_NOT_FOUND; i++) {
    CHECK(accountstatus_cache_update(scene.handle, 5, NULL) >= 0);
    source = cache_read_one(scene.handle, "contoso", &outcome, NULL);
  }
  CHECK_EQUAL(outcome, ACCOUNTSTATUS_NOT_FOUND);
  CHECK_EQUAL(source, ACCOUNTSTATUS_SOURCE_CACHE);
  CHECK_EQUAL(scene.script.watches, 3);
  cache_close_scene(&scene);
}

static void tell_strange_things(watching *watching) {
  const told strange = {.id = "", .revision = 7};
  char long_id[80];
  memset(long_id, 'x', sizeof long_id - 1);
  long_id[sizeof long_id - 1] = '\0';
  const told records[] = {strange, {.id = long_id, .revision = 1}, cache_contoso};
  tell_snapshot(watching, records, 3, "t");
  tell_change(watching, "", none, none, "t");
  tell_progress_until_end(watching, "t");
}

static void strange_ids_are_not_held(void) {
  cache_scene scene;
  cache_open_scene(&scene, tell_strange_things, NULL);
  CHECK(cache_update_until(scene.handle, "contoso", ACCOUNTSTATUS_SOURCE_CACHE));
  cache_close_scene(&scene);
}

static void refuse(watching *watching) {
  peer_write_error(watching->connection, watching->stream, ACCOUNTSTATUS_CODE_PERMISSION_DENIED,
                   "not for you", NULL, 0);
  peer_wait_for_end(watching->connection);
}

static void who_may_not_watch_is_answered_by_the_server(void) {
  cache_scene scene;
  cache_open_scene(&scene, refuse, NULL);
  accountstatus_error error = {.size = sizeof error};
  CHECK_EQUAL(accountstatus_cache_update(scene.handle, PATIENCE_MS, &error), -EACCES);
  CHECK_TEXT(error.message, "not for you");
  CHECK_EQUAL(cache_source_of(scene.handle, "contoso"), ACCOUNTSTATUS_SOURCE_CALL);
  cache_close_scene(&scene);
}

static void a_handle_without_a_cache_says_so(void) {
  peer *peer = peer_start(peer_serve, NULL);
  accountstatus *handle = peer_open(peer);
  CHECK_EQUAL(accountstatus_cache_update(handle, 0, NULL), -EINVAL);
  CHECK_EQUAL(accountstatus_cache_descriptor(handle), -EINVAL);
  accountstatus_close(handle);
  accountstatus_open_options options = {
      .size = sizeof options, .socket = peer_path(peer), .cache_accounts = UINT32_MAX};
  CHECK_EQUAL(accountstatus_open(&options, &handle, NULL), -EINVAL);
  peer_stop(peer);
}

// --------------------------------------------------------------------------------------- threads

typedef struct updater {
  pthread_t thread;
  accountstatus *handle;
  atomic_bool is_ending;
} updater;

static void *update_until_told(void *argument) {
  updater *updater = argument;
  while (!atomic_load(&updater->is_ending))
    CHECK(accountstatus_cache_update(updater->handle, 50, NULL) >= 0);
  return NULL;
}

// Each change has the same revision everywhere; hangs up now and then.
static void change_often(watching *watching) {
  static atomic_uint revision = 8;
  const told records[] = {{.id = "contoso", .revision = atomic_load(&revision)}, cache_suspended};
  tell_snapshot(watching, records, 2, "t");
  for (int i = 0; i < 300; i++) {
    const told now = {.id = "contoso", .revision = atomic_fetch_add(&revision, 1) + 1};
    tell_change(watching, "contoso", none, now, "t");
    if (i % 10 == 0)
      tell_progress(watching, "t", wall_now());
  }
  if (watching->number == 5)
    tell_progress_until_end(watching, "t");
  else
    tell_compacted(watching);
}

static void answer_what_is_told(peer_connection *connection, const peer_request *request,
                                void *context) {
  (void)context;
  peer_serve_request(connection, request);
}

typedef struct reader {
  pthread_t thread;
  accountstatus *handle;
  atomic_bool *is_ending;
  unsigned wrong, cached;
} reader;

static void *read_often(void *argument) {
  reader *reader = argument;
  const accountstatus_options options = cache_patient();
  uint64_t last = 0;
  while (!atomic_load(reader->is_ending)) {
    accountstatus_result *result;
    if (accountstatus_get(reader->handle, "contoso", &options, &result, NULL) < 0) {
      reader->wrong++;
      continue;
    }
    if (result->source == ACCOUNTSTATUS_SOURCE_CACHE) {
      // Never half of one account and half of another, never back.
      reader->cached++;
      reader->wrong += result->outcome != ACCOUNTSTATUS_FOUND ||
                       result->status->capability_count != 19 || result->status->revision < last;
      last = result->status->revision;
    }
    accountstatus_free_result(result);
  }
  return NULL;
}

static void threads_read_while_one_updates(void) {
  cache_scene scene;
  cache_open_scene(&scene, change_often, NULL);
  scene.script.call = answer_what_is_told;
  updater updater = {.handle = scene.handle};
  NEED(pthread_create(&updater.thread, NULL, update_until_told, &updater) == 0);
  reader readers[3];
  for (int i = 0; i < 3; i++) {
    readers[i] = (reader){.handle = scene.handle, .is_ending = &updater.is_ending};
    NEED(pthread_create(&readers[i].thread, NULL, read_often, &readers[i]) == 0);
  }
  for (int i = 0; i < TRIES && __atomic_load_n(&scene.script.watches, __ATOMIC_SEQ_CST) < 6; i++)
    usleep(10000);
  // One thread at a time; the updater is in it nearly always.
  int result = 0;
  for (int i = 0; i < TRIES && result != -EBUSY; i++)
    result = accountstatus_cache_update(scene.handle, 0, NULL);
  CHECK_EQUAL(result, -EBUSY);
  for (int i = 0;
       i < TRIES && cache_source_of(scene.handle, "contoso") != ACCOUNTSTATUS_SOURCE_CACHE; i++)
    usleep(10000);
  CHECK_EQUAL(cache_source_of(scene.handle, "contoso"), ACCOUNTSTATUS_SOURCE_CACHE);
  atomic_store(&updater.is_ending, true);
  pthread_join(updater.thread, NULL);
  for (int i = 0; i < 3; i++) {
    pthread_join(readers[i].thread, NULL);
    CHECK_EQUAL(readers[i].wrong, 0);
  }
  cache_close_scene(&scene);
}

static void a_childs_cache_is_its_own(void) {
#ifdef __SANITIZE_THREAD__
  test_skip("ThreadSanitizer cannot follow a fork of a process with threads");
#else
  cache_scene scene;
  cache_open_scene(&scene, cache_tell_two, NULL);
  updater updater = {.handle = scene.handle};
  NEED(pthread_create(&updater.thread, NULL, update_until_told, &updater) == 0);
  for (int i = 0;
       i < TRIES && cache_source_of(scene.handle, "contoso") != ACCOUNTSTATUS_SOURCE_CACHE; i++)
    usleep(10000);
  for (int i = 0; i < 20; i++) {
    // The other thread may be anywhere in its update.
    pid_t child = fork();
    NEED(child >= 0);
    if (child == 0) {
      alarm(60);
      bool is_empty = cache_source_of(scene.handle, "contoso") == ACCOUNTSTATUS_SOURCE_CALL;
      bool is_filled = cache_update_until(scene.handle, "contoso", ACCOUNTSTATUS_SOURCE_CACHE);
      accountstatus_close(scene.handle);
      _exit(is_empty && is_filled ? 0 : 1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK_EQUAL(cache_source_of(scene.handle, "contoso"), ACCOUNTSTATUS_SOURCE_CACHE);
  }
  atomic_store(&updater.is_ending, true);
  pthread_join(updater.thread, NULL);
  cache_close_scene(&scene);
#endif
}

static void its_descriptor_drives_it(void) {
  cache_scene scene;
  cache_open_scene(&scene, cache_tell_two, NULL);
  struct pollfd poll_fd = {.fd = accountstatus_cache_descriptor(scene.handle), .events = POLLIN};
  int rounds = 0;
  while (cache_source_of(scene.handle, "contoso") != ACCOUNTSTATUS_SOURCE_CACHE &&
         rounds++ < TRIES) {
    CHECK_EQUAL(poll(&poll_fd, 1, PATIENCE_MS), 1);
    while (accountstatus_cache_update(scene.handle, 0, NULL) > 0)
      ;
  }
  CHECK(rounds < TRIES);
  cache_close_scene(&scene);
}

static const test tests[] = {
    {"whoever reports reads what he reported", whoever_reports_reads_what_he_reported},
    {"no answer goes back behind the server's", no_answer_goes_back_behind_the_servers},
    {"what is compacted is forgotten", what_is_compacted_is_forgotten},
    {"strange ids are not held", strange_ids_are_not_held},
    {"who may not watch is answered by the server", who_may_not_watch_is_answered_by_the_server},
    {"a handle without a cache says so", a_handle_without_a_cache_says_so},
    {"threads read while one updates", threads_read_while_one_updates},
    {"a child's cache is its own", a_childs_cache_is_its_own},
    {"its descriptor drives it", its_descriptor_drives_it},
};
const test_suite cache_life_suite = SUITE("cache_life", tests);
