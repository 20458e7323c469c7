/* Counts the allocations of one thread, for a test in another process.
 *
 *   cc -shared -fPIC -O2 -o count_allocations.so count_allocations.c
 *   COUNT_ALLOCATIONS=FILE COUNT_THREAD=NAME LD_PRELOAD=./count_allocations.so PROGRAM
 *
 * FILE (8 bytes, made by the test) is mapped and holds the count of malloc, calloc, realloc,
 * aligned_alloc and posix_memalign calls made by threads whose name (prctl PR_SET_NAME) is NAME.
 * A thread's name is looked up until it is NAME, at most 4096 times, so name threads at their
 * start. glibc's own __libc_ functions do the work, so nothing here allocates. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static uint64_t *counter;
static const char *wanted;
static __thread int looked;
static __thread int counts;

__attribute__((constructor)) static void open_counter(void) {
  const char *path = getenv("COUNT_ALLOCATIONS");
  wanted = getenv("COUNT_THREAD");
  if (!path || !wanted)
    return;
  int descriptor = open(path, O_RDWR | O_CLOEXEC);
  if (descriptor < 0)
    return;
  void *memory = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  close(descriptor);
  if (memory != MAP_FAILED)
    counter = memory;
}

static void count(void) {
  if (!counter)
    return;
  if (!counts && looked < 4096) {
    char name[16] = "";
    looked++;
    prctl(PR_GET_NAME, name);
    counts = strcmp(name, wanted) == 0;
  }
  if (counts)
    __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

void *malloc(size_t size) {
  count();
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  count();
  return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
  count();
  return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  count();
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **ret_memory, size_t alignment, size_t size) {
  count();
  void *memory = __libc_memalign(alignment, size);
  if (!memory)
    return ENOMEM;
  *ret_memory = memory;
  return 0;
}
