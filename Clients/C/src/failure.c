#include "failure.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "CWireCheck.h"
#include "google/rpc/error_details.pb-c.h"

static void set_text(char *text, size_t size, const char *value) {
  size_t length = strlen(value);
  if (length >= size) {
    length = size - 1;
    // Never cut a character in two.
    while (length > 0 && ((unsigned char)value[length] & 0xc0) == 0x80)
      length--;
  }
  memcpy(text, value, length);
  text[length] = '\0';
}

int failure_set(accountstatus_error *failure, int error_number, int32_t code, const char *format,
                ...) {
  failure->code = code;
  failure->field[0] = '\0';
  failure->reason[0] = '\0';
  failure->retry_after_ms = 0;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(failure->message, sizeof failure->message, format, arguments);
  va_end(arguments);
  return -error_number;
}

int failure_no_memory(accountstatus_error *failure) {
  return failure_set(failure, ENOMEM, ACCOUNTSTATUS_CODE_RESOURCE_EXHAUSTED, "no memory");
}

int failure_old_kernel(accountstatus_error *failure) {
  return failure_set(failure, EOPNOTSUPP, ACCOUNTSTATUS_CODE_UNIMPLEMENTED,
                     "this kernel cannot tell a forked child apart: Linux 4.14 or later is needed");
}

int failure_errno(int32_t code) {
  switch (code) {
  case ACCOUNTSTATUS_CODE_INVALID_ARGUMENT:
    return -EINVAL;
  case ACCOUNTSTATUS_CODE_DEADLINE_EXCEEDED:
    return -ETIMEDOUT;
  case ACCOUNTSTATUS_CODE_NOT_FOUND:
    return -ENOENT;
  case ACCOUNTSTATUS_CODE_ALREADY_EXISTS:
    return -EEXIST;
  case ACCOUNTSTATUS_CODE_PERMISSION_DENIED:
  case ACCOUNTSTATUS_CODE_UNAUTHENTICATED:
    return -EACCES;
  case ACCOUNTSTATUS_CODE_RESOURCE_EXHAUSTED:
    return -ENOBUFS;
  case ACCOUNTSTATUS_CODE_FAILED_PRECONDITION:
    return -EPERM;
  case ACCOUNTSTATUS_CODE_OUT_OF_RANGE:
    return -ERANGE;
  case ACCOUNTSTATUS_CODE_UNIMPLEMENTED:
    return -EOPNOTSUPP;
  case ACCOUNTSTATUS_CODE_UNAVAILABLE:
    return -ECONNREFUSED;
  default:
    return -EREMOTEIO;
  }
}

bool failure_is_unavailable(int result) {
  return result == -ECONNREFUSED || result == -ETIMEDOUT || result == -EMSGSIZE ||
         result == -ENOBUFS || result == -EREMOTEIO || result == -EPROTO;
}

bool failure_is_detail(const Google__Protobuf__Any *detail,
                       const ProtobufCMessageDescriptor *type) {
  const char *slash = strrchr(detail->type_url, '/');
  return strcmp(slash == NULL ? detail->type_url : slash + 1, type->name) == 0;
}

const ProtobufCMessage *failure_unpack_detail(const Google__Protobuf__Any *detail,
                                              const ProtobufCMessageDescriptor *type,
                                              wire_arena *arena) {
  wire_check_limits limits = wire_check_limits_default();
  limits.max_memory = wire_arena_cap(detail->value.len, WIRE_ARENA_FACTS);
  if (wire_check(type, detail->value.data, detail->value.len, &limits, NULL) < 0)
    return NULL;
  return protobuf_c_message_unpack(type, wire_arena_allocator(arena), detail->value.len,
                                   detail->value.data);
}

static uint32_t milliseconds(const Google__Protobuf__Duration *duration) {
  if (duration == NULL || duration->seconds < 0)
    return 0;
  if (duration->seconds >= UINT32_MAX / 1000)
    return UINT32_MAX;
  int32_t nanos = duration->nanos < 0           ? 0
                  : duration->nanos > 999999999 ? 999999999
                                                : duration->nanos;
  return (uint32_t)duration->seconds * 1000 + (uint32_t)nanos / 1000000;
}

// Takes from a detail what the caller's struct has room for. Details of other types, and details
// that are not sound, explain nothing and change nothing.
static void read_detail(accountstatus_error *failure, const Google__Protobuf__Any *detail,
                        wire_arena *arena) {
  static const ProtobufCMessageDescriptor *const types[] = {
      &google__rpc__error_info__descriptor,
      &google__rpc__bad_request__descriptor,
      &google__rpc__retry_info__descriptor,
  };
  for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
    const ProtobufCMessage *message =
        failure_is_detail(detail, types[i]) ? failure_unpack_detail(detail, types[i], arena) : NULL;
    if (message == NULL)
      continue;
    if (types[i] == &google__rpc__error_info__descriptor) {
      set_text(failure->reason, sizeof failure->reason,
               ((const Google__Rpc__ErrorInfo *)message)->reason);
    } else if (types[i] == &google__rpc__bad_request__descriptor) {
      const Google__Rpc__BadRequest *request = (const Google__Rpc__BadRequest *)message;
      if (request->n_field_violations > 0)
        set_text(failure->field, sizeof failure->field, request->field_violations[0]->field);
    } else {
      failure->retry_after_ms =
          milliseconds(((const Google__Rpc__RetryInfo *)message)->retry_delay);
    }
  }
}

int failure_from_status(accountstatus_error *failure, const Google__Rpc__Status *status,
                        wire_arena *arena) {
  // A number that is no code says as much as UNKNOWN.
  bool known = status->code >= 0 && status->code <= ACCOUNTSTATUS_CODE_UNAUTHENTICATED;
  failure_set(failure, 0, known ? status->code : ACCOUNTSTATUS_CODE_UNKNOWN, "%s", "");
  set_text(failure->message, sizeof failure->message, status->message);
  for (size_t i = 0; i < status->n_details; i++)
    read_detail(failure, status->details[i], arena);
  return failure_errno(status->code);
}

void failure_export(const accountstatus_error *failure, accountstatus_error *ret_error) {
  if (ret_error == NULL || ret_error->size < offsetof(accountstatus_error, message))
    return;
  size_t size = ret_error->size;
  memcpy(ret_error, failure, size < sizeof *failure ? size : sizeof *failure);
  ret_error->size = size;
}

static size_t size_of_struct(const void *given) {
  size_t size;
  memcpy(&size, given, sizeof size);
  return size;
}

int failure_check_grown_size(accountstatus_error *failure, const char *name, const void *given,
                             size_t least, size_t known) {
  size_t size = size_of_struct(given);
  if (size < least)
    return failure_set(failure, EINVAL, ACCOUNTSTATUS_CODE_INVALID_ARGUMENT,
                       "the size of %s is %zu, not %zu: set it to sizeof", name, size, known);
  const unsigned char *bytes = given;
  for (size_t i = known; i < size; i++) {
    if (bytes[i] != 0)
      return failure_set(failure, E2BIG, ACCOUNTSTATUS_CODE_INVALID_ARGUMENT,
                         "%s uses a field that this library is too old for", name);
  }
  return 0;
}

void failure_copy_struct(void *copy, size_t known, const void *given) {
  size_t size = size_of_struct(given);
  memset(copy, 0, known);
  memcpy(copy, given, size < known ? size : known);
  memcpy(copy, &known, sizeof known);
}
