// libaccountstatus: ask an account-status server whether a partner account is suspended, why, since
// when and what it may still do; report the facts that decide it.
//
// An order gateway, whole:
//
//     #include <accountstatus.h>
//
//     accountstatus *server;
//     if (accountstatus_open(NULL, &server, NULL) < 0)
//       return 1;
//
//     accountstatus_options options = {.size = sizeof options,
//                                      .timeout_ms = 50,
//                                      .on_unavailable = ACCOUNTSTATUS_DENY};
//     int32_t wanted[] = {ACCOUNTSTATUS_CAPABILITY_SELL_NEW_LICENSES};
//     accountstatus_error error = {.size = sizeof error};
//     accountstatus_check_result *result;
//     if (accountstatus_check(server, "contoso", wanted, 1, &options, &result, &error) < 0)
//       return report_mistake(error.message);
//     bool may_sell = result->allowed;
//     accountstatus_free_check_result(result);
//
//     accountstatus_close(server);
//
// GUARANTEES
//
//  - Speed: where the server shares its status table, accountstatus_get and accountstatus_check
//    are answered out of it, in about a tenth of a microsecond: no system call, no lock, no
//    allocation. Else, and for all that the table does not hold, the server is called. A status
//    changes at its instant even while the server is busy, stopped or dead.
//  - Deadlines: every call returns by its timeout, on the monotonic clock, whatever the server
//    does. Looking for a new table takes at most a quarter of it, and never more than 50 ms.
//  - Decisions: an account is never taken for active because nothing is known. What holds when
//    the server cannot be asked is the caller's explicit choice, on_unavailable; it is never ours,
//    and it is counted. A state that this library does not know counts as that.
//  - Own writes: whoever has the reply to a report finds it in every answer that comes later.
//  - Threads: one handle may be used by any number of threads at once, without locks around it.
//    Up to max_connections calls are on the wire at a time; others wait, within their timeout.
//    Results, facts and lists belong to one thread at a time.
//  - Fork: a handle works in a forked child, which makes connections of its own and never shares
//    its parent's. Results made before the fork stay readable in both. The child's counters go
//    on from its parent's.
//  - Exec: sockets are close-on-exec.
//  - Signals: no handler is installed; no call raises SIGPIPE; EINTR is handled inside.
//  - Globals: none but the list of the threads that read a table. Handles do not know each other.
//  - Retries: all methods offered here may be repeated without harm, and a call is repeated once,
//    on a fresh connection, when its connection broke or the server is going away.
//  - Bytes: what arrives is checked before it is read: nesting, size, UTF-8, memory. A server
//    that sends nonsense makes a call fail with -EPROTO, nothing else. A table is mapped only if
//    its memory is sealed, and no number in it is trusted.
//  - Memory: up to 16 results of each kind are kept for the next call when they are freed; the
//    rest goes back at once. Under AddressSanitizer a freed result stays poisoned all the same.
//  - Growth: every struct begins with its size, arrays are arrays of pointers, and numbers that
//    this version has no name for are passed on as they are. A program built against this header
//    runs with every later libaccountstatus.so.1.
//
// CAVEATS
//
//  - accountstatus_close must not race with calls on the same handle. Results outlive it.
//  - After fork, a handle's first use in the child closes the child's copies of the sockets; a
//    child that never uses it holds them until it execs or ends. After vfork, do not call this
//    library.
//  - A fork while another thread is inside this library leaks, in the child, that call's memory.
//  - An answer from the table has as_of on a clock that lags by up to one tick (10 ms), but for
//    the 20 ms around one of the account's own changes, where it is exact.
//  - Needs Linux 4.14 (MADV_WIPEONFORK).
//
// ENVIRONMENT
//
//   Read once, by accountstatus_open, and never in a set-user-id program.
//
//   ACCOUNTSTATUS_SOCKET        only when no socket is named. Where it is not set, the first that
//                               exists of $XDG_RUNTIME_DIR/accountstatus/rpc.sock and
//                               /run/accountstatus/rpc.sock, looked up at each connect.
//   ACCOUNTSTATUS_TABLE_SOCKET  only when neither socket is named. Where it is not set, table.sock
//                               beside the server's socket that is used.
//   ACCOUNTSTATUS_TABLE         off: no status table, whatever the program says.
//
// ERRORS
//
//   Functions return 0, or a negative errno with the outputs untouched (accountstatus_report says
//   where it differs) and, if the caller passed one, *ret_error filled:
//
//   -EINVAL        the request is malformed: ret_error->field names the field
//   -ENOENT        NOT_FOUND, where no outcome says it
//   -EEXIST        ALREADY_EXISTS: another fact has that identity and a different content
//   -EPERM         FAILED_PRECONDITION: the facts known do not permit it
//   -EACCES        not permitted, by the socket's mode or by the server's policy
//   -EOPNOTSUPP    the server does not know the method
//   -ERANGE        OUT_OF_RANGE
//   -E2BIG         more items than a call may carry, or a struct newer than this library
//   -ENOMEM        no memory
//   -ECONNREFUSED  unavailable: no server there, it is going away, or it cannot answer now
//   -ETIMEDOUT     unavailable: not answered within the timeout
//   -EMSGSIZE      unavailable: a message larger than 4 MiB
//   -ENOBUFS       unavailable: the server is over its limits (RESOURCE_EXHAUSTED)
//   -EREMOTEIO     unavailable: the server failed (INTERNAL, UNKNOWN, DATA_LOSS, ABORTED,
//                  CANCELLED)
//   -EPROTO        unavailable: the answer makes no sense
//
//   accountstatus_get, _get_batch and _check do not fail where the table says "unavailable": they
//   return 0 and a result that says so and carries the caller's decision. What is left for them to
//   return is a mistake of the caller's, a missing right or missing memory; nothing is known then,
//   too.
//
// CALLING
//
//   Set size first, leave out what is not needed: T x = {.size = sizeof x}. Strings are UTF-8, end
//   in a NUL and are copied; nothing passed in is kept. Everything returned through ret_… is the
//   caller's and has one function that frees it, with all that it points to. Freeing NULL does
//   nothing.

#ifndef ACCOUNTSTATUS_H
#define ACCOUNTSTATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <accountstatus_facts.h>
#include <accountstatus_types.h>

#ifdef __cplusplus
extern "C" {
#endif

// ------------------------------------------------------------------------------------- handle

// A server as one program sees it. Connections are made when they are needed.
typedef struct accountstatus accountstatus;

typedef struct accountstatus_open_options {
  size_t size;
  // Path of the server's socket, at most 107 bytes. NULL: as ENVIRONMENT says.
  const char *socket;
  // For calls that name no timeout. 0: 1000.
  uint32_t timeout_ms;
  // Calls on the wire at a time, 1 to 64. 0: 8.
  uint32_t max_connections;
  // How long a call may look for its answer before it sleeps: what a wake-up is worth to the
  // caller, in microseconds, at most 1 000. It is done only while it pays, and costs at most a
  // fifth of a core more than sleeping would. 0: never. 50 suits a server that spins as well.
  uint32_t spin_us;
  // Path of the socket that hands out the status table, at most 107 bytes. NULL: as ENVIRONMENT
  // says. Empty: no table.
  const char *table_socket;
} accountstatus_open_options;

// Makes a handle. Does not connect: it succeeds while the server is down.
//
// options may be NULL. -ENAMETOOLONG: the path has more than 107 bytes. -EOPNOTSUPP: the kernel is
// older than Linux 4.14.
int accountstatus_open(const accountstatus_open_options *options, accountstatus **ret_handle,
                       accountstatus_error *ret_error);

// Closes the connections and frees the handle. No call may be using it. NULL does nothing.
void accountstatus_close(accountstatus *handle);

// What became of a handle's calls. Numbers only grow.
typedef struct accountstatus_counters {
  size_t size;
  // Calls made by the program, however they were answered, and those among them that were
  // unavailable, for whatever reason.
  uint64_t calls;
  uint64_t unavailable;
  // Calls that ran out of time.
  uint64_t timeouts;
  // Times the caller's on_unavailable decided.
  uint64_t allowed_by_default;
  uint64_t denied_by_default;
  // Calls repeated on a fresh connection.
  uint64_t retries;
  uint64_t connects;
  uint64_t failed_connects;
  // Answers that came after their call had ended, and connections given up because of nonsense.
  uint64_t late_answers;
  uint64_t protocol_errors;
  // Calls that the table answered, and those that the server answered, be it with an error.
  uint64_t answered_by_table;
  uint64_t answered_by_call;
  // Times the table had a status that was too old to act on, or none that holds now.
  uint64_t stale;
  // Tables mapped, and attempts that failed.
  uint64_t tables_mapped;
  uint64_t failed_table_attempts;
  // Times a call looked for its answer before it slept, and found it; nanoseconds spent on that.
  uint64_t spins;
  uint64_t spin_hits;
  uint64_t spin_ns;
} accountstatus_counters;

// Copies the counters into as much of *ret_counters as its size says. Never blocks.
void accountstatus_get_counters(const accountstatus *handle, accountstatus_counters *ret_counters);

// -------------------------------------------------------------------------------------- reads

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

// ------------------------------------------------------------------------------------- report

// What happens to the good facts of a report that holds a bad one.
typedef enum accountstatus_report_mode {
  // One refused fact refuses all. The default.
  ACCOUNTSTATUS_ALL_OR_NOTHING = 1,
  // Each on its own.
  ACCOUNTSTATUS_EACH = 2,
} accountstatus_report_mode;

typedef struct accountstatus_report_options {
  size_t size;
  // 0: the handle's.
  uint32_t timeout_ms;
  bool wait_for_server;
  // An accountstatus_report_mode. 0: ALL_OR_NOTHING.
  int32_t mode;
} accountstatus_report_options;

typedef enum accountstatus_fact_outcome {
  // Another fact of the same ALL_OR_NOTHING report was refused.
  ACCOUNTSTATUS_FACT_NOT_STORED = 0,
  ACCOUNTSTATUS_FACT_STORED = 1,
  // Stored before; it counts once.
  ACCOUNTSTATUS_FACT_DUPLICATE = 2,
  ACCOUNTSTATUS_FACT_REFUSED = 3,
} accountstatus_fact_outcome;

// What became of one fact.
typedef struct accountstatus_fact_result {
  size_t size;
  // An accountstatus_fact_outcome.
  int32_t outcome;
  // Of the stored fact, or of the one it repeats.
  uint64_t sequence;
  // REFUSED: an accountstatus_code, and what is wrong and what would be right.
  int32_t code;
  const char *message;
  // The field at fault in proto3 JSON names, facts[0].invoiceIssued.total; may be empty.
  const char *field;
} accountstatus_fact_result;

typedef struct accountstatus_report_result {
  size_t size;
  // One per fact, in that order.
  size_t count;
  const accountstatus_fact_result *const *facts;
  // How many have each outcome.
  size_t stored;
  size_t duplicates;
  size_t refused;
  // Pass it as at_least to read what was written here. Empty when nothing was.
  const uint8_t *token;
  size_t token_size;
} accountstatus_report_result;

// Reports 1 to 1 000 facts, -E2BIG for more; they are durable when it returns 0. options may be
// NULL.
//
// ALL_OR_NOTHING: 0 says that every fact is stored, or was before. EACH: 0 says that every fact was
// judged: see result->refused.
//
// When ALL_OR_NOTHING is refused because of facts, the negative errno and *ret_error are those of
// the first fact at fault, and *ret_result is set as well, with every refused fact: set it to NULL
// before the call and free it whatever the call returned. On any other failure *ret_result is
// untouched.
//
// -ETIMEDOUT and the other unavailable errors leave open whether the facts were stored. Report them
// again, unchanged: a repeat counts once.
int accountstatus_report(accountstatus *handle, const accountstatus_fact *const *facts,
                         size_t count, const accountstatus_report_options *options,
                         accountstatus_report_result **ret_result, accountstatus_error *ret_error);
void accountstatus_free_report_result(accountstatus_report_result *result);

#ifdef __cplusplus
}
#endif

#endif
