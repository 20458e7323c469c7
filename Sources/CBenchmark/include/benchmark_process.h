/* Where processes run and what they cost. */
#ifndef ACCOUNTSTATUS_BENCHMARK_PROCESS_H
#define ACCOUNTSTATUS_BENCHMARK_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Moves every thread of a process to one core, or with a core of -1 lets them run on any; 0 is
 * the calling process. */
int benchmark_pin(pid_t process, int core);

/* Time that a process has run so far, in threads that have ended too, nanoseconds. */
int benchmark_cpu_time(pid_t process, uint64_t *ret_ns);

/* Time that the calling thread has run so far, nanoseconds. */
uint64_t benchmark_thread_time(void);

/* CLOCK_MONOTONIC, nanoseconds. */
uint64_t benchmark_now(void);

#ifdef __cplusplus
}
#endif

#endif
