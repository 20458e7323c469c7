/* Reading the status table of another process: the mapping, the clocks and what an answer is worth.
 *
 * A client maps the memory read-only and looks accounts up in it, without a system call. It asks
 * for a new table when the one it has says REPLACED or STOPPED, or when its heartbeat is old.
 *
 * Guarantees
 *  - Any number of threads may read through one client at once; none waits for another but while
 *    a new table is being mapped.
 *  - A read whose table is live allocates nothing and makes no system call.
 *  - A read returns by its deadline, whatever the daemon does.
 *  - Whoever has the reply to a write finds that write: the daemon publishes before it replies,
 *    and a table that was replaced is never read in place of the new one.
 *  - A mapping is given back when no thread reads it any more, and not before.
 *  - After a fork the child goes on reading, with the parent's counts.
 *  - A right that the daemon withdraws is gone with the next read: what was mapped says REPLACED,
 *    the daemon refuses another, and answers are STALE or UNAVAILABLE.
 *
 * Caveats
 *  - status_table_client_destroy must not race with calls of the same client.
 *  - FOUND and NOT_FOUND speak for the daemon only within the caller's max_staleness; what is older
 *    is STALE, or UNAVAILABLE where there is no record to show.
 *  - A daemon that is killed cannot say so in its table: for a quarter of a second it is taken for
 *    alive, and within max_staleness its answers are given although the next daemon may have taken
 *    a write. Who hears of the next daemon first calls status_table_client_renew.
 *  - A fork while another thread is inside a read leaves, in the child, the mapping that thread
 *    used in place until the client is destroyed.
 *
 * Durations are nanoseconds. Functions return 0 or -errno, unless they say otherwise. */
#ifndef ACCOUNTSTATUS_STATUS_TABLE_CLIENT_H
#define ACCOUNTSTATUS_STATUS_TABLE_CLIENT_H

#include "status_table.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One daemon's table as one program reads it. */
struct status_table_client;

/* How to read. */
struct status_table_read_options {
  /* A table whose heartbeat is older says nothing for certain. 0: two seconds. */
  uint64_t max_staleness;
  /* How long a read may wait for a new table; 0: not at all. */
  uint64_t timeout;
};

/* What a read came to: FOUND, NOT_FOUND, STALE or UNAVAILABLE. */
struct status_table_reading {
  enum status_table_result result;
  /* Set on FOUND and STALE. */
  struct status_table_status status;
  /* The instant the answer is for, and how old the daemon's last sign of life is. */
  int64_t as_of;
  uint64_t age;
  uint64_t generation;
  /* Counts the tables that this client mapped: the same number, the same table, and so the same
   * edition. 0: none was read. */
  uint64_t mapping;
  /* There may be a newer table, which a read that may wait asks for. */
  bool outdated;
};

/* What became of a client's reads. Numbers only grow. */
struct status_table_client_counters {
  uint64_t found;
  uint64_t not_found;
  uint64_t stale;
  uint64_t unavailable;
  /* Tables mapped, and attempts that failed. */
  uint64_t mapped;
  uint64_t failed_attempts;
};

/* Makes a client of the daemon whose table socket has that path, at most 107 bytes. It does not
 * connect: it succeeds while the daemon is down. -ENAMETOOLONG; -EOPNOTSUPP: Linux before 4.14. */
int status_table_client_create(const char *path, struct status_table_client **ret_client);

/* Gives everything back. NULL is allowed. */
void status_table_client_destroy(struct status_table_client *client);

/* Reads the BASIC answer for an account, now: at the table's manual instant, where it has one. */
void status_table_client_read(struct status_table_client *client, const void *id, size_t id_length,
                              const struct status_table_read_options *options,
                              struct status_table_reading *ret_reading);

/* Asks for the daemon's table at once, whatever the one that is mapped says: for who knows that the
 * daemon is another one, as a connection to it does that had to be made anew. Returns within
 * `timeout`; on failure what was mapped stays. */
int status_table_client_renew(struct status_table_client *client, uint64_t timeout);

/* Copies the default edition's name, of at most STATUS_TABLE_EDITION_MAX bytes, out of the table
 * that is mapped. -EAGAIN: none is. */
int status_table_client_edition(struct status_table_client *client,
                                uint8_t ret_edition[STATUS_TABLE_EDITION_MAX], size_t *ret_length);

/* Adds up what all threads counted. Never blocks a reader. */
void status_table_client_get_counters(struct status_table_client *client,
                                      struct status_table_client_counters *ret_counters);

#ifdef __cplusplus
}
#endif

#endif
