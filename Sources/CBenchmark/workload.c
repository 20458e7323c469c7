#include "benchmark_workload.h"
#include "facts.h"
#include "frame.h"
#include "unary_call.h"
#include <accountstatus/v1/admin_service.pb-c.h>
#include <accountstatus/v1/ledger_service.pb-c.h>
#include <accountstatus/v1/status_service.pb-c.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Facts of one ReportFacts call: as many as the contract allows. */
enum { facts_per_call = 1000 };

/* Frames ------------------------------------------------------------------------------------ */

/* Takes room for `count` frames of at most `size` bytes. */
static int make_frames(uint32_t count, size_t size, struct benchmark_frames *ret_frames) {
  struct benchmark_frames frames = {.bytes = malloc(count * size),
                                    .offsets = malloc((count + 1) * sizeof *frames.offsets),
                                    .count = count};
  if (frames.bytes == NULL || frames.offsets == NULL) {
    benchmark_frames_free(&frames);
    return -ENOMEM;
  }
  frames.offsets[0] = 0;
  *ret_frames = frames;
  return 0;
}

void benchmark_frames_free(struct benchmark_frames *frames) {
  free(frames->bytes);
  free(frames->offsets);
  *frames = (struct benchmark_frames){0};
}

static void put_frame(struct benchmark_frames *frames, uint32_t n, const char *service,
                      const char *method, const ProtobufCMessage *request) {
  size_t size = request_frame_size(service, method, protobuf_c_message_get_packed_size(request));
  put_request_frame(frames->bytes + frames->offsets[n], service, method, request);
  frames->offsets[n + 1] = frames->offsets[n] + size;
}

int benchmark_get_frames(uint32_t accounts, struct benchmark_frames *ret_frames) {
  int error = make_frames(accounts, 256, ret_frames);
  for (uint32_t n = 0; error == 0 && n < accounts; n++) {
    char id[BENCHMARK_ACCOUNT_ID_LENGTH + 1];
    benchmark_account_id(n, id);
    Accountstatus__V1__GetStatusRequest request = ACCOUNTSTATUS__V1__GET_STATUS_REQUEST__INIT;
    request.account_id = id;
    put_frame(ret_frames, n, STATUS_SERVICE, "GetStatus", &request.base);
  }
  return error;
}

int benchmark_report_frames(uint32_t accounts, uint32_t first, uint32_t count,
                            struct benchmark_frames *ret_frames) {
  int error = make_frames(count, 512, ret_frames);
  int64_t now = time(NULL);
  for (uint32_t k = 0; error == 0 && k < count; k++) {
    struct fact fact;
    make_report(&fact, accounts, first + k, now);
    Accountstatus__V1__Fact *facts[] = {&fact.message};
    Accountstatus__V1__ReportFactsRequest request = ACCOUNTSTATUS__V1__REPORT_FACTS_REQUEST__INIT;
    request.facts = facts;
    request.n_facts = 1;
    put_frame(ret_frames, k, LEDGER_SERVICE, "ReportFacts", &request.base);
  }
  return error;
}

/* Preparing a daemon ------------------------------------------------------------------------- */

struct batch {
  struct fact facts[facts_per_call];
  Accountstatus__V1__Fact *pointers[facts_per_call];
  size_t count;
};

static int report(struct caller *caller, struct batch *batch) {
  for (size_t i = 0; i < batch->count; i++)
    batch->pointers[i] = &batch->facts[i].message;
  Accountstatus__V1__ReportFactsRequest request = ACCOUNTSTATUS__V1__REPORT_FACTS_REQUEST__INIT;
  request.facts = batch->pointers;
  request.n_facts = batch->count;
  uint8_t *frame;
  size_t size;
  ProtobufCBinaryData payload;
  int error =
      caller_call(caller, LEDGER_SERVICE, "ReportFacts", &request.base, &frame, &size, &payload);
  if (error == 0)
    free(frame);
  batch->count = 0;
  return error;
}

static int report_accounts(struct caller *caller, uint32_t accounts, struct batch *batch) {
  int64_t now = time(NULL);
  int error = 0;
  for (uint32_t n = 0; error == 0 && n < accounts; n++) {
    make_registration(&batch->facts[batch->count++], n, now);
    batch->count += make_situation(&batch->facts[batch->count], n, now);
    if (batch->count + 2 > facts_per_call || n + 1 == accounts)
      error = report(caller, batch);
  }
  return error;
}

int benchmark_register(const char *socket_path, uint32_t accounts) {
  struct caller caller;
  int error = caller_connect(&caller, socket_path);
  if (error < 0)
    return error;
  struct batch *batch = calloc(1, sizeof *batch);
  error = batch == NULL ? -ENOMEM : report_accounts(&caller, accounts, batch);
  free(batch);
  caller_close(&caller);
  return error;
}

/* Looking at a daemon ------------------------------------------------------------------------ */

static Accountstatus__V1__AccountState expected_state(uint32_t n) {
  switch (benchmark_situation_of(n)) {
  case BENCHMARK_PAST_DUE:
  case BENCHMARK_REJECTED:
  case BENCHMARK_ABUSIVE:
    return ACCOUNTSTATUS__V1__ACCOUNT_STATE__ACCOUNT_STATE_SUSPENDED;
  case BENCHMARK_CLOSED:
    return ACCOUNTSTATUS__V1__ACCOUNT_STATE__ACCOUNT_STATE_CLOSED;
  case BENCHMARK_NOT_COVERED:
    return ACCOUNTSTATUS__V1__ACCOUNT_STATE__ACCOUNT_STATE_NOT_COVERED;
  default:
    return ACCOUNTSTATUS__V1__ACCOUNT_STATE__ACCOUNT_STATE_ACTIVE;
  }
}

static int verify_account(struct caller *caller, uint32_t n, size_t *ret_reply_size) {
  char id[BENCHMARK_ACCOUNT_ID_LENGTH + 1];
  benchmark_account_id(n, id);
  Accountstatus__V1__GetStatusRequest request = ACCOUNTSTATUS__V1__GET_STATUS_REQUEST__INIT;
  request.account_id = id;
  uint8_t *frame;
  ProtobufCBinaryData payload;
  int error = caller_call(caller, STATUS_SERVICE, "GetStatus", &request.base, &frame,
                          ret_reply_size, &payload);
  if (error < 0)
    return error;
  Accountstatus__V1__GetStatusResponse *response =
      accountstatus__v1__get_status_response__unpack(NULL, payload.len, payload.data);
  bool right = response != NULL && response->status != NULL &&
               strcmp(response->status->account_id, id) == 0 &&
               response->status->state == expected_state(n);
  if (!right)
    fprintf(stderr, "accountstatus-bench: %s: state %d, expected %d\n", id,
            response != NULL && response->status != NULL ? (int)response->status->state : -1,
            (int)expected_state(n));
  if (response != NULL)
    accountstatus__v1__get_status_response__free_unpacked(response, NULL);
  free(frame);
  return right ? 0 : -EBADMSG;
}

int benchmark_verify(const char *socket_path, uint32_t accounts, uint32_t samples,
                     size_t *ret_reply_size) {
  if (samples == 0 || accounts == 0)
    return -EINVAL;
  struct caller caller;
  int error = caller_connect(&caller, socket_path);
  if (error < 0)
    return error;
  uint64_t total = 0;
  for (uint32_t i = 0; error == 0 && i < samples; i++) {
    size_t size = 0;
    error = verify_account(&caller, (uint32_t)((uint64_t)i * accounts / samples), &size);
    total += size;
  }
  caller_close(&caller);
  if (error == 0)
    *ret_reply_size = (size_t)((total + samples / 2) / samples);
  return error;
}

static uint64_t nanoseconds(const Google__Protobuf__Duration *duration) {
  return duration == NULL ? 0
                          : (uint64_t)duration->seconds * 1000000000 + (uint64_t)duration->nanos;
}

/* Finds a method in the daemon's figures. */
static int find_method(const ProtobufCBinaryData *payload, const char *method, uint64_t *ret_p50,
                       uint64_t *ret_p99) {
  Accountstatus__V1__GetStatsResponse *stats =
      accountstatus__v1__get_stats_response__unpack(NULL, payload->len, payload->data);
  if (stats == NULL)
    return -EBADMSG;
  int error = -ENOENT;
  for (size_t i = 0; error != 0 && i < stats->n_methods; i++) {
    if (strcmp(stats->methods[i]->method, method) != 0)
      continue;
    *ret_p50 = nanoseconds(stats->methods[i]->p50);
    *ret_p99 = nanoseconds(stats->methods[i]->p99);
    error = 0;
  }
  accountstatus__v1__get_stats_response__free_unpacked(stats, NULL);
  return error;
}

int benchmark_method_times(const char *socket_path, const char *method, uint64_t *ret_p50,
                           uint64_t *ret_p99) {
  struct caller caller;
  int error = caller_connect(&caller, socket_path);
  if (error < 0)
    return error;
  Accountstatus__V1__GetStatsRequest request = ACCOUNTSTATUS__V1__GET_STATS_REQUEST__INIT;
  uint8_t *frame;
  size_t size;
  ProtobufCBinaryData payload;
  error = caller_call(&caller, ADMIN_SERVICE, "GetStats", &request.base, &frame, &size, &payload);
  if (error == 0) {
    error = find_method(&payload, method, ret_p50, ret_p99);
    free(frame);
  }
  caller_close(&caller);
  return error;
}
