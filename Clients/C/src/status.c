#include "status.h"

#include <string.h>

// The public numbers are the protocol's.
#define SAME(public_name, proto_name)                                                              \
  _Static_assert((int)ACCOUNTSTATUS_##public_name == (int)ACCOUNTSTATUS__V1__##proto_name,         \
                 #public_name " has its protocol number")
SAME(STATE_ACTIVE, ACCOUNT_STATE__ACCOUNT_STATE_ACTIVE);
SAME(STATE_SUSPENDED, ACCOUNT_STATE__ACCOUNT_STATE_SUSPENDED);
SAME(STATE_CLOSED, ACCOUNT_STATE__ACCOUNT_STATE_CLOSED);
SAME(STATE_NOT_COVERED, ACCOUNT_STATE__ACCOUNT_STATE_NOT_COVERED);
#define SAME_REASON(name) SAME(REASON_##name, REASON_CODE__REASON_CODE_##name)
SAME_REASON(ACCOUNT_ABUSE);
SAME_REASON(BILLING_PAST_DUE);
SAME_REASON(INDIRECT_PROVIDER_ISSUE);
SAME_REASON(PROFILE_FAILED_OR_REJECTED);
#define SAME_CAPABILITY(name) SAME(CAPABILITY_##name, CAPABILITY__CAPABILITY_##name)
SAME_CAPABILITY(MANAGE_EXISTING_DEPLOYMENTS);
SAME_CAPABILITY(MANAGE_EXISTING_LICENSES);
SAME_CAPABILITY(MANAGE_EXISTING_SERVICES);
SAME_CAPABILITY(AUTHORIZE_NEW_LICENSES);
SAME_CAPABILITY(AUTHORIZE_NEW_SERVICES);
SAME_CAPABILITY(SELL_NEW_LICENSES);
SAME_CAPABILITY(SELL_NEW_SERVICES);
SAME_CAPABILITY(DECREASE_QUANTITY);
SAME_CAPABILITY(RENEW_EXISTING);
SAME_CAPABILITY(CANCEL_EXISTING);
SAME_CAPABILITY(DEPLOY_UNDER_EXISTING_SUBSCRIPTION);
SAME_CAPABILITY(INCREASE_QUANTITY);
SAME_CAPABILITY(ADD_ADDON);
SAME_CAPABILITY(CREATE_CUSTOMER);
SAME_CAPABILITY(VIEW_BILLING);
SAME_CAPABILITY(PAY_INVOICE);
SAME_CAPABILITY(UPDATE_PROFILE);
SAME_CAPABILITY(SUBMIT_SUPPORT_REQUEST);
SAME_CAPABILITY(DELEGATED_ADMINISTRATION);
#define SAME_BASIS(name) SAME(BASIS_##name, CAPABILITY_BASIS__CAPABILITY_BASIS_##name)
SAME_BASIS(ARTICLE);
SAME_BASIS(INTERPRETATION);
SAME_BASIS(WAY_BACK);
#define SAME_NOTICE(name) SAME(NOTICE_##name, NOTICE__NOTICE_##name)
SAME_NOTICE(PAYMENT_DELINQUENT);
SAME_NOTICE(UNALLOCATED_PAYMENT);
SAME_NOTICE(DISPUTED);
SAME_NOTICE(VERIFICATION_PENDING);
SAME_NOTICE(PROFILE_INCOMPLETE);
SAME_NOTICE(ABUSE_UNDER_REVIEW);
SAME_NOTICE(PROVIDER_SUSPENDED);
SAME_NOTICE(REASON_NOT_APPLICABLE);
SAME_NOTICE(INVOICE_ON_UNBILLED_TYPE);
SAME_NOTICE(BALANCE_WITHOUT_INVOICE);
SAME_NOTICE(DIVERGES_FROM_OBSERVED);
SAME_NOTICE(NO_EVIDENCE);
#define SAME_REINSTATEMENT(name)                                                                   \
  SAME(REINSTATEMENT_##name, REINSTATEMENT_STATE__REINSTATEMENT_STATE_##name)
SAME_REINSTATEMENT(NONE);
SAME_REINSTATEMENT(NOT_REQUESTED);
SAME_REINSTATEMENT(AWAITING_REMEDY);
SAME_REINSTATEMENT(IN_REVIEW);
SAME_REINSTATEMENT(PARTNER_ACTION_NEEDED);
SAME_REINSTATEMENT(DECLINED);
SAME(VIEW_BASIC, STATUS_VIEW__STATUS_VIEW_BASIC);
SAME(VIEW_FULL, STATUS_VIEW__STATUS_VIEW_FULL);

// Enums travel as int, so that an array of them can be copied as one.
_Static_assert(sizeof(Accountstatus__V1__Capability) == sizeof(int32_t), "enums are 32 bits wide");

// The name of a value of a protocol enum, less the prefix that all its values share; NULL for a
// value without one. 0 is unspecified, which is no value.
static const char *name_of(const ProtobufCEnumDescriptor *type, int32_t number) {
  const ProtobufCEnumValue *zero = protobuf_c_enum_descriptor_get_value(type, 0);
  const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(type, number);
  if (zero == NULL || value == NULL || number == 0)
    return NULL;
  return value->name + strlen(zero->name) - strlen("UNSPECIFIED");
}

static const char *name_or_unknown(const ProtobufCEnumDescriptor *type, int32_t number) {
  const char *name = name_of(type, number);
  return name == NULL ? "UNKNOWN" : name;
}

const char *accountstatus_state_name(int32_t state) {
  return name_or_unknown(&accountstatus__v1__account_state__descriptor, state);
}

const char *accountstatus_reason_name(int32_t code) {
  return name_or_unknown(&accountstatus__v1__reason_code__descriptor, code);
}

const char *accountstatus_capability_name(int32_t capability) {
  return name_or_unknown(&accountstatus__v1__capability__descriptor, capability);
}

const char *accountstatus_notice_name(int32_t notice) {
  return name_or_unknown(&accountstatus__v1__notice__descriptor, notice);
}

const char *accountstatus_reinstatement_name(int32_t state) {
  return name_or_unknown(&accountstatus__v1__reinstatement_state__descriptor, state);
}

// The numbers that have names in this version's header are dense, and most answers have one.
bool status_is_known_state(int32_t state) {
  return (state >= ACCOUNTSTATUS_STATE_ACTIVE && state <= ACCOUNTSTATUS_STATE_NOT_COVERED) ||
         name_of(&accountstatus__v1__account_state__descriptor, state) != NULL;
}

bool status_is_known_capability(int32_t capability) {
  return (capability >= ACCOUNTSTATUS_CAPABILITY_MANAGE_EXISTING_DEPLOYMENTS &&
          capability <= ACCOUNTSTATUS_CAPABILITY_DELEGATED_ADMINISTRATION) ||
         name_of(&accountstatus__v1__capability__descriptor, capability) != NULL;
}

accountstatus_time status_time(const Google__Protobuf__Timestamp *from) {
  if (from == NULL)
    return (accountstatus_time){0, 0};
  return (accountstatus_time){from->seconds, from->nanos};
}

static const accountstatus_time *copy_time(memory *memory,
                                           const Google__Protobuf__Timestamp *from) {
  if (from == NULL)
    return NULL;
  accountstatus_time *copy = memory_take(memory, 1, sizeof *copy);
  if (copy != NULL)
    *copy = status_time(from);
  return copy;
}

static const int32_t *copy_numbers(memory *memory, const void *from, size_t count) {
  return (const int32_t *)memory_bytes(memory, from, count * sizeof(int32_t));
}

static const char *const *copy_texts(memory *memory, char *const *from, size_t count) {
  const char **copies = memory_take(memory, count, sizeof *copies);
  for (size_t i = 0; copies != NULL && i < count; i++)
    copies[i] = memory_text(memory, from[i]);
  return copies;
}

const accountstatus_reason *const *
status_copy_reasons(memory *memory, Accountstatus__V1__Reason *const *from, size_t count) {
  const accountstatus_reason **copies = memory_take(memory, count, sizeof *copies);
  for (size_t i = 0; copies != NULL && i < count; i++) {
    accountstatus_reason *copy = memory_take(memory, 1, sizeof *copy);
    if (copy == NULL)
      return NULL;
    *copy = (accountstatus_reason){
        .size = sizeof *copy,
        .code = (int32_t)from[i]->code,
        .since = copy_time(memory, from[i]->since),
        .subject_count = from[i]->n_subjects,
        .subjects = copy_texts(memory, from[i]->subjects, from[i]->n_subjects),
        .detail = memory_text(memory, from[i]->detail),
        .under_review = from[i]->under_review,
    };
    copies[i] = copy;
  }
  return copies;
}

const accountstatus_transition *
status_copy_transition(memory *memory, const Accountstatus__V1__NextTransition *from) {
  accountstatus_transition *copy = from == NULL ? NULL : memory_take(memory, 1, sizeof *copy);
  if (copy == NULL)
    return NULL;
  *copy = (accountstatus_transition){
      .size = sizeof *copy,
      .at = status_time(from->at),
      .to_state = (int32_t)from->to_state,
      .because_count = from->n_because,
      .because = copy_numbers(memory, from->because, from->n_because),
      .subject_count = from->n_subjects,
      .subjects = copy_texts(memory, from->subjects, from->n_subjects),
  };
  return copy;
}

const accountstatus_status *status_copy(memory *memory,
                                        const Accountstatus__V1__AccountStatus *from) {
  accountstatus_status *copy = memory_take(memory, 1, sizeof *copy);
  if (copy == NULL)
    return NULL;
  *copy = (accountstatus_status){
      .size = sizeof *copy,
      .account_id = memory_text(memory, from->account_id),
      .state = (int32_t)from->state,
      .since = status_time(from->since),
      .reason_count = from->n_reasons,
      .reasons = status_copy_reasons(memory, from->reasons, from->n_reasons),
      .capability_count = from->n_capabilities,
      .capabilities = copy_numbers(memory, from->capabilities, from->n_capabilities),
      .notice_count = from->n_notices,
      .notices = copy_numbers(memory, from->notices, from->n_notices),
      .next_transition = status_copy_transition(memory, from->next_transition),
      .eligible_for_reinstatement = from->eligible_for_reinstatement,
      .reinstatement_state = (int32_t)from->reinstatement_state,
      .policy_edition = memory_text(memory, from->policy_edition),
      .revision = from->revision,
      .as_of = status_time(from->as_of),
      .known_at = copy_time(memory, from->known_at),
      .projected = from->projected,
      .reinstatement_since = copy_time(memory, from->reinstatement_since),
  };
  return copy;
}
