/* The load generator for clients in C and C++, and the lines by which the driver commands it.
 *
 * A program gives generator_main its way of calling, and is then
 *
 *     client SOCKET ACCOUNTS [WORD]
 *
 * It connects, prints "ready", and from then on answers each line on its standard input with a
 * line of JSON, until the input ends:
 *
 *     turn IN_FLIGHT CONNECTIONS WARMUP_MS MS SEED
 *     {"calls":9000,"warmup_calls":900,"wall_ns":…,"cpu_ns":…,"p50_ns":…,"p99_ns":…,"wrong":0}
 *
 * A turn asks for random accounts as fast as answers come, for a while that is not measured and
 * then for one that is. More than one connection: a thread each, with one call in flight.
 * More than one in flight: on one connection; {"unsupported":true} where the client's library
 * cannot, and no p50_ns and p99_ns, since a call's wait is then that of its batch. `cpu_ns` is
 * the client's own time. The generators in other languages do the same. */
#ifndef BENCHMARK_GENERATOR_H
#define BENCHMARK_GENERATOR_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A stretch of calls, while it lasts. */
struct turn {
  uint32_t accounts;
  uint32_t random;
  /* CLOCK_MONOTONIC, nanoseconds. */
  uint64_t end;
  bool is_over;
  uint64_t asked;
  uint64_t calls;
  uint64_t wrong;
};

/* How a system is called. Whatever fails ends the program with a line on stderr. */
struct generator_client {
  /* Connects to a server, or opens what stands for it. NULL: that failed. */
  void *(*connect)(const char *socket_path);
  /* Asks for one account and waits for the answer; whether it was right. */
  bool (*call)(void *connection, uint32_t account);
  /* Keeps `depth` calls in flight for as long as turn_next gives accounts, tells turn_answered of
   * each answer, and returns when all have come. NULL: the library cannot. */
  void (*pipeline)(void *connection, struct turn *turn, uint32_t depth);
  /* Questions that one `call` asks, and of which a latency is the mean; 0 is 1. */
  uint32_t questions_per_call;
};

/* The next account to ask for; false, and from then on always: the turn is over. */
bool turn_next(struct turn *turn, uint32_t *ret_account);

static inline void turn_answered(struct turn *turn, bool is_right) {
  turn->calls++;
  turn->wrong += !is_right;
}

/* Runs a client as said above; returns the exit status. */
int generator_main(int argc, char **argv, const struct generator_client *client);

/* What generator_main was called with. */
struct generator_arguments {
  uint32_t accounts;
  /* "" unless it was given. */
  const char *word;
};
extern struct generator_arguments generator_arguments;

/* Ends the program with a reason. */
#ifdef __GNUC__
__attribute__((noreturn, format(printf, 1, 2)))
#endif
void generator_fail(const char *format, ...);

/* A connected stream socket. */
int generator_connect(const char *socket_path);

#ifdef __cplusplus
}
#endif

#endif
