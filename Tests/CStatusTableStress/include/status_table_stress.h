/* Reads a table while it is written at full speed, and checks that no read is torn.
 *
 * One thread writes the records of a few accounts over and over; every word of a record is
 * derived from its account and revision. Readers take records by id and by number and check that
 * the words belong together. The record, the protocol and the code are those of the daemon. */
#ifndef ACCOUNTSTATUS_STATUS_TABLE_STRESS_H
#define ACCOUNTSTATUS_STATUS_TABLE_STRESS_H

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

#endif
