// When to try again: from half to all of a time that doubles with each failure, so that clients of
// a server that comes back do not come back together.

#ifndef BACK_OFF_H
#define BACK_OFF_H

#include <stdint.h>

// Nanoseconds, of the monotonic clock. {.random = …} has not failed yet.
typedef struct back_off {
  // Failures in a row, and no attempt before an instant.
  unsigned failures;
  int64_t not_before;
  uint64_t random;
} back_off;

// Another number for each process, thread and moment.
uint64_t back_off_seed(void);

void back_off_failed(back_off *back_off, int64_t now);
void back_off_succeeded(back_off *back_off);

#endif
