// How statuses are asked for, and what comes back. accountstatus.h has the handle, and the rules
// that hold for every call.

#ifndef ACCOUNTSTATUS_READS_H
#define ACCOUNTSTATUS_READS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <accountstatus_types.h>

#ifdef __cplusplus
extern "C" {
#endif

// What holds when the server cannot be asked. There is no default.
typedef enum accountstatus_decision {
  ACCOUNTSTATUS_ALLOW = 1,
  ACCOUNTSTATUS_DENY = 2,
} accountstatus_decision;

// How a status is asked for.
typedef struct accountstatus_options {
  size_t size;
  // From now until the call returns. 0: the handle's.
  uint32_t timeout_ms;
  // An accountstatus_decision. Required by accountstatus_get, _get_batch and _check.
  int32_t on_unavailable;
  // Wait, within the timeout, for a server that is not there yet, rather than answer at once.
  bool wait_for_server;
  // ACCOUNTSTATUS_VIEW_BASIC or _FULL. 0: BASIC, unless one of the next three asks for FULL.
  int32_t view;
  // The instant asked about. NULL: now.
  const accountstatus_time *as_of;
  // As it was known then, inclusive. NULL: all that is known.
  const accountstatus_time *known_at;
  // NULL: the server's default.
  const char *policy_edition;
  // A token: the answer is at least that fresh. NULL: as it is.
  const uint8_t *at_least;
  size_t at_least_size;
  // Call the server even where the table has the answer. The FULL view, as_of, known_at,
  // policy_edition and at_least do so by themselves.
  bool ask_server;
  // The table answers as long as the server's last sign of life is no older; it shows one every
  // 100 ms. 0: 2000.
  uint32_t max_staleness_ms;
} accountstatus_options;

// The answer for one account.
typedef struct accountstatus_result {
  size_t size;
  // An accountstatus_outcome.
  int32_t outcome;
  // What the caller passed as on_unavailable.
  int32_t on_unavailable;
  const char *account_id;
  // FOUND; STALE: the last that is known. Else NULL.
  const accountstatus_status *status;
  // Pass it as at_least to read nothing older. Empty unless the source is CALL.
  const uint8_t *token;
  size_t token_size;
  // NOT_FOUND, UNAVAILABLE, STALE, REFUSED_ID: why, as ERRORS says, and for people.
  int32_t error;
  const char *message;
  // An accountstatus_source.
  int32_t source;
  // Whether this is the server's present answer, to within max_staleness_ms.
  bool fresh;
  // TABLE, STALE: how old the server's last sign of life was, in nanoseconds. Else 0.
  uint64_t age_ns;
} accountstatus_result;

// The status of an account. -EINVAL when on_unavailable is not set.
int accountstatus_get(accountstatus *handle, const char *account_id,
                      const accountstatus_options *options, accountstatus_result **ret_result,
                      accountstatus_error *ret_error);
void accountstatus_free_result(accountstatus_result *result);

// Whether the account is active: FOUND and the state is ACTIVE. UNAVAILABLE, STALE, or a state that
// this library does not know: whether the caller's decision was ALLOW.
bool accountstatus_is_active(const accountstatus_result *result);

// Whether the account may do one thing: FOUND and the capability is listed. UNAVAILABLE, STALE, or
// a state that this library does not know: whether the caller's decision was ALLOW. A capability
// without a name here is never allowed.
bool accountstatus_allows(const accountstatus_result *result, int32_t capability);

// The answers for several accounts, read at one instant.
typedef struct accountstatus_batch {
  size_t size;
  // One per id asked for, in that order.
  size_t count;
  const accountstatus_result *const *results;
  const uint8_t *token;
  size_t token_size;
} accountstatus_batch;

// The statuses of up to 1 000 accounts; -E2BIG for more. Unavailable: every result says so. Always
// a call: the table promises each answer, not all of them at one instant.
int accountstatus_get_batch(accountstatus *handle, const char *const *account_ids, size_t count,
                            const accountstatus_options *options, accountstatus_batch **ret_batch,
                            accountstatus_error *ret_error);
void accountstatus_free_batch(accountstatus_batch *batch);

// The answer for one capability.
typedef struct accountstatus_capability_answer {
  size_t size;
  int32_t capability;
  bool allowed;
  // An accountstatus_basis; 0 unless the source is CALL: the table says what is allowed, not where
  // that is written. Where it matters, set ask_server.
  int32_t basis;
} accountstatus_capability_answer;

typedef struct accountstatus_check_result {
  size_t size;
  // FOUND, NOT_FOUND, STALE or UNAVAILABLE.
  int32_t outcome;
  int32_t on_unavailable;
  // Whether the account may do all that was asked about. NOT_FOUND: false. STALE, UNAVAILABLE:
  // whether the caller's decision was ALLOW.
  bool allowed;
  // One per capability asked about, in that order.
  size_t count;
  const accountstatus_capability_answer *const *answers;
  // FOUND: the state, why what is denied is denied, and how long the answer is good. STALE: what
  // of that was known last.
  int32_t state;
  size_t reason_count;
  const accountstatus_reason *const *reasons;
  uint64_t revision;
  // NULL: no transition is known to come.
  const accountstatus_transition *next_transition;
  accountstatus_time as_of;
  const uint8_t *token;
  size_t token_size;
  // NOT_FOUND, UNAVAILABLE, STALE: why.
  int32_t error;
  const char *message;
  // As in accountstatus_result.
  int32_t source;
  bool fresh;
  uint64_t age_ns;
} accountstatus_check_result;

// Whether an account may do 1 to 64 things. A capability that has no name here is -EINVAL. One that
// only the server does not know is denied by its table, and -EINVAL by itself. options->view plays
// no part.
int accountstatus_check(accountstatus *handle, const char *account_id, const int32_t *capabilities,
                        size_t count, const accountstatus_options *options,
                        accountstatus_check_result **ret_result, accountstatus_error *ret_error);
void accountstatus_free_check_result(accountstatus_check_result *result);

// --------------------------------------------------------------------------------------- list

typedef struct accountstatus_list_options {
  size_t size;
  // Per page that is fetched. 0: the handle's.
  uint32_t timeout_ms;
  bool wait_for_server;
  // Only accounts in this accountstatus_state. 0: every state.
  int32_t state;
  // Only accounts with this accountstatus_reason_code. 0: any or none.
  int32_t reason;
  // Statuses per call, at most 1 000. 0: 100.
  uint32_t page_size;
} accountstatus_list_options;

// A walk through statuses, by account id. Belongs to one thread at a time.
typedef struct accountstatus_list accountstatus_list;

// Begins a walk; asks the server nothing yet. options may be NULL. The handle must outlive the
// list.
//
//     accountstatus_list *list;
//     const accountstatus_status *status;
//     int result = accountstatus_list_open(server, NULL, &list, NULL);
//     while (result >= 0 && (result = accountstatus_list_next(list, &status, NULL)) > 0)
//       puts(status->account_id);
//     accountstatus_list_close(list);
int accountstatus_list_open(accountstatus *handle, const accountstatus_list_options *options,
                            accountstatus_list **ret_list, accountstatus_error *ret_error);

// The next status, BASIC: 1 and *ret_status, 0 at the end, or a negative errno, unavailability
// included; after a failure the same page can be asked for again. The status is the list's, and is
// good until the next call.
int accountstatus_list_next(accountstatus_list *list, const accountstatus_status **ret_status,
                            accountstatus_error *ret_error);
void accountstatus_list_close(accountstatus_list *list);

#ifdef __cplusplus
}
#endif

#endif
