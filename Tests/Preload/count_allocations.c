/* Counts the allocations of one thread, for a test in another process.
 *
 *   cc -shared -fPIC -O2 -o count_allocations.so count_allocations.c
 *   COUNT_ALLOCATIONS=FILE COUNT_THREAD=NAME LD_PRELOAD=./count_allocations.so PROGRAM
 *
 * FILE (8 bytes, made by the test) is mapped and holds the count of malloc, calloc, realloc,
 * aligned_alloc and posix_memalign calls made by threads whose name (prctl PR_SET_NAME) is NAME.
 * A thread's name is looked up until it is NAME, at most 4096 times, so name threads at their
 * start. The allocator that the program is linked with does the work. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

static struct {
  void *(*malloc)(size_t);
  void *(*calloc)(size_t, size_t);
  void *(*realloc)(void *, size_t);
  void *(*aligned_alloc)(size_t, size_t);
  int (*posix_memalign)(void **, size_t, size_t);
} next;

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

/* Before the first allocation, which comes before any constructor. */
static void find_next(void) {
  next.calloc = dlsym(RTLD_NEXT, "calloc");
  next.realloc = dlsym(RTLD_NEXT, "realloc");
  next.aligned_alloc = dlsym(RTLD_NEXT, "aligned_alloc");
  next.posix_memalign = dlsym(RTLD_NEXT, "posix_memalign");
  next.malloc = dlsym(RTLD_NEXT, "malloc");
}

static void count(void) {
  if (!next.malloc)
    find_next();
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
  return next.malloc(size);
}

void *calloc(size_t number, size_t size) {
  count();
  return next.calloc(number, size);
}

void *realloc(void *old, size_t size) {
  count();
  return next.realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  count();
  return next.aligned_alloc(alignment, size);
}

int posix_memalign(void **ret_memory, size_t alignment, size_t size) {
  count();
  return next.posix_memalign(ret_memory, alignment, size);
}
