// Clients/C/src/cache.c: what this process keeps of what the server told, and what that is worth.

#include <errno.h>
#include <unistd.h>

#include "cache_scene.h"
#include "same.h"
#include "test.h"

// -------------------------------------------------------------------------------------- answers

static void what_was_told_is_answered_alike(void) {
  cache_scene scene;
  cache_open_scene(&scene, cache_tell_two, NULL);
  CHECK_EQUAL(cache_source_of(scene.handle, "contoso"), ACCOUNTSTATUS_SOURCE_CALL);
  NEED(cache_update_until(scene.handle, "contoso", ACCOUNTSTATUS_SOURCE_CACHE));
  static const char *const ids[] = {"contoso", "suspended-1"};
  static const int32_t wanted[] = {ACCOUNTSTATUS_CAPABILITY_VIEW_BILLING,
                                   ACCOUNTSTATUS_CAPABILITY_SELL_NEW_LICENSES};
  for (int i = 0; i < 2; i++) {
    accountstatus_result *results[2];
    accountstatus_check_result *checks[2];
    for (int way = 0; way < 2; way++) {
      accountstatus_options options = cache_patient();
      options.ask_server = way == 1;
      NEED(accountstatus_get(scene.handle, ids[i], &options, &results[way], NULL) == 0);
      NEED(accountstatus_check(scene.handle, ids[i], wanted, 2, &options, &checks[way], NULL) == 0);
    }
    CHECK_EQUAL(results[0]->source, ACCOUNTSTATUS_SOURCE_CACHE);
    CHECK_EQUAL(checks[0]->source, ACCOUNTSTATUS_SOURCE_CACHE);
    CHECK(results[0]->fresh && results[0]->token_size == 0);
    check_same_result(results[0], results[1]);
    check_same_check(checks[0], checks[1]);
    for (int way = 0; way < 2; way++) {
      accountstatus_free_result(results[way]);
      accountstatus_free_check_result(checks[way]);
    }
  }
  int32_t outcome = 0;
  CHECK_EQUAL(cache_read_one(scene.handle, "none-1", &outcome, NULL), ACCOUNTSTATUS_SOURCE_CACHE);
  CHECK_EQUAL(outcome, ACCOUNTSTATUS_NOT_FOUND);
  accountstatus_counters counters = counters_of(scene.handle);
  CHECK_EQUAL(counters.answered_by_cache, 1 + 2 * 2 + 1);
  CHECK_EQUAL(counters.calls, counters.answered_by_cache + counters.answered_by_call);
  cache_close_scene(&scene);
}

static void only_what_it_holds_is_read_from_it(void) {
  cache_scene scene;
  cache_open_scene(&scene, cache_tell_two, NULL);
  NEED(cache_update_until(scene.handle, "contoso", ACCOUNTSTATUS_SOURCE_CACHE));
  const accountstatus_time time = {1790000000, 0};
  accountstatus_options others[] = {cache_patient(), cache_patient(), cache_patient(),
                                    cache_patient(), cache_patient(), cache_patient()};
  others[0].ask_server = true;
  others[1].view = ACCOUNTSTATUS_VIEW_FULL;
  others[2].as_of = &time;
  others[3].known_at = &time;
  others[4].policy_edition = "2022-03";
  others[5].at_least = (const uint8_t *)"t";
  others[5].at_least_size = 1;
  for (unsigned i = 0; i < 6; i++) {
    accountstatus_result *result;
    NEED(accountstatus_get(scene.handle, "contoso", &others[i], &result, NULL) == 0);
    CHECK_EQUAL(result->source, ACCOUNTSTATUS_SOURCE_CALL);
    accountstatus_free_result(result);
  }
  // What is malformed is the server's to refuse.
  CHECK_EQUAL(cache_source_of(scene.handle, "no spaces"), ACCOUNTSTATUS_SOURCE_CALL);
  cache_close_scene(&scene);
}

static void check_ids(watching *watching) {
  CHECK_EQUAL(watching->request->n_account_ids, 2);
  tell_snapshot(watching, &cache_contoso, 1, "t");
  tell_progress_until_end(watching, "t");
}

static void named_accounts_are_held_and_no_others(void) {
  cache_scene scene = {.script = {.watch = check_ids}};
  scene.peer = peer_start(serve_watches, &scene.script);
  const char *ids[] = {"contoso", "none-1"};
  scene.handle = cache_open_handle(peer_path(scene.peer), 2, ids, 2);
  NEED(cache_update_until(scene.handle, "contoso", ACCOUNTSTATUS_SOURCE_CACHE));
  int32_t outcome = 0;
  CHECK_EQUAL(cache_read_one(scene.handle, "none-1", &outcome, NULL), ACCOUNTSTATUS_SOURCE_CACHE);
  CHECK_EQUAL(outcome, ACCOUNTSTATUS_NOT_FOUND);
  CHECK_EQUAL(cache_source_of(scene.handle, "none-2"), ACCOUNTSTATUS_SOURCE_CALL);
  CHECK_EQUAL(cache_source_of(scene.handle, "fabrikam"), ACCOUNTSTATUS_SOURCE_CALL);
  cache_close_scene(&scene);
}

static void what_there_is_no_room_for_is_called_about(void) {
  cache_scene scene = {.script = {.watch = cache_tell_two}};
  scene.peer = peer_start(serve_watches, &scene.script);
  scene.handle = cache_open_handle(peer_path(scene.peer), 1, NULL, 0);
  NEED(cache_update_until(scene.handle, "contoso", ACCOUNTSTATUS_SOURCE_CACHE));
  CHECK_EQUAL(cache_source_of(scene.handle, "suspended-1"), ACCOUNTSTATUS_SOURCE_CALL);
  // Nor is it known any more that an account is not registered.
  CHECK_EQUAL(cache_source_of(scene.handle, "none-1"), ACCOUNTSTATUS_SOURCE_CALL);
  cache_close_scene(&scene);
}

// ------------------------------------------------------------------------------------ freshness

static void tell_of_long_ago(watching *watching) {
  tell_snapshot(watching, &cache_contoso, 1, "t");
  tell_progress(watching, "t", wall_now() - INT64_C(3600) * 1000000000);
  // Nor what is said to come.
  tell_progress(watching, "t", wall_now() + INT64_C(3600) * 1000000000);
  tell_progress(watching, "t", 0);
  peer_wait_for_end(watching->connection);
}

static void what_was_true_long_ago_is_not_gone_by(void) {
  cache_scene scene;
  cache_open_scene(&scene, tell_of_long_ago, NULL);
  CHECK_EQUAL(accountstatus_cache_update(scene.handle, PATIENCE_MS, NULL), 1);
  while (accountstatus_cache_update(scene.handle, 200, NULL) == 1)
    ;
  CHECK_EQUAL(cache_source_of(scene.handle, "contoso"), ACCOUNTSTATUS_SOURCE_CALL);
  cache_close_scene(&scene);
}

static void a_program_that_stops_updating_is_answered_by_the_server(void) {
  cache_scene scene;
  cache_open_scene(&scene, cache_tell_two, NULL);
  NEED(cache_update_until(scene.handle, "contoso", ACCOUNTSTATUS_SOURCE_CACHE));
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 0);
  options.max_staleness_ms = 1;
  int32_t source = 0;
  for (int i = 0; i < TRIES && source != ACCOUNTSTATUS_SOURCE_CALL; i++) {
    usleep(1000);
    accountstatus_result *result;
    NEED(accountstatus_get(scene.handle, "contoso", &options, &result, NULL) == 0);
    source = result->source;
    CHECK(source == ACCOUNTSTATUS_SOURCE_CALL || result->age_ns <= 1000000);
    accountstatus_free_result(result);
  }
  CHECK_EQUAL(source, ACCOUNTSTATUS_SOURCE_CALL);
  cache_close_scene(&scene);
}

static void without_a_server_the_callers_decision_holds(void) {
  cache_scene scene;
  cache_open_scene(&scene, cache_tell_two, NULL);
  NEED(cache_update_until(scene.handle, "contoso", ACCOUNTSTATUS_SOURCE_CACHE));
  peer_stop(scene.peer);
  // For a while what was told last is gone by.
  CHECK_EQUAL(cache_source_of(scene.handle, "contoso"), ACCOUNTSTATUS_SOURCE_CACHE);
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 100);
  options.max_staleness_ms = 1;
  accountstatus_result *result = NULL;
  for (int i = 0; i < TRIES; i++) {
    CHECK(accountstatus_cache_update(scene.handle, 5, NULL) >= 0);
    NEED(accountstatus_get(scene.handle, "contoso", &options, &result, NULL) == 0);
    if (result->outcome == ACCOUNTSTATUS_STALE)
      break;
    accountstatus_free_result(result);
    result = NULL;
  }
  NEED(result != NULL);
  CHECK_EQUAL(result->source, ACCOUNTSTATUS_SOURCE_DEFAULT);
  CHECK_EQUAL(result->error, -ECONNREFUSED);
  CHECK_EQUAL(result->status->state, ACCOUNTSTATUS_STATE_ACTIVE);
  CHECK(result->age_ns > 1000000);
  CHECK(!accountstatus_is_active(result));
  accountstatus_free_result(result);
  accountstatus_close(scene.handle);
}

// -------------------------------------------------------------------------------------- instant

static void tell_of_a_transition(watching *watching) {
  int64_t *at = watching->context;
  const told record = {.id = "contoso", .revision = 7, .next_at = wall_now() + 300000000};
  __atomic_store_n(at, record.next_at, __ATOMIC_SEQ_CST);
  tell_snapshot(watching, &record, 1, "t");
  tell_progress_until_end(watching, "t");
}

static void no_status_outlives_its_instant(void) {
  int64_t at = 0;
  cache_scene scene;
  cache_open_scene(&scene, tell_of_a_transition, &at);
  int cached = 0;
  for (;;) {
    CHECK(accountstatus_cache_update(scene.handle, 1, NULL) >= 0);
    accountstatus_options options = cache_patient();
    accountstatus_result *result;
    int64_t before = wall_now();
    NEED(accountstatus_get(scene.handle, "contoso", &options, &result, NULL) == 0);
    int64_t instant = __atomic_load_n(&at, __ATOMIC_SEQ_CST);
    bool is_cached = result->source == ACCOUNTSTATUS_SOURCE_CACHE;
    if (is_cached) {
      cached++;
      int64_t as_of =
          result->status->as_of.seconds * INT64_C(1000000000) + result->status->as_of.nanos;
      CHECK(before < instant && as_of < instant);
    }
    accountstatus_free_result(result);
    // A slow machine may not have got to it in time: the next watch begins anew.
    if (instant != 0 && before >= instant) {
      CHECK(!is_cached);
      if (cached > 0)
        break;
      accountstatus_close(scene.handle);
      __atomic_store_n(&at, 0, __ATOMIC_SEQ_CST);
      scene.handle = cache_open_handle(peer_path(scene.peer), 100, NULL, 0);
    }
  }
  cache_close_scene(&scene);
}

static const test tests[] = {
    {"what was told is answered alike", what_was_told_is_answered_alike},
    {"only what it holds is read from it", only_what_it_holds_is_read_from_it},
    {"named accounts are held, and no others", named_accounts_are_held_and_no_others},
    {"what there is no room for is called about", what_there_is_no_room_for_is_called_about},
    {"what was true long ago is not gone by", what_was_true_long_ago_is_not_gone_by},
    {"a program that stops updating is answered by the server",
     a_program_that_stops_updating_is_answered_by_the_server},
    {"without a server the caller's decision holds", without_a_server_the_callers_decision_holds},
    {"no status outlives its instant", no_status_outlives_its_instant},
};
const test_suite cache_suite = SUITE("cache", tests);
