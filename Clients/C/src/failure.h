// Errors on their way to the caller.

#ifndef FAILURE_H
#define FAILURE_H

#include <accountstatus.h>
#include <stdbool.h>

#include "CWireCheck.h"
#include "google/rpc/status.pb-c.h"

// Describes a failure and returns -error_number.
__attribute__((format(printf, 4, 5))) int
failure_set(accountstatus_error *failure, int error_number, int32_t code, const char *format, ...);

// -ENOMEM, described.
int failure_no_memory(accountstatus_error *failure);

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

// Whether a struct that the caller passed can be read: 0, or -EINVAL when its size was not set, or
// -E2BIG when it is newer than this library and uses what this library does not know.
int failure_check_size(accountstatus_error *failure, const char *name, const void *given,
                       size_t known);

#define CHECK_SIZE(failure, given) failure_check_size(failure, #given, given, sizeof *(given))

#endif
