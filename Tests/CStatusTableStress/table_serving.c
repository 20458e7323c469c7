#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "table_serving.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static uint64_t clock_now(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t serving_now(void) { return clock_now(CLOCK_MONOTONIC); }

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

int listen_at(const char *path, int *ret_listener) {
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

int send_with_descriptors(int connection, const void *bytes, size_t length, const int *descriptors,
                          size_t count) {
  char copy[64] = {0};
  union {
    char bytes[CMSG_SPACE(16 * sizeof(int))];
    struct cmsghdr header;
  } control = {.bytes = {0}};
  if (length > sizeof copy || count > 16)
    return -EINVAL;
  memcpy(copy, bytes, length < 32 ? length : 32);
  struct iovec part = {copy, length};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (count > 0) {
    message.msg_control = &control;
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    control.header = (struct cmsghdr){.cmsg_len = CMSG_LEN(count * sizeof(int)),
                                      .cmsg_level = SOL_SOCKET,
                                      .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.header), descriptors, count * sizeof(int));
  }
  return sendmsg(connection, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

int make_sealed_memory(size_t size, int seals) {
  int descriptor = memfd_create("strange", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (descriptor < 0)
    return -errno;
  if (ftruncate(descriptor, (off_t)size) == 0 && fcntl(descriptor, F_ADD_SEALS, seals) == 0)
    return descriptor;
  int error = -errno;
  close(descriptor);
  return error;
}

int allocate_memory(int descriptor, int mode, int64_t offset, int64_t length) {
  return fallocate(descriptor, mode, offset, length) < 0 ? -errno : 0;
}
