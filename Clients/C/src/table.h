// A server's status table as a handle reads it: where it is, and what a reading is worth.

#ifndef TABLE_H
#define TABLE_H

#include <accountstatus.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/un.h>

#include "pool.h"
#include "status_table_client.h"

enum {
  MOST_PATHS = 2,
  PATH_SIZE = sizeof((struct sockaddr_un *)0)->sun_path,
};

// The sockets that a handle knows, in the order in which they are looked for.
typedef struct socket_paths {
  char names[MOST_PATHS][PATH_SIZE];
  unsigned count;
} socket_paths;

// One client of the table beside each of the server's sockets, or of the one that is named. The
// one that is read is beside the first of the server's sockets that exists.
typedef struct tables {
  struct status_table_client *clients[MOST_PATHS];
  // 0: the table is not read.
  unsigned count;
  atomic_uint chosen;
  // Whether another daemon may have taken over from the one whose table is mapped, so that the
  // table is not to be believed; and when to ask for the new one's again, monotonic.
  atomic_bool is_doubtful;
  _Atomic int64_t ask_again_at;
  // When a reader that has a cache looks for a table again, monotonic.
  _Atomic int64_t look_again_at;
  // What answers out of the table are made in, for accountstatus_get and for accountstatus_check.
  pool results, checks;
} tables;

// Where a default edition's name was read.
typedef struct table_edition {
  const struct status_table_client *client;
  uint64_t mapping;
  char name[STATUS_TABLE_EDITION_MAX + 1];
} table_edition;

// What is looked for: an account id and its length.
typedef struct table_key {
  const char *id;
  size_t length;
} table_key;

// Finds the tables that belong to a handle's sockets; `socket_is_named` is whether the program
// named them. 0, -ENAMETOOLONG, -EOPNOTSUPP or -ENOMEM.
int tables_open(tables *tables, const char *named, const socket_paths *sockets,
                bool socket_is_named, accountstatus_error *failure);
void tables_close(tables *tables);

// Whether what the table holds is what is asked for, given options that are sound.
bool table_holds(const char *account_id, const accountstatus_options *options, table_key *ret_key);

// Whether a reading answers a question, rather than the server.
bool table_is_answer(const struct status_table_reading *reading, table_key key);

// Reads without waiting. True: the reading is an answer that can be acted on, and *edition is that
// of a status that was found.
bool table_read(tables *tables, table_key key, const accountstatus_options *options,
                table_edition *edition, struct status_table_reading *ret_reading);

// Whether it is time to look for a table, for who can do without: once a second.
bool table_is_due(tables *tables);

// Reads, and spends a small part of the time until a deadline on looking for a newer table. As
// table_read; where it says false the reading may still be STALE.
bool table_read_patiently(tables *tables, const socket_paths *sockets, table_key key,
                          const accountstatus_options *options, int64_t deadline,
                          table_edition *edition, struct status_table_reading *ret_reading);

// Takes in that the server was lost and is there again: the old table, which may not say so yet,
// has none of the new one's answers. Asks for the new table, for a small part of the time until a
// deadline; until there is one the old one is not read.
void tables_follow(tables *tables, const socket_paths *sockets, int64_t deadline);

// Adds up what the table's clients counted.
void tables_count(const tables *tables, accountstatus_counters *counters);

#endif
