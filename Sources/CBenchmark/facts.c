#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "facts.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

static const int64_t day = 86400;

void benchmark_account_id(uint32_t n, char ret_id[BENCHMARK_ACCOUNT_ID_LENGTH + 1]) {
  snprintf(ret_id, BENCHMARK_ACCOUNT_ID_LENGTH + 1, "partner-%08u", n % 100000000);
}

enum benchmark_situation benchmark_situation_of(uint32_t n) {
  /* 7 and 100 have no common factor: each hundred accounts hold every share once, mixed. */
  uint32_t share = n * 7 % 100;
  if (share < 55)
    return BENCHMARK_REGISTERED;
  if (share < 65)
    return BENCHMARK_VERIFIED;
  if (share < 75)
    return BENCHMARK_DELINQUENT;
  if (share < 85)
    return BENCHMARK_PAST_DUE;
  if (share < 90)
    return BENCHMARK_REJECTED;
  if (share < 95)
    return BENCHMARK_ABUSIVE;
  return share < 98 ? BENCHMARK_CLOSED : BENCHMARK_NOT_COVERED;
}

/* Fills in what every fact has. */
static void start_fact(struct fact *fact, uint32_t n, const char *kind, uint32_t number,
                       int64_t effective_at) {
  *fact = (struct fact){.message = ACCOUNTSTATUS__V1__FACT__INIT,
                        .effective_at = GOOGLE__PROTOBUF__TIMESTAMP__INIT};
  benchmark_account_id(n, fact->account_id);
  snprintf(fact->fact_id, sizeof fact->fact_id, "%s-%u", kind, number);
  fact->effective_at.seconds = effective_at;
  fact->message.account_id = fact->account_id;
  fact->message.source = (char *)"benchmark";
  fact->message.fact_id = fact->fact_id;
  fact->message.effective_at = &fact->effective_at;
}

void make_registration(struct fact *fact, uint32_t n, int64_t now) {
  bool covered = benchmark_situation_of(n) != BENCHMARK_NOT_COVERED;
  start_fact(fact, n, "registered", n, now - 400 * day);
  fact->registered =
      (Accountstatus__V1__AccountRegistered)ACCOUNTSTATUS__V1__ACCOUNT_REGISTERED__INIT;
  fact->registered.cloud =
      covered ? ACCOUNTSTATUS__V1__CLOUD__CLOUD_PUBLIC : ACCOUNTSTATUS__V1__CLOUD__CLOUD_GERMANY;
  fact->partner_type = ACCOUNTSTATUS__V1__PARTNER_TYPE__PARTNER_TYPE_DIRECT_BILL;
  fact->registered.partner_types = &fact->partner_type;
  fact->registered.n_partner_types = 1;
  fact->registered.program = ACCOUNTSTATUS__V1__PROGRAM__PROGRAM_CSP;
  fact->message.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_ACCOUNT_REGISTERED;
  fact->message.account_registered = &fact->registered;
}

static void make_invoice(struct fact *fact, uint32_t n, int64_t issued) {
  start_fact(fact, n, "invoice", n, issued);
  struct tm date;
  gmtime_r(&(time_t){issued}, &date);
  strftime(fact->date, sizeof fact->date, "%Y-%m-%d", &date);
  snprintf(fact->thing_id, sizeof fact->thing_id, "INV-%u", n);
  fact->total = (Accountstatus__V1__Money)ACCOUNTSTATUS__V1__MONEY__INIT;
  fact->total.currency_code = (char *)"EUR";
  fact->total.units = 1000 + n;
  fact->invoice = (Accountstatus__V1__InvoiceIssued)ACCOUNTSTATUS__V1__INVOICE_ISSUED__INIT;
  fact->invoice.invoice_id = fact->thing_id;
  fact->invoice.issue_date = fact->date;
  fact->invoice.total = &fact->total;
  fact->message.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_INVOICE_ISSUED;
  fact->message.invoice_issued = &fact->invoice;
}

static void make_profile(struct fact *fact, uint32_t n, int64_t now,
                         Accountstatus__V1__VerificationState overall) {
  start_fact(fact, n, "profile", n, now - 100 * day);
  fact->profile = (Accountstatus__V1__ProfileVerificationChanged)
      ACCOUNTSTATUS__V1__PROFILE_VERIFICATION_CHANGED__INIT;
  fact->profile.overall = overall;
  fact->message.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_PROFILE_VERIFICATION_CHANGED;
  fact->message.profile_verification_changed = &fact->profile;
}

static void make_finding(struct fact *fact, Accountstatus__V1__AbuseSeverity severity,
                         Accountstatus__V1__AbuseState state) {
  fact->finding =
      (Accountstatus__V1__AbuseFindingChanged)ACCOUNTSTATUS__V1__ABUSE_FINDING_CHANGED__INIT;
  fact->finding.finding_id = fact->thing_id;
  fact->finding.severity = severity;
  fact->finding.state = state;
  fact->message.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_ABUSE_FINDING_CHANGED;
  fact->message.abuse_finding_changed = &fact->finding;
}

bool make_situation(struct fact *fact, uint32_t n, int64_t now) {
  switch (benchmark_situation_of(n)) {
  case BENCHMARK_REGISTERED:
  case BENCHMARK_NOT_COVERED:
    return false;
  case BENCHMARK_VERIFIED:
    make_profile(fact, n, now,
                 ACCOUNTSTATUS__V1__VERIFICATION_STATE__VERIFICATION_STATE_AUTHORIZED);
    return true;
  case BENCHMARK_DELINQUENT:
    /* Due after 60 days, suspended from day 121. */
    make_invoice(fact, n, now - (65 + n % 50) * day);
    return true;
  case BENCHMARK_PAST_DUE:
    make_invoice(fact, n, now - (130 + n % 200) * day);
    return true;
  case BENCHMARK_REJECTED:
    make_profile(fact, n, now, ACCOUNTSTATUS__V1__VERIFICATION_STATE__VERIFICATION_STATE_REJECTED);
    return true;
  case BENCHMARK_ABUSIVE:
    start_fact(fact, n, "finding", n, now - 50 * day);
    snprintf(fact->thing_id, sizeof fact->thing_id, "ABUSE-%u", n);
    make_finding(fact, ACCOUNTSTATUS__V1__ABUSE_SEVERITY__ABUSE_SEVERITY_SIGNIFICANT,
                 ACCOUNTSTATUS__V1__ABUSE_STATE__ABUSE_STATE_CONFIRMED);
    return true;
  case BENCHMARK_CLOSED:
    start_fact(fact, n, "closed", n, now - 10 * day);
    fact->closed = (Accountstatus__V1__AccountClosed)ACCOUNTSTATUS__V1__ACCOUNT_CLOSED__INIT;
    fact->message.kind_case = ACCOUNTSTATUS__V1__FACT__KIND_ACCOUNT_CLOSED;
    fact->message.account_closed = &fact->closed;
    return true;
  }
  return false;
}

void make_report(struct fact *fact, uint32_t accounts, uint32_t k, int64_t now) {
  /* Each account in turn; on every second turn the finding of the turn before is dismissed. */
  uint32_t n = k % accounts, turn = k / accounts;
  start_fact(fact, n, "reported", k, now - day + turn);
  snprintf(fact->thing_id, sizeof fact->thing_id, "REPORTED-%u", n);
  make_finding(fact, ACCOUNTSTATUS__V1__ABUSE_SEVERITY__ABUSE_SEVERITY_MINOR,
               turn % 2 == 0 ? ACCOUNTSTATUS__V1__ABUSE_STATE__ABUSE_STATE_SUSPECTED
                             : ACCOUNTSTATUS__V1__ABUSE_STATE__ABUSE_STATE_DISMISSED);
}
