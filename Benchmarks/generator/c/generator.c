#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "generator.h"
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { connections_max = 64, latencies_max = 1 << 20, line_size = 256 };

struct generator_arguments generator_arguments = {.word = ""};

/* One thread's calls: those before the measurement, and those in it. */
struct stretch {
  const struct generator_client *client;
  void *connection;
  struct turn warmup;
  struct turn measured;
  uint32_t *latencies;
  size_t latency_count;
  pthread_barrier_t *barrier;
};

/* What the driver asks for. */
struct request {
  uint32_t in_flight;
  uint32_t connections;
  uint32_t warmup_ms;
  uint32_t ms;
  uint32_t seed;
};

void generator_fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "client: ");
  vfprintf(stderr, format, arguments);
  fprintf(stderr, "\n");
  va_end(arguments);
  exit(1);
}

int generator_connect(const char *socket_path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(socket_path) >= sizeof address.sun_path)
    generator_fail("the socket's path is too long");
  strcpy(address.sun_path, socket_path);
  int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0 || connect(descriptor, (struct sockaddr *)&address, sizeof address) < 0)
    generator_fail("cannot connect to %s: %s", socket_path, strerror(errno));
  return descriptor;
}

/* Turns ---------------------------------------------------------------------------------------- */

static uint64_t now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static uint32_t next_account(struct turn *turn) {
  turn->random ^= turn->random << 13;
  turn->random ^= turn->random >> 17;
  turn->random ^= turn->random << 5;
  return turn->random % turn->accounts;
}

bool turn_next(struct turn *turn, uint32_t *ret_account) {
  /* The clock costs a part of what the fastest calls do: it is read now and then. */
  if (turn->asked++ % 32 == 0 && now(CLOCK_MONOTONIC) >= turn->end)
    turn->is_over = true;
  if (turn->is_over)
    return false;
  *ret_account = next_account(turn);
  return true;
}

/* Calls one after the other until the turn's end; keeps the latencies, if there is room. */
static size_t call_until_end(const struct generator_client *client, void *connection,
                             struct turn *turn, uint32_t *latencies) {
  size_t count = 0;
  for (uint64_t before = now(CLOCK_MONOTONIC); before < turn->end;) {
    turn_answered(turn, client->call(connection, next_account(turn)));
    uint64_t after = now(CLOCK_MONOTONIC);
    if (latencies != NULL && count < latencies_max)
      latencies[count++] = after - before < UINT32_MAX ? (uint32_t)(after - before) : UINT32_MAX;
    before = after;
  }
  return count;
}

static void start_clock(struct turn *turn, uint32_t milliseconds) {
  turn->end = now(CLOCK_MONOTONIC) + (uint64_t)milliseconds * 1000000;
}

/* A thread of a turn with several connections. Their ends are set between the barriers. */
static void *run_stretch(void *argument) {
  struct stretch *stretch = argument;
  call_until_end(stretch->client, stretch->connection, &stretch->warmup, NULL);
  pthread_barrier_wait(stretch->barrier);
  pthread_barrier_wait(stretch->barrier);
  stretch->latency_count =
      call_until_end(stretch->client, stretch->connection, &stretch->measured, stretch->latencies);
  return NULL;
}

static int compare(const void *left, const void *right) {
  uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
  return (a > b) - (a < b);
}

/* Prints what a turn came to. Latencies are of all stretches, gathered in the first's array. */
static void print_turn(struct stretch *stretches, uint32_t count, uint64_t wall, uint64_t cpu) {
  const uint32_t questions = stretches->client->questions_per_call;
  const uint64_t per_call = questions == 0 ? 1 : questions;
  uint64_t calls = 0, warmup_calls = 0, wrong = 0;
  uint32_t *latencies = stretches[0].latencies;
  size_t latency_count = 0;
  for (uint32_t i = 0; i < count; i++) {
    calls += stretches[i].measured.calls;
    warmup_calls += stretches[i].warmup.calls;
    wrong += stretches[i].measured.wrong + stretches[i].warmup.wrong;
    memmove(latencies + latency_count, stretches[i].latencies,
            stretches[i].latency_count * sizeof *latencies);
    latency_count += stretches[i].latency_count;
  }
  qsort(latencies, latency_count, sizeof *latencies, compare);
  printf("{\"calls\":%llu,\"warmup_calls\":%llu,\"wall_ns\":%llu,\"cpu_ns\":%llu,\"wrong\":%llu",
         (unsigned long long)(calls * per_call), (unsigned long long)(warmup_calls * per_call),
         (unsigned long long)wall, (unsigned long long)cpu, (unsigned long long)wrong);
  if (latency_count > 0)
    printf(",\"p50_ns\":%.3f,\"p99_ns\":%.3f", (double)latencies[latency_count / 2] / per_call,
           (double)latencies[latency_count - 1 - latency_count / 100] / per_call);
  printf("}\n");
}

/* Runs a turn on as many threads as connections. */
static void run_threads(struct stretch *stretches, const struct request *request) {
  pthread_t threads[connections_max];
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, NULL, request->connections + 1);
  for (uint32_t i = 0; i < request->connections; i++) {
    stretches[i].barrier = &barrier;
    start_clock(&stretches[i].warmup, request->warmup_ms);
    if (pthread_create(&threads[i], NULL, run_stretch, &stretches[i]) != 0)
      generator_fail("cannot start a thread");
  }
  pthread_barrier_wait(&barrier);
  for (uint32_t i = 0; i < request->connections; i++)
    start_clock(&stretches[i].measured, request->ms);
  uint64_t wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
  pthread_barrier_wait(&barrier);
  for (uint32_t i = 0; i < request->connections; i++)
    pthread_join(threads[i], NULL);
  wall = now(CLOCK_MONOTONIC) - wall;
  cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  pthread_barrier_destroy(&barrier);
  print_turn(stretches, request->connections, wall, cpu);
}

/* Runs a turn on one connection. */
static void run_alone(struct stretch *stretch, const struct request *request) {
  const struct generator_client *client = stretch->client;
  uint64_t wall = 0, cpu = 0;
  for (int is_measured = 0; is_measured < 2; is_measured++) {
    struct turn *turn = is_measured ? &stretch->measured : &stretch->warmup;
    wall = now(CLOCK_MONOTONIC);
    cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    start_clock(turn, is_measured ? request->ms : request->warmup_ms);
    if (request->in_flight > 1)
      client->pipeline(stretch->connection, turn, request->in_flight);
    else
      stretch->latency_count = call_until_end(client, stretch->connection, turn,
                                              is_measured ? stretch->latencies : NULL);
  }
  wall = now(CLOCK_MONOTONIC) - wall;
  cpu = now(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  print_turn(stretch, 1, wall, cpu);
}

/* The driver's lines --------------------------------------------------------------------------- */

static void prepare(struct stretch *stretch, const struct request *request, uint32_t number) {
  const struct turn turn = {.accounts = generator_arguments.accounts,
                            .random = (request->seed + number) * UINT32_C(2654435761) | 1};
  stretch->warmup = stretch->measured = turn;
  stretch->measured.random ^= UINT32_C(0x55555555);
  stretch->measured.random |= 1;
  stretch->latency_count = 0;
}

static bool read_request(const char *line, struct request *ret_request) {
  return sscanf(line, "turn %u %u %u %u %u", &ret_request->in_flight, &ret_request->connections,
                &ret_request->warmup_ms, &ret_request->ms, &ret_request->seed) == 5 &&
         ret_request->in_flight > 0 && ret_request->connections > 0 &&
         ret_request->connections <= connections_max &&
         (ret_request->in_flight == 1 || ret_request->connections == 1);
}

static void *open_connection(const struct generator_client *client, const char *socket_path) {
  void *connection = client->connect(socket_path);
  if (connection == NULL)
    generator_fail("cannot connect to %s", socket_path);
  return connection;
}

int generator_main(int argc, char **argv, const struct generator_client *client) {
  if (argc < 3 || argc > 4 || atoi(argv[2]) < 1)
    generator_fail("usage: %s SOCKET ACCOUNTS [WORD]", argv[0]);
  generator_arguments.accounts = (uint32_t)atoi(argv[2]);
  generator_arguments.word = argc > 3 ? argv[3] : "";
  static struct stretch stretches[connections_max];
  uint32_t *latencies = malloc(sizeof *latencies * latencies_max * connections_max);
  if (latencies == NULL)
    generator_fail("no memory");
  char line[line_size];
  stretches[0].connection = open_connection(client, argv[1]);
  for (printf("ready\n"), fflush(stdout); fgets(line, sizeof line, stdin) != NULL; fflush(stdout)) {
    struct request request;
    if (!read_request(line, &request))
      generator_fail("not a turn: %s", line);
    if (request.in_flight > 1 && client->pipeline == NULL) {
      printf("{\"unsupported\":true}\n");
      continue;
    }
    for (uint32_t i = 0; i < request.connections; i++) {
      stretches[i].client = client;
      stretches[i].latencies = latencies + (size_t)i * latencies_max;
      if (stretches[i].connection == NULL)
        stretches[i].connection = open_connection(client, argv[1]);
      prepare(&stretches[i], &request, i);
    }
    if (request.connections > 1)
      run_threads(stretches, &request);
    else
      run_alone(&stretches[0], &request);
  }
  return 0;
}
