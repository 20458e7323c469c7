/* Writing a status table: what its layout, status_table.h, asks of the one who fills it.
 *
 * The memory is made, sealed and mapped for writing here, and nowhere else. Readers link none of
 * it.
 *
 * Guarantees
 *  - A put is whole for every reader, or it did not happen: a writer killed between two stores
 *    leaves at most one record BUSY.
 *  - A table that a put had to grow out of says REPLACED before the new record can be read.
 *
 * Functions return 0 or -errno. */
#ifndef ACCOUNTSTATUS_STATUS_TABLE_WRITER_H
#define ACCOUNTSTATUS_STATUS_TABLE_WRITER_H

#include "status_table.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The only writer of a table. Belongs to one thread. */
struct status_table_writer;

/* What a new table is made for. */
struct status_table_properties {
  /* Accounts to make room for at once; more come by growth. */
  uint32_t capacity;
  uint32_t known_reasons;
  uint32_t known_notices;
  uint64_t known_capabilities;
};

/* Makes an empty table, LIVE, in a sealed memfd; children do not inherit the writer's mapping.
 * -EINVAL: a known reason's number is 16 or more. */
int status_table_create(const struct status_table_properties *properties,
                        struct status_table_writer **ret_writer);

/* Marks the table STOPPED and gives its memory back. NULL is allowed. */
void status_table_destroy(struct status_table_writer *writer);

/* The table's memory, for readers of other processes to map: read-only, whole, and for as long as
 * they like. The descriptor is the writer's; growth closes it and makes another. */
int status_table_descriptor(const struct status_table_writer *writer);

/* The writer's own view. The pointer stays good, and follows growth, until destroy. */
const struct status_table *status_table_view(const struct status_table_writer *writer);

/* Adds an account or replaces its record; grows the table when it has to. A record whose answers
 * have no state takes the account away. -EINVAL: the id is empty, too long or has a byte outside
 * [A-Za-z0-9._:@-]; the instants are out of order; a number is not known, or a state is over 15 or
 * a reinstatement state over 7. -EOVERFLOW: too many different sets of capabilities. -ENOMEM,
 * -EMFILE and -ENOSPC: the table could not grow and is as it was. */
int status_table_put(struct status_table_writer *writer, const void *id, size_t id_length,
                     const struct status_table_record *record);

/* Makes room for so many accounts at once, so that putting them does not grow the table step by
 * step. -ENOMEM and -ENOSPC as of status_table_put. */
int status_table_reserve(struct status_table_writer *writer, uint32_t capacity);

/* Takes a new table of the same records: whoever reads the one that there was has to ask for this
 * one, and sees no more of what is put. -ENOMEM, -EMFILE and -ENOSPC: the table is as it was. */
int status_table_replace(struct status_table_writer *writer);

/* Says that the writer is alive, at that instant of CLOCK_MONOTONIC. */
void status_table_beat(struct status_table_writer *writer, uint64_t monotonic_now);

void status_table_set_state(struct status_table_writer *writer, enum status_table_state state);

/* Sets the instant that readers use instead of the wall clock; STATUS_TABLE_NEVER: none. */
void status_table_set_manual_now(struct status_table_writer *writer, int64_t now);

/* Says which commits the table shows. Call it after the records of those commits. -EINVAL: the
 * position is too long. */
int status_table_set_position(struct status_table_writer *writer, const uint8_t store_id[16],
                              uint64_t epoch, const void *position, size_t position_length);

/* Names the default edition. -EINVAL: the name is too long. */
int status_table_set_edition(struct status_table_writer *writer, const void *edition,
                             size_t edition_length);

#ifdef __cplusplus
}
#endif

#endif
