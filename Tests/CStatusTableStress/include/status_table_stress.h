/* Reads tables while they are written at full speed, grow, lose their writer, or are no tables at
 * all.
 *
 * Torn reads: one thread writes the records of a few accounts over and over; every word of a record
 * is derived from its account and revision. Readers take records by id and by number and check that
 * the words belong together. The record, the protocol and the code are those of the daemon. */
#ifndef ACCOUNTSTATUS_STATUS_TABLE_STRESS_H
#define ACCOUNTSTATUS_STATUS_TABLE_STRESS_H

#include "status_table_client.h"
#include <stdint.h>

struct status_table_stress_result {
  uint64_t reads;
  /* Reads whose words did not belong together. */
  uint64_t torn;
  /* Reads that gave up: the record was being written at every attempt. */
  uint64_t busy;
  /* Reads that saw an older revision than the same reader had seen before. */
  uint64_t backwards;
  uint64_t writes;
};

/* Runs `readers` threads, 1 to 16, until they have made at least `reads` reads together, and the
 * writer from their first read to their last. 0 or -errno. */
int status_table_stress(uint64_t reads, unsigned readers,
                        struct status_table_stress_result *ret_result);

/* The same with one reader in a process of its own, through a mapping of its own. -ECHILD: the
 * process died. */
int status_table_process_stress(uint64_t reads, struct status_table_stress_result *ret_result);

struct status_table_growth_result {
  uint64_t reads;
  /* Reads that found nothing, or nothing certain, of an account that is in the table. */
  uint64_t failed;
  /* Reads that gave up since the record was being written. */
  uint64_t busy;
  /* Reads that found less than what was written before they began. */
  uint64_t outdated;
  /* Tables that the writer made, and that the client mapped. */
  uint64_t generations;
  uint64_t mapped;
  /* Reads that the client counted as found. */
  uint64_t counted;
};

/* Fills a table that starts with room for the fewest accounts, while `readers` threads, 1 to 16,
 * read through one client. */
int status_table_growth_stress(uint32_t accounts, unsigned readers,
                               struct status_table_growth_result *ret_result);

struct status_table_segments_result {
  uint64_t segments;
  /* Segments that the client took for a table. */
  uint64_t mapped;
  uint64_t by_result[STATUS_TABLE_UNAVAILABLE + 1];
  /* The most that one read cost its thread, nanoseconds. */
  uint64_t longest;
  /* Answers that no memory justifies: an error that is none of a hand-over's, a length over the
   * maximum. */
  uint64_t broken;
};

/* Hands a client that many segments of random or spoilt memory and reads each. */
int status_table_segments_stress(uint64_t count, uint64_t seed,
                                 struct status_table_segments_result *ret_result);

/* What a daemon does to its table when it is killed. */
enum status_table_change {
  /* Replaces a record. */
  STATUS_TABLE_UPDATE,
  /* Adds an account. */
  STATUS_TABLE_INSERT,
  /* Adds one that the table has no room for. */
  STATUS_TABLE_GROWTH,
  /* Has everybody ask for the table again. */
  STATUS_TABLE_REPLACEMENT,
  /* Says which commit the table shows. */
  STATUS_TABLE_POSITION,
};

struct status_table_kill_result {
  /* Daemons that were killed. */
  uint64_t kills;
  /* Instructions of the change, and those among them that changed what readers have mapped. */
  uint64_t steps;
  uint64_t stores;
  uint64_t reads;
  /* Reads whose words did not belong together, or were neither what was before the change nor what
   * is after it; records whose checksum was wrong. */
  uint64_t torn;
  /* Reads that gave up, of the account that was being changed. */
  uint64_t busy;
  /* Reads of other accounts that did not find them; next daemons whose table was not found. */
  uint64_t failed;
  /* The most that one read cost its thread, nanoseconds. */
  uint64_t longest;
};

/* Has daemons, each a process of its own, make a change to their tables instruction by instruction.
 * Each is killed later than the one before, between any two of the stores that readers can see, and
 * `cuts` more at instructions spread over the change. A client in this process reads what each left
 * behind, and then the next one's table. 0 or -errno; -EPERM: processes may not be traced here. */
int status_table_kill_stress(enum status_table_change change, unsigned cuts,
                             struct status_table_kill_result *ret_result);

/* Reads once in a child process. The result; -EINTR: the child was killed. */
int status_table_read_in_child(struct status_table_client *client, const char *id);

/* Reads in a child process that is killed at its first system call. The last result; -EINTR: it
 * was. */
int status_table_read_without_kernel(struct status_table_client *client, const char *id,
                                     uint64_t reads);

#endif
