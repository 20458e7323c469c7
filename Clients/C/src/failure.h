// Errors on their way to the caller.

#ifndef FAILURE_H
#define FAILURE_H

#include <accountstatus.h>
#include <stdbool.h>
#include <stddef.h>

#include "CWireCheck.h"
#include "google/rpc/status.pb-c.h"

// Describes a failure and returns -error_number.
__attribute__((format(printf, 4, 5))) int
failure_set(accountstatus_error *failure, int error_number, int32_t code, const char *format, ...);

// -ENOMEM, described.
int failure_no_memory(accountstatus_error *failure);

// -EOPNOTSUPP: the kernel lacks MADV_WIPEONFORK.
int failure_old_kernel(accountstatus_error *failure);

// Describes an error that the server sent, with its google.rpc details, and returns its errno.
// Details are unpacked into what is left of an arena; without room for them the error stands all
// the same.
int failure_from_status(accountstatus_error *failure, const Google__Rpc__Status *status,
                        wire_arena *arena);

// Whether a detail is said to be of a type, and the message when its bytes are sound; else NULL.
bool failure_is_detail(const Google__Protobuf__Any *detail, const ProtobufCMessageDescriptor *type);
const ProtobufCMessage *failure_unpack_detail(const Google__Protobuf__Any *detail,
                                              const ProtobufCMessageDescriptor *type,
                                              wire_arena *arena);

// The errno, negative, of a gRPC code.
int failure_errno(int32_t code);

// Whether an errno says that the server could not be asked, rather than that the caller is wrong.
bool failure_is_unavailable(int result);

// Copies a failure into as much of the caller's struct as there is; ret_error may be NULL.
void failure_export(const accountstatus_error *failure, accountstatus_error *ret_error);

// Whether a struct that the caller passed can be read: 0, or -EINVAL when its size is less than the
// `least` that its first version had, or -E2BIG when it is newer than this library and uses what
// this library does not know.
int failure_check_grown_size(accountstatus_error *failure, const char *name, const void *given,
                             size_t least, size_t known);

// The same for a struct whose first version ended before `member`, and for one that has not grown.
#define CHECK_GROWN_SIZE(failure, given, type, member)                                             \
  failure_check_grown_size(failure, #given, given, offsetof(type, member), sizeof(type))
#define CHECK_SIZE(failure, given) failure_check_size(failure, #given, given, sizeof *(given))

static inline int failure_check_size(accountstatus_error *failure, const char *name,
                                     const void *given, size_t known) {
  return failure_check_grown_size(failure, name, given, known, known);
}

// Copies as much of a checked struct as the caller's size says; the rest is zero.
void failure_copy_struct(void *copy, size_t known, const void *given);

#endif
