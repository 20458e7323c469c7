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

extern const method get_status, batch_get_status, check_capability, list_statuses, report_facts;

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
