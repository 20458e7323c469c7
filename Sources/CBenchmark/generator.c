#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "benchmark_generator.h"
#include "benchmark_process.h"
#include "frame.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { receive_size = 256 * 1024, answer_timeout_s = 5 };

/* A connection and its calls in flight. Stream ids are odd and grow; the call of a stream lies at
 * (stream / 2) % BENCHMARK_DEPTH_MAX, which no two in flight share while their ids are less than
 * 2 × BENCHMARK_DEPTH_MAX apart. */
struct connection {
  int descriptor;
  uint32_t next_stream;
  uint32_t in_flight;
  uint32_t streams[BENCHMARK_DEPTH_MAX];
  uint64_t sent_at[BENCHMARK_DEPTH_MAX];
  size_t have;
  uint8_t received[receive_size];
};

struct generator {
  const struct benchmark_load *load;
  int epoll;
  struct connection **connections;
  uint8_t *output;
  uint32_t random;
  uint32_t next_frame;
  /* Of the phase that runs: the warm-up or the measurement. */
  uint64_t to_send;
  uint64_t to_receive;
  uint32_t *latencies;
  uint64_t received;
  uint64_t wrong;
  uint64_t request_bytes;
  uint64_t reply_bytes;
};

/* Calls ------------------------------------------------------------------------------------- */

static uint32_t pick_frame(struct generator *generator) {
  if (generator->load->in_order)
    return generator->next_frame++;
  uint32_t x = generator->random;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  generator->random = x;
  return (uint32_t)((uint64_t)x * generator->load->frames->count >> 32);
}

static int send_all(int descriptor, const uint8_t *bytes, size_t length) {
  for (size_t sent = 0; sent < length;) {
    ssize_t count = send(descriptor, bytes + sent, length - sent, MSG_NOSIGNAL);
    if (count < 0)
      return errno == EAGAIN ? -ETIMEDOUT : -errno;
    sent += (size_t)count;
  }
  return 0;
}

/* Fills a connection up to its depth, with one send. */
static int send_calls(struct generator *generator, struct connection *connection) {
  const struct benchmark_frames *frames = generator->load->frames;
  uint8_t *end = generator->output;
  uint32_t first = connection->next_stream;
  while (connection->in_flight < generator->load->depth && generator->to_send > 0) {
    /* A server may answer the calls of a connection in any order: wait for one that is far
     * behind rather than use its place. */
    uint32_t place = connection->next_stream / 2 % BENCHMARK_DEPTH_MAX;
    if (connection->streams[place] != 0)
      break;
    uint32_t frame = pick_frame(generator);
    size_t size = frames->offsets[frame + 1] - frames->offsets[frame];
    memcpy(end, frames->bytes + frames->offsets[frame], size);
    put_u32(end + 4, connection->next_stream);
    end += size;
    connection->streams[place] = connection->next_stream;
    connection->next_stream += 2;
    connection->in_flight++;
    generator->to_send--;
  }
  if (end == generator->output)
    return 0;
  generator->request_bytes += (uint64_t)(end - generator->output);
  uint64_t now = benchmark_now();
  for (uint32_t stream = first; stream != connection->next_stream; stream += 2)
    connection->sent_at[stream / 2 % BENCHMARK_DEPTH_MAX] = now;
  return send_all(connection->descriptor, generator->output, (size_t)(end - generator->output));
}

/* Whether a Response's envelope is nothing but a payload. */
static bool is_payload(const uint8_t *bytes, size_t length) {
  struct field field = {0};
  return length > 0 && get_field(bytes, bytes + length, &field) == bytes + length &&
         field.tag == response_payload_tag && field.length > 0;
}

static int take_reply(struct generator *generator, struct connection *connection,
                      const uint8_t *frame, size_t length, uint64_t now) {
  uint32_t stream = get_u32(frame + 4);
  uint32_t place = stream / 2 % BENCHMARK_DEPTH_MAX;
  if (stream == 0 || connection->streams[place] != stream)
    return -EPROTO;
  connection->streams[place] = 0;
  connection->in_flight--;
  if (frame[8] != frame_response || !is_payload(frame + frame_header_size, length))
    generator->wrong++;
  uint64_t latency = now - connection->sent_at[place];
  if (generator->latencies != NULL)
    generator->latencies[generator->received] =
        latency < UINT32_MAX ? (uint32_t)latency : UINT32_MAX;
  generator->received++;
  generator->to_receive--;
  generator->reply_bytes += frame_header_size + length;
  return 0;
}

/* Receives once and takes the whole replies. */
static int receive_replies(struct generator *generator, struct connection *connection, int flags) {
  ssize_t count = recv(connection->descriptor, connection->received + connection->have,
                       sizeof connection->received - connection->have, flags);
  if (count == 0)
    return -ECONNRESET;
  if (count < 0)
    return errno == EAGAIN ? (flags ? 0 : -ETIMEDOUT) : -errno;
  uint64_t now = benchmark_now();
  connection->have += (size_t)count;
  size_t used = 0;
  while (connection->have - used >= frame_header_size) {
    const uint8_t *frame = connection->received + used;
    size_t length = get_u32(frame);
    if (length > sizeof connection->received - frame_header_size)
      return -EMSGSIZE;
    if (connection->have - used < frame_header_size + length)
      break;
    int error = take_reply(generator, connection, frame, length, now);
    if (error < 0)
      return error;
    used += frame_header_size + length;
  }
  connection->have -= used;
  memmove(connection->received, connection->received + used, connection->have);
  return 0;
}

/* Phases ------------------------------------------------------------------------------------ */

static void sleep_until(uint64_t instant) {
  struct timespec time = {.tv_sec = (time_t)(instant / 1000000000),
                          .tv_nsec = (long)(instant % 1000000000)};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR) {
  }
}

static int run_one(struct generator *generator, struct connection *connection) {
  const uint64_t interval = generator->load->interval_ns;
  uint64_t next = benchmark_now();
  while (generator->to_receive > 0) {
    if (interval > 0 && generator->to_send > 0) {
      sleep_until(next);
      next = benchmark_now() + interval;
    }
    int error = send_calls(generator, connection);
    if (error == 0)
      error = receive_replies(generator, connection, 0);
    if (error < 0)
      return error;
  }
  return 0;
}

static int run_many(struct generator *generator) {
  for (uint32_t i = 0; i < generator->load->connections; i++) {
    int error = send_calls(generator, generator->connections[i]);
    if (error < 0)
      return error;
  }
  while (generator->to_receive > 0) {
    struct epoll_event events[64];
    int count = epoll_wait(generator->epoll, events, 64, answer_timeout_s * 1000);
    if (count == 0)
      return -ETIMEDOUT;
    if (count < 0 && errno != EINTR)
      return -errno;
    for (int i = 0; i < count; i++) {
      struct connection *connection = events[i].data.ptr;
      int error = receive_replies(generator, connection, MSG_DONTWAIT);
      if (error == 0)
        error = send_calls(generator, connection);
      if (error < 0)
        return error;
    }
  }
  return 0;
}

/* Makes so many calls and waits for all replies. */
static int run_phase(struct generator *generator, uint64_t calls, uint32_t *latencies) {
  generator->to_send = generator->to_receive = calls;
  generator->latencies = latencies;
  generator->received = generator->request_bytes = generator->reply_bytes = 0;
  return generator->load->connections == 1 ? run_one(generator, generator->connections[0])
                                           : run_many(generator);
}

static uint64_t own_cpu_time(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static int compare_u32(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

static int measure(struct generator *generator, struct benchmark_measurement *ret_measurement) {
  const struct benchmark_load *load = generator->load;
  int error = run_phase(generator, load->warmup, NULL);
  if (error < 0)
    return error;
  uint32_t *latencies = calloc(load->calls, sizeof *latencies);
  if (latencies == NULL)
    return -ENOMEM;
  uint64_t cpu = own_cpu_time(), start = benchmark_now();
  error = run_phase(generator, load->calls, latencies);
  if (error < 0) {
    free(latencies);
    return error;
  }
  *ret_measurement = (struct benchmark_measurement){
      .calls = load->calls,
      .wall_ns = benchmark_now() - start,
      .generator_cpu_ns = own_cpu_time() - cpu,
      .latencies_ns = latencies,
      .wrong = generator->wrong,
      .request_size = (double)generator->request_bytes / (double)load->calls,
      .reply_size = (double)generator->reply_bytes / (double)load->calls};
  qsort(latencies, load->calls, sizeof *latencies, compare_u32);
  return 0;
}

/* Setting up -------------------------------------------------------------------------------- */

static int connect_one(struct generator *generator, struct connection *connection) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(generator->load->socket_path) >= sizeof address.sun_path)
    return -ENAMETOOLONG;
  strcpy(address.sun_path, generator->load->socket_path);
  connection->descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct timeval timeout = {.tv_sec = answer_timeout_s};
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
  if (connection->descriptor < 0 ||
      connect(connection->descriptor, (struct sockaddr *)&address, sizeof address) < 0 ||
      setsockopt(connection->descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) < 0 ||
      setsockopt(connection->descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) < 0 ||
      epoll_ctl(generator->epoll, EPOLL_CTL_ADD, connection->descriptor, &event) < 0)
    return -errno;
  return 0;
}

static int connect_all(struct generator *generator) {
  const struct benchmark_load *load = generator->load;
  for (uint32_t i = 0; i < load->connections; i++) {
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL)
      return -ENOMEM;
    connection->descriptor = -1;
    connection->next_stream = 1;
    generator->connections[i] = connection;
    int error = connect_one(generator, connection);
    if (error < 0)
      return error;
  }
  return 0;
}

static size_t largest_frame(const struct benchmark_frames *frames) {
  size_t largest = 0;
  for (uint32_t n = 0; n < frames->count; n++)
    if (frames->offsets[n + 1] - frames->offsets[n] > largest)
      largest = frames->offsets[n + 1] - frames->offsets[n];
  return largest;
}

static bool makes_sense(const struct benchmark_load *load) {
  return load->frames->count > 0 && load->calls > 0 && load->connections > 0 &&
         load->connections <= BENCHMARK_CONNECTIONS_MAX && load->depth > 0 &&
         load->depth <= BENCHMARK_DEPTH_MAX &&
         (!load->in_order || load->warmup + load->calls <= load->frames->count);
}

int benchmark_generate(const struct benchmark_load *load,
                       struct benchmark_measurement *ret_measurement) {
  if (!makes_sense(load))
    return -EINVAL;
  struct generator generator = {.load = load, .random = load->seed != 0 ? load->seed : 1};
  generator.epoll = epoll_create1(EPOLL_CLOEXEC);
  generator.connections = calloc(load->connections, sizeof(struct connection *));
  generator.output = malloc(load->depth * largest_frame(load->frames));
  int error = generator.epoll < 0 ? -errno : 0;
  if (generator.connections == NULL || generator.output == NULL)
    error = -ENOMEM;
  if (error == 0)
    error = connect_all(&generator);
  if (error == 0)
    error = measure(&generator, ret_measurement);
  for (uint32_t i = 0; generator.connections != NULL && i < load->connections; i++) {
    if (generator.connections[i] != NULL && generator.connections[i]->descriptor >= 0)
      close(generator.connections[i]->descriptor);
    free(generator.connections[i]);
  }
  free(generator.connections);
  free(generator.output);
  if (generator.epoll >= 0)
    close(generator.epoll);
  return error;
}

void benchmark_measurement_free(struct benchmark_measurement *measurement) {
  free(measurement->latencies_ns);
  measurement->latencies_ns = NULL;
  measurement->calls = 0;
}

uint32_t benchmark_percentile(const struct benchmark_measurement *measurement, double share) {
  if (measurement->calls == 0)
    return 0;
  double place = share * (double)measurement->calls;
  uint64_t index = place <= 1 ? 0 : (uint64_t)place - ((double)(uint64_t)place == place);
  return measurement->latencies_ns[index < measurement->calls ? index : measurement->calls - 1];
}
