#include "watch_peer.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

typedef Accountstatus__V1__WatchStatusesResponse response;

static const response empty = ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__INIT;

void serve_watches(peer_connection *connection, void *context) {
  watch_script *script = context;
  peer_request request;
  while (peer_read(connection, &request)) {
    bool is_watch = strcmp(request.method, "WatchStatuses") == 0;
    if (is_watch) {
      Accountstatus__V1__WatchStatusesRequest *message =
          (void *)peer_message(&request, &accountstatus__v1__watch_statuses_request__descriptor);
      watching watching = {connection, request.stream,
                           __atomic_fetch_add(&script->watches, 1, __ATOMIC_SEQ_CST), message,
                           script->context};
      script->watch(&watching);
      accountstatus__v1__watch_statuses_request__free_unpacked(message, NULL);
    } else if (script->call != NULL) {
      script->call(connection, &request, script->context);
    } else {
      peer_serve_request(connection, &request);
    }
    peer_free_request(&request);
    if (is_watch)
      return;
  }
}

// -------------------------------------------------------------------------------------- events

static bytes pack(const response *event) {
  bytes packed = {0};
  uint8_t *data = malloc(protobuf_c_message_get_packed_size(&event->base) + 1);
  bytes_add(&packed, data, protobuf_c_message_pack(&event->base, data));
  free(data);
  return packed;
}

void tell(const watching *watching, const response *event) {
  bytes packed = pack(event);
  peer_write_frame(watching->connection, watching->stream, 3, 0, packed.data, packed.size);
  bytes_free(&packed);
}

bytes event_frame(const watching *watching, const response *event) {
  bytes packed = pack(event), frame = {0};
  const uint8_t header[10] = {(uint8_t)(packed.size >> 24),
                              (uint8_t)(packed.size >> 16),
                              (uint8_t)(packed.size >> 8),
                              (uint8_t)packed.size,
                              (uint8_t)(watching->stream >> 24),
                              (uint8_t)(watching->stream >> 16),
                              (uint8_t)(watching->stream >> 8),
                              (uint8_t)watching->stream,
                              3,
                              0};
  bytes_add(&frame, header, sizeof header);
  bytes_add(&frame, packed.data, packed.size);
  bytes_free(&packed);
  return frame;
}

void tell_resumed(const watching *watching) {
  Accountstatus__V1__WatchResumed resumed = ACCOUNTSTATUS__V1__WATCH_RESUMED__INIT;
  response event = empty;
  event.event_case = ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_RESUMED;
  event.resumed = &resumed;
  tell(watching, &event);
}

void tell_snapshot_begin(const watching *watching) {
  Accountstatus__V1__WatchSnapshotBegin begin = ACCOUNTSTATUS__V1__WATCH_SNAPSHOT_BEGIN__INIT;
  response event = empty;
  event.event_case = ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_SNAPSHOT_BEGIN;
  event.snapshot_begin = &begin;
  tell(watching, &event);
}

static ProtobufCBinaryData token_of(const char *token) {
  return (ProtobufCBinaryData){token == NULL ? 0 : strlen(token), (uint8_t *)token};
}

void tell_snapshot_end(const watching *watching, const char *token) {
  Accountstatus__V1__WatchSnapshotEnd end = ACCOUNTSTATUS__V1__WATCH_SNAPSHOT_END__INIT;
  end.token = token_of(token);
  response event = empty;
  event.event_case = ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_SNAPSHOT_END;
  event.snapshot_end = &end;
  tell(watching, &event);
}

static Google__Protobuf__Timestamp timestamp(int64_t nanoseconds) {
  Google__Protobuf__Timestamp time = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
  time.seconds = nanoseconds / 1000000000;
  time.nanos = (int32_t)(nanoseconds % 1000000000);
  return time;
}

void tell_progress(const watching *watching, const char *token, int64_t as_of) {
  Accountstatus__V1__WatchProgress progress = ACCOUNTSTATUS__V1__WATCH_PROGRESS__INIT;
  Google__Protobuf__Timestamp time = timestamp(as_of);
  progress.token = token_of(token);
  progress.as_of = as_of == 0 ? NULL : &time;
  response event = empty;
  event.event_case = ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_PROGRESS;
  event.progress = &progress;
  tell(watching, &event);
}

void tell_compacted(const watching *watching) {
  Accountstatus__V1__WatchCompacted compacted = ACCOUNTSTATUS__V1__WATCH_COMPACTED__INIT;
  response event = empty;
  event.event_case = ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_COMPACTED;
  event.compacted = &compacted;
  tell(watching, &event);
  peer_write_frame(watching->connection, watching->stream, 3, 5, NULL, 0);
}

// ------------------------------------------------------------------------------------- records

// A status and what it points to.
typedef struct record {
  Accountstatus__V1__AccountStatus status;
  Google__Protobuf__Timestamp since, as_of, next_at;
  Accountstatus__V1__NextTransition next;
  Accountstatus__V1__Reason reason;
  Accountstatus__V1__Reason *reasons[1];
  Accountstatus__V1__Capability capabilities[19];
} record;

static Accountstatus__V1__AccountStatus *make_record(record *record, told told) {
  if (told.id == NULL)
    return NULL;
  Accountstatus__V1__AccountStatus *status = &record->status;
  accountstatus__v1__account_status__init(status);
  record->since = timestamp(INT64_C(1790000000) * 1000000000);
  record->as_of = timestamp(wall_now());
  status->account_id = (char *)told.id;
  status->since = &record->since;
  status->as_of = &record->as_of;
  status->policy_edition = "2020-06";
  status->revision = told.revision;
  bool is_suspended = strncmp(told.id, "suspended-", 10) == 0;
  status->state = is_suspended ? ACCOUNTSTATUS__V1__ACCOUNT_STATE__ACCOUNT_STATE_SUSPENDED
                               : ACCOUNTSTATUS__V1__ACCOUNT_STATE__ACCOUNT_STATE_ACTIVE;
  status->reinstatement_state =
      is_suspended ? ACCOUNTSTATUS__V1__REINSTATEMENT_STATE__REINSTATEMENT_STATE_NOT_REQUESTED
                   : ACCOUNTSTATUS__V1__REINSTATEMENT_STATE__REINSTATEMENT_STATE_NONE;
  status->capabilities = record->capabilities;
  status->n_capabilities = is_suspended ? 1 : 19;
  for (int i = 0; i < 19; i++)
    record->capabilities[i] =
        is_suspended ? ACCOUNTSTATUS__V1__CAPABILITY__CAPABILITY_VIEW_BILLING : i + 1;
  accountstatus__v1__reason__init(&record->reason);
  record->reason.code = ACCOUNTSTATUS__V1__REASON_CODE__REASON_CODE_BILLING_PAST_DUE;
  record->reasons[0] = &record->reason;
  status->reasons = record->reasons;
  status->n_reasons = is_suspended;
  if (told.next_at != 0) {
    accountstatus__v1__next_transition__init(&record->next);
    record->next_at = timestamp(told.next_at);
    record->next.at = &record->next_at;
    record->next.to_state = ACCOUNTSTATUS__V1__ACCOUNT_STATE__ACCOUNT_STATE_SUSPENDED;
    status->next_transition = &record->next;
  }
  return status;
}

void tell_record(const watching *watching, told told) {
  record record;
  response event = empty;
  event.event_case = ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_RECORD;
  event.record = make_record(&record, told);
  tell(watching, &event);
}

void tell_change(const watching *watching, const char *id, told previous, told current,
                 const char *token) {
  record records[2];
  Accountstatus__V1__StatusChange change = ACCOUNTSTATUS__V1__STATUS_CHANGE__INIT;
  change.account_id = (char *)id;
  change.previous = make_record(&records[0], previous);
  change.current = make_record(&records[1], current);
  change.revision = current.revision;
  change.token = token_of(token);
  response event = empty;
  event.event_case = ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_CHANGE;
  event.change = &change;
  tell(watching, &event);
}

void tell_snapshot(const watching *watching, const told *records, size_t count, const char *token) {
  tell_snapshot_begin(watching);
  for (size_t i = 0; i < count; i++)
    tell_record(watching, records[i]);
  tell_snapshot_end(watching, token);
}

int64_t wall_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void tell_progress_while(const watching *watching, const char *token, bool (*holds)(void *),
                         void *context) {
  struct pollfd poll_fd = {.fd = watching->connection->fd, .events = POLLIN};
  while (holds(context)) {
    tell_progress(watching, token, wall_now());
    if (poll(&poll_fd, 1, 20) != 0)
      return;
  }
}

static bool always(void *context) {
  (void)context;
  return true;
}

void tell_progress_until_end(const watching *watching, const char *token) {
  tell_progress_while(watching, token, always, NULL);
}
