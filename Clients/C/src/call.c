#include "call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ttrpc/ttrpc.pb-c.h"

#define STATUS_SERVICE "accountstatus.v1.StatusService"
#define LEDGER_SERVICE "accountstatus.v1.LedgerService"

const method get_status = {STATUS_SERVICE, "GetStatus", true};
const method batch_get_status = {STATUS_SERVICE, "BatchGetStatus", true};
const method check_capability = {STATUS_SERVICE, "CheckCapability", true};
const method list_statuses = {STATUS_SERVICE, "ListStatuses", true};
const method watch_statuses = {STATUS_SERVICE, "WatchStatuses", true};
const method report_facts = {LEDGER_SERVICE, "ReportFacts", true};

static void write_big_endian(uint8_t *bytes, uint32_t value) {
  bytes[0] = (uint8_t)(value >> 24);
  bytes[1] = (uint8_t)(value >> 16);
  bytes[2] = (uint8_t)(value >> 8);
  bytes[3] = (uint8_t)value;
}

int call_make_frame(const method *method, const ProtobufCBinaryData *payload, uint32_t stream,
                    int64_t timeout, ProtobufCBinaryData *ret_frame, accountstatus_error *failure) {
  Ttrpc__Request request = TTRPC__REQUEST__INIT;
  request.service = (char *)method->service;
  request.method = (char *)method->name;
  request.payload = *payload;
  request.timeout_nano = timeout;
  size_t size = ttrpc__request__get_packed_size(&request);
  if (size > LARGEST_PAYLOAD)
    return failure_set(failure, E2BIG, ACCOUNTSTATUS_CODE_RESOURCE_EXHAUSTED,
                       "the request has %zu bytes, more than %d", size, LARGEST_PAYLOAD);
  uint8_t *frame = malloc(FRAME_HEADER + size);
  if (frame == NULL)
    return failure_no_memory(failure);
  write_big_endian(frame, (uint32_t)size);
  write_big_endian(frame + 4, stream);
  frame[8] = FRAME_REQUEST;
  frame[9] = FRAME_REMOTE_CLOSED; // nothing follows the request
  ttrpc__request__pack(&request, frame + FRAME_HEADER);
  *ret_frame = (ProtobufCBinaryData){FRAME_HEADER + size, frame};
  return 0;
}

static int nonsense(accountstatus_error *failure, const method *method, const char *what,
                    const wire_check_error *error) {
  return failure_set(failure, EPROTO, ACCOUNTSTATUS_CODE_INTERNAL, "the %s of %s: %s%s%s", what,
                     method->name, error->path, error->path[0] == '\0' ? "" : " ",
                     wire_check_reason_text(error->reason));
}

int call_unpack(const method *method, wire_arena *arena, const char *what,
                const ProtobufCMessageDescriptor *type, const ProtobufCBinaryData *bytes,
                const ProtobufCMessage **ret_message, accountstatus_error *failure) {
  wire_check_limits limits = wire_check_limits_default();
  limits.max_memory = wire_arena_cap(bytes->len, WIRE_ARENA_FACTS);
  wire_check_error error;
  if (wire_check(type, bytes->data, bytes->len, &limits, &error) < 0)
    return nonsense(failure, method, what, &error);
  *ret_message =
      protobuf_c_message_unpack(type, wire_arena_allocator(arena), bytes->len, bytes->data);
  return *ret_message == NULL ? failure_no_memory(failure) : 0;
}

int call_open_envelope(const method *method, wire_arena *arena, const ProtobufCBinaryData *payload,
                       ProtobufCBinaryData *ret_answer, const Google__Rpc__Status **ret_status,
                       accountstatus_error *failure) {
  // Room for the envelope, and for the answer or the details of an error.
  wire_arena_reset(arena, 4 * wire_arena_cap(payload->len, WIRE_ARENA_FACTS));
  const ProtobufCMessage *envelope;
  int result = call_unpack(method, arena, "envelope", &ttrpc__response__descriptor, payload,
                           &envelope, failure);
  if (result < 0)
    return result;
  const Ttrpc__Response *response = (const Ttrpc__Response *)envelope;
  if (response->status != NULL && response->status->code != ACCOUNTSTATUS_CODE_OK) {
    *ret_status = response->status;
    return failure_from_status(failure, response->status, arena);
  }
  *ret_answer = response->payload;
  return 0;
}

static int describe(const call *call, int result, accountstatus_error *failure) {
  const char *method = call->method->name;
  switch (result) {
  case -ETIMEDOUT:
    return failure_set(failure, ETIMEDOUT, ACCOUNTSTATUS_CODE_DEADLINE_EXCEEDED,
                       "%s was not answered in time", method);
  case -EPIPE:
    return failure_set(failure, ECONNREFUSED, ACCOUNTSTATUS_CODE_UNAVAILABLE,
                       "the connection broke during %s", method);
  case -EMSGSIZE:
    return failure_set(failure, EMSGSIZE, ACCOUNTSTATUS_CODE_RESOURCE_EXHAUSTED,
                       "the answer to %s exceeds %d bytes", method, LARGEST_PAYLOAD);
  case -ENOMEM:
    return failure_no_memory(failure);
  default:
    return failure_set(failure, EPROTO, ACCOUNTSTATUS_CODE_INTERNAL,
                       "what came back for %s is no ttrpc answer", method);
  }
}

// Whether the server refused the call because it is going away, which has no reason, or that one.
static bool is_going_away(const accountstatus_error *failure) {
  return failure->code == ACCOUNTSTATUS_CODE_UNAVAILABLE &&
         (failure->reason[0] == '\0' || strcmp(failure->reason, "SHUTTING_DOWN") == 0);
}

// One attempt. *again is set when the call may be repeated on a fresh connection.
static int attempt(const call *call, const ProtobufCBinaryData *request, answer *answer,
                   bool *again, accountstatus_error *failure) {
  accountstatus *handle = answer->handle;
  connection *connection = answer->connection;
  int result = handle_connect(handle, connection, call->deadline, call->wait_for_server, failure);
  if (result < 0)
    return result;
  uint32_t stream = connection_take_stream(connection);
  if (stream == 0) {
    // All ids of this connection are used up; no byte was sent.
    connection_close(connection);
    *again = true;
    return describe(call, -EPIPE, failure);
  }
  int64_t timeout = call->deadline - monotonic_now();
  if (timeout <= 0)
    return describe(call, -ETIMEDOUT, failure);
  ProtobufCBinaryData frame = {0};
  result = call_make_frame(call->method, request, stream, timeout, &frame, failure);
  if (result < 0)
    return result;
  exchange_events events = {0};
  ProtobufCBinaryData payload = {0};
  int64_t spin = handle_begin_spin(handle);
  result = connection_exchange(connection, stream, frame.data, frame.len, call->deadline, spin,
                               &events, &payload);
  handle_end_spin(handle, spin, &events);
  free(frame.data);
  count(&handle->counters.late_answers, events.late_answers);
  if (result < 0) {
    if (result == -EPIPE)
      atomic_store(&handle->is_lost, true);
    *again = result == -EPIPE && (call->method->idempotent || !events.sent);
    return describe(call, result, failure);
  }
  result = call_open_envelope(call->method, connection->arena, &payload, &answer->payload,
                              &answer->status, failure);
  connection_consume(connection);
  // A server that is going away says so on each stream; its successor may be there already. The
  // connection's arena, where the error lies, survives its closing.
  if (answer->status != NULL && is_going_away(failure)) {
    connection_close(connection);
    atomic_store(&handle->is_lost, true);
    *again = call->method->idempotent;
  } else if (result == -EPROTO) {
    connection_close(connection);
  }
  return result;
}

static int take_connection(accountstatus *handle, const call *call, answer *answer,
                           accountstatus_error *failure) {
  int result = handle_take(handle, call->deadline, &answer->connection, failure);
  if (result == 0 && answer->connection->arena == NULL) {
    answer->connection->arena = wire_arena_create();
    if (answer->connection->arena == NULL)
      return failure_no_memory(failure);
  }
  return result;
}

int call_exchange(accountstatus *handle, const call *call, answer *ret_answer,
                  accountstatus_error *failure) {
  *ret_answer = (answer){.handle = handle};
  size_t size = protobuf_c_message_get_packed_size(call->request);
  uint8_t *packed = malloc(size + 1);
  if (packed == NULL)
    return failure_no_memory(failure);
  protobuf_c_message_pack(call->request, packed);
  ProtobufCBinaryData request = {size, packed};

  int result = take_connection(handle, call, ret_answer, failure);
  if (result == 0) {
    bool again = false;
    result = attempt(call, &request, ret_answer, &again, failure);
    if (again) {
      count(&handle->counters.retries, 1);
      ret_answer->status = NULL;
      result = attempt(call, &request, ret_answer, &again, failure);
    }
  }
  free(packed);
  count(&handle->counters.answered_by_call, result == 0 || ret_answer->status != NULL);
  if (result == -EPROTO)
    count(&handle->counters.protocol_errors, 1);
  return result;
}

int call_make(accountstatus *handle, const call *call, answer *ret_answer,
              accountstatus_error *failure) {
  int result = call_exchange(handle, call, ret_answer, failure);
  if (result < 0)
    return result;
  connection *connection = ret_answer->connection;
  result = call_unpack(call->method, connection->arena, "answer", call->answer_type,
                       &ret_answer->payload, &ret_answer->message, failure);
  if (result == -EPROTO) {
    count(&handle->counters.protocol_errors, 1);
    connection_close(connection);
  }
  return result;
}

void answer_release(answer *answer) {
  if (answer->connection != NULL)
    handle_give_back(answer->handle, answer->connection);
  answer->connection = NULL;
}

void call_count(accountstatus *handle, int result) {
  count(&handle->counters.calls, 1);
  count(&handle->counters.unavailable, failure_is_unavailable(result));
  count(&handle->counters.timeouts, result == -ETIMEDOUT);
}

int call_end(accountstatus *handle, int result, const accountstatus_error *failure,
             accountstatus_error *ret_error) {
  call_count(handle, result);
  if (result < 0)
    failure_export(failure, ret_error);
  return result;
}
