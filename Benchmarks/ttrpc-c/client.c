/* A minimal ttrpc client: blocking, by hand. It drives every ttrpc server, ours included. */
#include "accounts.h"
#include "frame.h"
#include "generator.h"
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum { frame_size = 128, depth_max = 1024, streams_remembered = 1 << 18 };

struct connection {
  int descriptor;
  uint32_t next_stream;
  /* A request that lacks its stream and the id, which is at its end. */
  uint8_t request[frame_size];
  size_t request_size;
  size_t have;
  uint8_t input[64 * 1024];
  /* The account asked for on a stream; servers answer far out of order. */
  uint32_t asked[streams_remembered];
};

static uint8_t *put_text(uint8_t *at, uint32_t field, const char *text) {
  at = put_varint(at, field << 3 | 2);
  at = put_varint(at, strlen(text));
  memcpy(at, text, strlen(text));
  return at + strlen(text);
}

static void make_request(struct connection *connection) {
  uint8_t *frame = connection->request;
  uint8_t *end = put_text(frame + frame_header_size, 1, STATUS_SERVICE);
  end = put_text(end, 2, "GetStatus");
  *end++ = 3 << 3 | 2;
  *end++ = 2 + account_id_length;
  *end++ = 1 << 3 | 2;
  *end++ = account_id_length;
  end += account_id_length;
  connection->request_size = (size_t)(end - frame);
  put_frame_header(frame, connection->request_size - frame_header_size, 0, frame_request);
}

static void *open_connection(const char *socket_path) {
  struct connection *connection = calloc(1, sizeof *connection);
  if (connection == NULL)
    generator_fail("no memory");
  connection->descriptor = generator_connect(socket_path);
  connection->next_stream = 1;
  make_request(connection);
  return connection;
}

/* Writes the frame of a new call. */
static uint8_t *put_call(struct connection *connection, uint32_t account, uint8_t *frame) {
  char id[account_id_length + 1];
  account_id(account, id);
  memcpy(frame, connection->request, connection->request_size);
  put_u32(frame + 4, connection->next_stream);
  memcpy(frame + connection->request_size - account_id_length, id, account_id_length);
  connection->asked[connection->next_stream / 2 % streams_remembered] = account;
  connection->next_stream += 2;
  return frame + connection->request_size;
}

/* The bytes of a field; none: empty. All fields are read, as a client must. */
static struct field find_bytes(struct field message, uint32_t number) {
  struct field found = {0};
  const uint8_t *end = message.bytes + message.length;
  for (const uint8_t *at = message.bytes; at != NULL && at < end;) {
    struct field field = {0};
    at = get_field(at, end, &field);
    if (at != NULL && field.tag == (number << 3 | 2))
      found = field;
  }
  return found;
}

/* Takes a whole frame from the start of `bytes`; returns its size, or 0 if it is not there. */
static size_t take_reply(struct connection *connection, const uint8_t *bytes, size_t length,
                         bool *ret_is_right) {
  if (length < frame_header_size)
    return 0;
  const size_t size = frame_header_size + get_u32(bytes);
  if (size > sizeof connection->input)
    generator_fail("a frame of %zu bytes", size);
  if (length < size)
    return 0;
  char id[account_id_length + 1];
  account_id(connection->asked[get_u32(bytes + 4) / 2 % streams_remembered], id);
  struct field field = {.bytes = bytes + frame_header_size, .length = size - frame_header_size};
  /* Response.payload, GetStatusResponse.status, AccountStatus.account_id */
  field = find_bytes(find_bytes(find_bytes(field, 2), 1), 1);
  *ret_is_right =
      field.length == account_id_length && memcmp(field.bytes, id, account_id_length) == 0;
  return size;
}

static void send_all(struct connection *connection, const uint8_t *bytes, size_t length) {
  if (send(connection->descriptor, bytes, length, MSG_NOSIGNAL) != (ssize_t)length)
    generator_fail("cannot send: %s", strerror(errno));
}

static void receive(struct connection *connection) {
  ssize_t count = recv(connection->descriptor, connection->input + connection->have,
                       sizeof connection->input - connection->have, 0);
  if (count <= 0)
    generator_fail("the server has gone");
  connection->have += (size_t)count;
}

static bool call(void *opened, uint32_t account) {
  struct connection *connection = opened;
  uint8_t frame[frame_size];
  bool is_right = false;
  send_all(connection, frame, (size_t)(put_call(connection, account, frame) - frame));
  for (connection->have = 0;
       take_reply(connection, connection->input, connection->have, &is_right) == 0;)
    receive(connection);
  connection->have = 0;
  return is_right;
}

static uint32_t take_replies(struct connection *connection, struct turn *turn) {
  uint32_t count = 0;
  size_t used = 0, size;
  bool is_right;
  while ((size = take_reply(connection, connection->input + used, connection->have - used,
                            &is_right)) > 0) {
    turn_answered(turn, is_right);
    used += size;
    count++;
  }
  connection->have -= used;
  memmove(connection->input, connection->input + used, connection->have);
  return count;
}

static void pipeline(void *opened, struct turn *turn, uint32_t depth) {
  struct connection *connection = opened;
  static uint8_t frames[depth_max * frame_size];
  if (depth > depth_max)
    generator_fail("at most %d in flight", depth_max);
  uint32_t in_flight = 0;
  for (bool is_over = false; !is_over || in_flight > 0;) {
    uint8_t *end = frames;
    uint32_t account;
    while (!is_over && in_flight < depth) {
      is_over = !turn_next(turn, &account);
      if (!is_over) {
        end = put_call(connection, account, end);
        in_flight++;
      }
    }
    if (end > frames)
      send_all(connection, frames, (size_t)(end - frames));
    if (in_flight > 0) {
      receive(connection);
      in_flight -= take_replies(connection, turn);
    }
  }
}

int main(int argc, char **argv) {
  const struct generator_client client = {
      .connect = open_connection, .call = call, .pipeline = pipeline};
  return generator_main(argc, argv, &client);
}
