/* A hand-over socket with a thread that answers on it, as a daemon or as something worse does. */
#ifndef ACCOUNTSTATUS_STATUS_TABLE_SERVING_H
#define ACCOUNTSTATUS_STATUS_TABLE_SERVING_H

#include <limits.h>
#include <pthread.h>
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

/* Listens at a path of its own and answers in a thread. 0 or -errno. */
int start_serving(struct serving *serving, void (*answer)(void *context, int connection),
                  void *context);

void stop_serving(struct serving *serving);

uint64_t monotonic_now(void);

/* What the calling thread has cost, nanoseconds: a busy machine does not make it more. */
uint64_t thread_time(void);

/* A random number, of xorshift64*: not good, but the same for the same seed. */
uint64_t next_random(uint64_t *state);

#endif
