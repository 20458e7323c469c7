/* The load generator: frames in, frames out, one thread.
 *
 * It sends frames that were made beforehand, so that what it costs is the same whatever it
 * measures, and knows of a reply only what it must: that its stream id is one in flight, and that
 * it is a Response with a payload. From the command line, against any ttrpc socket that serves
 * accountstatus.v1:
 *
 *     accountstatus-bench generate --socket PATH [--register] [--accounts 20000]
 *         [--connections 1] [--depth 64] [--calls 1000000] [--core N]
 *
 * With one connection it blocks in recv; with more it waits in epoll and uses those that are
 * ready. A call's latency runs from just before the send that carried its request to just after
 * the recv that completed its reply. */
#ifndef ACCOUNTSTATUS_BENCHMARK_GENERATOR_H
#define ACCOUNTSTATUS_BENCHMARK_GENERATOR_H

#include "benchmark_workload.h"
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Most connections, and most calls in flight on one of them. */
#define BENCHMARK_CONNECTIONS_MAX 256
#define BENCHMARK_DEPTH_MAX 1024

/* What to ask, and how much at once. */
struct benchmark_load {
  const char *socket_path;
  const struct benchmark_frames *frames;
  uint32_t connections;
  /* Calls in flight on each connection. */
  uint32_t depth;
  uint64_t calls;
  /* Calls before the measurement begins. */
  uint64_t warmup;
  /* Frames in their order, each once, instead of any at random: for calls that may be made once.
   * Then warmup + calls must not exceed the number of frames. */
  bool in_order;
  /* With one connection: the time from one send to the next, at least. 0: as replies come. */
  uint64_t interval_ns;
  /* Of the random order; 0 is taken as 1. */
  uint32_t seed;
};

/* What came of it. */
struct benchmark_measurement {
  uint64_t calls;
  uint64_t wall_ns;
  uint64_t generator_cpu_ns;
  /* One per call, ascending. Free it with benchmark_measurement_free. */
  uint32_t *latencies_ns;
  /* Replies, those of the warm-up included, that were errors or no Responses. */
  uint64_t wrong;
  /* Mean bytes of a frame each way. */
  double request_size;
  double reply_size;
};

/* Runs a load. -ETIMEDOUT: nothing came for five seconds; -EPROTO: a reply to no call in flight;
 * -ECONNRESET: the server closed; -EINVAL: the load makes no sense. */
int benchmark_generate(const struct benchmark_load *load,
                       struct benchmark_measurement *ret_measurement);

void benchmark_measurement_free(struct benchmark_measurement *measurement);

/* The latency that a share of the calls, 0 to 1, do not exceed; 0 without calls. */
uint32_t benchmark_percentile(const struct benchmark_measurement *measurement, double share);

#ifdef __cplusplus
}
#endif

#endif
