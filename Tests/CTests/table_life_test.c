// Clients/C and a status table whose daemon stops, dies, comes back or takes rights away.

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "handle.h"
#include "script.h"
#include "table_peer.h"
#include "test.h"

// An answer, copied so that nothing is left to free. Zeroes: the call failed, with `error`.
typedef struct seen {
  int32_t outcome, source, state, error;
  bool is_active, fresh;
  uint64_t age_ns, revision;
  char edition[16];
} seen;

static seen look_at(accountstatus *handle, const char *id, accountstatus_options options) {
  accountstatus_result *result;
  int error = accountstatus_get(handle, id, &options, &result, NULL);
  if (error < 0)
    return (seen){.error = error};
  seen seen = {.outcome = result->outcome,
               .source = result->source,
               .error = result->error,
               .is_active = accountstatus_is_active(result),
               .fresh = result->fresh,
               .age_ns = result->age_ns};
  if (result->status != NULL) {
    seen.state = result->status->state;
    seen.revision = result->status->revision;
    snprintf(seen.edition, sizeof seen.edition, "%s", result->status->policy_edition);
  }
  accountstatus_free_result(result);
  return seen;
}

static seen look(accountstatus *handle, const char *id) {
  return look_at(handle, id, peer_options(ACCOUNTSTATUS_DENY, 5000));
}

static table_peer *start_table(const peer *peer, const char *edition) {
  table_peer *table = table_peer_start(peer, edition, active_record());
  return table;
}

// ------------------------------------------------------------------------------------ staleness

static void an_old_table_is_not_acted_on(void) {
  peer *peer = peer_start(peer_serve, NULL);
  table_peer *table = start_table(peer, "2020-06");
  accountstatus *handle = peer_open(peer);
  CHECK_EQUAL(look(handle, "contoso").source, ACCOUNTSTATUS_SOURCE_TABLE);
  table_peer_set_conduct(table, TABLE_HANGS);
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 5000);
  options.max_staleness_ms = 40;
  seen seen;
  do
    seen = look_at(handle, "contoso", options);
  while (seen.source == ACCOUNTSTATUS_SOURCE_TABLE);
  // The server was asked, and is right.
  CHECK_EQUAL(seen.source, ACCOUNTSTATUS_SOURCE_CALL);
  CHECK_EQUAL(seen.outcome, ACCOUNTSTATUS_FOUND);
  CHECK(seen.fresh && seen.age_ns == 0);
  CHECK_EQUAL(counters_of(handle).stale, 1);
  // Who takes older answers gets them, with their age.
  options.max_staleness_ms = 60000;
  seen = look_at(handle, "contoso", options);
  CHECK_EQUAL(seen.source, ACCOUNTSTATUS_SOURCE_TABLE);
  CHECK(seen.fresh && seen.age_ns >= 40000000);

  peer_stop_keeping_path(peer);
  options.max_staleness_ms = 1;
  for (int32_t decision = ACCOUNTSTATUS_ALLOW; decision <= ACCOUNTSTATUS_DENY; decision++) {
    bool allow = decision == ACCOUNTSTATUS_ALLOW;
    options.on_unavailable = decision;
    seen = look_at(handle, "contoso", options);
    CHECK_EQUAL(seen.outcome, ACCOUNTSTATUS_STALE);
    CHECK_EQUAL(seen.source, ACCOUNTSTATUS_SOURCE_DEFAULT);
    CHECK_EQUAL(seen.error, -ECONNREFUSED);
    CHECK_EQUAL(seen.state, ACCOUNTSTATUS_STATE_ACTIVE);
    CHECK(!seen.fresh && seen.age_ns >= 40000000);
    CHECK_EQUAL(seen.is_active, allow);
    const int32_t wanted[] = {ACCOUNTSTATUS_CAPABILITY_PAY_INVOICE};
    accountstatus_check_result *check;
    NEED(accountstatus_check(handle, "contoso", wanted, 1, &options, &check, NULL) == 0);
    CHECK_EQUAL(check->outcome, ACCOUNTSTATUS_STALE);
    CHECK_EQUAL(check->source, ACCOUNTSTATUS_SOURCE_DEFAULT);
    CHECK_EQUAL(check->state, ACCOUNTSTATUS_STATE_ACTIVE);
    CHECK(check->allowed == allow && check->answers[0]->allowed == allow);
    CHECK(!check->fresh && strstr(check->message, "no server") != NULL);
    accountstatus_free_check_result(check);
    // Nothing is known of who was not there.
    CHECK_EQUAL(look_at(handle, "nobody", options).outcome, ACCOUNTSTATUS_UNAVAILABLE);
  }
  accountstatus_counters counters = counters_of(handle);
  CHECK_EQUAL(counters.stale, 5);
  CHECK_EQUAL(counters.allowed_by_default, 3);
  CHECK_EQUAL(counters.denied_by_default, 3);
  CHECK_EQUAL(counters.unavailable, 6);
  accountstatus_close(handle);
  char directory[108];
  snprintf(directory, sizeof directory, "%s", table_peer_path(table));
  *strrchr(directory, '/') = '\0';
  table_peer_stop(table);
  rmdir(directory);
}

static void a_status_flips_at_its_instant_with_nobody_there(void) {
  const int64_t noon = INT64_C(1790000000) * 1000000000;
  peer *peer = peer_start(peer_serve, NULL);
  table_peer *table = start_table(peer, "2020-06");
  struct status_table_record record = active_record();
  record.flip_at = noon;
  record.valid_until = noon + 1000;
  record.until_flip.next_state = ACCOUNTSTATUS_STATE_SUSPENDED;
  record.until_flip.next_at = noon;
  record.from_flip = suspended_record().until_flip;
  table_peer_put(table, "contoso", record);
  table_peer_set_manual_now(table, noon - 1);
  accountstatus *handle = peer_open(peer);
  seen seen = look(handle, "contoso");
  CHECK(seen.state == ACCOUNTSTATUS_STATE_ACTIVE && seen.revision == 7);
  table_peer_set_conduct(table, TABLE_HANGS);
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 5000);
  options.max_staleness_ms = 60000;
  table_peer_set_manual_now(table, noon);
  seen = look_at(handle, "contoso", options);
  CHECK_EQUAL(seen.source, ACCOUNTSTATUS_SOURCE_TABLE);
  CHECK(seen.state == ACCOUNTSTATUS_STATE_SUSPENDED && seen.revision == 8);
  // What holds after the second change only the server knows.
  table_peer_set_manual_now(table, noon + 1000);
  seen = look_at(handle, "contoso", options);
  CHECK_EQUAL(seen.source, ACCOUNTSTATUS_SOURCE_CALL);
  CHECK_EQUAL(counters_of(handle).stale, 1);
  accountstatus_close(handle);
  table_peer_stop(table);
  peer_stop(peer);
}

// ------------------------------------------------------------------------------------- restarts

static void a_restart_is_followed_at_once(void) {
  peer *peer = peer_start(peer_serve, NULL);
  table_peer *table = start_table(peer, "2020-06");
  accountstatus *handle = peer_open(peer);
  accountstatus_result *kept;
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 0);
  NEED(accountstatus_get(handle, "contoso", &options, &kept, NULL) == 0);
  for (unsigned i = 1; i <= 5; i++) {
    table_peer_stop(table);
    const char *edition = i % 2 == 0 ? "2020-06" : "2022-03";
    table = table_peer_start(peer, edition, i % 2 == 0 ? active_record() : suspended_record());
    seen seen = look(handle, "contoso");
    CHECK_EQUAL(seen.source, ACCOUNTSTATUS_SOURCE_TABLE);
    CHECK_EQUAL(seen.is_active, i % 2 == 0);
    CHECK_TEXT(seen.edition, edition);
    CHECK_EQUAL(counters_of(handle).tables_mapped, i + 1);
  }
  // A result of the first table is the caller's own.
  CHECK_TEXT(kept->status->policy_edition, "2020-06");
  accountstatus_free_result(kept);
  accountstatus_close(handle);
  table_peer_stop(table);
  peer_stop(peer);
}

// A killed daemon cannot mark its table, which looks alive for a while. Who has asked the next one
// anything gets no answer of the old one's.
static void after_a_kill_the_old_table_does_not_answer(void) {
  peer *server = peer_start(peer_serve, NULL);
  char path[108];
  snprintf(path, sizeof path, "%s", peer_path(server));
  table_peer *old = start_table(server, "2020-06");
  accountstatus *handle = peer_open(server);
  accountstatus_options ask_server = peer_options(ACCOUNTSTATUS_DENY, 5000);
  ask_server.ask_server = true;
  CHECK_EQUAL(look_at(handle, "contoso", ask_server).source, ACCOUNTSTATUS_SOURCE_CALL);
  CHECK_EQUAL(look(handle, "contoso").source, ACCOUNTSTATUS_SOURCE_TABLE);
  table_peer_vanish(old);
  peer_stop_keeping_path(server);
  server = peer_start_at(path, peer_serve, NULL);
  table_peer *new = table_peer_start(server, "2022-03", suspended_record());
  CHECK_EQUAL(look_at(handle, "contoso", ask_server).source, ACCOUNTSTATUS_SOURCE_CALL);
  seen seen = look(handle, "contoso");
  CHECK_EQUAL(seen.source, ACCOUNTSTATUS_SOURCE_TABLE);
  CHECK_EQUAL(seen.state, ACCOUNTSTATUS_STATE_SUSPENDED);
  CHECK_TEXT(seen.edition, "2022-03");

  // The next one shares no table: its answers are asked for.
  table_peer_vanish(new);
  peer_stop_keeping_path(server);
  server = peer_start_at(path, peer_serve, NULL);
  CHECK_EQUAL(look_at(handle, "contoso", ask_server).source, ACCOUNTSTATUS_SOURCE_CALL);
  for (int i = 0; i < 100; i++) {
    seen = look(handle, "contoso");
    CHECK_EQUAL(seen.source, ACCOUNTSTATUS_SOURCE_CALL);
    CHECK(seen.is_active);
  }
  accountstatus_close(handle);
  table_peer_stop(old);
  table_peer_stop(new);
  peer_stop(server);
}

static void a_right_that_is_withdrawn_is_gone(void) {
  peer *peer = peer_start(peer_serve, NULL);
  table_peer *table = start_table(peer, "2020-06");
  accountstatus *handle = peer_open(peer);
  CHECK_EQUAL(look(handle, "contoso").source, ACCOUNTSTATUS_SOURCE_TABLE);
  table_peer_stop(table);
  table = table_peer_start(peer, "2020-06", suspended_record());
  table_peer_set_conduct(table, TABLE_REFUSES);
  // The old table stopped in order, and is good for as long as the caller said: not at all.
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 5000);
  options.max_staleness_ms = 1;
  seen seen;
  do
    seen = look_at(handle, "contoso", options);
  while (seen.source == ACCOUNTSTATUS_SOURCE_TABLE);
  for (int i = 0; i < 200; i++) {
    seen = look_at(handle, "contoso", options);
    CHECK_EQUAL(seen.source, ACCOUNTSTATUS_SOURCE_CALL);
  }
  accountstatus_counters counters = counters_of(handle);
  CHECK(counters.failed_table_attempts >= 1 && counters.failed_table_attempts < 100);
  CHECK_EQUAL(counters.tables_mapped, 1);
  // And back.
  table_peer_set_conduct(table, TABLE_OFFERS);
  do
    seen = look(handle, "contoso");
  while (seen.source != ACCOUNTSTATUS_SOURCE_TABLE || seen.is_active);
  accountstatus_close(handle);
  table_peer_stop(table);
  peer_stop(peer);
}

// Answers every request like a server whose policy has changed.
static void refuse_all(peer_connection *connection, void *context) {
  (void)context;
  peer_request request;
  while (peer_read(connection, &request)) {
    peer_write_error(connection, request.stream, ACCOUNTSTATUS_CODE_PERMISSION_DENIED,
                     "ask the operator", NULL, 0);
    peer_free_request(&request);
  }
}

// The daemon takes rights away while the table is mapped: it replaces the table, and refuses the
// new one and every call.
static void a_right_that_is_withdrawn_under_a_reader_is_gone_at_once(void) {
  peer *peer = peer_start(refuse_all, NULL);
  table_peer *table = start_table(peer, "2020-06");
  accountstatus *handle = peer_open(peer);
  CHECK_EQUAL(look(handle, "contoso").source, ACCOUNTSTATUS_SOURCE_TABLE);
  // Who still may, follows.
  table_peer_replace(table, TABLE_OFFERS);
  seen seen = look(handle, "contoso");
  CHECK_EQUAL(seen.source, ACCOUNTSTATUS_SOURCE_TABLE);
  CHECK_EQUAL(counters_of(handle).tables_mapped, 2);
  table_peer_replace(table, TABLE_REFUSES);
  accountstatus_options options = peer_options(ACCOUNTSTATUS_ALLOW, 5000);
  options.max_staleness_ms = 600000;
  for (int i = 0; i < 100; i++)
    CHECK_EQUAL(look_at(handle, "contoso", options).error, -EACCES);
  CHECK_EQUAL(counters_of(handle).tables_mapped, 2);
  // And back.
  table_peer_set_conduct(table, TABLE_OFFERS);
  do
    seen = look(handle, "contoso");
  while (seen.source != ACCOUNTSTATUS_SOURCE_TABLE);
  accountstatus_close(handle);
  table_peer_stop(table);
  peer_stop(peer);
}

static const test tests[] = {
    {"an old table is not acted on", an_old_table_is_not_acted_on},
    {"a status flips at its instant with nobody there",
     a_status_flips_at_its_instant_with_nobody_there},
    {"a restart is followed at once", a_restart_is_followed_at_once},
    {"after a kill the old table does not answer", after_a_kill_the_old_table_does_not_answer},
    {"a right that is withdrawn is gone", a_right_that_is_withdrawn_is_gone},
    {"a right that is withdrawn under a reader is gone at once",
     a_right_that_is_withdrawn_under_a_reader_is_gone_at_once},
};
const test_suite table_life_suite = SUITE("table-life", tests);
