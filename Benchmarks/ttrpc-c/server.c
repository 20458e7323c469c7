/* A minimal ttrpc server: server SOCKET ACCOUNTS. It takes frames and messages apart by hand, and
 * checks nothing that it can do without: the least that a ttrpc server can do. */
#include "accounts.h"
#include "benchmark_servers.h"
#include "epoll_server.h"
#include "frame.h"
#include <errno.h>
#include <unistd.h>

/* Writes a field of bytes; returns what is behind it. */
static uint8_t *put_bytes(uint8_t *at, uint32_t number, const void *bytes, size_t length) {
  at = put_varint(at, number << 3 | 2);
  at = put_varint(at, length);
  memcpy(at, bytes, length);
  return at + length;
}

static uint8_t *put_number(uint8_t *at, uint32_t number, uint64_t value) {
  return put_varint(put_varint(at, number << 3), value);
}

static uint8_t *put_response(uint8_t *at, const struct account *account) {
  uint8_t status[128], response[256];
  uint8_t *end = put_bytes(status, 1, account->id, account_id_length);
  end = put_number(end, 2, account->state);
  end = put_bytes(end, 5, account->capabilities, capability_count);
  end = put_bytes(end, 10, POLICY_EDITION, sizeof POLICY_EDITION - 1);
  end = put_number(end, 11, account->revision);
  uint8_t *response_end = put_bytes(response, 1, status, (size_t)(end - status));
  response_end = put_bytes(response_end, 2, account->token, token_length);
  return put_bytes(at, 2, response, (size_t)(response_end - response));
}

/* Writes google.rpc.Status with a code alone. */
static uint8_t *put_error(uint8_t *at, uint32_t code) {
  uint8_t status[8];
  uint8_t *end = put_number(status, 1, code);
  return put_bytes(at, 1, status, (size_t)(end - status));
}

static bool is_text(const struct field *field, const char *text) {
  return field->length == strlen(text) && memcmp(field->bytes, text, field->length) == 0;
}

/* Takes the fields with numbers 1 to 3. */
static bool take_fields(const uint8_t *at, const uint8_t *end, struct field fields[4]) {
  while (at != NULL && at < end) {
    struct field field = {0};
    at = get_field(at, end, &field);
    if (at != NULL && field.tag >> 3 < 4)
      fields[field.tag >> 3] = field;
  }
  return at != NULL;
}

static uint8_t *answer_request(const struct accounts *accounts, const uint8_t *payload,
                               size_t length, uint8_t *at) {
  struct field envelope[4] = {{0}}, request[4] = {{0}};
  if (!take_fields(payload, payload + length, envelope) || !is_text(&envelope[1], STATUS_SERVICE) ||
      !is_text(&envelope[2], "GetStatus"))
    return put_error(at, 12);
  const uint8_t *message = envelope[3].bytes;
  if (message == NULL || !take_fields(message, message + envelope[3].length, request))
    return put_error(at, 3);
  const struct account *account = accounts_find(accounts, request[1].bytes, request[1].length);
  return account == NULL ? put_error(at, 5) : put_response(at, account);
}

static int answer(void *context, const uint8_t *input, size_t input_length, uint8_t *output,
                  size_t *ret_input_used, size_t *ret_output_used) {
  size_t used = 0;
  uint8_t *end = output;
  while (input_length - used >= frame_header_size) {
    const uint8_t *frame = input + used;
    const size_t length = get_u32(frame);
    if (length > input_size - frame_header_size)
      return -EMSGSIZE;
    if (input_length - used < frame_header_size + length)
      break;
    uint8_t *reply = end;
    end = answer_request(context, frame + frame_header_size, length, reply + frame_header_size);
    put_frame_header(reply, (size_t)(end - reply) - frame_header_size, get_u32(frame + 4),
                     frame_response);
    used += frame_header_size + length;
  }
  *ret_input_used = used;
  *ret_output_used = (size_t)(end - output);
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  struct accounts accounts;
  accounts_make((uint32_t)atoi(argv[2]), &accounts);
  int listener = benchmark_listen(argv[1]);
  int error = listener < 0 ? listener : serve(listener, STDIN_FILENO, answer, &accounts);
  fprintf(stderr, "cannot serve on %s: %s\n", argv[1], strerror(-error));
  return 1;
}
