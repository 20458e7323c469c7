// The facts that decide a status: what happened to an account, as accountstatus_report takes it.
//
//     accountstatus_invoice_issued invoice = {.size = sizeof invoice,
//                                             .invoice_id = "INV-1",
//                                             .issue_date = "2026-07-01",
//                                             .total = {"EUR", 1000, 0}};
//     accountstatus_fact fact = {.size = sizeof fact,
//                                .account_id = "contoso",
//                                .source = "billing",
//                                .fact_id = "invoice/INV-1",
//                                .effective_at = {1782864000, 0},
//                                .kind = ACCOUNTSTATUS_FACT_INVOICE_ISSUED,
//                                .invoice_issued = &invoice};
//
// A fact's identity is (source, fact_id): the same fact may be reported any number of times and
// counts once. Texts left NULL are absent. Dates are YYYY-MM-DD in UTC. Every struct with a size
// may grow at its end; what a caller does not set is absent. The server judges facts and says what
// is wrong: this library only refuses what it cannot write down.

#ifndef ACCOUNTSTATUS_FACTS_H
#define ACCOUNTSTATUS_FACTS_H

#include <accountstatus_types.h>

#ifdef __cplusplus
extern "C" {
#endif

// An exact amount of one currency. Absent while currency_code is NULL. Never grows.
typedef struct accountstatus_money {
  // Three capital letters, ISO 4217.
  const char *currency_code;
  int64_t units;
  // Billionths, within ±999 999 999 and of the same sign as units.
  int32_t nanos;
} accountstatus_money;

typedef enum accountstatus_cloud {
  ACCOUNTSTATUS_CLOUD_PUBLIC = 1,
  ACCOUNTSTATUS_CLOUD_US_GOVERNMENT = 2,
  ACCOUNTSTATUS_CLOUD_GERMANY = 3,
  ACCOUNTSTATUS_CLOUD_CHINA_21VIANET = 4,
} accountstatus_cloud;

typedef enum accountstatus_partner_type {
  ACCOUNTSTATUS_PARTNER_TYPE_DIRECT_BILL = 1,
  ACCOUNTSTATUS_PARTNER_TYPE_INDIRECT_PROVIDER = 2,
  ACCOUNTSTATUS_PARTNER_TYPE_INDIRECT_RESELLER = 3,
} accountstatus_partner_type;

typedef enum accountstatus_program {
  ACCOUNTSTATUS_PROGRAM_CSP = 1,
  ACCOUNTSTATUS_PROGRAM_MAICPP = 2,
} accountstatus_program;

typedef enum accountstatus_verification_state {
  ACCOUNTSTATUS_VERIFICATION_NONE = 1,
  ACCOUNTSTATUS_VERIFICATION_PENDING = 2,
  ACCOUNTSTATUS_VERIFICATION_AUTHORIZED = 3,
  ACCOUNTSTATUS_VERIFICATION_REJECTED = 4,
  ACCOUNTSTATUS_VERIFICATION_FAILED = 5,
} accountstatus_verification_state;

typedef enum accountstatus_verification_check {
  ACCOUNTSTATUS_CHECK_EMAIL_OWNERSHIP = 1,
  ACCOUNTSTATUS_CHECK_EMAIL_DOMAIN = 2,
  ACCOUNTSTATUS_CHECK_EMPLOYMENT = 3,
  ACCOUNTSTATUS_CHECK_BUSINESS = 4,
  ACCOUNTSTATUS_CHECK_IDENTITY = 5,
  ACCOUNTSTATUS_CHECK_DUE_DILIGENCE = 6,
} accountstatus_verification_check;

typedef enum accountstatus_check_state {
  ACCOUNTSTATUS_CHECK_NOT_STARTED = 1,
  ACCOUNTSTATUS_CHECK_PENDING = 2,
  ACCOUNTSTATUS_CHECK_PASSED = 3,
  ACCOUNTSTATUS_CHECK_REJECTED = 4,
  ACCOUNTSTATUS_CHECK_CHALLENGED = 5,
} accountstatus_check_state;

typedef enum accountstatus_abuse_severity {
  ACCOUNTSTATUS_ABUSE_MINOR = 1,
  ACCOUNTSTATUS_ABUSE_SIGNIFICANT = 2,
} accountstatus_abuse_severity;

typedef enum accountstatus_abuse_state {
  ACCOUNTSTATUS_ABUSE_SUSPECTED = 1,
  ACCOUNTSTATUS_ABUSE_CONFIRMED = 2,
  ACCOUNTSTATUS_ABUSE_DISMISSED = 3,
} accountstatus_abuse_state;

typedef enum accountstatus_request_purpose {
  ACCOUNTSTATUS_REQUEST_REINSTATEMENT = 1,
  ACCOUNTSTATUS_REQUEST_APPEAL = 2,
  ACCOUNTSTATUS_REQUEST_OTHER = 3,
} accountstatus_request_purpose;

typedef enum accountstatus_request_status {
  ACCOUNTSTATUS_REQUEST_OPEN = 1,
  ACCOUNTSTATUS_REQUEST_ATTENTION_NEEDED = 2,
  ACCOUNTSTATUS_REQUEST_CLOSED = 3,
} accountstatus_request_status;

typedef enum accountstatus_role {
  ACCOUNTSTATUS_ROLE_GLOBAL_ADMIN = 1,
  ACCOUNTSTATUS_ROLE_BILLING_ADMIN = 2,
  ACCOUNTSTATUS_ROLE_OTHER = 3,
} accountstatus_role;

typedef enum accountstatus_decision_outcome {
  ACCOUNTSTATUS_APPROVED = 1,
  ACCOUNTSTATUS_DECLINED = 2,
} accountstatus_decision_outcome;

// The account exists. One per account.
typedef struct accountstatus_account_registered {
  size_t size;
  // An accountstatus_cloud.
  int32_t cloud;
  // A set of accountstatus_partner_type, not empty: an account in transition holds two.
  size_t partner_type_count;
  const int32_t *partner_types;
  // An accountstatus_program.
  int32_t program;
  const char *display_name;
  // ISO 3166 alpha-2.
  const char *country;
} accountstatus_account_registered;

// The whole new set.
typedef struct accountstatus_partner_types_changed {
  size_t size;
  size_t partner_type_count;
  const int32_t *partner_types;
} accountstatus_partner_types_changed;

// An invoice. One with a total of zero or less owes nothing.
typedef struct accountstatus_invoice_issued {
  size_t size;
  const char *invoice_id;
  const char *issue_date;
  // A stated due date beats a term.
  const char *due_date;
  // Days from issue to due. 0: 60.
  uint32_t term_days;
  accountstatus_money total;
  const char *period_start;
  const char *period_end;
  const char *invoice_url;
  const char *reconciliation_url;
} accountstatus_invoice_issued;

typedef struct accountstatus_invoice_voided {
  size_t size;
  const char *invoice_id;
  // The invoice that replaces it, if any. Nothing moves to it by itself.
  const char *replaced_by;
} accountstatus_invoice_voided;

typedef struct accountstatus_credit_applied {
  size_t size;
  const char *credit_id;
  const char *invoice_id;
  accountstatus_money amount;
} accountstatus_credit_applied;

// A part of a payment that goes to an invoice.
typedef struct accountstatus_allocation {
  size_t size;
  const char *invoice_id;
  accountstatus_money amount;
} accountstatus_allocation;

typedef struct accountstatus_payment_received {
  size_t size;
  const char *payment_id;
  accountstatus_money amount;
  // At most 1 000.
  size_t allocation_count;
  const accountstatus_allocation *const *allocations;
} accountstatus_payment_received;

// More allocations of a payment.
typedef struct accountstatus_payment_allocated {
  size_t size;
  const char *payment_id;
  // 1 to 1 000.
  size_t allocation_count;
  const accountstatus_allocation *const *allocations;
} accountstatus_payment_allocated;

typedef struct accountstatus_payment_reversed {
  size_t size;
  const char *payment_id;
} accountstatus_payment_reversed;

typedef struct accountstatus_dispute_opened {
  size_t size;
  const char *invoice_id;
} accountstatus_dispute_opened;

typedef struct accountstatus_dispute_closed {
  size_t size;
  const char *invoice_id;
} accountstatus_dispute_closed;

// A bill summary without invoices.
typedef struct accountstatus_balance_reported {
  size_t size;
  accountstatus_money amount;
} accountstatus_balance_reported;

typedef struct accountstatus_verification_result {
  size_t size;
  // An accountstatus_verification_check and its accountstatus_check_state.
  int32_t kind;
  int32_t state;
} accountstatus_verification_result;

// What is left 0 is unchanged; at least one field is set.
typedef struct accountstatus_profile_verification_changed {
  size_t size;
  // An accountstatus_verification_state.
  int32_t overall;
  // AUTHORIZED, REJECTED or FAILED.
  int32_t last_finalized;
  // At most 6, each kind once.
  size_t check_count;
  const accountstatus_verification_result *const *checks;
} accountstatus_profile_verification_changed;

typedef struct accountstatus_abuse_finding_changed {
  size_t size;
  const char *finding_id;
  // An accountstatus_abuse_severity and an accountstatus_abuse_state.
  int32_t severity;
  int32_t state;
} accountstatus_abuse_finding_changed;

typedef struct accountstatus_provider_linked {
  size_t size;
  const char *provider_id;
} accountstatus_provider_linked;

typedef struct accountstatus_provider_unlinked {
  size_t size;
  const char *provider_id;
} accountstatus_provider_unlinked;

typedef struct accountstatus_provider_issue_opened {
  size_t size;
  const char *issue_id;
  const char *provider_id;
  bool affects_operations;
  bool impacts_account;
} accountstatus_provider_issue_opened;

typedef struct accountstatus_provider_issue_resolved {
  size_t size;
  const char *issue_id;
} accountstatus_provider_issue_resolved;

typedef struct accountstatus_support_request_opened {
  size_t size;
  const char *request_id;
  // An accountstatus_request_purpose.
  int32_t purpose;
  // Who asks: a name, and an accountstatus_role.
  const char *requester_name;
  int32_t requester_role;
} accountstatus_support_request_opened;

typedef struct accountstatus_support_request_updated {
  size_t size;
  const char *request_id;
  // An accountstatus_request_status.
  int32_t status;
} accountstatus_support_request_updated;

// Ignores a reason from the decision until an instant.
typedef struct accountstatus_waiver {
  size_t size;
  // An accountstatus_reason_code.
  int32_t reason;
  // NULL: every subject of the reason.
  const char *subject;
  // {0, 0} is absent, and the server refuses that.
  accountstatus_time until;
} accountstatus_waiver;

// Support's answer. An approval is accepted only if no reason holds under its own waivers.
typedef struct accountstatus_reinstatement_decided {
  size_t size;
  const char *decision_id;
  // NULL: it decides all reinstatement requests opened before it.
  const char *request_id;
  // An accountstatus_decision_outcome.
  int32_t outcome;
  // At most 100, on approvals only.
  size_t waiver_count;
  const accountstatus_waiver *const *waivers;
  const char *note;
} accountstatus_reinstatement_decided;

// What the outside world shows. It changes no state.
typedef struct accountstatus_external_status_observed {
  size_t size;
  // An accountstatus_state.
  int32_t state;
  const char *note;
} accountstatus_external_status_observed;

// The fact named counts at no instant any more. It may be reported before the fact.
typedef struct accountstatus_fact_retracted {
  size_t size;
  const char *source;
  const char *fact_id;
} accountstatus_fact_retracted;

typedef enum accountstatus_fact_kind {
  ACCOUNTSTATUS_FACT_ACCOUNT_REGISTERED = 20,
  ACCOUNTSTATUS_FACT_PARTNER_TYPES_CHANGED = 21,
  // Carries nothing.
  ACCOUNTSTATUS_FACT_ACCOUNT_CLOSED = 22,
  ACCOUNTSTATUS_FACT_INVOICE_ISSUED = 23,
  ACCOUNTSTATUS_FACT_INVOICE_VOIDED = 24,
  ACCOUNTSTATUS_FACT_CREDIT_APPLIED = 25,
  ACCOUNTSTATUS_FACT_PAYMENT_RECEIVED = 26,
  ACCOUNTSTATUS_FACT_PAYMENT_ALLOCATED = 27,
  ACCOUNTSTATUS_FACT_PAYMENT_REVERSED = 28,
  ACCOUNTSTATUS_FACT_DISPUTE_OPENED = 29,
  ACCOUNTSTATUS_FACT_DISPUTE_CLOSED = 30,
  ACCOUNTSTATUS_FACT_BALANCE_REPORTED = 31,
  ACCOUNTSTATUS_FACT_PROFILE_VERIFICATION_CHANGED = 32,
  ACCOUNTSTATUS_FACT_ABUSE_FINDING_CHANGED = 33,
  ACCOUNTSTATUS_FACT_PROVIDER_LINKED = 34,
  ACCOUNTSTATUS_FACT_PROVIDER_UNLINKED = 35,
  ACCOUNTSTATUS_FACT_PROVIDER_ISSUE_OPENED = 36,
  ACCOUNTSTATUS_FACT_PROVIDER_ISSUE_RESOLVED = 37,
  ACCOUNTSTATUS_FACT_SUPPORT_REQUEST_OPENED = 38,
  ACCOUNTSTATUS_FACT_SUPPORT_REQUEST_UPDATED = 39,
  ACCOUNTSTATUS_FACT_REINSTATEMENT_DECIDED = 40,
  ACCOUNTSTATUS_FACT_EXTERNAL_STATUS_OBSERVED = 41,
  ACCOUNTSTATUS_FACT_FACT_RETRACTED = 42,
} accountstatus_fact_kind;

// Something that happened to an account.
typedef struct accountstatus_fact {
  size_t size;
  // 1 to 64 bytes of [A-Za-z0-9._:@-].
  const char *account_id;
  // 1 to 128 bytes of UTF-8 without control characters, as every other id.
  const char *source;
  const char *fact_id;
  // When it became true: 1970-01-01 to 2261-12-31. {0, 0} is absent, and the server refuses that.
  accountstatus_time effective_at;
  // An accountstatus_fact_kind, which says which of the pointers below holds.
  int32_t kind;
  union {
    const accountstatus_account_registered *account_registered;
    const accountstatus_partner_types_changed *partner_types_changed;
    const accountstatus_invoice_issued *invoice_issued;
    const accountstatus_invoice_voided *invoice_voided;
    const accountstatus_credit_applied *credit_applied;
    const accountstatus_payment_received *payment_received;
    const accountstatus_payment_allocated *payment_allocated;
    const accountstatus_payment_reversed *payment_reversed;
    const accountstatus_dispute_opened *dispute_opened;
    const accountstatus_dispute_closed *dispute_closed;
    const accountstatus_balance_reported *balance_reported;
    const accountstatus_profile_verification_changed *profile_verification_changed;
    const accountstatus_abuse_finding_changed *abuse_finding_changed;
    const accountstatus_provider_linked *provider_linked;
    const accountstatus_provider_unlinked *provider_unlinked;
    const accountstatus_provider_issue_opened *provider_issue_opened;
    const accountstatus_provider_issue_resolved *provider_issue_resolved;
    const accountstatus_support_request_opened *support_request_opened;
    const accountstatus_support_request_updated *support_request_updated;
    const accountstatus_reinstatement_decided *reinstatement_decided;
    const accountstatus_external_status_observed *external_status_observed;
    const accountstatus_fact_retracted *fact_retracted;
  };
} accountstatus_fact;

#ifdef __cplusplus
}
#endif

#endif
