#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "benchmark_process.h"
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Does something to every thread of a process, until it fails. */
static int for_each_thread(pid_t process, int (*body)(pid_t thread, void *context), void *context) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task", process);
  DIR *threads = opendir(path);
  if (threads == NULL)
    return -errno;
  int error = 0;
  for (struct dirent *entry; error == 0 && (entry = readdir(threads)) != NULL;)
    if (entry->d_name[0] != '.')
      error = body(atoi(entry->d_name), context);
  closedir(threads);
  return error;
}

static int pin_thread(pid_t thread, void *context) {
  /* A thread that has ended meanwhile needs no core. */
  return sched_setaffinity(thread, sizeof(cpu_set_t), context) < 0 && errno != ESRCH ? -errno : 0;
}

int benchmark_pin(pid_t process, int core) {
  long count = sysconf(_SC_NPROCESSORS_CONF);
  if (core >= count)
    return -EINVAL;
  cpu_set_t cores;
  CPU_ZERO(&cores);
  for (long i = core < 0 ? 0 : core; i < (core < 0 ? count : core + 1); i++)
    CPU_SET((size_t)i, &cores);
  return for_each_thread(process == 0 ? getpid() : process, pin_thread, &cores);
}

int benchmark_cpu_time(pid_t process, uint64_t *ret_ns) {
  clockid_t clock;
  int error = clock_getcpuclockid(process, &clock);
  struct timespec used;
  if (error == 0 && clock_gettime(clock, &used) < 0)
    error = errno;
  if (error == 0)
    *ret_ns = (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
  return -error;
}

uint64_t benchmark_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t benchmark_thread_time(void) {
  struct timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}
