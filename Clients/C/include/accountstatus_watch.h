// How to be told of changes, and how to have this process keep the statuses it reads.
// accountstatus.h has the handle, and the rules that hold for every call.

#ifndef ACCOUNTSTATUS_WATCH_H
#define ACCOUNTSTATUS_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <accountstatus_types.h>

#ifdef __cplusplus
extern "C" {
#endif

// -------------------------------------------------------------------------------------- watch

// A stream of changes that outlives its connections. Belongs to one thread at a time.
//
//     accountstatus_watch *watch;
//     const accountstatus_event *event;
//     int result = accountstatus_watch_open(server, NULL, &watch, NULL);
//     while (result >= 0 && (result = accountstatus_watch_next(watch, -1, &event, NULL)) > 0)
//       if (event->kind == ACCOUNTSTATUS_EVENT_CHANGE && event->current != NULL)
//         printf("%s is %s\n", event->account_id,
//                accountstatus_state_name(event->current->state));
//     accountstatus_watch_close(watch);
//
// GUARANTEES
//
//  - Whoever takes every event has, in the end, the latest status of every account that is watched,
//    never goes back to an older one, and is told nothing twice. Changes of one account that come
//    close together may be told as one. No order is promised across accounts.
//  - When the connection breaks, or the server restarts, the watch says so once, connects again
//  with
//    jittered back-off, from 5 ms to 1 s, and goes on behind what was told last. It never gives up
//    by itself.
//  - A program that keeps the token of the last event it has dealt with goes on behind it after a
//    restart of its own: from_token.
//  - Memory: one event, and what of the next ones has arrived, at most 4 MiB of them. A program
//    that does not take its events is cut off by the server and goes on where it was; it costs
//    nobody else anything.
//  - A connection of its own for each watch, beside max_connections, and three descriptors, all
//    close-on-exec. In a forked child a watch goes on behind the last event with a connection of
//    the child's own; its descriptor keeps its number.
typedef struct accountstatus_watch accountstatus_watch;

typedef struct accountstatus_watch_options {
  size_t size;
  // The accounts to watch, registered or not, at most 1 000. None: every account.
  const char *const *account_ids;
  size_t account_count;
  // The token of the last event that was dealt with, of a watch of the same accounts: go on behind
  // it. NULL: begin with a snapshot.
  const uint8_t *from_token;
  size_t from_token_size;
} accountstatus_watch_options;

// What an event says.
typedef enum accountstatus_event_kind {
  // Connected: what was told before counts, and changes follow.
  ACCOUNTSTATUS_EVENT_RESUMED = 1,
  // Connected: the status of every account that is registered follows, each once. What is known of
  // others counts no longer.
  ACCOUNTSTATUS_EVENT_SNAPSHOT_BEGIN = 2,
  // A status of the snapshot.
  ACCOUNTSTATUS_EVENT_RECORD = 3,
  // Every account was told: one without a record is not registered.
  ACCOUNTSTATUS_EVENT_SNAPSHOT_END = 4,
  // One or several changes of an account.
  ACCOUNTSTATUS_EVENT_CHANGE = 5,
  // At least once a second while connected.
  ACCOUNTSTATUS_EVENT_PROGRESS = 6,
  // The server no longer has the changes behind the last token, or has another ledger. A snapshot
  // follows by itself.
  ACCOUNTSTATUS_EVENT_COMPACTED = 7,
  // The server cannot be reached, or has ended the stream. Said once; RESUMED or SNAPSHOT_BEGIN
  // follows when it can be reached again.
  ACCOUNTSTATUS_EVENT_DISCONNECTED = 8,
} accountstatus_event_kind;

// One thing that a watch tells. The watch's, and good until its next call.
typedef struct accountstatus_event {
  size_t size;
  // An accountstatus_event_kind.
  int32_t kind;
  // RECORD, CHANGE; else NULL.
  const char *account_id;
  // CHANGE: what was told of the account last, or, after RESUMED, what was true then. NULL: not
  // registered.
  const accountstatus_status *previous;
  // RECORD, CHANGE: the status, BASIC, true from its as_of on. NULL: not registered any more.
  const accountstatus_status *current;
  // CHANGE: of the account's answer, also where current is NULL. The same as before where only the
  // past changed.
  uint64_t revision;
  // CHANGE: facts learned late changed the state, or the codes of its reasons, at instants before.
  bool past_changed;
  // Pass it as from_token to go on behind this event. Empty: within a snapshot, or nothing was
  // told.
  const uint8_t *token;
  size_t token_size;
  // PROGRESS: everything that was true by then has been told. {0, 0}: older changes are still
  // being told.
  accountstatus_time as_of;
  // DISCONNECTED: why, as ERRORS says, and for people.
  int32_t error;
  const char *message;
} accountstatus_event;

// Begins a watch; does not connect. options may be NULL. The handle must outlive the watch.
//
// -E2BIG: more than 1 000 accounts. -ENOMEM: also, no descriptor is left.
int accountstatus_watch_open(accountstatus *handle, const accountstatus_watch_options *options,
                             accountstatus_watch **ret_watch, accountstatus_error *ret_error);

// The next event: 1 and *ret_event, 0 when none came within timeout_ms, or a negative errno. 0 ms
// does not wait; a negative number waits for ever.
//
// What passes is told as DISCONNECTED. What is returned does not pass by itself: -EINVAL, the ids
// or from_token are malformed; -EACCES, not permitted; -EOPNOTSUPP, the server is older than
// WatchStatuses; -ENOMEM. A later call tries again.
int accountstatus_watch_next(accountstatus_watch *watch, int timeout_ms,
                             const accountstatus_event **ret_event, accountstatus_error *ret_error);

// A descriptor for poll, epoll and the like: readable when there is something to do. Take events
// with a timeout of 0 until there are none before waiting for it; it stays the same until
// accountstatus_watch_close. Not to be read from.
int accountstatus_watch_descriptor(const accountstatus_watch *watch);

void accountstatus_watch_close(accountstatus_watch *watch);

// -------------------------------------------------------------------------------------- cache

// Where the status table cannot be mapped (a container without table.sock, a user who may not read
// all accounts), a handle can keep statuses itself: open it with cache_accounts set, and have the
// cache brought up to date, in a loop of the program's,
//
//     poll: accountstatus_cache_descriptor(server)
//     then: while (accountstatus_cache_update(server, 0, NULL) > 0);
//
// or in a thread of the program's; the library starts none.
//
//     while (!atomic_load(&is_ending))
//       accountstatus_cache_update(server, 1000, NULL);
//
// accountstatus_get and accountstatus_check then look in the table, in the cache, then call the
// server; source and age_ns of a result say which it was, and how far back it goes. A program that
// stops updating the cache is answered by the server.
//
//  - Exact: the state out of the cache, and with it what the account may do, is the one that holds
//    now. It is given until its own next transition only; from that instant on the server answers,
//    until it has told the change. A notice or a further reason that comes with time alone is told
//    when the server has stored it, some milliseconds later.
//  - Fresh: it is given when the server said within max_staleness_ms that all has been told. It
//    says so once a second.
//  - Own writes: an account that this handle has reported about is the server's to answer until
//    the server has told everything up to its reply. So is one about which the server has answered
//    more than it has told. at_least always calls the server.
//  - Speed: no system call, no lock, no allocation, in any number of threads.
//  - Memory: 160 bytes for each account that is held, and 8 to 16 for each that there is room for.
//    An account that there is no room for is the server's to answer.
//  - Fork: a child's cache is empty until the child brings it up to date.

// Takes in what the server has told. Waits for up to timeout_ms for something; 0 does not wait, a
// negative number waits for ever.
//
// 1: something was taken in, and there may be more. 0: there is nothing more. -EBUSY: another
// thread is in it. -EINVAL: the handle was opened without a cache, or with ids that are malformed.
// Other errors as accountstatus_watch_next has them; a server that is away is none.
int accountstatus_cache_update(accountstatus *handle, int timeout_ms,
                               accountstatus_error *ret_error);

// A descriptor that is readable when there is something to take in: as
// accountstatus_watch_descriptor. -EINVAL: the handle was opened without a cache.
int accountstatus_cache_descriptor(const accountstatus *handle);

#ifdef __cplusplus
}
#endif

#endif
