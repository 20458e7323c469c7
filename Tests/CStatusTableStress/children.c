/* What a client does in a child process, and without the kernel. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "status_table_stress.h"
#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long a child may wait for a table. Nanoseconds. */
static const uint64_t patience = 50000000;

/* Waits for a child: what it exited with, or -EINTR if something ended it. */
static int result_of(pid_t child) {
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child)
    return -ECHILD;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

static int read_once(struct status_table_client *client, const char *id, uint64_t timeout) {
  const struct status_table_read_options options = {.max_staleness = UINT64_MAX,
                                                    .timeout = timeout};
  struct status_table_reading reading;
  status_table_client_read(client, id, strlen(id), &options, &reading);
  return (int)reading.result;
}

int status_table_read_in_child(struct status_table_client *client, const char *id) {
  pid_t child = fork();
  if (child == 0) {
    /* A child that waits for a lock which nobody will give back does not wait for ever. */
    alarm(30);
    _exit(read_once(client, id, patience));
  }
  return result_of(child);
}

int status_table_read_without_kernel(struct status_table_client *client, const char *id,
                                     uint64_t reads) {
  pid_t child = fork();
  if (child == 0) {
    alarm(60);
    int result = read_once(client, id, patience);
    /* From here on the kernel kills whoever asks it for more than to end. */
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) < 0)
      _exit(100);
    for (uint64_t i = 0; i < reads && result == STATUS_TABLE_FOUND; i++)
      result = read_once(client, id, 0);
    syscall(SYS_exit, result);
  }
  return result_of(child);
}
