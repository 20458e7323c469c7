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
//    changes at its instant even while the server is busy, stopped or dead. Where there is no
//    table, a cache that the program asks for does nearly as well: accountstatus_watch.h.
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
//   -EBUSY         another thread is in accountstatus_cache_update
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
#include <accountstatus_reads.h>
#include <accountstatus_types.h>
#include <accountstatus_watch.h>

#ifdef __cplusplus
extern "C" {
#endif

// ------------------------------------------------------------------------------------- handle

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
  // Accounts whose statuses this process keeps, at most, up to 16 777 216: for where there is no
  // table. 0: none. See accountstatus_cache_update, without which they are not kept up to date.
  uint32_t cache_accounts;
  // Which accounts, at most 1 000, registered or not. None: all of them.
  const char *const *cached_ids;
  size_t cached_id_count;
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
  // Calls that the cache answered.
  uint64_t answered_by_cache;
} accountstatus_counters;

// Copies the counters into as much of *ret_counters as its size says. Never blocks.
void accountstatus_get_counters(const accountstatus *handle, accountstatus_counters *ret_counters);

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
