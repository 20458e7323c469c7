// What answers are made of. accountstatus.h says how they are asked for, and who owns them.
//
// Numbers are those of the protocol. Fields that hold one are int32_t, not an enum: a newer server
// may send numbers that have no name here, and they are passed on as they are.

#ifndef ACCOUNTSTATUS_TYPES_H
#define ACCOUNTSTATUS_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// A server as one program sees it. Connections are made when they are needed.
typedef struct accountstatus accountstatus;

// An instant in UTC: seconds since 1970 and nanoseconds within the second. Never grows.
typedef struct accountstatus_time {
  int64_t seconds;
  int32_t nanos;
} accountstatus_time;

// Where an account stands.
typedef enum accountstatus_state {
  ACCOUNTSTATUS_STATE_ACTIVE = 1,
  ACCOUNTSTATUS_STATE_SUSPENDED = 2,
  ACCOUNTSTATUS_STATE_CLOSED = 3,
  // The policy edition does not cover the account's cloud: not known to be active.
  ACCOUNTSTATUS_STATE_NOT_COVERED = 4,
} accountstatus_state;

// Why an account is suspended.
typedef enum accountstatus_reason_code {
  ACCOUNTSTATUS_REASON_ACCOUNT_ABUSE = 1,
  ACCOUNTSTATUS_REASON_BILLING_PAST_DUE = 2,
  ACCOUNTSTATUS_REASON_INDIRECT_PROVIDER_ISSUE = 3,
  ACCOUNTSTATUS_REASON_PROFILE_FAILED_OR_REJECTED = 4,
} accountstatus_reason_code;

// What an account may do.
typedef enum accountstatus_capability {
  ACCOUNTSTATUS_CAPABILITY_MANAGE_EXISTING_DEPLOYMENTS = 1,
  ACCOUNTSTATUS_CAPABILITY_MANAGE_EXISTING_LICENSES = 2,
  ACCOUNTSTATUS_CAPABILITY_MANAGE_EXISTING_SERVICES = 3,
  ACCOUNTSTATUS_CAPABILITY_AUTHORIZE_NEW_LICENSES = 4,
  ACCOUNTSTATUS_CAPABILITY_AUTHORIZE_NEW_SERVICES = 5,
  ACCOUNTSTATUS_CAPABILITY_SELL_NEW_LICENSES = 6,
  ACCOUNTSTATUS_CAPABILITY_SELL_NEW_SERVICES = 7,
  ACCOUNTSTATUS_CAPABILITY_DECREASE_QUANTITY = 8,
  ACCOUNTSTATUS_CAPABILITY_RENEW_EXISTING = 9,
  ACCOUNTSTATUS_CAPABILITY_CANCEL_EXISTING = 10,
  ACCOUNTSTATUS_CAPABILITY_DEPLOY_UNDER_EXISTING_SUBSCRIPTION = 11,
  ACCOUNTSTATUS_CAPABILITY_INCREASE_QUANTITY = 12,
  ACCOUNTSTATUS_CAPABILITY_ADD_ADDON = 13,
  ACCOUNTSTATUS_CAPABILITY_CREATE_CUSTOMER = 14,
  ACCOUNTSTATUS_CAPABILITY_VIEW_BILLING = 15,
  ACCOUNTSTATUS_CAPABILITY_PAY_INVOICE = 16,
  ACCOUNTSTATUS_CAPABILITY_UPDATE_PROFILE = 17,
  ACCOUNTSTATUS_CAPABILITY_SUBMIT_SUPPORT_REQUEST = 18,
  ACCOUNTSTATUS_CAPABILITY_DELEGATED_ADMINISTRATION = 19,
} accountstatus_capability;

// Where a capability's answer comes from.
typedef enum accountstatus_basis {
  // The support article says so.
  ACCOUNTSTATUS_BASIS_ARTICLE = 1,
  // A reading of the article.
  ACCOUNTSTATUS_BASIS_INTERPRETATION = 2,
  // The way back to good standing needs it.
  ACCOUNTSTATUS_BASIS_WAY_BACK = 3,
} accountstatus_basis;

// Something worth knowing that is not a reason for suspension.
typedef enum accountstatus_notice {
  ACCOUNTSTATUS_NOTICE_PAYMENT_DELINQUENT = 1,
  ACCOUNTSTATUS_NOTICE_UNALLOCATED_PAYMENT = 2,
  ACCOUNTSTATUS_NOTICE_DISPUTED = 3,
  ACCOUNTSTATUS_NOTICE_VERIFICATION_PENDING = 4,
  ACCOUNTSTATUS_NOTICE_PROFILE_INCOMPLETE = 5,
  ACCOUNTSTATUS_NOTICE_ABUSE_UNDER_REVIEW = 6,
  // FULL view only.
  ACCOUNTSTATUS_NOTICE_PROVIDER_SUSPENDED = 7,
  ACCOUNTSTATUS_NOTICE_REASON_NOT_APPLICABLE = 8,
  ACCOUNTSTATUS_NOTICE_INVOICE_ON_UNBILLED_TYPE = 9,
  ACCOUNTSTATUS_NOTICE_BALANCE_WITHOUT_INVOICE = 10,
  ACCOUNTSTATUS_NOTICE_DIVERGES_FROM_OBSERVED = 11,
  ACCOUNTSTATUS_NOTICE_NO_EVIDENCE = 12,
} accountstatus_notice;

// How far the way back is.
typedef enum accountstatus_reinstatement {
  // Not suspended.
  ACCOUNTSTATUS_REINSTATEMENT_NONE = 1,
  ACCOUNTSTATUS_REINSTATEMENT_NOT_REQUESTED = 2,
  // Requested, but a reason still holds.
  ACCOUNTSTATUS_REINSTATEMENT_AWAITING_REMEDY = 3,
  ACCOUNTSTATUS_REINSTATEMENT_IN_REVIEW = 4,
  ACCOUNTSTATUS_REINSTATEMENT_PARTNER_ACTION_NEEDED = 5,
  ACCOUNTSTATUS_REINSTATEMENT_DECLINED = 6,
} accountstatus_reinstatement;

// The name of a number, without prefix and in capitals: "SUSPENDED". "UNKNOWN" for what this
// version has no name for. The text lives as long as the library.
const char *accountstatus_state_name(int32_t state);
const char *accountstatus_reason_name(int32_t code);
const char *accountstatus_capability_name(int32_t capability);
const char *accountstatus_notice_name(int32_t notice);
const char *accountstatus_reinstatement_name(int32_t state);

// How much a status carries.
typedef enum accountstatus_view {
  // Reasons by code only; answered from the server's memory.
  ACCOUNTSTATUS_VIEW_BASIC = 1,
  // Adds what is marked FULL below.
  ACCOUNTSTATUS_VIEW_FULL = 2,
} accountstatus_view;

// One reason that holds.
typedef struct accountstatus_reason {
  size_t size;
  // An accountstatus_reason_code.
  int32_t code;
  // Start of the unbroken stretch in which it holds. FULL, else NULL.
  const accountstatus_time *since;
  // Finding, invoice or issue ids. FULL.
  size_t subject_count;
  const char *const *subjects;
  // One line for people. FULL, else empty.
  const char *detail;
  // An appeal is pending; it does not clear the reason. FULL.
  bool under_review;
} accountstatus_reason;

// The first later instant at which the state differs.
typedef struct accountstatus_transition {
  size_t size;
  accountstatus_time at;
  // An accountstatus_state.
  int32_t to_state;
  // The reason codes that hold then, and what they concern. FULL.
  size_t because_count;
  const int32_t *because;
  size_t subject_count;
  const char *const *subjects;
} accountstatus_transition;

// What is true of an account at an instant.
typedef struct accountstatus_status {
  size_t size;
  const char *account_id;
  // An accountstatus_state, or a number without a name: not active, and not known not to be.
  int32_t state;
  // ACTIVE: registration or the last suspension's end. SUSPENDED: its start. CLOSED: the closing.
  // NOT_COVERED: registration.
  accountstatus_time since;
  // Empty while suspended: nothing is outstanding, only the reinstatement is missing.
  size_t reason_count;
  const accountstatus_reason *const *reasons;
  // What is allowed, ascending.
  size_t capability_count;
  const int32_t *capabilities;
  // Ascending.
  size_t notice_count;
  const int32_t *notices;
  // NULL: none is known to come.
  const accountstatus_transition *next_transition;
  bool eligible_for_reinstatement;
  // An accountstatus_reinstatement.
  int32_t reinstatement_state;
  const char *policy_edition;
  // Counts the changes of the account's current answer; never decreases.
  uint64_t revision;
  accountstatus_time as_of;
  // NULL: all that was known.
  const accountstatus_time *known_at;
  // as_of was later than the server's clock.
  bool projected;
  // Since when the reinstatement state is what it is. FULL and lists; NULL while it is NONE.
  const accountstatus_time *reinstatement_since;
} accountstatus_status;

// What asking came to.
typedef enum accountstatus_outcome {
  // There is a status.
  ACCOUNTSTATUS_FOUND = 1,
  // No such account is registered; it is not active.
  ACCOUNTSTATUS_NOT_FOUND = 2,
  // The server could not be asked: on_unavailable decides.
  ACCOUNTSTATUS_UNAVAILABLE = 3,
  // Of one id in a batch: the server refuses it, most likely as malformed.
  ACCOUNTSTATUS_REFUSED_ID = 4,
  // The server could not be asked, and the status is an old one out of the status table, to be
  // shown, not to be acted on: on_unavailable decides.
  ACCOUNTSTATUS_STALE = 5,
} accountstatus_outcome;

// Who answered.
typedef enum accountstatus_source {
  // The status table, which the server keeps in memory that this process can read.
  ACCOUNTSTATUS_SOURCE_TABLE = 1,
  // The server, by a call.
  ACCOUNTSTATUS_SOURCE_CALL = 2,
  // Nobody: on_unavailable decides.
  ACCOUNTSTATUS_SOURCE_DEFAULT = 3,
  // What this process keeps of what the server told, where the program asked for that.
  ACCOUNTSTATUS_SOURCE_CACHE = 4,
} accountstatus_source;

// gRPC's codes, of which the server's errors have one.
typedef enum accountstatus_code {
  ACCOUNTSTATUS_CODE_OK = 0,
  ACCOUNTSTATUS_CODE_CANCELLED = 1,
  ACCOUNTSTATUS_CODE_UNKNOWN = 2,
  ACCOUNTSTATUS_CODE_INVALID_ARGUMENT = 3,
  ACCOUNTSTATUS_CODE_DEADLINE_EXCEEDED = 4,
  ACCOUNTSTATUS_CODE_NOT_FOUND = 5,
  ACCOUNTSTATUS_CODE_ALREADY_EXISTS = 6,
  ACCOUNTSTATUS_CODE_PERMISSION_DENIED = 7,
  ACCOUNTSTATUS_CODE_RESOURCE_EXHAUSTED = 8,
  ACCOUNTSTATUS_CODE_FAILED_PRECONDITION = 9,
  ACCOUNTSTATUS_CODE_ABORTED = 10,
  ACCOUNTSTATUS_CODE_OUT_OF_RANGE = 11,
  ACCOUNTSTATUS_CODE_UNIMPLEMENTED = 12,
  ACCOUNTSTATUS_CODE_INTERNAL = 13,
  ACCOUNTSTATUS_CODE_UNAVAILABLE = 14,
  ACCOUNTSTATUS_CODE_DATA_LOSS = 15,
  ACCOUNTSTATUS_CODE_UNAUTHENTICATED = 16,
} accountstatus_code;

// What went wrong. Texts end in a NUL and are cut where they do not fit.
typedef struct accountstatus_error {
  size_t size;
  // An accountstatus_code: the server's, or the one it would have been.
  int32_t code;
  // For the developer or operator who reads it, in English.
  char message[400];
  // Path of the field at fault in proto3 JSON names; may be empty.
  char field[240];
  // A constant for programs, UPPER_SNAKE_CASE, as PROTOCOL.md lists them; may be empty.
  char reason[64];
  // When to try again, in milliseconds, where the server said so; else 0.
  uint32_t retry_after_ms;
} accountstatus_error;

#ifdef __cplusplus
}
#endif

#endif
