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

int read_options(const accountstatus_options *options, read_query *ret_query,
                 accountstatus_error *failure) {
  if (options == NULL ||
      (options->size >= sizeof *options && options->on_unavailable != ACCOUNTSTATUS_ALLOW &&
       options->on_unavailable != ACCOUNTSTATUS_DENY))
    return failure_set(failure, EINVAL, ACCOUNTSTATUS_CODE_INVALID_ARGUMENT,
                       "on_unavailable must say what holds when the server cannot be asked: "
                       "ACCOUNTSTATUS_ALLOW or ACCOUNTSTATUS_DENY");
  int result = CHECK_SIZE(failure, options);
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
  };
}

accountstatus_result read_failed_result(accountstatus *handle, memory *memory,
                                        const char *account_id, int32_t on_unavailable, int error,
                                        const char *message) {
  int32_t outcome = error == -ENOENT                ? ACCOUNTSTATUS_NOT_FOUND
                    : failure_is_unavailable(error) ? ACCOUNTSTATUS_UNAVAILABLE
                                                    : ACCOUNTSTATUS_REFUSED_ID;
  if (outcome == ACCOUNTSTATUS_UNAVAILABLE)
    read_count_default(handle, on_unavailable);
  return (accountstatus_result){
      .size = sizeof(accountstatus_result),
      .outcome = outcome,
      .on_unavailable = on_unavailable,
      .account_id = memory_text(memory, account_id),
      .error = error,
      .message = memory_text(memory, message),
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
