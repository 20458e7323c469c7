/* A hand-over socket with a thread that answers on it, as a daemon or as something worse does. */
#ifndef ACCOUNTSTATUS_STATUS_TABLE_SERVING_H
#define ACCOUNTSTATUS_STATUS_TABLE_SERVING_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

struct serving {
  char directory[64];
  char path[96];
  int listener;
  pthread_t thread;
  /* Answers on an accepted connection, which is closed behind it. */
  void (*answer)(void *context, int connection);
  void *context;
};

/* Listens at a path, as a daemon does. 0 or -errno. */
int listen_at(const char *path, int *ret_listener);

/* Listens at a path of its own and answers in a thread. 0 or -errno. */
int start_serving(struct serving *serving, void (*answer)(void *context, int connection),
                  void *context);

void stop_serving(struct serving *serving);

/* Sends one message of at most 64 bytes, of which the first 32 are given and the others zero, with
 * up to 16 descriptors beside it. 0 or -errno. */
int send_with_descriptors(int connection, const void *bytes, size_t length, const int *descriptors,
                          size_t count);

/* Makes memory, named "strange", of a size and with seals of one's own choice. The descriptor or
 * -errno. */
int make_sealed_memory(size_t size, int seals);

/* fallocate. 0 or -errno. */
int allocate_memory(int descriptor, int mode, int64_t offset, int64_t length);

/* CLOCK_MONOTONIC, nanoseconds. */
uint64_t serving_now(void);

/* What the calling thread has cost, nanoseconds: a busy machine does not make it more. */
uint64_t thread_time(void);

/* A random number, of xorshift64*: not good, but the same for the same seed. */
uint64_t next_random(uint64_t *state);

#endif
