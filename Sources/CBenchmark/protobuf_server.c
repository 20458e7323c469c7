#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "benchmark_servers.h"
#include "benchmark_workload.h"
#include "epoll_server.h"
#include "frame.h"
#include <accountstatus/v1/status_service.pb-c.h>
#include <errno.h>
#include <google/rpc/status.pb-c.h>
#include <stdlib.h>
#include <time.h>

enum { capabilities_max = 19, edition_size = 8, token_size = 29 };

/* A current status, as a server of this kind would keep it. */
struct account {
  char id[BENCHMARK_ACCOUNT_ID_LENGTH + 1];
  enum benchmark_situation situation;
  int64_t since;
  uint64_t revision;
};

struct accounts {
  struct account *all;
  uint32_t *slots;
  uint32_t mask;
};

static uint64_t hash(const char *id) {
  uint64_t value = UINT64_C(0xcbf29ce484222325);
  for (; *id != 0; id++)
    value = (value ^ (uint8_t)*id) * UINT64_C(0x100000001b3);
  return value ^ value >> 32;
}

static const struct account *find(const struct accounts *accounts, const char *id) {
  for (uint64_t slot = hash(id);; slot++) {
    uint32_t number = accounts->slots[slot & accounts->mask];
    if (number == 0)
      return NULL;
    if (strcmp(accounts->all[number - 1].id, id) == 0)
      return &accounts->all[number - 1];
  }
}

static int make_accounts(uint32_t count, struct accounts *ret_accounts) {
  uint32_t slots = 64;
  while (slots < count * 2)
    slots *= 2;
  struct accounts accounts = {.all = calloc(count, sizeof *accounts.all),
                              .slots = calloc(slots, sizeof *accounts.slots),
                              .mask = slots - 1};
  *ret_accounts = accounts;
  if (accounts.all == NULL || accounts.slots == NULL)
    return -ENOMEM;
  for (uint32_t n = 0; n < count; n++) {
    struct account *account = &accounts.all[n];
    benchmark_account_id(n, account->id);
    account->situation = benchmark_situation_of(n);
    account->since = 1700000000 + n;
    account->revision = 1 + n % 3;
    uint64_t slot = hash(account->id);
    while (accounts.slots[slot & accounts.mask] != 0)
      slot++;
    accounts.slots[slot & accounts.mask] = n + 1;
  }
  return 0;
}

/* A status and everything it points to, so that nothing is allocated to pack it. */
struct answer {
  Accountstatus__V1__GetStatusResponse response;
  Accountstatus__V1__AccountStatus status;
  Accountstatus__V1__Reason reason;
  Accountstatus__V1__Reason *reasons[1];
  Accountstatus__V1__Capability capabilities[capabilities_max];
  Accountstatus__V1__Notice notices[1];
  Accountstatus__V1__NextTransition next;
  Google__Protobuf__Timestamp since, next_at, as_of;
  char edition[edition_size];
  uint8_t token[token_size];
};

static Accountstatus__V1__AccountState state_of(enum benchmark_situation situation) {
  switch (situation) {
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

/* Fills in capabilities first..last but for those denied. */
static void allow(struct answer *answer, int first, int last, uint32_t denied) {
  for (int capability = first; capability <= last; capability++)
    if (!(denied >> capability & 1))
      answer->capabilities[answer->status.n_capabilities++] =
          (Accountstatus__V1__Capability)capability;
}

static void add_reason(struct answer *answer, Accountstatus__V1__ReasonCode code) {
  answer->reason = (Accountstatus__V1__Reason)ACCOUNTSTATUS__V1__REASON__INIT;
  answer->reason.code = code;
  answer->reasons[0] = &answer->reason;
  answer->status.reasons = answer->reasons;
  answer->status.n_reasons = 1;
}

static void add_notice(struct answer *answer, Accountstatus__V1__Notice notice) {
  answer->notices[0] = notice;
  answer->status.notices = answer->notices;
  answer->status.n_notices = 1;
}

static void add_situation(struct answer *answer, const struct account *account) {
  switch (account->situation) {
  case BENCHMARK_REGISTERED:
    add_notice(answer, ACCOUNTSTATUS__V1__NOTICE__NOTICE_NO_EVIDENCE);
    break;
  case BENCHMARK_DELINQUENT:
    add_notice(answer, ACCOUNTSTATUS__V1__NOTICE__NOTICE_PAYMENT_DELINQUENT);
    answer->next = (Accountstatus__V1__NextTransition)ACCOUNTSTATUS__V1__NEXT_TRANSITION__INIT;
    answer->next.to_state = ACCOUNTSTATUS__V1__ACCOUNT_STATE__ACCOUNT_STATE_SUSPENDED;
    answer->next_at.seconds = account->since + 86400;
    answer->next.at = &answer->next_at;
    answer->status.next_transition = &answer->next;
    break;
  case BENCHMARK_PAST_DUE:
    add_reason(answer, ACCOUNTSTATUS__V1__REASON_CODE__REASON_CODE_BILLING_PAST_DUE);
    break;
  case BENCHMARK_REJECTED:
    add_reason(answer, ACCOUNTSTATUS__V1__REASON_CODE__REASON_CODE_PROFILE_FAILED_OR_REJECTED);
    break;
  case BENCHMARK_ABUSIVE:
    add_reason(answer, ACCOUNTSTATUS__V1__REASON_CODE__REASON_CODE_ACCOUNT_ABUSE);
    break;
  case BENCHMARK_VERIFIED:
  case BENCHMARK_CLOSED:
  case BENCHMARK_NOT_COVERED:
    break;
  }
}

static void make_answer(struct answer *answer, const struct account *account) {
  static const uint32_t denied_while_suspended =
      1u << 4 | 1u << 5 | 1u << 6 | 1u << 7 | 1u << 12 | 1u << 13 | 1u << 14;
  answer->response =
      (Accountstatus__V1__GetStatusResponse)ACCOUNTSTATUS__V1__GET_STATUS_RESPONSE__INIT;
  answer->status = (Accountstatus__V1__AccountStatus)ACCOUNTSTATUS__V1__ACCOUNT_STATUS__INIT;
  answer->since = answer->next_at = answer->as_of =
      (Google__Protobuf__Timestamp)GOOGLE__PROTOBUF__TIMESTAMP__INIT;
  Accountstatus__V1__AccountStatus *status = &answer->status;
  status->account_id = (char *)account->id;
  status->state = state_of(account->situation);
  answer->since.seconds = account->since;
  status->since = &answer->since;
  status->capabilities = answer->capabilities;
  bool suspended = status->state == ACCOUNTSTATUS__V1__ACCOUNT_STATE__ACCOUNT_STATE_SUSPENDED;
  if (suspended)
    allow(answer, 1, capabilities_max, denied_while_suspended);
  else if (status->state == ACCOUNTSTATUS__V1__ACCOUNT_STATE__ACCOUNT_STATE_ACTIVE)
    allow(answer, 1, capabilities_max, 0);
  else
    allow(answer, 15, 18, 1u << 17);
  add_situation(answer, account);
  status->reinstatement_state =
      suspended ? ACCOUNTSTATUS__V1__REINSTATEMENT_STATE__REINSTATEMENT_STATE_NOT_REQUESTED
                : ACCOUNTSTATUS__V1__REINSTATEMENT_STATE__REINSTATEMENT_STATE_NONE;
  memcpy(answer->edition, "2020-06", edition_size);
  status->policy_edition = answer->edition;
  status->revision = account->revision;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  answer->as_of.seconds = now.tv_sec;
  answer->as_of.nanos = (int32_t)now.tv_nsec;
  status->as_of = &answer->as_of;
  answer->response.status = status;
  memset(answer->token, 1, token_size);
  answer->response.token.data = answer->token;
  answer->response.token.len = token_size;
}

/* Writes a Response frame around a packed message; returns what is behind it. */
static uint8_t *put_response(uint8_t *frame, uint32_t stream, uint8_t tag,
                             const ProtobufCMessage *message) {
  size_t length = protobuf_c_message_get_packed_size(message);
  uint8_t *end = frame + frame_header_size;
  *end++ = tag;
  end = put_varint(end, length);
  end += protobuf_c_message_pack(message, end);
  put_frame_header(frame, (size_t)(end - frame) - frame_header_size, stream, frame_response);
  return end;
}

static uint8_t *put_error(uint8_t *frame, uint32_t stream, int32_t code, const char *text) {
  Google__Rpc__Status status = GOOGLE__RPC__STATUS__INIT;
  status.code = code;
  status.message = (char *)text;
  return put_response(frame, stream, 1 << 3 | 2, &status.base);
}

/* Answers one request, of which the envelope's payload is given. */
static uint8_t *answer_request(const struct accounts *accounts, uint32_t stream,
                               const struct field *payload, uint8_t *output) {
  Accountstatus__V1__GetStatusRequest *request =
      accountstatus__v1__get_status_request__unpack(NULL, payload->length, payload->bytes);
  if (request == NULL)
    return put_error(output, stream, 3, "the request does not decode");
  const struct account *account = find(accounts, request->account_id);
  if (account == NULL) {
    output = put_error(output, stream, 5, "no such account");
  } else {
    struct answer answer;
    make_answer(&answer, account);
    output = put_response(output, stream, response_payload_tag, &answer.response.base);
  }
  accountstatus__v1__get_status_request__free_unpacked(request, NULL);
  return output;
}

static bool is_text(const struct field *field, const char *text) {
  return field->length == strlen(text) && memcmp(field->bytes, text, field->length) == 0;
}

static uint8_t *answer_frame(const struct accounts *accounts, const uint8_t *frame, size_t length,
                             uint8_t *output) {
  uint32_t stream = get_u32(frame + 4);
  struct field fields[4] = {{0}};
  const uint8_t *end = frame + frame_header_size + length;
  for (const uint8_t *at = frame + frame_header_size; at < end;) {
    struct field field = {0};
    at = get_field(at, end, &field);
    if (at == NULL)
      return put_error(output, stream, 3, "the envelope does not decode");
    if (field.tag >> 3 < 4 && (field.tag & 7) == 2)
      fields[field.tag >> 3] = field;
  }
  if (!is_text(&fields[1], STATUS_SERVICE) || !is_text(&fields[2], "GetStatus"))
    return put_error(output, stream, 12, "no such method");
  return answer_request(accounts, stream, &fields[3], output);
}

static int answer_frames(void *context, const uint8_t *input, size_t input_length, uint8_t *output,
                         size_t *ret_input_used, size_t *ret_output_used) {
  size_t used = 0;
  uint8_t *end = output;
  while (input_length - used >= frame_header_size) {
    size_t length = get_u32(input + used);
    if (length > input_size - frame_header_size)
      return -EMSGSIZE;
    if (input_length - used < frame_header_size + length)
      break;
    end = answer_frame(context, input + used, length, end);
    used += frame_header_size + length;
  }
  *ret_input_used = used;
  *ret_output_used = (size_t)(end - output);
  return 0;
}

int benchmark_serve_protobuf(int listener, uint32_t accounts, int stop) {
  struct accounts all;
  int error = make_accounts(accounts, &all);
  if (error == 0)
    error = serve(listener, stop, answer_frames, &all);
  free(all.all);
  free(all.slots);
  return error;
}
