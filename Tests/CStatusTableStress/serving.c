#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "serving.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static uint64_t clock_now(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t monotonic_now(void) { return clock_now(CLOCK_MONOTONIC); }

uint64_t thread_time(void) { return clock_now(CLOCK_THREAD_CPUTIME_ID); }

uint64_t next_random(uint64_t *state) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * UINT64_C(0x2545f4914f6cdd1d);
}

static void *answer_all(void *argument) {
  struct serving *serving = argument;
  for (;;) {
    int connection = accept4(serving->listener, NULL, NULL, SOCK_CLOEXEC);
    if (connection >= 0) {
      serving->answer(serving->context, connection);
      close(connection);
    } else if (errno == EINVAL || errno == EBADF) {
      return NULL;
    }
  }
}

static int listen_at(const char *path, int *ret_listener) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  memcpy(address.sun_path, path, strlen(path));
  int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (listener < 0)
    return -errno;
  if (bind(listener, (const struct sockaddr *)&address, sizeof address) < 0 ||
      listen(listener, 64) < 0) {
    int error = -errno;
    close(listener);
    return error;
  }
  *ret_listener = listener;
  return 0;
}

int start_serving(struct serving *serving, void (*answer)(void *context, int connection),
                  void *context) {
  *serving = (struct serving){.answer = answer, .context = context, .listener = -1};
  snprintf(serving->directory, sizeof serving->directory, "%s/table-XXXXXX", P_tmpdir);
  if (mkdtemp(serving->directory) == NULL)
    return -errno;
  snprintf(serving->path, sizeof serving->path, "%s/table.sock", serving->directory);
  int error = listen_at(serving->path, &serving->listener);
  if (error == 0)
    error = -pthread_create(&serving->thread, NULL, answer_all, serving);
  if (error < 0) {
    if (serving->listener >= 0)
      close(serving->listener);
    unlink(serving->path);
    rmdir(serving->directory);
  }
  return error;
}

void stop_serving(struct serving *serving) {
  shutdown(serving->listener, SHUT_RDWR);
  pthread_join(serving->thread, NULL);
  close(serving->listener);
  unlink(serving->path);
  rmdir(serving->directory);
}
