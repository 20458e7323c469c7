// The Linux calls that Swift's Glibc module does not show.
//
// A header of includes and of inlines for what is a macro or needs _GNU_SOURCE. _GNU_SOURCE must
// come before the first include, or struct ucred, accept4 and memfd_create are missing. Only
// headers that Glibc's module leaves out belong here: the others would be defined twice.
#ifndef ACCOUNTSTATUS_CLINUX_H
#define ACCOUNTSTATUS_CLINUX_H

// Not _GNU_SOURCE itself: it renames a member of fd_set, and a module that sees Glibc's fd_set and
// ours refuses both.
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE
#endif
#include <features.h>
#ifndef __USE_GNU
#define __USE_GNU 1
#endif

#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

// The three calls of every turn of a loop, as they are. The C library's own are cancellation
// points: in a process with threads each costs two atomic operations more, for a feature that
// nobody here uses.
static inline long linux_epoll_wait(int epoll, struct epoll_event *events, int count,
                                    int milliseconds) {
  return syscall(SYS_epoll_pwait, epoll, events, count, milliseconds, 0, 0);
}

static inline long linux_recv(int socket, void *buffer, size_t length, int flags) {
  return syscall(SYS_recvfrom, socket, buffer, length, flags, 0, 0);
}

static inline long linux_send(int socket, const void *buffer, size_t length, int flags) {
  return syscall(SYS_sendto, socket, buffer, length, flags, 0, 0);
}

// Nanoseconds of CLOCK_MONOTONIC.
static inline int64_t linux_monotonic_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// Accepts a connection, close-on-exec and non-blocking: its descriptor, or -1 and errno.
static inline int linux_accept(int listener) {
  return accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

// Gives the calling thread the name that ps and gdb show. At most 15 bytes.
static inline void linux_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

// Has the process sent a signal whenever a thread that is its parent ends; set by a thread that
// lives as long as it is wanted.
static inline void linux_signal_at_parents_end(int number) {
  prctl(PR_SET_PDEATHSIG, number, 0, 0, 0);
}

// How many processors the calling thread may run on; 0: unknown.
static inline int linux_processor_count(void) {
  unsigned long set[128];
  long size = syscall(SYS_sched_getaffinity, 0, sizeof set, set);
  int count = 0;
  for (long i = 0; i < size / (long)sizeof set[0]; i++)
    count += __builtin_popcountl(set[i]);
  return count;
}

#endif
