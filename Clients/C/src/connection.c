#include "connection.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "handle.h"

enum { FIRST_INPUT = 16 * 1024, KEPT_INPUT = 256 * 1024, LEAST_FREE = 4 * 1024 };

int connection_open(connection *connection, const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(path);
  if (length >= sizeof address.sun_path)
    return -ENAMETOOLONG;
  memcpy(address.sun_path, path, length);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return -errno;
  // A Unix socket connects at once or not at all, so there is nothing to be interrupted.
  if (connect(fd, (const struct sockaddr *)&address, sizeof address) < 0) {
    int result = -errno;
    close(fd);
    return result;
  }
  connection->fd = fd;
  connection->next_stream = 1;
  connection->input_size = 0;
  connection->discarding = 0;
  connection->half_sent = false;
  return 0;
}

void connection_close(connection *connection) {
  int fd = connection->fd;
  connection->fd = -1;
  if (fd >= 0)
    close(fd);
  connection->input_size = 0;
  connection->discarding = 0;
}

uint32_t connection_take_stream(connection *connection) {
  uint32_t stream = connection->next_stream;
  // The last odd number is followed by 1, which was used.
  connection->next_stream = stream == 0 || stream == UINT32_MAX ? 0 : stream + 2;
  return stream;
}

static uint32_t read_big_endian(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void drop_input(connection *connection, size_t size) {
  connection->input_size -= size;
  memmove(connection->input, connection->input + size, connection->input_size);
}

void connection_consume(connection *connection) {
  drop_input(connection, FRAME_HEADER + read_big_endian(connection->input));
  if (connection->half_sent)
    connection_close(connection);
  // A large answer is rare: do not hold its memory until the next one.
  if (connection->input_size == 0 && connection->input_capacity > KEPT_INPUT) {
    free(connection->input);
    connection->input = NULL;
    connection->input_capacity = 0;
  }
}

int connection_find(connection *connection, uint32_t stream, frame *ret_frame,
                    uint64_t *late_answers) {
  for (;;) {
    if (connection->discarding > 0) {
      size_t dropped = connection->input_size < connection->discarding ? connection->input_size
                                                                       : connection->discarding;
      drop_input(connection, dropped);
      connection->discarding -= dropped;
      if (connection->discarding > 0)
        return 0;
      if (connection->discarded_stream == stream)
        return -EMSGSIZE;
    }
    if (connection->input_size < FRAME_HEADER)
      return 0;
    const uint8_t *header = connection->input;
    uint32_t length = read_big_endian(header), id = read_big_endian(header + 4);
    uint8_t type = header[8];
    if (header[0] != 0)
      return -EPROTO;
    if (length > LARGEST_PAYLOAD) {
      connection->discarding = FRAME_HEADER + (size_t)length;
      connection->discarded_stream = id;
      continue;
    }
    if (connection->input_size < FRAME_HEADER + (size_t)length)
      return 0;
    if (id == stream && (type == FRAME_RESPONSE || type == FRAME_DATA)) {
      *ret_frame = (frame){type, header[9], {length, connection->input + FRAME_HEADER}};
      return 1;
    }
    // The rest are answers that nobody waits for any more, and frame types yet to be invented.
    *late_answers += type == FRAME_RESPONSE;
    drop_input(connection, FRAME_HEADER + (size_t)length);
  }
}

int connection_receive(connection *connection) {
  if (connection->input_capacity - connection->input_size < LEAST_FREE) {
    size_t capacity =
        connection->input_capacity == 0 ? FIRST_INPUT : 2 * connection->input_capacity;
    uint8_t *input = realloc(connection->input, capacity);
    if (input == NULL)
      return -ENOMEM;
    connection->input = input;
    connection->input_capacity = capacity;
  }
  for (;;) {
    ssize_t size = recv(connection->fd, connection->input + connection->input_size,
                        connection->input_capacity - connection->input_size, 0);
    if (size > 0) {
      connection->input_size += (size_t)size;
      return 1;
    }
    if (size == 0)
      return -EPIPE;
    if (errno == EAGAIN || errno == EWOULDBLOCK)
      return 0;
    if (errno != EINTR)
      return -EPIPE;
  }
}

int connection_transmit(connection *connection, const uint8_t *frame, size_t size, size_t *sent) {
  while (*sent < size) {
    ssize_t count = send(connection->fd, frame + *sent, size - *sent, MSG_NOSIGNAL);
    if (count >= 0)
      *sent += (size_t)count;
    else if (errno == EAGAIN || errno == EWOULDBLOCK)
      return 0;
    else if (errno != EINTR)
      return -EPIPE;
  }
  return 0;
}

// Waits until there is something to do: 0, or -ETIMEDOUT.
static int wait_for(connection *connection, short events, int64_t deadline) {
  for (;;) {
    int64_t left = deadline - monotonic_now();
    if (left <= 0)
      return -ETIMEDOUT;
    struct timespec timeout = {left / 1000000000, left % 1000000000};
    struct pollfd poll = {.fd = connection->fd, .events = events};
    int result = ppoll(&poll, 1, &timeout, NULL);
    if (result > 0)
      return 0;
    if (result < 0 && errno != EINTR)
      return -ETIMEDOUT;
  }
}

// Leaves the execution units to whoever shares the core.
static void relax(void) {
  for (int i = 0; i < 8; i++) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
  }
}

// Looks for something to read, again and again, for what is left of a time: as receive.
static int receive_awake(connection *connection, int64_t spin, exchange_events *events) {
  int64_t start = monotonic_now(), now = start, end = start + spin - events->spun;
  int result = connection_receive(connection);
  while (result == 0 && now < end) {
    relax();
    result = connection_receive(connection);
    now = monotonic_now();
  }
  events->spun += now - start;
  return result;
}

// The answer of a unary call: as connection_find.
static int find_answer(connection *connection, uint32_t stream, ProtobufCBinaryData *ret_payload,
                       exchange_events *events) {
  frame frame;
  int result = connection_find(connection, stream, &frame, &events->late_answers);
  if (result == 1 && frame.type == FRAME_DATA)
    return -EPROTO;
  if (result == 1)
    *ret_payload = frame.payload;
  return result;
}

static int exchange(connection *connection, uint32_t stream, const uint8_t *frame, size_t size,
                    int64_t deadline, int64_t spin, exchange_events *events,
                    ProtobufCBinaryData *ret_payload) {
  size_t sent = 0;
  bool broken = false, has_slept = false;
  for (;;) {
    // A server that hangs up may have answered before: read on to the end.
    if (!broken && sent < size)
      broken = connection_transmit(connection, frame, size, &sent) < 0;
    events->sent = events->sent || sent > 0;
    connection->half_sent = sent > 0 && sent < size;
    int result = find_answer(connection, stream, ret_payload, events);
    events->found_awake = result == 1 && !has_slept;
    if (result != 0)
      return result;
    bool writing = !broken && sent < size;
    if (!writing && !has_slept && events->spun < spin)
      result = receive_awake(connection, spin, events);
    if (result == 0) {
      has_slept = true;
      result = wait_for(connection, writing ? POLLIN | POLLOUT : POLLIN, deadline);
      if (result == 0)
        result = connection_receive(connection);
    }
    if (result < 0)
      return result;
  }
}

int connection_exchange(connection *connection, uint32_t stream, const uint8_t *frame, size_t size,
                        int64_t deadline, int64_t spin, exchange_events *events,
                        ProtobufCBinaryData *ret_payload) {
  int result = exchange(connection, stream, frame, size, deadline, spin, events, ret_payload);
  if (result == 1)
    return 0;
  if ((result != -ETIMEDOUT && result != -EMSGSIZE) || connection->half_sent)
    connection_close(connection);
  return result;
}
