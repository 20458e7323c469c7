#include "facts.h"

#include <errno.h>
#include <stdio.h>

// Pieces that cannot be had for lack of memory are left out; memory->failed shows it at the end.
typedef struct conversion {
  memory *memory;
  accountstatus_error *failure;
} conversion;

// A part as the protocol has it, in a conversion's memory.
#define NEW(conversion, part) memory_take((conversion)->memory, 1, sizeof *(part))

static char *text(const char *given) {
  return (char *)(given == NULL ? protobuf_c_empty_string : given);
}

static Accountstatus__V1__Money *money(conversion *c, accountstatus_money given) {
  Accountstatus__V1__Money *to = given.currency_code == NULL ? NULL : NEW(c, to);
  if (to == NULL)
    return NULL;
  accountstatus__v1__money__init(to);
  to->currency_code = text(given.currency_code);
  to->units = given.units;
  to->nanos = given.nanos;
  return to;
}

static Google__Protobuf__Timestamp *timestamp(conversion *c, accountstatus_time given) {
  Google__Protobuf__Timestamp *to = given.seconds == 0 && given.nanos == 0 ? NULL : NEW(c, to);
  if (to == NULL)
    return NULL;
  google__protobuf__timestamp__init(to);
  to->seconds = given.seconds;
  to->nanos = given.nanos;
  return to;
}

// Allocations, or nothing and *result.
static Accountstatus__V1__Allocation **allocations(conversion *c,
                                                   const accountstatus_allocation *const *given,
                                                   size_t count, int *result) {
  Accountstatus__V1__Allocation **to = memory_take(c->memory, count, sizeof *to);
  for (size_t i = 0; to != NULL && i < count && *result == 0; i++) {
    *result = failure_check_size(c->failure, "allocations", given[i], sizeof *given[i]);
    to[i] = *result < 0 ? NULL : NEW(c, to[i]);
    if (to[i] == NULL)
      return NULL;
    accountstatus__v1__allocation__init(to[i]);
    to[i]->invoice_id = text(given[i]->invoice_id);
    to[i]->amount = money(c, given[i]->amount);
  }
  return to;
}

// ----------------------------------------------------------------------------- one per fact kind

static int convert_account_registered(conversion *c, const accountstatus_account_registered *from,
                                      Accountstatus__V1__AccountRegistered *to) {
  (void)c;
  to->cloud = (Accountstatus__V1__Cloud)from->cloud;
  to->n_partner_types = from->partner_type_count;
  to->partner_types = (Accountstatus__V1__PartnerType *)from->partner_types;
  to->program = (Accountstatus__V1__Program)from->program;
  to->display_name = text(from->display_name);
  to->country = text(from->country);
  return 0;
}

static int convert_partner_types_changed(conversion *c,
                                         const accountstatus_partner_types_changed *from,
                                         Accountstatus__V1__PartnerTypesChanged *to) {
  (void)c;
  to->n_partner_types = from->partner_type_count;
  to->partner_types = (Accountstatus__V1__PartnerType *)from->partner_types;
  return 0;
}

static int convert_invoice_issued(conversion *c, const accountstatus_invoice_issued *from,
                                  Accountstatus__V1__InvoiceIssued *to) {
  to->invoice_id = text(from->invoice_id);
  to->issue_date = text(from->issue_date);
  to->due_date = text(from->due_date);
  to->term_days = from->term_days;
  to->total = money(c, from->total);
  to->period_start = text(from->period_start);
  to->period_end = text(from->period_end);
  to->invoice_url = text(from->invoice_url);
  to->reconciliation_url = text(from->reconciliation_url);
  return 0;
}

static int convert_invoice_voided(conversion *c, const accountstatus_invoice_voided *from,
                                  Accountstatus__V1__InvoiceVoided *to) {
  (void)c;
  to->invoice_id = text(from->invoice_id);
  to->replaced_by = text(from->replaced_by);
  return 0;
}

static int convert_credit_applied(conversion *c, const accountstatus_credit_applied *from,
                                  Accountstatus__V1__CreditApplied *to) {
  to->credit_id = text(from->credit_id);
  to->invoice_id = text(from->invoice_id);
  to->amount = money(c, from->amount);
  return 0;
}

static int convert_payment_received(conversion *c, const accountstatus_payment_received *from,
                                    Accountstatus__V1__PaymentReceived *to) {
  int result = 0;
  to->payment_id = text(from->payment_id);
  to->amount = money(c, from->amount);
  to->allocations = allocations(c, from->allocations, from->allocation_count, &result);
  to->n_allocations = from->allocation_count;
  return result;
}

static int convert_payment_allocated(conversion *c, const accountstatus_payment_allocated *from,
                                     Accountstatus__V1__PaymentAllocated *to) {
  int result = 0;
  to->payment_id = text(from->payment_id);
  to->allocations = allocations(c, from->allocations, from->allocation_count, &result);
  to->n_allocations = from->allocation_count;
  return result;
}

// Facts that carry nothing but the id of a thing.
#define CONVERT_ID(kind, Type, id)                                                                 \
  static int convert_##kind(conversion *c, const accountstatus_##kind *from,                       \
                            Accountstatus__V1__##Type *to) {                                       \
    (void)c;                                                                                       \
    to->id = text(from->id);                                                                       \
    return 0;                                                                                      \
  }
CONVERT_ID(payment_reversed, PaymentReversed, payment_id)
CONVERT_ID(dispute_opened, DisputeOpened, invoice_id)
CONVERT_ID(dispute_closed, DisputeClosed, invoice_id)
CONVERT_ID(provider_linked, ProviderLinked, provider_id)
CONVERT_ID(provider_unlinked, ProviderUnlinked, provider_id)
CONVERT_ID(provider_issue_resolved, ProviderIssueResolved, issue_id)

static int convert_balance_reported(conversion *c, const accountstatus_balance_reported *from,
                                    Accountstatus__V1__BalanceReported *to) {
  to->amount = money(c, from->amount);
  return 0;
}

static int
convert_profile_verification_changed(conversion *c,
                                     const accountstatus_profile_verification_changed *from,
                                     Accountstatus__V1__ProfileVerificationChanged *to) {
  to->overall = (Accountstatus__V1__VerificationState)from->overall;
  to->last_finalized = (Accountstatus__V1__VerificationState)from->last_finalized;
  to->n_checks = from->check_count;
  to->checks = memory_take(c->memory, from->check_count, sizeof *to->checks);
  for (size_t i = 0; to->checks != NULL && i < from->check_count; i++) {
    const accountstatus_verification_result *given = from->checks[i];
    int result = failure_check_size(c->failure, "checks", given, sizeof *given);
    if (result < 0)
      return result;
    to->checks[i] = NEW(c, to->checks[i]);
    if (to->checks[i] == NULL)
      return 0;
    accountstatus__v1__verification_check_result__init(to->checks[i]);
    to->checks[i]->kind = (Accountstatus__V1__VerificationCheck)given->kind;
    to->checks[i]->state = (Accountstatus__V1__CheckState)given->state;
  }
  return 0;
}

static int convert_abuse_finding_changed(conversion *c,
                                         const accountstatus_abuse_finding_changed *from,
                                         Accountstatus__V1__AbuseFindingChanged *to) {
  (void)c;
  to->finding_id = text(from->finding_id);
  to->severity = (Accountstatus__V1__AbuseSeverity)from->severity;
  to->state = (Accountstatus__V1__AbuseState)from->state;
  return 0;
}

static int convert_provider_issue_opened(conversion *c,
                                         const accountstatus_provider_issue_opened *from,
                                         Accountstatus__V1__ProviderIssueOpened *to) {
  (void)c;
  to->issue_id = text(from->issue_id);
  to->provider_id = text(from->provider_id);
  to->affects_operations = from->affects_operations;
  to->impacts_account = from->impacts_account;
  return 0;
}

static int convert_support_request_opened(conversion *c,
                                          const accountstatus_support_request_opened *from,
                                          Accountstatus__V1__SupportRequestOpened *to) {
  to->request_id = text(from->request_id);
  to->purpose = (Accountstatus__V1__SupportRequestPurpose)from->purpose;
  to->requested_by = NEW(c, to->requested_by);
  if (to->requested_by == NULL)
    return 0;
  accountstatus__v1__requester__init(to->requested_by);
  to->requested_by->name = text(from->requester_name);
  to->requested_by->role = (Accountstatus__V1__Role)from->requester_role;
  return 0;
}

static int convert_support_request_updated(conversion *c,
                                           const accountstatus_support_request_updated *from,
                                           Accountstatus__V1__SupportRequestUpdated *to) {
  (void)c;
  to->request_id = text(from->request_id);
  to->status = (Accountstatus__V1__SupportRequestStatus)from->status;
  return 0;
}

static int convert_reinstatement_decided(conversion *c,
                                         const accountstatus_reinstatement_decided *from,
                                         Accountstatus__V1__ReinstatementDecided *to) {
  to->decision_id = text(from->decision_id);
  to->request_id = text(from->request_id);
  to->outcome = (Accountstatus__V1__DecisionOutcome)from->outcome;
  to->note = text(from->note);
  to->n_waivers = from->waiver_count;
  to->waivers = memory_take(c->memory, from->waiver_count, sizeof *to->waivers);
  for (size_t i = 0; to->waivers != NULL && i < from->waiver_count; i++) {
    const accountstatus_waiver *given = from->waivers[i];
    int result = failure_check_size(c->failure, "waivers", given, sizeof *given);
    if (result < 0)
      return result;
    to->waivers[i] = NEW(c, to->waivers[i]);
    if (to->waivers[i] == NULL)
      return 0;
    accountstatus__v1__waiver__init(to->waivers[i]);
    to->waivers[i]->reason = (Accountstatus__V1__ReasonCode)given->reason;
    to->waivers[i]->subject = text(given->subject);
    to->waivers[i]->until = timestamp(c, given->until);
  }
  return 0;
}

static int convert_external_status_observed(conversion *c,
                                            const accountstatus_external_status_observed *from,
                                            Accountstatus__V1__ExternalStatusObserved *to) {
  (void)c;
  to->state = (Accountstatus__V1__AccountState)from->state;
  to->note = text(from->note);
  return 0;
}

static int convert_fact_retracted(conversion *c, const accountstatus_fact_retracted *from,
                                  Accountstatus__V1__FactRetracted *to) {
  (void)c;
  to->source = text(from->source);
  to->fact_id = text(from->fact_id);
  return 0;
}

// ------------------------------------------------------------------------------------- the fact

#define CASE(KIND, kind_name)                                                                      \
  case ACCOUNTSTATUS_FACT_##KIND: {                                                                \
    _Static_assert((int)ACCOUNTSTATUS_FACT_##KIND == (int)ACCOUNTSTATUS__V1__FACT__KIND_##KIND,    \
                   #KIND " has its protocol number");                                              \
    if (from->kind_name == NULL)                                                                   \
      return failure_set(c->failure, EINVAL, ACCOUNTSTATUS_CODE_INVALID_ARGUMENT,                  \
                         "the fact says " #KIND " but its " #kind_name " is NULL");                \
    int result =                                                                                   \
        failure_check_size(c->failure, #kind_name, from->kind_name, sizeof *from->kind_name);      \
    to->kind_name = result < 0 ? NULL : NEW(c, to->kind_name);                                     \
    if (to->kind_name == NULL)                                                                     \
      return result;                                                                               \
    accountstatus__v1__##kind_name##__init(to->kind_name);                                         \
    return convert_##kind_name(c, from->kind_name, to->kind_name);                                 \
  }

static int convert_kind(conversion *c, const accountstatus_fact *from,
                        Accountstatus__V1__Fact *to) {
  to->kind_case = (Accountstatus__V1__Fact__KindCase)from->kind;
  switch (from->kind) {
    CASE(ACCOUNT_REGISTERED, account_registered)
    CASE(PARTNER_TYPES_CHANGED, partner_types_changed)
  case ACCOUNTSTATUS_FACT_ACCOUNT_CLOSED:
    to->account_closed = NEW(c, to->account_closed);
    if (to->account_closed != NULL)
      accountstatus__v1__account_closed__init(to->account_closed);
    return 0;
    CASE(INVOICE_ISSUED, invoice_issued)
    CASE(INVOICE_VOIDED, invoice_voided)
    CASE(CREDIT_APPLIED, credit_applied)
    CASE(PAYMENT_RECEIVED, payment_received)
    CASE(PAYMENT_ALLOCATED, payment_allocated)
    CASE(PAYMENT_REVERSED, payment_reversed)
    CASE(DISPUTE_OPENED, dispute_opened)
    CASE(DISPUTE_CLOSED, dispute_closed)
    CASE(BALANCE_REPORTED, balance_reported)
    CASE(PROFILE_VERIFICATION_CHANGED, profile_verification_changed)
    CASE(ABUSE_FINDING_CHANGED, abuse_finding_changed)
    CASE(PROVIDER_LINKED, provider_linked)
    CASE(PROVIDER_UNLINKED, provider_unlinked)
    CASE(PROVIDER_ISSUE_OPENED, provider_issue_opened)
    CASE(PROVIDER_ISSUE_RESOLVED, provider_issue_resolved)
    CASE(SUPPORT_REQUEST_OPENED, support_request_opened)
    CASE(SUPPORT_REQUEST_UPDATED, support_request_updated)
    CASE(REINSTATEMENT_DECIDED, reinstatement_decided)
    CASE(EXTERNAL_STATUS_OBSERVED, external_status_observed)
    CASE(FACT_RETRACTED, fact_retracted)
  default:
    return failure_set(c->failure, EINVAL, ACCOUNTSTATUS_CODE_INVALID_ARGUMENT,
                       "%d is no kind of fact", from->kind);
  }
}

int facts_convert(memory *memory, const accountstatus_fact *fact, size_t index,
                  Accountstatus__V1__Fact **ret_fact, accountstatus_error *failure) {
  conversion c = {memory, failure};
  Accountstatus__V1__Fact *to = NEW(&c, to);
  int result = CHECK_SIZE(failure, fact);
  if (result == 0 && to != NULL) {
    accountstatus__v1__fact__init(to);
    to->account_id = text(fact->account_id);
    to->source = text(fact->source);
    to->fact_id = text(fact->fact_id);
    to->effective_at = timestamp(&c, fact->effective_at);
    result = convert_kind(&c, fact, to);
  }
  if (result < 0)
    snprintf(failure->field, sizeof failure->field, "facts[%zu]", index);
  else if (memory->failed)
    result = failure_no_memory(failure);
  else
    *ret_fact = to;
  return result;
}
