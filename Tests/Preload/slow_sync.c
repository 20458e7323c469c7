/* Makes every fsync and fdatasync slow while a file exists, so that a test can look at what goes on
 * during a commit.
 *
 *   cc -shared -fPIC -O2 -o slow_sync.so slow_sync.c -ldl
 *   SLOW_SYNC=FILE LD_PRELOAD=./slow_sync.so PROGRAM
 *
 * While FILE exists, a sync waits, in steps of 1 ms and for at most 60 s, until it is gone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void wait_until_gone(void) {
  const char *path = getenv("SLOW_SYNC");
  if (!path)
    return;
  const struct timespec step = {.tv_nsec = 1000000};
  for (int i = 0; i < 60000 && access(path, F_OK) == 0; i++)
    nanosleep(&step, NULL);
}

static int sync_with(const char *name, int descriptor) {
  int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  wait_until_gone();
  return next(descriptor);
}

int fsync(int descriptor) { return sync_with("fsync", descriptor); }

int fdatasync(int descriptor) { return sync_with("fdatasync", descriptor); }
