// A unary call: request out, answer in, repeated once where that does no harm.

#ifndef CALL_H
#define CALL_H

#include "failure.h"
#include "handle.h"

// A method of the protocol.
typedef struct method {
  const char *service;
  const char *name;
  // Whether its proto gives an idempotency_level: only then may a call be repeated.
  bool idempotent;
} method;

extern const method get_status, batch_get_status, check_capability, list_statuses, watch_statuses,
    report_facts;

typedef struct call {
  const method *method;
  const ProtobufCMessage *request;
  const ProtobufCMessageDescriptor *answer_type;
  // Of the monotonic clock.
  int64_t deadline;
  bool wait_for_server;
} call;

// An answer, and the connection in whose memory it lies.
typedef struct answer {
  accountstatus *handle;
  connection *connection;
  // The answer's bytes, and the message that call_make makes of them; NULL when the call failed.
  ProtobufCBinaryData payload;
  const ProtobufCMessage *message;
  // The server's error, when that is why the call failed.
  const Google__Rpc__Status *status;
} answer;

// The frame that a request is sent in; a timeout of 0 is none. 0, -E2BIG or -ENOMEM; the caller
// frees it.
int call_make_frame(const method *method, const ProtobufCBinaryData *payload, uint32_t stream,
                    int64_t timeout, ProtobufCBinaryData *ret_frame, accountstatus_error *failure);

// Checks and unpacks a message into what is left of an arena. `what` names it in *failure. 0,
// -EPROTO or -ENOMEM.
int call_unpack(const method *method, wire_arena *arena, const char *what,
                const ProtobufCMessageDescriptor *type, const ProtobufCBinaryData *bytes,
                const ProtobufCMessage **ret_message, accountstatus_error *failure);

// Opens the envelope that is a Response's payload, in an arena that is made empty for it: 0 and the
// answer's bytes, or the server's error, described, and *ret_status.
int call_open_envelope(const method *method, wire_arena *arena, const ProtobufCBinaryData *payload,
                       ProtobufCBinaryData *ret_answer, const Google__Rpc__Status **ret_status,
                       accountstatus_error *failure);

// Makes a call, up to the bytes of the answer. *ret_answer is always set and must be released.
int call_exchange(accountstatus *handle, const call *call, answer *ret_answer,
                  accountstatus_error *failure);

// Makes a call and unpacks its answer. *ret_answer is always set and must be released.
int call_make(accountstatus *handle, const call *call, answer *ret_answer,
              accountstatus_error *failure);

// Gives the connection back: all that the answer points to is gone.
void answer_release(answer *answer);

// Counts how a public call ended.
void call_count(accountstatus *handle, int result);

// Counts it, and hands a failure to the caller; returns the result.
int call_end(accountstatus *handle, int result, const accountstatus_error *failure,
             accountstatus_error *ret_error);

#endif
