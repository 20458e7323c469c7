// Answers out of the status table or the cache, as callers see them: the same types as the server's
// answers, in memory that is used again.

#ifndef ANSWER_H
#define ANSWER_H

#include <accountstatus.h>

#include "memory.h"
#include "table.h"

// A result and where it lies: in a pool's block, or in memory of its own.
typedef struct owned_result {
  accountstatus_result result;
  bool is_pooled;
  memory memory;
} owned_result;

typedef struct owned_check {
  accountstatus_check_result result;
  bool is_pooled;
  memory memory;
} owned_check;

// What an accountstatus_check asks.
typedef struct question {
  const char *account_id;
  const int32_t *capabilities;
  size_t count;
  const accountstatus_options *options;
} question;

enum { MOST_CAPABILITIES = 64 };

// Sets up the pools that the blocks below come from.
void answer_prepare_pools(pool *results, pool *checks);

// Takes a block for an answer; NULL: no memory. The result is in the block, to be filled in by one
// of the functions below, and to be given back with pool_give_back, or by the caller's free.
owned_result *answer_take_result(tables *tables);
owned_check *answer_take_check(tables *tables);

// Where the block keeps the edition that its status was decided under.
table_edition *answer_result_edition(owned_result *owned);
table_edition *answer_check_edition(owned_check *owned);

// Fills in what was read: FOUND, NOT_FOUND or STALE, and where: an accountstatus_source.
void answer_fill_result(owned_result *owned, table_key key, int32_t on_unavailable, int32_t source,
                        const struct status_table_reading *reading);
void answer_fill_check(owned_check *owned, const question *question, table_key key, int32_t source,
                       const struct status_table_reading *reading);

// Says of a STALE answer why the server could not be asked.
void answer_explain_result(owned_result *owned, int error, const char *message);
void answer_explain_check(owned_check *owned, int error, const char *message);

#endif
