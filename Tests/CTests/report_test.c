// Clients/C/src/report.c and facts.c.

#include "CWireCheck.h"
#include "accountstatus/v1/ledger_service.pb-c.h"
#include "peer.h"
#include "test.h"

#include <errno.h>
#include <stdlib.h>

// What a fact of each kind carries here, and the same as the bytes of its message.
typedef struct kind_row {
  accountstatus_fact fact;
  const char *body;
  size_t size;
} kind_row;

#define EUR_5                                                                                      \
  { "EUR", 5, 0 }
// Money {EUR, 5}: 0a 03 45 55 52 10 05
#define EUR_5_BYTES "\x0a\x03\x45\x55\x52\x10\x05"
#define BODY(literal) literal, sizeof literal - 1

static const int32_t both_types[] = {ACCOUNTSTATUS_PARTNER_TYPE_DIRECT_BILL,
                                     ACCOUNTSTATUS_PARTNER_TYPE_INDIRECT_RESELLER};
static const accountstatus_account_registered registered = {.size = sizeof registered,
                                                            .cloud =
                                                                ACCOUNTSTATUS_CLOUD_US_GOVERNMENT,
                                                            .partner_types = both_types,
                                                            .partner_type_count = 2,
                                                            .program = ACCOUNTSTATUS_PROGRAM_CSP,
                                                            .display_name = "C",
                                                            .country = "SE"};
static const accountstatus_partner_types_changed types_changed = {
    .size = sizeof types_changed, .partner_types = both_types, .partner_type_count = 1};
static const accountstatus_invoice_issued invoice = {.size = sizeof invoice,
                                                     .invoice_id = "I",
                                                     .issue_date = "2026-07-01",
                                                     .due_date = "2026-08-01",
                                                     .term_days = 30,
                                                     .total = {"EUR", -5, -1},
                                                     .period_start = "p",
                                                     .period_end = "q",
                                                     .invoice_url = "u",
                                                     .reconciliation_url = "r"};
static const accountstatus_invoice_voided voided = {
    .size = sizeof voided, .invoice_id = "I", .replaced_by = "J"};
static const accountstatus_credit_applied credit = {
    .size = sizeof credit, .credit_id = "C", .invoice_id = "I", .amount = EUR_5};
static const accountstatus_allocation allocation = {
    .size = sizeof allocation, .invoice_id = "I", .amount = EUR_5};
static const accountstatus_allocation *const allocations[] = {&allocation, &allocation};
static const accountstatus_payment_received received = {.size = sizeof received,
                                                        .payment_id = "P",
                                                        .amount = EUR_5,
                                                        .allocations = allocations,
                                                        .allocation_count = 2};
static const accountstatus_payment_allocated allocated = {
    .size = sizeof allocated, .payment_id = "P", .allocations = allocations, .allocation_count = 1};
static const accountstatus_payment_reversed reversed = {.size = sizeof reversed, .payment_id = "P"};
static const accountstatus_dispute_opened disputed = {.size = sizeof disputed, .invoice_id = "I"};
static const accountstatus_dispute_closed settled = {.size = sizeof settled, .invoice_id = "I"};
static const accountstatus_balance_reported balance = {.size = sizeof balance, .amount = EUR_5};
static const accountstatus_verification_result identity = {.size = sizeof identity,
                                                           .kind = ACCOUNTSTATUS_CHECK_IDENTITY,
                                                           .state = ACCOUNTSTATUS_CHECK_CHALLENGED};
static const accountstatus_verification_result *const checks[] = {&identity};
static const accountstatus_profile_verification_changed profile = {
    .size = sizeof profile,
    .overall = ACCOUNTSTATUS_VERIFICATION_REJECTED,
    .last_finalized = ACCOUNTSTATUS_VERIFICATION_FAILED,
    .checks = checks,
    .check_count = 1};
static const accountstatus_abuse_finding_changed finding = {.size = sizeof finding,
                                                            .finding_id = "F",
                                                            .severity =
                                                                ACCOUNTSTATUS_ABUSE_SIGNIFICANT,
                                                            .state = ACCOUNTSTATUS_ABUSE_CONFIRMED};
static const accountstatus_provider_linked linked = {.size = sizeof linked, .provider_id = "V"};
static const accountstatus_provider_unlinked unlinked = {.size = sizeof unlinked,
                                                         .provider_id = "V"};
static const accountstatus_provider_issue_opened issue = {.size = sizeof issue,
                                                          .issue_id = "S",
                                                          .provider_id = "V",
                                                          .affects_operations = true,
                                                          .impacts_account = true};
static const accountstatus_provider_issue_resolved resolved = {.size = sizeof resolved,
                                                               .issue_id = "S"};
static const accountstatus_support_request_opened request_opened = {
    .size = sizeof request_opened,
    .request_id = "R",
    .purpose = ACCOUNTSTATUS_REQUEST_APPEAL,
    .requester_name = "Y",
    .requester_role = ACCOUNTSTATUS_ROLE_GLOBAL_ADMIN};
static const accountstatus_support_request_updated request_updated = {
    .size = sizeof request_updated,
    .request_id = "R",
    .status = ACCOUNTSTATUS_REQUEST_ATTENTION_NEEDED};
static const accountstatus_waiver waiver = {.size = sizeof waiver,
                                            .reason = ACCOUNTSTATUS_REASON_BILLING_PAST_DUE,
                                            .subject = "I",
                                            .until = {9, 8}};
static const accountstatus_waiver *const waivers[] = {&waiver};
static const accountstatus_reinstatement_decided decided = {.size = sizeof decided,
                                                            .decision_id = "D",
                                                            .request_id = "R",
                                                            .outcome = ACCOUNTSTATUS_APPROVED,
                                                            .waivers = waivers,
                                                            .waiver_count = 1,
                                                            .note = "n"};
static const accountstatus_external_status_observed observed = {
    .size = sizeof observed, .state = ACCOUNTSTATUS_STATE_CLOSED, .note = "n"};
static const accountstatus_fact_retracted retracted = {
    .size = sizeof retracted, .source = "s", .fact_id = "f"};

#define FACT(KIND, member, value)                                                                  \
  {                                                                                                \
    .size = sizeof(accountstatus_fact), .account_id = "a", .source = "s", .fact_id = "f",          \
    .effective_at = {7, 6}, .kind = ACCOUNTSTATUS_FACT_##KIND, .member = value                     \
  }

static const kind_row kinds[] = {
    {FACT(ACCOUNT_REGISTERED, account_registered, &registered),
     BODY("\x08\x02\x12\x02\x01\x03\x18\x01\x22\x01\x43\x2a\x02\x53\x45")},
    {FACT(PARTNER_TYPES_CHANGED, partner_types_changed, &types_changed), BODY("\x0a\x01\x01")},
    {FACT(ACCOUNT_CLOSED, account_registered, NULL), BODY("")},
    {FACT(INVOICE_ISSUED, invoice_issued, &invoice),
     BODY("\x0a\x01I\x12\x0a"
          "2026-07-01\x1a\x0a"
          "2026-08-01\x20\x1e\x2a\x1b\x0a\x03\x45\x55\x52"
          "\x10\xfb\xff\xff\xff\xff\xff\xff\xff\xff\x01"
          "\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
          "2\x01p:\x01qB\x01uJ\x01r")},
    {FACT(INVOICE_VOIDED, invoice_voided, &voided), BODY("\x0a\x01I\x12\x01J")},
    {FACT(CREDIT_APPLIED, credit_applied, &credit),
     BODY("\x0a\x01\x43\x12\x01I\x1a\x07" EUR_5_BYTES)},
    {FACT(PAYMENT_RECEIVED, payment_received, &received),
     BODY("\x0a\x01P\x12\x07" EUR_5_BYTES "\x1a\x0c\x0a\x01I\x12\x07" EUR_5_BYTES
          "\x1a\x0c\x0a\x01I\x12\x07" EUR_5_BYTES)},
    {FACT(PAYMENT_ALLOCATED, payment_allocated, &allocated),
     BODY("\x0a\x01P\x12\x0c\x0a\x01I\x12\x07" EUR_5_BYTES)},
    {FACT(PAYMENT_REVERSED, payment_reversed, &reversed), BODY("\x0a\x01P")},
    {FACT(DISPUTE_OPENED, dispute_opened, &disputed), BODY("\x0a\x01I")},
    {FACT(DISPUTE_CLOSED, dispute_closed, &settled), BODY("\x0a\x01I")},
    {FACT(BALANCE_REPORTED, balance_reported, &balance), BODY("\x0a\x07" EUR_5_BYTES)},
    {FACT(PROFILE_VERIFICATION_CHANGED, profile_verification_changed, &profile),
     BODY("\x08\x04\x10\x05\x1a\x04\x08\x05\x10\x05")},
    {FACT(ABUSE_FINDING_CHANGED, abuse_finding_changed, &finding),
     BODY("\x0a\x01\x46\x10\x02\x18\x02")},
    {FACT(PROVIDER_LINKED, provider_linked, &linked), BODY("\x0a\x01V")},
    {FACT(PROVIDER_UNLINKED, provider_unlinked, &unlinked), BODY("\x0a\x01V")},
    {FACT(PROVIDER_ISSUE_OPENED, provider_issue_opened, &issue),
     BODY("\x0a\x01S\x12\x01V\x18\x01\x20\x01")},
    {FACT(PROVIDER_ISSUE_RESOLVED, provider_issue_resolved, &resolved), BODY("\x0a\x01S")},
    {FACT(SUPPORT_REQUEST_OPENED, support_request_opened, &request_opened),
     BODY("\x0a\x01R\x10\x02\x1a\x05\x0a\x01Y\x10\x01")},
    {FACT(SUPPORT_REQUEST_UPDATED, support_request_updated, &request_updated),
     BODY("\x0a\x01R\x10\x02")},
    {FACT(REINSTATEMENT_DECIDED, reinstatement_decided, &decided),
     BODY("\x0a\x01\x44\x12\x01R\x18\x01\x22\x0b\x08\x02\x12\x01I\x1a\x04\x08\x09\x10\x08*\x01n")},
    {FACT(EXTERNAL_STATUS_OBSERVED, external_status_observed, &observed),
     BODY("\x08\x03\x12\x01n")},
    {FACT(FACT_RETRACTED, fact_retracted, &retracted), BODY("\x0a\x01s\x12\x01\x66")},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

// --------------------------------------------------------------------------------------- scripts

// Compares what arrives with the rows above and stores everything; the second report is all
// duplicates.
static void check_kinds(peer_connection *connection, void *context) {
  (void)context;
  peer_request request;
  while (peer_read(connection, &request)) {
    CHECK_TEXT(request.envelope->service, "accountstatus.v1.LedgerService");
    CHECK_TEXT(request.method, "ReportFacts");
    bytes expected = {0};
    for (size_t i = 0; i < KINDS; i++) {
      bytes fact = {0};
      bytes_add_text(&fact, 1, "a");
      bytes_add_text(&fact, 2, "s");
      bytes_add_text(&fact, 3, "f");
      bytes_add_field(&fact, 4, "\x08\x07\x10\x06", 4);
      bytes_add_field(&fact, (uint32_t)kinds[i].fact.kind, kinds[i].body, kinds[i].size);
      bytes_add_message(&expected, 1, &fact);
      bytes_free(&fact);
    }
    bytes_add_number(&expected, 2, 1);
    CHECK_EQUAL(request.envelope->payload.len, expected.size);
    if (request.envelope->payload.len == expected.size)
      CHECK(memcmp(request.envelope->payload.data, expected.data, expected.size) == 0);
    bytes_free(&expected);

    // As strict as the server.
    static const ProtobufCMessageDescriptor *const strict[] = {
        &accountstatus__v1__fact__descriptor};
    wire_check_limits limits = wire_check_limits_default();
    limits.strict_types = strict;
    limits.strict_type_count = 1;
    CHECK_EQUAL(wire_check(&accountstatus__v1__report_facts_request__descriptor,
                           request.envelope->payload.data, request.envelope->payload.len, &limits,
                           NULL),
                0);

    Accountstatus__V1__FactResult results[KINDS], *pointers[KINDS];
    for (size_t i = 0; i < KINDS; i++) {
      accountstatus__v1__fact_result__init(&results[i]);
      results[i].outcome = i == 1 ? ACCOUNTSTATUS__V1__FACT_OUTCOME__FACT_OUTCOME_DUPLICATE
                                  : ACCOUNTSTATUS__V1__FACT_OUTCOME__FACT_OUTCOME_STORED;
      results[i].sequence = 100 + i;
      pointers[i] = &results[i];
    }
    Accountstatus__V1__ReportFactsResponse response =
        ACCOUNTSTATUS__V1__REPORT_FACTS_RESPONSE__INIT;
    response.n_results = KINDS;
    response.results = pointers;
    response.token = (ProtobufCBinaryData){3, (uint8_t *)"tok"};
    peer_write_answer(connection, request.stream, &response.base);
    peer_free_request(&request);
  }
}

// Refuses the second fact: the whole report, or that one.
static void refuse_second(peer_connection *connection, void *context) {
  (void)context;
  peer_request request;
  while (peer_read(connection, &request)) {
    Accountstatus__V1__ReportFactsRequest *report =
        (void *)peer_message(&request, &accountstatus__v1__report_facts_request__descriptor);
    Accountstatus__V1__FactRefusal refusal = ACCOUNTSTATUS__V1__FACT_REFUSAL__INIT;
    refusal.index = 1;
    refusal.code = ACCOUNTSTATUS_CODE_ALREADY_EXISTS;
    refusal.message = "another content";
    refusal.field = "facts[1].factId";
    if (report->mode == ACCOUNTSTATUS__V1__REPORT_MODE__REPORT_MODE_EACH) {
      Accountstatus__V1__FactResult results[3], *pointers[3];
      for (size_t i = 0; i < 3; i++) {
        accountstatus__v1__fact_result__init(&results[i]);
        results[i].outcome = ACCOUNTSTATUS__V1__FACT_OUTCOME__FACT_OUTCOME_STORED;
        pointers[i] = &results[i];
      }
      results[1].outcome = ACCOUNTSTATUS__V1__FACT_OUTCOME__FACT_OUTCOME_REFUSED;
      results[1].refusal = &refusal;
      Accountstatus__V1__ReportFactsResponse response =
          ACCOUNTSTATUS__V1__REPORT_FACTS_RESPONSE__INIT;
      response.n_results = 3;
      response.results = pointers;
      peer_write_answer(connection, request.stream, &response.base);
    } else {
      // An index beyond the report must not be believed.
      Accountstatus__V1__FactRefusal beyond = refusal;
      beyond.index = 3;
      Accountstatus__V1__FactRefusal *refusals[] = {&refusal, &beyond, &refusal};
      Accountstatus__V1__ReportFactsFailure failure = ACCOUNTSTATUS__V1__REPORT_FACTS_FAILURE__INIT;
      failure.n_refusals = 3;
      failure.refusals = refusals;
      const ProtobufCMessage *details[] = {&failure.base};
      peer_write_error(connection, request.stream, ACCOUNTSTATUS_CODE_ALREADY_EXISTS,
                       "another content", details, 1);
    }
    accountstatus__v1__report_facts_request__free_unpacked(report, NULL);
    peer_free_request(&request);
  }
}

static void answer_for_one_less(peer_connection *connection, void *context) {
  (void)context;
  peer_request request;
  while (peer_read(connection, &request)) {
    Accountstatus__V1__ReportFactsResponse response =
        ACCOUNTSTATUS__V1__REPORT_FACTS_RESPONSE__INIT;
    peer_write_answer(connection, request.stream, &response.base);
    peer_free_request(&request);
  }
}

// ----------------------------------------------------------------------------------------- tests

static void every_kind_of_fact_is_written_in_full(void) {
  peer *peer = peer_start(check_kinds, NULL);
  accountstatus *handle = peer_open(peer);
  const accountstatus_fact *facts[KINDS];
  for (size_t i = 0; i < KINDS; i++) {
    CHECK_EQUAL(kinds[i].fact.kind, 20 + (int)i);
    facts[i] = &kinds[i].fact;
  }
  accountstatus_report_result *result = NULL;
  NEED(accountstatus_report(handle, facts, KINDS, NULL, &result, NULL) == 0);
  CHECK_EQUAL(result->count, KINDS);
  CHECK_EQUAL(result->stored, KINDS - 1);
  CHECK_EQUAL(result->duplicates, 1);
  CHECK_EQUAL(result->refused, 0);
  CHECK_EQUAL(result->facts[0]->outcome, ACCOUNTSTATUS_FACT_STORED);
  CHECK_EQUAL(result->facts[1]->outcome, ACCOUNTSTATUS_FACT_DUPLICATE);
  CHECK_EQUAL(result->facts[22]->sequence, 122);
  CHECK_EQUAL(result->token_size, 3);
  accountstatus_free_report_result(result);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void a_refusal_of_all_names_the_facts(void) {
  peer *peer = peer_start(refuse_second, NULL);
  accountstatus *handle = peer_open(peer);
  const accountstatus_fact *facts[] = {&kinds[0].fact, &kinds[1].fact, &kinds[2].fact};
  accountstatus_report_result *result = NULL;
  accountstatus_error error = {.size = sizeof error};
  CHECK_EQUAL(accountstatus_report(handle, facts, 3, NULL, &result, &error), -EEXIST);
  CHECK_EQUAL(error.code, ACCOUNTSTATUS_CODE_ALREADY_EXISTS);
  NEED(result != NULL);
  CHECK_EQUAL(result->refused, 1);
  CHECK_EQUAL(result->stored, 0);
  CHECK_EQUAL(result->facts[0]->outcome, ACCOUNTSTATUS_FACT_NOT_STORED);
  CHECK_EQUAL(result->facts[1]->outcome, ACCOUNTSTATUS_FACT_REFUSED);
  CHECK_EQUAL(result->facts[1]->code, ACCOUNTSTATUS_CODE_ALREADY_EXISTS);
  CHECK_TEXT(result->facts[1]->message, "another content");
  CHECK_TEXT(result->facts[1]->field, "facts[1].factId");
  CHECK_EQUAL(result->facts[2]->outcome, ACCOUNTSTATUS_FACT_NOT_STORED);
  accountstatus_free_report_result(result);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void each_fact_may_stand_on_its_own(void) {
  peer *peer = peer_start(refuse_second, NULL);
  accountstatus *handle = peer_open(peer);
  const accountstatus_fact *facts[] = {&kinds[0].fact, &kinds[1].fact, &kinds[2].fact};
  accountstatus_report_options options = {.size = sizeof options, .mode = ACCOUNTSTATUS_EACH};
  accountstatus_report_result *result = NULL;
  NEED(accountstatus_report(handle, facts, 3, &options, &result, NULL) == 0);
  CHECK_EQUAL(result->stored, 2);
  CHECK_EQUAL(result->refused, 1);
  CHECK_TEXT(result->facts[1]->field, "facts[1].factId");
  CHECK_TEXT(result->facts[0]->message, "");
  accountstatus_free_report_result(result);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void an_answer_for_fewer_facts_is_no_answer(void) {
  peer *peer = peer_start(answer_for_one_less, NULL);
  accountstatus *handle = peer_open(peer);
  const accountstatus_fact *facts[] = {&kinds[0].fact};
  accountstatus_report_result *result = NULL;
  CHECK_EQUAL(accountstatus_report(handle, facts, 1, NULL, &result, NULL), -EPROTO);
  CHECK(result == NULL);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void what_cannot_be_written_is_refused_here(void) {
  peer *peer = peer_start(check_kinds, NULL);
  accountstatus *handle = peer_open(peer);
  accountstatus_error error = {.size = sizeof error};
  accountstatus_report_result *result = NULL;
  accountstatus_fact unknown = kinds[0].fact, missing = kinds[3].fact, unsized = kinds[3].fact;
  unknown.kind = 19;
  missing.invoice_issued = NULL;
  accountstatus_invoice_issued no_size = invoice;
  no_size.size = 0;
  unsized.invoice_issued = &no_size;
  const accountstatus_fact *bad[] = {&unknown, &missing, &unsized};
  for (int i = 0; i < 3; i++) {
    const accountstatus_fact *facts[] = {&kinds[0].fact, bad[i]};
    CHECK_EQUAL(accountstatus_report(handle, facts, 2, NULL, &result, &error), -EINVAL);
    CHECK_TEXT(error.field, "facts[1]");
    CHECK(result == NULL);
  }
  const accountstatus_fact *many[1001];
  for (int i = 0; i < 1001; i++)
    many[i] = &kinds[2].fact;
  CHECK_EQUAL(accountstatus_report(handle, many, 1001, NULL, &result, &error), -E2BIG);
  CHECK_EQUAL(peer_connection_count(peer), 0);
  accountstatus_close(handle);
  peer_stop(peer);
}

static const test tests[] = {
    {"every kind of fact is written in full", every_kind_of_fact_is_written_in_full},
    {"a refusal of all names the facts", a_refusal_of_all_names_the_facts},
    {"each fact may stand on its own", each_fact_may_stand_on_its_own},
    {"an answer for fewer facts is no answer", an_answer_for_fewer_facts_is_no_answer},
    {"what cannot be written is refused here", what_cannot_be_written_is_refused_here},
};
const test_suite report_suite = SUITE("report", tests);
