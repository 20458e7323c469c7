#include "cache.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "feed.h"
#include "status_cache.h"

// Messages that one update takes in, at most: a program's loop has other things to do.
enum { MOST_AT_ONCE = 1000 };

struct cache {
  struct status_cache *statuses;
  feed feed;
  // A thread is in an update.
  atomic_bool is_updating;
};

// ------------------------------------------------------------------------------------- opening

int cache_open(accountstatus *handle, const accountstatus_open_options *options,
               accountstatus_error *failure) {
  if (options->cache_accounts == 0)
    return 0;
  if (options->cache_accounts > STATUS_CACHE_MAX_CAPACITY)
    return failure_set(failure, EINVAL, ACCOUNTSTATUS_CODE_INVALID_ARGUMENT,
                       "cache_accounts is %u, more than %u", options->cache_accounts,
                       STATUS_CACHE_MAX_CAPACITY);
  cache *cache = calloc(1, sizeof *cache);
  if (cache == NULL)
    return failure_no_memory(failure);
  int result = feed_open(&cache->feed, handle, options->cached_ids, options->cached_id_count, NULL,
                         0, failure);
  if (result == 0 && status_cache_create(options->cache_accounts, options->cached_id_count == 0,
                                         &cache->statuses) < 0)
    result = failure_no_memory(failure);
  if (result < 0)
    cache_close(cache);
  else
    handle->cache = cache;
  return result;
}

void cache_close(cache *cache) {
  if (cache == NULL)
    return;
  feed_close(&cache->feed);
  status_cache_destroy(cache->statuses);
  free(cache);
}

void cache_adopt(cache *cache) {
  status_cache_adopt(cache->statuses);
  feed_forget(&cache->feed);
  atomic_store(&cache->is_updating, false);
}

// ------------------------------------------------------------------------------------- reading

void cache_doubt(cache *cache, const char *account_id) {
  if (cache != NULL)
    status_cache_doubt(cache->statuses, account_id, strlen(account_id));
}

void cache_doubt_all(cache *cache) {
  if (cache != NULL)
    status_cache_doubt_all(cache->statuses);
}

void cache_heard(cache *cache, const char *account_id, uint64_t revision) {
  if (cache != NULL)
    status_cache_heard(cache->statuses, account_id, strlen(account_id), revision);
}

bool cache_read(const cache *cache, table_key key, const accountstatus_options *options,
                table_edition *edition, struct status_table_reading *ret_reading) {
  status_cache_read(cache->statuses, key.id, key.length,
                    UINT64_C(1000000) * options->max_staleness_ms, ret_reading);
  if (ret_reading->result == STATUS_TABLE_FOUND || ret_reading->result == STATUS_TABLE_STALE) {
    const char *name = status_cache_edition(cache->statuses, ret_reading->mapping);
    memcpy(edition->name, name, strlen(name) + 1);
    // Of no table: the next reading of one looks its own name up.
    edition->client = NULL;
  }
  return table_is_answer(ret_reading, key);
}

// ------------------------------------------------------------------------------------ updating

static int64_t nanoseconds(const Google__Protobuf__Timestamp *time, int64_t otherwise) {
  int64_t whole;
  if (time == NULL || __builtin_mul_overflow(time->seconds, INT64_C(1000000000), &whole) ||
      __builtin_add_overflow(whole, (int64_t)time->nanos, &whole))
    return otherwise;
  return whole;
}

static void put(cache *cache, const char *account_id, const struct status_cache_record *record) {
  // For want of room the account is the server's to answer.
  status_cache_put(cache->statuses, account_id, strlen(account_id), record);
}

static void put_absent(cache *cache, const char *account_id, uint64_t revision) {
  const struct status_cache_record record = {
      .revision = revision, .until = STATUS_TABLE_NEVER, .edition = ""};
  put(cache, account_id, &record);
}

// The bits with the numbers of an array of enums. False: one has no bit.
#define SET_BITS(bits, numbers, count, width)                                                      \
  do {                                                                                             \
    for (size_t i = 0; i < (count); i++) {                                                         \
      if ((uint64_t)(numbers) >= (width))                                                          \
        return false;                                                                              \
      (bits) |= UINT64_C(1) << (numbers);                                                          \
    }                                                                                              \
  } while (0)

// A status as the cache keeps it. False: it says what this version cannot keep.
static bool convert(const Accountstatus__V1__AccountStatus *status,
                    struct status_cache_record *ret_record) {
  struct status_table_answer answer = {.eligible = status->eligible_for_reinstatement,
                                       .since = nanoseconds(status->since, 0),
                                       .next_at = STATUS_TABLE_NEVER};
  if ((unsigned)status->state - 1 >= 15 || (unsigned)status->reinstatement_state >= 8)
    return false;
  answer.state = (uint8_t)status->state;
  answer.reinstatement_state = (uint8_t)status->reinstatement_state;
  SET_BITS(answer.reasons, status->reasons[i]->code, status->n_reasons, 16);
  SET_BITS(answer.notices, status->notices[i], status->n_notices, 32);
  SET_BITS(answer.capabilities, status->capabilities[i], status->n_capabilities, 64);
  if (status->next_transition != NULL) {
    if ((unsigned)status->next_transition->to_state - 1 >= 15)
      return false;
    answer.next_state = (uint8_t)status->next_transition->to_state;
    // Without an instant it may be at any.
    answer.next_at = nanoseconds(status->next_transition->at, INT64_MIN);
  }
  *ret_record =
      (struct status_cache_record){.answer = answer,
                                   .revision = status->revision,
                                   .valid_from = nanoseconds(status->as_of, STATUS_TABLE_NEVER),
                                   .until = answer.next_at,
                                   .edition = status->policy_edition,
                                   .edition_length = strlen(status->policy_edition)};
  return ret_record->edition_length <= STATUS_TABLE_EDITION_MAX;
}

static void put_status(cache *cache, const Accountstatus__V1__AccountStatus *status) {
  struct status_cache_record record;
  if (convert(status, &record)) {
    put(cache, status->account_id, &record);
    return;
  }
  // A record that holds at no instant: the server answers.
  record = (struct status_cache_record){.answer = {.state = ACCOUNTSTATUS_STATE_NOT_COVERED},
                                        .edition = ""};
  put(cache, status->account_id, &record);
}

static void begin_snapshot(cache *cache) {
  status_cache_begin(cache->statuses);
  // Of accounts that are watched by name it is known when they are not registered.
  const Accountstatus__V1__WatchStatusesRequest *request = &cache->feed.request;
  for (size_t i = 0; i < request->n_account_ids; i++)
    put_absent(cache, request->account_ids[i], 0);
}

static void take_in(cache *cache, const feed_message *message) {
  switch (message->event_case) {
  case ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_SNAPSHOT_BEGIN:
    begin_snapshot(cache);
    return;
  case ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_RECORD:
    put_status(cache, message->record);
    return;
  case ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_SNAPSHOT_END:
    status_cache_end(cache->statuses);
    return;
  case ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_CHANGE:
    if (message->change->current != NULL)
      put_status(cache, message->change->current);
    else
      put_absent(cache, message->change->account_id, message->change->revision);
    return;
  case ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_PROGRESS:
    if (message->progress->as_of != NULL)
      status_cache_progress(cache->statuses, nanoseconds(message->progress->as_of, INT64_MAX));
    return;
  case ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_COMPACTED:
    status_cache_doubt_all(cache->statuses);
    return;
  default:
    return;
  }
}

static int update(cache *cache, int64_t deadline, accountstatus_error *failure) {
  for (int taken = 0; taken < MOST_AT_ONCE; taken++) {
    const feed_message *message;
    int result;
    // That the server is away is for age_ns to say.
    do
      result = feed_next(&cache->feed, taken == 0 ? deadline : 0, &message, failure);
    while (result < 0 && failure_is_unavailable(result));
    if (result != 1)
      return taken > 0 ? 1 : result;
    take_in(cache, message);
  }
  return 1;
}

static int no_cache(accountstatus_error *failure) {
  return failure_set(failure, EINVAL, ACCOUNTSTATUS_CODE_INVALID_ARGUMENT,
                     "the handle was opened without cache_accounts");
}

int accountstatus_cache_update(accountstatus *handle, int timeout_ms,
                               accountstatus_error *ret_error) {
  handle_enter(handle);
  accountstatus_error failure = {.size = sizeof failure};
  cache *cache = handle->cache;
  int result;
  if (cache == NULL) {
    result = no_cache(&failure);
  } else if (atomic_exchange(&cache->is_updating, true)) {
    result = failure_set(&failure, EBUSY, ACCOUNTSTATUS_CODE_FAILED_PRECONDITION,
                         "another thread is updating the cache");
  } else {
    int64_t deadline = timeout_ms < 0 ? INT64_MAX : monotonic_now() + (int64_t)timeout_ms * 1000000;
    result = update(cache, deadline, &failure);
    atomic_store(&cache->is_updating, false);
  }
  if (result < 0)
    failure_export(&failure, ret_error);
  return result;
}

int accountstatus_cache_descriptor(const accountstatus *handle) {
  return handle->cache == NULL ? -EINVAL : handle->cache->feed.epoll;
}
