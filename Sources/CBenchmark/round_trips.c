#include "benchmark_process.h"
#include "benchmark_round_trips.h"
#include "benchmark_workload.h"
#include <accountstatus.h>
#include <errno.h>
#include <stdlib.h>

static int compare(const void *left, const void *right) {
  uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
  return (a > b) - (a < b);
}

/* Whether the server answered with a status. */
static bool ask(accountstatus *handle, uint32_t account) {
  const accountstatus_options options = {.size = sizeof options,
                                         .on_unavailable = ACCOUNTSTATUS_DENY,
                                         .timeout_ms = 5000,
                                         .ask_server = true};
  char id[BENCHMARK_ACCOUNT_ID_LENGTH + 1];
  accountstatus_result *result;
  benchmark_account_id(account, id);
  if (accountstatus_get(handle, id, &options, &result, NULL) < 0)
    return false;
  bool is_found =
      result->outcome == ACCOUNTSTATUS_FOUND && result->source == ACCOUNTSTATUS_SOURCE_CALL;
  accountstatus_free_result(result);
  return is_found;
}

int benchmark_make_round_trips(const struct benchmark_round_trips *trips,
                               struct benchmark_measurement *ret_measurement) {
  const accountstatus_open_options options = {.size = sizeof options,
                                              .socket = trips->socket_path,
                                              .table_socket = "",
                                              .spin_us = trips->spin_us};
  accountstatus *handle = NULL;
  if (accountstatus_open(&options, &handle, NULL) < 0)
    return -EIO;
  struct benchmark_measurement measurement = {.calls = trips->calls};
  measurement.latencies_ns = malloc((trips->calls + 1) * sizeof *measurement.latencies_ns);
  if (measurement.latencies_ns == NULL) {
    accountstatus_close(handle);
    return -ENOMEM;
  }
  /* Spread over the accounts: the step has no divisor in common with their number. */
  uint64_t place = 0;
  for (uint64_t call = 0; call < trips->warmup; call++)
    measurement.wrong += !ask(handle, (uint32_t)((place += 2654435761u) % trips->accounts));
  uint64_t start = benchmark_now(), cpu = benchmark_thread_time();
  for (uint64_t call = 0; call < trips->calls; call++) {
    uint64_t before = benchmark_now();
    measurement.wrong += !ask(handle, (uint32_t)((place += 2654435761u) % trips->accounts));
    measurement.latencies_ns[call] = (uint32_t)(benchmark_now() - before);
  }
  measurement.generator_cpu_ns = benchmark_thread_time() - cpu;
  measurement.wall_ns = benchmark_now() - start;
  qsort(measurement.latencies_ns, trips->calls, sizeof *measurement.latencies_ns, compare);
  accountstatus_close(handle);
  *ret_measurement = measurement;
  return 0;
}
