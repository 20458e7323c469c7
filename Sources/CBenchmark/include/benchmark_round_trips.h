/* Calls through the C client, one after another, as a program makes them.
 *
 * The load generator sends frames that were made beforehand and blocks; a program encodes, decodes,
 * and may look for its answer before it sleeps. Here every call is one of accountstatus_get that
 * goes to the server, whatever the status table says. */
#ifndef ACCOUNTSTATUS_BENCHMARK_ROUND_TRIPS_H
#define ACCOUNTSTATUS_BENCHMARK_ROUND_TRIPS_H

#include "benchmark_generator.h"

#ifdef __cplusplus
extern "C" {
#endif

struct benchmark_round_trips {
  const char *socket_path;
  /* Accounts of the workload, which are asked for at random. */
  uint32_t accounts;
  /* accountstatus_open_options.spin_us. */
  uint32_t spin_us;
  uint64_t calls;
  /* Calls before the measurement begins. */
  uint64_t warmup;
};

/* Makes the calls on one connection. Sizes of frames are not known here, and 0. -EIO: the client
 * cannot be made. */
int benchmark_make_round_trips(const struct benchmark_round_trips *trips,
                               struct benchmark_measurement *ret_measurement);

#ifdef __cplusplus
}
#endif

#endif
