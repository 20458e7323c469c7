// A daemon's half of the status table, in this process: a writer, and a thread that shows signs of
// life and hands the memory out at table.sock beside a peer's rpc.sock.
//
//     peer *peer = peer_start(peer_serve, NULL);
//     table_peer *table = table_peer_start(peer, "2020-06", active_record());

#ifndef TABLE_PEER_H
#define TABLE_PEER_H

#include "peer.h"
#include "status_table_writer.h"

typedef struct table_peer table_peer;

// What the table peer does with whoever connects.
typedef enum table_conduct {
  // Hands its table out.
  TABLE_OFFERS,
  // Says that the peer may not have it.
  TABLE_REFUSES,
  // As a daemon that is stopped: shows no life and answers nobody.
  TABLE_HANGS,
} table_conduct;

// Starts with one account in the table, "contoso": as with a daemon, what is known at the start is
// there before anybody can look.
table_peer *table_peer_start(const peer *beside, const char *edition,
                             struct status_table_record contoso);
table_peer *table_peer_start_at(const char *path, const char *edition,
                                struct status_table_record contoso);

// Stops in order: the socket goes, the table says STOPPED. Frees it.
void table_peer_stop(table_peer *table);
// Goes as kill -9 has it: the table keeps saying LIVE, and its last sign of life grows old. To be
// freed by table_peer_stop, later.
void table_peer_vanish(table_peer *table);

void table_peer_put(table_peer *table, const char *id, struct status_table_record record);
void table_peer_set_conduct(table_peer *table, table_conduct conduct);
// Takes a new table, which from now on is handed out or not.
void table_peer_replace(table_peer *table, table_conduct conduct);
void table_peer_set_manual_now(table_peer *table, int64_t now);
const char *table_peer_path(const table_peer *table);
// Maps the table as it is now, as another process would, until table_peer_stop. Once.
const struct status_table *table_peer_map(table_peer *table);

// Records that hold at all times, with the revision 7: active with every capability, and suspended
// for what is past due with VIEW_BILLING left.
struct status_table_record active_record(void);
struct status_table_record suspended_record(void);

#endif
