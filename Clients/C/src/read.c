#include "read.h"

#include <errno.h>

static Google__Protobuf__Timestamp *timestamp(const accountstatus_time *time,
                                              Google__Protobuf__Timestamp *ret_timestamp) {
  if (time == NULL)
    return NULL;
  google__protobuf__timestamp__init(ret_timestamp);
  ret_timestamp->seconds = time->seconds;
  ret_timestamp->nanos = time->nanos;
  return ret_timestamp;
}

// Where the first version of the options ended.
static const size_t first_options = offsetof(accountstatus_options, ask_server);

static bool is_decided(const accountstatus_options *options) {
  return options->on_unavailable == ACCOUNTSTATUS_ALLOW ||
         options->on_unavailable == ACCOUNTSTATUS_DENY;
}

const accountstatus_options *read_sound_options(const accountstatus_options *options,
                                                accountstatus_options *copy) {
  if (options == NULL || options->size < first_options || !is_decided(options))
    return NULL;
  if (options->size == sizeof *options)
    return options;
  accountstatus_error failure = {.size = sizeof failure};
  if (CHECK_GROWN_SIZE(&failure, options, accountstatus_options, ask_server) < 0)
    return NULL;
  failure_copy_struct(copy, sizeof *copy, options);
  return copy;
}

int read_options(const accountstatus_options *options, read_query *ret_query,
                 accountstatus_error *failure) {
  if (options == NULL || (options->size >= first_options && !is_decided(options)))
    return failure_set(failure, EINVAL, ACCOUNTSTATUS_CODE_INVALID_ARGUMENT,
                       "on_unavailable must say what holds when the server cannot be asked: "
                       "ACCOUNTSTATUS_ALLOW or ACCOUNTSTATUS_DENY");
  int result = CHECK_GROWN_SIZE(failure, options, accountstatus_options, ask_server);
  if (result < 0)
    return result;
  ret_query->as_of = timestamp(options->as_of, &ret_query->as_of_time);
  ret_query->known_at = timestamp(options->known_at, &ret_query->known_at_time);
  ret_query->policy_edition =
      (char *)(options->policy_edition == NULL ? protobuf_c_empty_string : options->policy_edition);
  ret_query->at_least = (ProtobufCBinaryData){options->at_least_size, (uint8_t *)options->at_least};
  ret_query->view = (Accountstatus__V1__StatusView)options->view;
  return 0;
}

int32_t read_here(accountstatus *handle, table_key key, const accountstatus_options *options,
                  table_edition *edition, int64_t *ret_deadline,
                  struct status_table_reading *ret_reading) {
  tables *tables = &handle->tables;
  if (table_read(tables, key, options, edition, ret_reading))
    return ACCOUNTSTATUS_SOURCE_TABLE;
  if (handle->cache != NULL && !table_is_due(tables) &&
      cache_read(handle->cache, key, options, edition, ret_reading))
    return ACCOUNTSTATUS_SOURCE_CACHE;
  *ret_deadline = handle_deadline(handle, options->timeout_ms);
  if (tables->count > 0 && table_read_patiently(tables, &handle->paths, key, options, *ret_deadline,
                                                edition, ret_reading))
    return ACCOUNTSTATUS_SOURCE_TABLE;
  struct status_table_reading cached = {.result = STATUS_TABLE_UNAVAILABLE};
  bool is_cached =
      handle->cache != NULL && cache_read(handle->cache, key, options, edition, &cached);
  if (is_cached || cached.result == STATUS_TABLE_STALE)
    *ret_reading = cached;
  if (is_cached)
    return ACCOUNTSTATUS_SOURCE_CACHE;
  count(&handle->counters.stale, ret_reading->result == STATUS_TABLE_STALE);
  return 0;
}

void read_count_here(accountstatus *handle, int32_t source, pool *pool, void *block) {
  if (source == ACCOUNTSTATUS_SOURCE_TABLE)
    pool_count_use(pool, block);
  else
    count(&handle->counters.answered_by_cache, 1);
}

void read_heard(accountstatus *handle, const char *account_id, const accountstatus_options *options,
                uint64_t revision) {
  bool is_present = options->as_of == NULL && options->known_at == NULL &&
                    (options->policy_edition == NULL || options->policy_edition[0] == '\0');
  if (is_present)
    cache_heard(handle->cache, account_id, revision);
}

void read_count_default(accountstatus *handle, int32_t decision) {
  count(decision == ACCOUNTSTATUS_ALLOW ? &handle->counters.allowed_by_default
                                        : &handle->counters.denied_by_default,
        1);
}

accountstatus_result read_result(accountstatus *handle, memory *memory, const char *account_id,
                                 int32_t on_unavailable,
                                 const Accountstatus__V1__AccountStatus *status) {
  if (!status_is_known_state((int32_t)status->state))
    read_count_default(handle, on_unavailable);
  return (accountstatus_result){
      .size = sizeof(accountstatus_result),
      .outcome = ACCOUNTSTATUS_FOUND,
      .on_unavailable = on_unavailable,
      .account_id = memory_text(memory, account_id),
      .status = status_copy(memory, status),
      .message = "",
      .source = ACCOUNTSTATUS_SOURCE_CALL,
      .fresh = true,
  };
}

accountstatus_result read_failed_result(accountstatus *handle, memory *memory,
                                        const char *account_id, int32_t on_unavailable, int error,
                                        const char *message) {
  bool unavailable = failure_is_unavailable(error);
  int32_t outcome = error == -ENOENT ? ACCOUNTSTATUS_NOT_FOUND
                    : unavailable    ? ACCOUNTSTATUS_UNAVAILABLE
                                     : ACCOUNTSTATUS_REFUSED_ID;
  if (unavailable)
    read_count_default(handle, on_unavailable);
  return (accountstatus_result){
      .size = sizeof(accountstatus_result),
      .outcome = outcome,
      .on_unavailable = on_unavailable,
      .account_id = memory_text(memory, account_id),
      .error = error,
      .message = memory_text(memory, message),
      .source = unavailable ? ACCOUNTSTATUS_SOURCE_DEFAULT : ACCOUNTSTATUS_SOURCE_CALL,
      .fresh = !unavailable,
  };
}

int read_wrong_answer(accountstatus *handle, accountstatus_error *failure, const char *what) {
  count(&handle->counters.protocol_errors, 1);
  return failure_set(failure, EPROTO, ACCOUNTSTATUS_CODE_INTERNAL, "%s", what);
}

int read_end(accountstatus *handle, int result, bool answered, memory *memory,
             accountstatus_error *failure, accountstatus_error *ret_error) {
  call_count(handle, result);
  if (answered && !memory->failed)
    return 0;
  memory_free(memory);
  if (answered)
    result = failure_no_memory(failure);
  failure_export(failure, ret_error);
  return result;
}
