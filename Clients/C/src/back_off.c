#include "back_off.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "handle.h"

enum { FIRST_MS = 5, LAST_MS = 1000, MOST_DOUBLINGS = 8 };

uint64_t back_off_seed(void) {
  return (uint64_t)monotonic_now() ^ (uint64_t)getpid() << 32 ^ (uint64_t)syscall(SYS_gettid);
}

void back_off_failed(back_off *back_off, int64_t now) {
  unsigned doublings = back_off->failures < MOST_DOUBLINGS ? back_off->failures : MOST_DOUBLINGS;
  int64_t longest = (int64_t)FIRST_MS << doublings;
  if (longest > LAST_MS)
    longest = LAST_MS;
  longest *= 1000000;
  back_off->random = back_off->random * 6364136223846793005u + 1442695040888963407u;
  back_off->not_before =
      now + longest / 2 + (int64_t)((back_off->random >> 33) % (uint64_t)(longest / 2));
  back_off->failures++;
}

void back_off_succeeded(back_off *back_off) {
  back_off->failures = 0;
  back_off->not_before = 0;
}
