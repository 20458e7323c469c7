/* The copies of unsynced_writes.c: what the process sees of the files below UNSYNCED_DIRECTORY. */
#ifndef UNSYNCED_COPY_H
#define UNSYNCED_COPY_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

enum { PAGE = 4096, DESCRIPTORS = 512 };

/* What the process sees of a file. */
struct copy {
  struct copy *next;
  dev_t device;
  ino_t inode;
  int descriptors;
  /* Ours, so that an orderly end can write what nobody has open. It stays open as long as the copy:
   * closing any descriptor of a file would release the process's locks on it. */
  int keeper;
  /* A name still leads to it. */
  bool named;
  bool sync_failed;
  bool size_dirty;
  uint8_t *bytes;
  size_t size;
  size_t capacity;
  /* One per page of `capacity`. */
  bool *dirty;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct copy *copies;
static struct copy *of_descriptor[DESCRIPTORS];

static void stop(const char *why) {
  fprintf(stderr, "unsynced_writes: %s\n", why);
  abort();
}

static bool is_below(const char *path) {
  const char *directory = getenv("UNSYNCED_DIRECTORY");
  if (!directory || !*directory)
    return false;
  size_t length = strlen(directory);
  return strncmp(path, directory, length) == 0 && path[length] == '/';
}

static bool sync_fails(void) {
  const char *flag = getenv("UNSYNCED_FAIL_SYNC");
  return flag && syscall(SYS_faccessat, AT_FDCWD, flag, F_OK) == 0;
}

static int real_fstat(int descriptor, struct stat *status) {
  return (int)syscall(SYS_newfstatat, descriptor, "", status, AT_EMPTY_PATH);
}

static struct copy *copy_of(int descriptor) {
  return descriptor >= 0 && descriptor < DESCRIPTORS ? of_descriptor[descriptor] : NULL;
}

static void reserve(struct copy *copy, size_t size) {
  if (size <= copy->capacity)
    return;
  size_t capacity = copy->capacity ? copy->capacity : 16 * PAGE;
  while (capacity < size)
    capacity *= 2;
  copy->bytes = realloc(copy->bytes, capacity);
  copy->dirty = realloc(copy->dirty, capacity / PAGE);
  if (!copy->bytes || !copy->dirty)
    stop("out of memory");
  memset(copy->bytes + copy->capacity, 0, capacity - copy->capacity);
  memset(copy->dirty + copy->capacity / PAGE, 0, (capacity - copy->capacity) / PAGE);
  copy->capacity = capacity;
}

static void load(struct copy *copy, size_t size) {
  reserve(copy, size);
  size_t done = 0;
  while (done < size) {
    long count = syscall(SYS_pread64, copy->keeper, copy->bytes + done, size - done, (off_t)done);
    if (count <= 0)
      stop("cannot read a file below UNSYNCED_DIRECTORY");
    done += (size_t)count;
  }
  copy->size = size;
}

static void drop(struct copy *copy) {
  for (struct copy **link = &copies; *link; link = &(*link)->next) {
    if (*link == copy) {
      *link = copy->next;
      break;
    }
  }
  syscall(SYS_close, copy->keeper);
  free(copy->bytes);
  free(copy->dirty);
  free(copy);
}

static struct copy *find(dev_t device, ino_t inode) {
  for (struct copy *copy = copies; copy; copy = copy->next)
    if (copy->named && copy->device == device && copy->inode == inode)
      return copy;
  return NULL;
}

/* A descriptor that was just opened, and may read. */
static void adopt(int descriptor, int flags) {
  struct stat status;
  if (real_fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode))
    return;
  if (descriptor >= DESCRIPTORS)
    stop("too many descriptors");
  if (flags & O_APPEND)
    stop("O_APPEND is not modelled");
  struct copy *copy = find(status.st_dev, status.st_ino);
  if (!copy) {
    copy = calloc(1, sizeof *copy);
    if (!copy)
      stop("out of memory");
    *copy = (struct copy){
        .next = copies, .device = status.st_dev, .inode = status.st_ino, .named = true};
    copies = copy;
    copy->keeper = (int)syscall(SYS_fcntl, descriptor, F_DUPFD_CLOEXEC, DESCRIPTORS);
    if (copy->keeper < 0)
      stop("cannot duplicate a descriptor");
    load(copy, (size_t)status.st_size);
  } else if (flags & O_TRUNC) {
    copy->size = 0;
    copy->size_dirty = true;
  }
  copy->descriptors++;
  of_descriptor[descriptor] = copy;
}

static void resize(struct copy *copy, size_t size) {
  reserve(copy, size);
  if (size < copy->size)
    memset(copy->bytes + size, 0, copy->size - size);
  copy->size = size;
  copy->size_dirty = true;
}

static ssize_t copy_read(struct copy *copy, void *buffer, size_t count, off_t offset) {
  if (offset < 0)
    return errno = EINVAL, -1;
  if ((size_t)offset >= copy->size)
    return 0;
  if (count > copy->size - (size_t)offset)
    count = copy->size - (size_t)offset;
  memcpy(buffer, copy->bytes + offset, count);
  return (ssize_t)count;
}

static ssize_t copy_write(struct copy *copy, const void *buffer, size_t count, off_t offset) {
  if (offset < 0)
    return errno = EINVAL, -1;
  if (count == 0)
    return 0;
  size_t end = (size_t)offset + count;
  if (end > copy->size)
    resize(copy, end);
  memcpy(copy->bytes + offset, buffer, count);
  for (size_t page = (size_t)offset / PAGE; page <= (end - 1) / PAGE; page++)
    copy->dirty[page] = true;
  return (ssize_t)count;
}

/* Writes what is dirty to the disk. */
static int write_out(struct copy *copy) {
  size_t pages = (copy->size + PAGE - 1) / PAGE;
  for (size_t page = 0; page < pages; page++) {
    size_t start = page * PAGE;
    size_t count = copy->size - start < PAGE ? copy->size - start : PAGE;
    if (!copy->dirty[page])
      continue;
    if (syscall(SYS_pwrite64, copy->keeper, copy->bytes + start, count, (off_t)start) !=
        (long)count)
      return -1;
    copy->dirty[page] = false;
  }
  if (copy->size_dirty && syscall(SYS_ftruncate, copy->keeper, (off_t)copy->size) != 0)
    return -1;
  copy->size_dirty = false;
  memset(copy->dirty, 0, copy->capacity / PAGE);
  return 0;
}

static int sync_copy(struct copy *copy, long number) {
  if (sync_fails()) {
    memset(copy->dirty, 0, copy->capacity / PAGE);
    copy->size_dirty = false;
    copy->sync_failed = true;
    return errno = EIO, -1;
  }
  if (write_out(copy) != 0)
    return -1;
  return (int)syscall(number, copy->keeper);
}

/* The last descriptor of a copy is closing. A failed sync left pages that the kernel may forget at
 * any time: it does so now. */
static void let_go(struct copy *copy) {
  if (copy->descriptors > 0)
    return;
  if (!copy->named) {
    drop(copy);
  } else if (copy->sync_failed) {
    struct stat status;
    memset(copy->bytes, 0, copy->capacity);
    if (real_fstat(copy->keeper, &status) != 0)
      stop("cannot look at a file below UNSYNCED_DIRECTORY");
    copy->sync_failed = false;
    load(copy, (size_t)status.st_size);
  }
}

#endif
