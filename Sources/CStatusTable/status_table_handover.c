#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "status_table_handover.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int64_t monotonic_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Waits until the connection can be read. */
static int await(int connection, int64_t deadline) {
  for (;;) {
    int64_t left = deadline - monotonic_now();
    if (left < 0)
      left = 0;
    struct timespec timeout = {left / 1000000000, left % 1000000000};
    struct pollfd wanted = {.fd = connection, .events = POLLIN};
    int ready = ppoll(&wanted, 1, &timeout, NULL);
    if (ready > 0)
      return 0;
    if (ready == 0)
      return -ETIMEDOUT;
    if (errno != EINTR)
      return -errno;
  }
}

/* Takes the first descriptor out of a message's ancillary data and closes any other. */
static int take_descriptor(struct msghdr *message) {
  int taken = -1;
  for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part != NULL;
       part = CMSG_NXTHDR(message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
      continue;
    size_t descriptors = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < descriptors; i++) {
      int each;
      memcpy(&each, CMSG_DATA(part) + i * sizeof each, sizeof each);
      if (taken < 0)
        taken = each;
      else
        close(each);
    }
  }
  return taken;
}

/* Whether nobody can pull the memory away under a reader, or write to it behind the writer. */
static int check_memory(int descriptor, uint64_t size) {
  const int needed = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE;
  int seals = fcntl(descriptor, F_GET_SEALS);
  struct stat found;
  if (seals < 0 || (seals & needed) != needed || fstat(descriptor, &found) < 0 ||
      (uint64_t)found.st_size != size)
    return -EBADMSG;
  return 0;
}

int status_table_receive_offer(int connection, int64_t deadline,
                               struct status_table_offer *ret_offer, int *ret_descriptor) {
  int error = await(connection, deadline);
  if (error < 0)
    return error;
  struct status_table_offer offer = {0};
  union {
    char bytes[CMSG_SPACE(4 * sizeof(int))];
    struct cmsghdr alignment;
  } control;
  struct iovec part = {&offer, sizeof offer};
  struct msghdr message = {
      .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  ssize_t length = recvmsg(connection, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (length < 0)
    return errno == EAGAIN || errno == EINTR ? -ETIMEDOUT : -errno;
  int descriptor = take_descriptor(&message);
  if (length != sizeof offer || (message.msg_flags & MSG_TRUNC) ||
      offer.magic != STATUS_TABLE_OFFER_MAGIC || offer.layout_major != STATUS_TABLE_MAJOR)
    error = -EPROTO;
  else if (offer.status < 0)
    error = offer.status == -EACCES || offer.status == -EAGAIN ? offer.status : -EPROTO;
  else if (descriptor < 0 || offer.status != 0)
    error = -EPROTO;
  else
    error = check_memory(descriptor, offer.size);
  if (error < 0) {
    if (descriptor >= 0)
      close(descriptor);
    return error;
  }
  *ret_offer = offer;
  *ret_descriptor = descriptor;
  return 0;
}
