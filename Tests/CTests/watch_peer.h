// A peer that serves watches as a test tells it to, and other calls as peer_serve does.

#ifndef WATCH_PEER_H
#define WATCH_PEER_H

#include "accountstatus/v1/status_service.pb-c.h"
#include "peer.h"

// One call of WatchStatuses.
typedef struct watching {
  peer_connection *connection;
  uint32_t stream;
  // Counts the watches of this peer, from 0.
  unsigned number;
  const Accountstatus__V1__WatchStatusesRequest *request;
  void *context;
} watching;

// What the peer does with watches. The connection is closed when it returns.
typedef struct watch_script {
  void (*watch)(watching *watching);
  void *context;
  // Other calls; NULL: peer_serve_request.
  void (*call)(peer_connection *connection, const peer_request *request, void *context);
  unsigned watches;
} watch_script;

// The peer_script of a watch_script.
void serve_watches(peer_connection *connection, void *context);

// A record; "suspended-…" are, as peer_serve has it. at: of the next transition, in nanoseconds; 0:
// none.
typedef struct told {
  const char *id;
  uint64_t revision;
  int64_t next_at;
} told;

void tell(const watching *watching, const Accountstatus__V1__WatchStatusesResponse *event);
void tell_resumed(const watching *watching);
void tell_snapshot_begin(const watching *watching);
void tell_record(const watching *watching, told record);
void tell_snapshot_end(const watching *watching, const char *token);
// A change; without an id: previous or current is absent.
void tell_change(const watching *watching, const char *id, told previous, told current,
                 const char *token);
// as_of in nanoseconds; 0: absent.
void tell_progress(const watching *watching, const char *token, int64_t as_of);
void tell_compacted(const watching *watching);

// A snapshot of some accounts, whole.
void tell_snapshot(const watching *watching, const told *records, size_t count, const char *token);

// The wall clock, in nanoseconds.
int64_t wall_now(void);

// Makes progress every 20 ms, until the client hangs up, or as long as a condition holds as well.
void tell_progress_until_end(const watching *watching, const char *token);
void tell_progress_while(const watching *watching, const char *token, bool (*holds)(void *),
                         void *context);

// The bytes of an event's Data frame.
bytes event_frame(const watching *watching, const Accountstatus__V1__WatchStatusesResponse *event);

#endif
