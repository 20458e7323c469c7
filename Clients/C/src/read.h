// What get, batch and check have in common.

#ifndef READ_H
#define READ_H

#include "answer.h"
#include "cache.h"
#include "call.h"
#include "memory.h"
#include "status.h"

// A read's options in the protocol's terms.
typedef struct read_query {
  Google__Protobuf__Timestamp as_of_time, known_at_time;
  Google__Protobuf__Timestamp *as_of, *known_at;
  char *policy_edition;
  ProtobufCBinaryData at_least;
  Accountstatus__V1__StatusView view;
} read_query;

// Reads a caller's options. 0, -EINVAL or -E2BIG.
int read_options(const accountstatus_options *options, read_query *ret_query,
                 accountstatus_error *failure);

// A caller's options as this version has them: his own where they are whole, else a copy. NULL when
// there is something in them for read_options to refuse.
const accountstatus_options *read_sound_options(const accountstatus_options *options,
                                                accountstatus_options *copy);

// Reads what this process has: the table or the cache, without waiting and, if neither answers,
// with patience for a newer table. The source of a reading that can be acted on, or 0: then it may
// be STALE, and *ret_deadline is when the call has to end.
int32_t read_here(accountstatus *handle, table_key key, const accountstatus_options *options,
                  table_edition *edition, int64_t *ret_deadline,
                  struct status_table_reading *ret_reading);

// Counts an answer that was read here, in a block.
void read_count_here(accountstatus *handle, int32_t source, pool *pool, void *block);

// Takes note of what the server answered about an account, so that no later answer goes back behind
// it. revision 0: it is not registered.
void read_heard(accountstatus *handle, const char *account_id, const accountstatus_options *options,
                uint64_t revision);

// Counts that the caller's decision stands in for an answer.
void read_count_default(accountstatus *handle, int32_t decision);

// The result for an id whose status is known, is not there, or could not be had.
accountstatus_result read_result(accountstatus *handle, memory *memory, const char *account_id,
                                 int32_t on_unavailable,
                                 const Accountstatus__V1__AccountStatus *status);
accountstatus_result read_failed_result(accountstatus *handle, memory *memory,
                                        const char *account_id, int32_t on_unavailable, int error,
                                        const char *message);

// -EPROTO: the server answered something else than was asked.
int read_wrong_answer(accountstatus *handle, accountstatus_error *failure, const char *what);

// Ends a read: counts how its call went and says whether the result made of it in memory can be
// handed out. A call that answered, if only that the server could not be asked, is a success to the
// caller.
int read_end(accountstatus *handle, int result, bool answered, memory *memory,
             accountstatus_error *failure, accountstatus_error *ret_error);

#endif
