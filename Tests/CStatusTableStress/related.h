/* Records whose every word is derived from their account and revision, so that words of two
 * different writes are seen not to belong together. */
#ifndef ACCOUNTSTATUS_STATUS_TABLE_RELATED_H
#define ACCOUNTSTATUS_STATUS_TABLE_RELATED_H

#include "status_table_writer.h"

/* Accounts are numbered; a number may be any, and these many are written from the start. */
enum { related_accounts = 4 };

size_t related_id(unsigned account, char ret_id[STATUS_TABLE_ID_MAX]);

/* Makes a table in which the accounts have their records of revision `revision`, which is even: the
 * answer until the flip at 1000 has it, the one until 2000 the next. */
int related_create(uint64_t revision, struct status_table_writer **ret_writer);

int related_put(struct status_table_writer *writer, unsigned account, uint64_t revision);

bool related_belongs_together(unsigned account, const struct status_table_status *status);

#endif
