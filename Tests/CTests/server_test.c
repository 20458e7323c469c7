// Clients/C against a real daemon: a fresh one, started with --ephemeral, whose socket
// $ACCOUNTSTATUS_TEST_SOCKET names. Registers what it needs by reporting it.

#include "peer.h"
#include "same.h"
#include "test.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static accountstatus *open_server(void) {
  const char *socket = getenv("ACCOUNTSTATUS_TEST_SOCKET");
  accountstatus *handle = NULL;
  if (socket == NULL || socket[0] == '\0') {
    test_skip("ACCOUNTSTATUS_TEST_SOCKET names no server");
    return NULL;
  }
  accountstatus_open_options options = {
      .size = sizeof options, .socket = socket, .timeout_ms = 10000};
  CHECK_EQUAL(accountstatus_open(&options, &handle, NULL), 0);
  return handle;
}

// An account of this run only: the daemon may have seen others.
static const char *account(const char *name) {
  static char ids[4][64];
  static int next;
  char *id = ids[next++ % 4];
  snprintf(id, sizeof ids[0], "ctests-%d-%s", (int)getpid(), name);
  return id;
}

static accountstatus_fact fact(const char *account_id, const char *fact_id, int32_t kind) {
  return (accountstatus_fact){.size = sizeof(accountstatus_fact),
                              .account_id = account_id,
                              .source = "ctests",
                              .fact_id = fact_id,
                              // 2020-01-01: before whatever the daemon's clock says.
                              .effective_at = {1577836800, 0},
                              .kind = kind};
}

static const int32_t direct_bill[] = {ACCOUNTSTATUS_PARTNER_TYPE_DIRECT_BILL};
static const accountstatus_account_registered registration = {.size = sizeof registration,
                                                              .cloud = ACCOUNTSTATUS_CLOUD_PUBLIC,
                                                              .partner_types = direct_bill,
                                                              .partner_type_count = 1,
                                                              .program = ACCOUNTSTATUS_PROGRAM_CSP,
                                                              .display_name = "Ett konto för prov",
                                                              .country = "SE"};

// Registers an account and, if told to, has it suspended for abuse. The token of the write.
static bool report_account(accountstatus *handle, const char *id, bool suspended,
                           uint8_t *ret_token, size_t *ret_size) {
  static char fact_ids[2][96];
  snprintf(fact_ids[0], sizeof fact_ids[0], "%s/registered", id);
  snprintf(fact_ids[1], sizeof fact_ids[1], "%s/abuse", id);
  accountstatus_fact registered = fact(id, fact_ids[0], ACCOUNTSTATUS_FACT_ACCOUNT_REGISTERED);
  registered.account_registered = &registration;
  accountstatus_abuse_finding_changed finding = {.size = sizeof finding,
                                                 .finding_id = "finding-1",
                                                 .severity = ACCOUNTSTATUS_ABUSE_SIGNIFICANT,
                                                 .state = ACCOUNTSTATUS_ABUSE_CONFIRMED};
  accountstatus_fact abuse = fact(id, fact_ids[1], ACCOUNTSTATUS_FACT_ABUSE_FINDING_CHANGED);
  abuse.effective_at.seconds += 86400;
  abuse.abuse_finding_changed = &finding;
  const accountstatus_fact *facts[] = {&registered, &abuse};
  accountstatus_report_result *result = NULL;
  accountstatus_error error = {.size = sizeof error};
  size_t count = suspended ? 2 : 1;
  if (accountstatus_report(handle, facts, count, NULL, &result, &error) < 0) {
    printf("    report: %s %s\n", error.field, error.message);
    accountstatus_free_report_result(result);
    return false;
  }
  bool stored = result->stored + result->duplicates == count && result->token_size <= 256;
  if (stored && ret_token != NULL) {
    memcpy(ret_token, result->token, result->token_size);
    *ret_size = result->token_size;
  }
  accountstatus_free_report_result(result);
  return stored;
}

static void what_is_reported_can_be_read(void) {
  accountstatus *handle = open_server();
  if (handle == NULL)
    return;
  const char *id = account("active"), *bad = account("suspended");
  uint8_t token[256];
  size_t token_size = 0;
  CHECK(report_account(handle, id, false, NULL, NULL));
  CHECK(report_account(handle, bad, true, token, &token_size));
  CHECK(token_size > 0);

  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 0);
  options.at_least = token;
  options.at_least_size = token_size;
  accountstatus_result *result;
  NEED(accountstatus_get(handle, id, &options, &result, NULL) == 0);
  CHECK_EQUAL(result->outcome, ACCOUNTSTATUS_FOUND);
  CHECK(accountstatus_is_active(result));
  CHECK(accountstatus_allows(result, ACCOUNTSTATUS_CAPABILITY_SELL_NEW_LICENSES));
  CHECK(result->token_size > 0);
  accountstatus_free_result(result);

  for (int32_t view = ACCOUNTSTATUS_VIEW_BASIC; view <= ACCOUNTSTATUS_VIEW_FULL; view++) {
    options.view = view;
    NEED(accountstatus_get(handle, bad, &options, &result, NULL) == 0);
    NEED(result->status != NULL);
    CHECK_EQUAL(result->status->state, ACCOUNTSTATUS_STATE_SUSPENDED);
    CHECK_EQUAL(result->status->since.seconds, 1577836800 + 86400);
    CHECK_EQUAL(result->status->reason_count, 1);
    CHECK_EQUAL(result->status->reasons[0]->code, ACCOUNTSTATUS_REASON_ACCOUNT_ABUSE);
    CHECK_EQUAL(result->status->reasons[0]->subject_count,
                view == ACCOUNTSTATUS_VIEW_FULL ? 1u : 0u);
    CHECK_TEXT(result->status->policy_edition, "2020-06");
    accountstatus_free_result(result);
  }
  options.view = 0;

  // A day before the finding it was active.
  accountstatus_time before = {1577836800 + 3600, 0};
  options.as_of = &before;
  NEED(accountstatus_get(handle, bad, &options, &result, NULL) == 0);
  CHECK(accountstatus_is_active(result));
  accountstatus_free_result(result);
  options.as_of = NULL;

  NEED(accountstatus_get(handle, account("nobody"), &options, &result, NULL) == 0);
  CHECK_EQUAL(result->outcome, ACCOUNTSTATUS_NOT_FOUND);
  accountstatus_free_result(result);
  accountstatus_close(handle);
}

static void a_batch_and_a_check_agree(void) {
  accountstatus *handle = open_server();
  if (handle == NULL)
    return;
  const char *ids[] = {account("active"), account("nobody"), account("suspended")};
  CHECK(report_account(handle, ids[0], false, NULL, NULL));
  CHECK(report_account(handle, ids[2], true, NULL, NULL));
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 0);
  accountstatus_batch *batch;
  NEED(accountstatus_get_batch(handle, ids, 3, &options, &batch, NULL) == 0);
  CHECK(accountstatus_is_active(batch->results[0]));
  CHECK_EQUAL(batch->results[1]->outcome, ACCOUNTSTATUS_NOT_FOUND);
  CHECK_EQUAL(batch->results[2]->status->state, ACCOUNTSTATUS_STATE_SUSPENDED);
  const int32_t wanted[] = {ACCOUNTSTATUS_CAPABILITY_SELL_NEW_LICENSES,
                            ACCOUNTSTATUS_CAPABILITY_PAY_INVOICE};
  for (int i = 0; i < 3; i++) {
    accountstatus_check_result *check;
    NEED(accountstatus_check(handle, ids[i], wanted, 2, &options, &check, NULL) == 0);
    CHECK_EQUAL(check->outcome, batch->results[i]->outcome);
    for (int c = 0; c < 2; c++)
      CHECK_EQUAL(check->answers[c]->allowed, accountstatus_allows(batch->results[i], wanted[c]));
    accountstatus_free_check_result(check);
  }
  accountstatus_free_batch(batch);
  accountstatus_close(handle);
}

static void a_list_finds_the_suspended(void) {
  accountstatus *handle = open_server();
  if (handle == NULL)
    return;
  const char *id = account("suspended"), *active = account("active");
  CHECK(report_account(handle, id, true, NULL, NULL));
  CHECK(report_account(handle, active, false, NULL, NULL));
  accountstatus_list_options options = {.size = sizeof options,
                                        .state = ACCOUNTSTATUS_STATE_SUSPENDED,
                                        .reason = ACCOUNTSTATUS_REASON_ACCOUNT_ABUSE,
                                        .page_size = 1};
  accountstatus_list *list;
  NEED(accountstatus_list_open(handle, &options, &list, NULL) == 0);
  const accountstatus_status *status;
  char last[65] = "";
  int result, found = 0;
  while ((result = accountstatus_list_next(list, &status, NULL)) == 1) {
    CHECK_EQUAL(status->state, ACCOUNTSTATUS_STATE_SUSPENDED);
    CHECK(strcmp(last, status->account_id) < 0);
    snprintf(last, sizeof last, "%s", status->account_id);
    found += strcmp(status->account_id, id) == 0;
    CHECK(strcmp(status->account_id, active) != 0);
  }
  CHECK_EQUAL(result, 0);
  CHECK_EQUAL(found, 1);
  accountstatus_list_close(list);
  accountstatus_close(handle);
}

static void a_repeat_counts_once_and_a_contradiction_is_refused(void) {
  accountstatus *handle = open_server();
  if (handle == NULL)
    return;
  const char *id = account("repeat");
  accountstatus_fact first = fact(id, "one", ACCOUNTSTATUS_FACT_ACCOUNT_REGISTERED);
  char fact_id[96];
  snprintf(fact_id, sizeof fact_id, "%s/registered", id);
  first.fact_id = fact_id;
  first.account_registered = &registration;
  const accountstatus_fact *facts[] = {&first, &first};
  accountstatus_report_result *result = NULL;
  NEED(accountstatus_report(handle, facts, 2, NULL, &result, NULL) == 0);
  CHECK_EQUAL(result->stored, 1);
  CHECK_EQUAL(result->duplicates, 1);
  CHECK_EQUAL(result->facts[0]->sequence, result->facts[1]->sequence);
  accountstatus_free_report_result(result);

  accountstatus_account_registered other = registration;
  other.country = "DK";
  accountstatus_fact second = first;
  second.account_registered = &other;
  facts[1] = &second;
  accountstatus_error error = {.size = sizeof error};
  result = NULL;
  CHECK_EQUAL(accountstatus_report(handle, facts, 2, NULL, &result, &error), -EEXIST);
  NEED(result != NULL);
  CHECK_EQUAL(result->refused, 1);
  CHECK_EQUAL(result->facts[1]->outcome, ACCOUNTSTATUS_FACT_REFUSED);
  CHECK_EQUAL(result->facts[0]->outcome, ACCOUNTSTATUS_FACT_NOT_STORED);
  accountstatus_free_report_result(result);

  accountstatus_report_options each = {.size = sizeof each, .mode = ACCOUNTSTATUS_EACH};
  result = NULL;
  NEED(accountstatus_report(handle, facts, 2, &each, &result, &error) == 0);
  CHECK_EQUAL(result->duplicates, 1);
  CHECK_EQUAL(result->refused, 1);
  CHECK_EQUAL(result->facts[1]->code, ACCOUNTSTATUS_CODE_ALREADY_EXISTS);
  accountstatus_free_report_result(result);
  accountstatus_close(handle);
}

static void a_malformed_id_is_named(void) {
  accountstatus *handle = open_server();
  if (handle == NULL)
    return;
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 0);
  accountstatus_result *result = NULL;
  accountstatus_error error = {.size = sizeof error};
  CHECK_EQUAL(accountstatus_get(handle, "no spaces", &options, &result, &error), -EINVAL);
  CHECK_EQUAL(error.code, ACCOUNTSTATUS_CODE_INVALID_ARGUMENT);
  CHECK_TEXT(error.field, "accountId");
  CHECK(error.reason[0] != '\0');
  accountstatus_close(handle);
}

// ------------------------------------------------------------------------------------ both ways

enum { KINDS = 10, COPIES = 30 };

// Reports one account of a kind: each brings it into another state, or with other notices.
static bool report_kind(accountstatus *handle, const char *id, int kind) {
  static const int32_t reseller[] = {ACCOUNTSTATUS_PARTNER_TYPE_INDIRECT_RESELLER};
  accountstatus_account_registered registered = registration;
  registered.cloud = kind == 1 ? ACCOUNTSTATUS_CLOUD_CHINA_21VIANET : ACCOUNTSTATUS_CLOUD_PUBLIC;
  if (kind == 2)
    registered.partner_types = reseller;
  const accountstatus_abuse_finding_changed finding = {
      .size = sizeof finding,
      .finding_id = "finding-1",
      .severity = kind == 5 ? ACCOUNTSTATUS_ABUSE_MINOR : ACCOUNTSTATUS_ABUSE_SIGNIFICANT,
      .state = kind == 4 ? ACCOUNTSTATUS_ABUSE_SUSPECTED : ACCOUNTSTATUS_ABUSE_CONFIRMED};
  const accountstatus_profile_verification_changed profile = {
      .size = sizeof profile,
      .overall =
          kind == 7 ? ACCOUNTSTATUS_VERIFICATION_REJECTED : ACCOUNTSTATUS_VERIFICATION_PENDING};
  char fact_ids[3][96];
  accountstatus_fact facts[3];
  const accountstatus_fact *list[3];
  for (int i = 0; i < 3; i++) {
    snprintf(fact_ids[i], sizeof fact_ids[i], "%s/%d", id, i);
    facts[i] = fact(id, fact_ids[i], ACCOUNTSTATUS_FACT_ACCOUNT_REGISTERED);
    facts[i].effective_at.seconds += i * 86400 + kind;
    facts[i].effective_at.nanos = i == 0 ? 0 : 123456789;
    list[i] = &facts[i];
  }
  facts[0].account_registered = &registered;
  size_t count = 1;
  if (kind >= 3 && kind <= 6) {
    facts[count].kind = ACCOUNTSTATUS_FACT_ABUSE_FINDING_CHANGED;
    facts[count++].abuse_finding_changed = &finding;
  }
  if (kind >= 6 && kind <= 8) {
    facts[count].kind = ACCOUNTSTATUS_FACT_PROFILE_VERIFICATION_CHANGED;
    facts[count++].profile_verification_changed = &profile;
  }
  if (kind == 9)
    facts[count++].kind = ACCOUNTSTATUS_FACT_ACCOUNT_CLOSED;
  accountstatus_report_result *result = NULL;
  accountstatus_error error = {.size = sizeof error};
  int code = accountstatus_report(handle, list, count, NULL, &result, &error);
  if (code < 0)
    printf("    kind %d: %s %s\n", kind, error.field, error.message);
  accountstatus_free_report_result(result);
  return code == 0;
}

// Asks both ways. The state, or 0 where there was no table to ask.
static int32_t compare(accountstatus *handle, const char *id) {
  static const int32_t wanted[] = {
      ACCOUNTSTATUS_CAPABILITY_SELL_NEW_LICENSES, ACCOUNTSTATUS_CAPABILITY_PAY_INVOICE,
      ACCOUNTSTATUS_CAPABILITY_MANAGE_EXISTING_LICENSES, ACCOUNTSTATUS_CAPABILITY_ADD_ADDON};
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 0);
  // The daemon may be slow under the load of other tests.
  options.max_staleness_ms = 60000;
  int32_t state = 0;
  accountstatus_result *results[2] = {NULL, NULL};
  for (int way = 0; way < 2; way++) {
    options.ask_server = way == 1;
    if (accountstatus_get(handle, id, &options, &results[way], NULL) < 0) {
      accountstatus_free_result(results[0]);
      return 0;
    }
  }
  if (results[0]->source == ACCOUNTSTATUS_SOURCE_TABLE) {
    check_same_result(results[0], results[1]);
    state = results[0]->status == NULL ? -1 : results[0]->status->state;
  }
  accountstatus_free_result(results[0]);
  accountstatus_free_result(results[1]);
  for (size_t count = 1; count <= 4; count++) {
    accountstatus_check_result *checks[2];
    for (int way = 0; way < 2; way++) {
      options.ask_server = way == 1;
      if (accountstatus_check(handle, id, wanted, count, &options, &checks[way], NULL) < 0)
        return 0;
    }
    check_same_check(checks[0], checks[1]);
    CHECK_EQUAL(checks[0]->source == ACCOUNTSTATUS_SOURCE_TABLE, state != 0);
    accountstatus_free_check_result(checks[0]);
    accountstatus_free_check_result(checks[1]);
  }
  return state;
}

static void the_table_and_the_server_say_the_same(void) {
  accountstatus *handle = open_server();
  if (handle == NULL)
    return;
  unsigned states = 0;
  for (int i = 0; i < KINDS * COPIES; i++) {
    char name[32];
    snprintf(name, sizeof name, "both-%d", i);
    const char *id = account(name);
    NEED(report_kind(handle, id, i % KINDS));
    // At once: whoever has the reply to a write finds it in the table.
    int32_t state = compare(handle, id);
    CHECK(state > 0);
    states |= 1u << (state & 31);
  }
  // The four states were among them.
  CHECK_EQUAL(states, 0x1e);
  CHECK_EQUAL(compare(handle, account("nobody")), -1);
  accountstatus_counters counters = {.size = sizeof counters};
  accountstatus_get_counters(handle, &counters);
  CHECK_EQUAL(counters.answered_by_table, 5 * (KINDS * COPIES + 1));
  accountstatus_close(handle);
}

static const test tests[] = {
    {"what is reported can be read", what_is_reported_can_be_read},
    {"a batch and a check agree", a_batch_and_a_check_agree},
    {"a list finds the suspended", a_list_finds_the_suspended},
    {"a repeat counts once and a contradiction is refused",
     a_repeat_counts_once_and_a_contradiction_is_refused},
    {"a malformed id is named", a_malformed_id_is_named},
    {"the table and the server say the same", the_table_and_the_server_say_the_same},
};
const test_suite server_suite = SUITE("server", tests);
