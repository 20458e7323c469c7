// Clients/C/src/answer.c: what the table says, as callers see it.

#include "answer.h"

#include <errno.h>

#include "same.h"
#include "script.h"
#include "table_peer.h"
#include "test.h"

static const int32_t two_capabilities[] = {ACCOUNTSTATUS_CAPABILITY_SELL_NEW_LICENSES,
                                           ACCOUNTSTATUS_CAPABILITY_VIEW_BILLING};

// A server, its table, and a handle for both.
typedef struct both {
  peer *peer;
  table_peer *table;
  accountstatus *handle;
} both;

static both start_both(void) {
  both both = {.peer = peer_start(peer_serve, NULL)};
  both.table = table_peer_start(both.peer, "2020-06", active_record());
  table_peer_put(both.table, "suspended-1", suspended_record());
  both.handle = peer_open(both.peer);
  return both;
}

static void stop_both(both both) {
  accountstatus_close(both.handle);
  table_peer_stop(both.table);
  peer_stop(both.peer);
}

static accountstatus_result *get(accountstatus *handle, const char *id, bool ask_server) {
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 0);
  options.ask_server = ask_server;
  accountstatus_result *result = NULL;
  CHECK_EQUAL(accountstatus_get(handle, id, &options, &result, NULL), 0);
  return result;
}

static accountstatus_check_result *check(accountstatus *handle, const char *id, int32_t decision,
                                         bool ask_server) {
  accountstatus_options options = peer_options(decision, 0);
  options.ask_server = ask_server;
  accountstatus_check_result *result = NULL;
  CHECK_EQUAL(accountstatus_check(handle, id, two_capabilities, 2, &options, &result, NULL), 0);
  return result;
}

static void the_table_says_what_the_server_says(void) {
  both both = start_both();
  const char *ids[] = {"contoso", "suspended-1", "contoso"};
  for (int i = 0; i < 3; i++) {
    accountstatus_result *table = get(both.handle, ids[i], false);
    accountstatus_result *server = get(both.handle, ids[i], true);
    NEED(table != NULL && server != NULL);
    CHECK_EQUAL(table->source, ACCOUNTSTATUS_SOURCE_TABLE);
    CHECK_EQUAL(server->source, ACCOUNTSTATUS_SOURCE_CALL);
    CHECK_EQUAL(server->age_ns, 0);
    CHECK(table->age_ns < 2000000000);
    CHECK_EQUAL(table->token_size, 0);
    check_same_result(table, server);
    CHECK(accountstatus_is_active(table) == accountstatus_is_active(server));
    accountstatus_free_result(table);
    accountstatus_free_result(server);

    accountstatus_check_result *fast = check(both.handle, ids[i], ACCOUNTSTATUS_DENY, false);
    accountstatus_check_result *slow = check(both.handle, ids[i], ACCOUNTSTATUS_DENY, true);
    NEED(fast != NULL && slow != NULL);
    CHECK_EQUAL(fast->source, ACCOUNTSTATUS_SOURCE_TABLE);
    CHECK_EQUAL(slow->source, ACCOUNTSTATUS_SOURCE_CALL);
    check_same_check(fast, slow);
    CHECK_EQUAL(fast->answers[0]->basis, 0);
    accountstatus_free_check_result(fast);
    accountstatus_free_check_result(slow);
  }
  stop_both(both);
}

static void what_the_table_does_not_have_is_not_found(void) {
  both both = start_both();
  accountstatus_result *result = get(both.handle, "nobody", false);
  NEED(result != NULL);
  CHECK_EQUAL(result->outcome, ACCOUNTSTATUS_NOT_FOUND);
  CHECK_EQUAL(result->source, ACCOUNTSTATUS_SOURCE_TABLE);
  CHECK_EQUAL(result->error, -ENOENT);
  CHECK(result->fresh && result->status == NULL);
  CHECK(strstr(result->message, "account nobody is not registered") != NULL);
  CHECK(!accountstatus_is_active(result));
  accountstatus_free_result(result);
  accountstatus_check_result *denied = check(both.handle, "nobody", ACCOUNTSTATUS_ALLOW, false);
  NEED(denied != NULL);
  CHECK_EQUAL(denied->outcome, ACCOUNTSTATUS_NOT_FOUND);
  CHECK_EQUAL(denied->source, ACCOUNTSTATUS_SOURCE_TABLE);
  CHECK(!denied->allowed && !denied->answers[0]->allowed && denied->answers[1]->capability != 0);
  accountstatus_free_check_result(denied);
  CHECK_EQUAL(peer_request_count(both.peer), 0);
  stop_both(both);
}

// Everything that a record can hold, at once, and then nothing of it.
static void every_number_is_passed_on(void) {
  both both = start_both();
  struct status_table_record full = active_record();
  full.until_flip = (struct status_table_answer){.state = 9,
                                                 .next_state = 12,
                                                 .reinstatement_state = 7,
                                                 .eligible = true,
                                                 .reasons = 0xfffe,
                                                 .notices = UINT32_MAX,
                                                 .capabilities = UINT64_MAX,
                                                 .since = -1,
                                                 .next_at = INT64_C(1790000000000000001)};
  full.revision = UINT64_MAX - 1;
  char id[STATUS_TABLE_ID_MAX + 1];
  memset(id, 'x', STATUS_TABLE_ID_MAX);
  id[STATUS_TABLE_ID_MAX] = '\0';
  table_peer_put(both.table, id, full);
  struct status_table_record empty = suspended_record();
  empty.until_flip.reasons = 0;
  empty.until_flip.capabilities = 0;
  table_peer_put(both.table, "empty", empty);

  accountstatus_result *result = get(both.handle, id, false);
  NEED(result != NULL && result->status != NULL);
  const accountstatus_status *status = result->status;
  CHECK_TEXT(status->account_id, id);
  CHECK_EQUAL(status->state, 9);
  CHECK(status->since.seconds == -1 && status->since.nanos == 999999999);
  CHECK_EQUAL(status->reason_count, 15);
  for (size_t i = 0; i < status->reason_count; i++)
    CHECK_EQUAL(status->reasons[i]->code, i + 1);
  CHECK_EQUAL(status->capability_count, 64);
  CHECK(status->capabilities[0] == 0 && status->capabilities[63] == 63);
  CHECK_EQUAL(status->notice_count, 32);
  CHECK_EQUAL(status->notices[31], 31);
  NEED(status->next_transition != NULL);
  CHECK_EQUAL(status->next_transition->to_state, 12);
  CHECK(status->next_transition->at.seconds == 1790000000 &&
        status->next_transition->at.nanos == 1);
  CHECK(status->eligible_for_reinstatement && status->reinstatement_state == 7);
  CHECK(status->revision == UINT64_MAX - 1);
  // A state without a name is the caller's to decide, and that is counted.
  CHECK(!accountstatus_is_active(result));
  CHECK_EQUAL(counters_of(both.handle).denied_by_default, 1);
  accountstatus_free_result(result);

  result = get(both.handle, "empty", false);
  NEED(result != NULL && result->status != NULL);
  CHECK_EQUAL(result->status->reason_count + result->status->capability_count, 0);
  CHECK_EQUAL(result->status->notice_count, 0);
  CHECK(result->status->next_transition == NULL);
  accountstatus_free_result(result);
  stop_both(both);
}

static void results_stand_beside_each_other_and_outlive_the_handle(void) {
  enum { MANY = 100 };
  both both = start_both();
  accountstatus_result *results[MANY];
  accountstatus_check_result *checks[MANY];
  for (int i = 0; i < MANY; i++) {
    results[i] = get(both.handle, i % 2 == 0 ? "contoso" : "suspended-1", false);
    checks[i] =
        check(both.handle, i % 2 == 0 ? "contoso" : "suspended-1", ACCOUNTSTATUS_DENY, false);
    NEED(results[i] != NULL && checks[i] != NULL);
  }
  accountstatus_counters counters = counters_of(both.handle);
  CHECK_EQUAL(counters.answered_by_table, 2 * MANY);
  CHECK_EQUAL(counters.calls, 2 * MANY);
  CHECK_EQUAL(counters.answered_by_call, 0);
  CHECK_EQUAL(counters.tables_mapped, 1);
  stop_both(both);
  for (int i = 0; i < MANY; i++) {
    CHECK_TEXT(results[i]->status->account_id, i % 2 == 0 ? "contoso" : "suspended-1");
    CHECK_EQUAL(results[i]->status->capability_count, i % 2 == 0 ? 19u : 1u);
    CHECK_TEXT(results[i]->status->policy_edition, "2020-06");
    CHECK_EQUAL(checks[i]->allowed, i % 2 == 0);
    accountstatus_free_result(results[i]);
    accountstatus_free_check_result(checks[i]);
  }
}

static const test tests[] = {
    {"the table says what the server says", the_table_says_what_the_server_says},
    {"what the table does not have is not found", what_the_table_does_not_have_is_not_found},
    {"every number is passed on", every_number_is_passed_on},
    {"results stand beside each other and outlive the handle",
     results_stand_beside_each_other_and_outlive_the_handle},
};
const test_suite answer_suite = SUITE("answer", tests);
