// pthread_mutex_clocklock for a ThreadSanitizer that does not know it and would take what it locks
// for unlocked: in terms of what it does know. The linker puts it in the place of libc's.

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <time.h>

int __wrap_pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock,
                                   const struct timespec *until);

static int is_past(clockid_t clock, const struct timespec *until) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec > until->tv_sec ||
         (now.tv_sec == until->tv_sec && now.tv_nsec >= until->tv_nsec);
}

int __wrap_pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock,
                                   const struct timespec *until) {
  for (;;) {
    int result = pthread_mutex_trylock(mutex);
    if (result != EBUSY)
      return result;
    if (is_past(clock, until))
      return ETIMEDOUT;
    sched_yield();
  }
}
