/* Loses what was not synced, as a power cut does.
 *
 * kill -9 takes a process away, not the kernel's page cache: every write is still there afterwards,
 * synced or not, so a kill alone cannot tell a database that syncs its commits from one that does
 * not. With this in front of libc, files below one directory live in the process's memory; only
 * fsync and fdatasync write them to the disk. Kill the process, and the rest is gone.
 *
 *   cc -std=c11 -shared -fPIC -O2 -Wall -Wextra -Werror -o unsynced_writes.so unsynced_writes.c
 * -ldl UNSYNCED_DIRECTORY=DIR LD_PRELOAD=$PWD/unsynced_writes.so PROGRAM
 *
 *   UNSYNCED_DIRECTORY   absolute path, without a trailing slash; files below it are kept in memory
 *   UNSYNCED_FAIL_SYNC   optional path; while it exists, a sync of such a file fails with EIO, and,
 *                        as Linux does, forgets that the file was dirty: the next sync succeeds and
 *                        writes nothing of what was lost
 *
 * What it keeps of a file is one copy per inode, shared by all descriptors:
 *
 *   open            reads the file into the copy, the first time
 *   pread, read     from the copy             fstat, stat, lseek   the copy's size
 *   pwrite, write   into the copy; its 4 KiB pages become dirty
 *   ftruncate       of the copy; so does fallocate
 *   fsync           dirty pages to the disk, then the size, then the kernel's own fsync
 *   close           the last one drops a copy whose sync failed: what is read next is the disk's
 *   exit            an orderly end writes every copy, as the kernel would in time
 *
 * Limits, for a program that meets them is stopped with a message: shared mappings of such a file
 * (SQLite makes none with an exclusive connection and mmap_size 0), vectored I/O, O_APPEND. Not
 * modelled: names. A file that was made, renamed or removed is so at once, synced or not. Nothing
 * is held over fork or exec. Descriptors beyond 1023 pass through, and must not be such files.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PAGE = 4096, DESCRIPTORS = 1024 };

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

/* Copies ------------------------------------------------------------------------------------ */

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
    copy->keeper = (int)syscall(SYS_fcntl, descriptor, F_DUPFD_CLOEXEC, DESCRIPTORS / 2);
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

/* Opening and closing ----------------------------------------------------------------------- */

static int open_at(int directory, const char *path, int flags, mode_t mode) {
  if (path[0] != '/' || !is_below(path))
    return (int)syscall(SYS_openat, directory, path, flags, mode);
  /* The copy has to be read, also for one who only writes. */
  int access = flags & O_ACCMODE;
  int readable = access == O_WRONLY ? (flags & ~O_ACCMODE) | O_RDWR : flags;
  pthread_mutex_lock(&mutex);
  int descriptor = (int)syscall(SYS_openat, directory, path, readable & ~O_TRUNC, mode);
  if (descriptor >= 0)
    adopt(descriptor, flags);
  pthread_mutex_unlock(&mutex);
  return descriptor;
}

#define MODE_AFTER(last)                                                                           \
  mode_t mode = 0;                                                                                 \
  if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE) {                                     \
    va_list arguments;                                                                             \
    va_start(arguments, last);                                                                     \
    mode = va_arg(arguments, mode_t);                                                              \
    va_end(arguments);                                                                             \
  }

int open(const char *path, int flags, ...) {
  MODE_AFTER(flags)
  return open_at(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  MODE_AFTER(flags)
  return open_at(AT_FDCWD, path, flags, mode);
}

int openat(int directory, const char *path, int flags, ...) {
  MODE_AFTER(flags)
  return open_at(directory, path, flags, mode);
}

int openat64(int directory, const char *path, int flags, ...) {
  MODE_AFTER(flags)
  return open_at(directory, path, flags, mode);
}

int creat(const char *path, mode_t mode) {
  return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int close(int descriptor) {
  pthread_mutex_lock(&mutex);
  struct copy *copy = copy_of(descriptor);
  if (copy) {
    of_descriptor[descriptor] = NULL;
    copy->descriptors--;
    let_go(copy);
  }
  int result = (int)syscall(SYS_close, descriptor);
  pthread_mutex_unlock(&mutex);
  return result;
}

int unlink(const char *path) {
  pthread_mutex_lock(&mutex);
  struct stat status;
  struct copy *copy = NULL;
  if (is_below(path) && syscall(SYS_newfstatat, AT_FDCWD, path, &status, AT_SYMLINK_NOFOLLOW) == 0)
    copy = find(status.st_dev, status.st_ino);
  int result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  if (result == 0 && copy) {
    copy->named = false;
    if (copy->descriptors == 0)
      drop(copy);
  }
  pthread_mutex_unlock(&mutex);
  return result;
}

/* An orderly end. */
__attribute__((destructor)) static void write_all(void) {
  for (struct copy *copy = copies; copy; copy = copy->next)
    if (copy->named)
      write_out(copy);
}

/* Reading and writing ----------------------------------------------------------------------- */

ssize_t pread(int descriptor, void *buffer, size_t count, off_t offset) {
  pthread_mutex_lock(&mutex);
  struct copy *copy = copy_of(descriptor);
  ssize_t result = copy ? copy_read(copy, buffer, count, offset)
                        : syscall(SYS_pread64, descriptor, buffer, count, offset);
  pthread_mutex_unlock(&mutex);
  return result;
}

ssize_t pread64(int descriptor, void *buffer, size_t count, off_t offset) {
  return pread(descriptor, buffer, count, offset);
}

ssize_t pwrite(int descriptor, const void *buffer, size_t count, off_t offset) {
  pthread_mutex_lock(&mutex);
  struct copy *copy = copy_of(descriptor);
  ssize_t result = copy ? copy_write(copy, buffer, count, offset)
                        : syscall(SYS_pwrite64, descriptor, buffer, count, offset);
  pthread_mutex_unlock(&mutex);
  return result;
}

ssize_t pwrite64(int descriptor, const void *buffer, size_t count, off_t offset) {
  return pwrite(descriptor, buffer, count, offset);
}

/* Other descriptors are read and written without the mutex: they may block. */
static struct copy *held_copy(int descriptor) {
  pthread_mutex_lock(&mutex);
  struct copy *copy = copy_of(descriptor);
  if (!copy)
    pthread_mutex_unlock(&mutex);
  return copy;
}

static ssize_t advance(int descriptor, off_t from, ssize_t count) {
  if (count > 0)
    syscall(SYS_lseek, descriptor, from + count, SEEK_SET);
  pthread_mutex_unlock(&mutex);
  return count;
}

ssize_t read(int descriptor, void *buffer, size_t count) {
  struct copy *copy = held_copy(descriptor);
  if (!copy)
    return syscall(SYS_read, descriptor, buffer, count);
  off_t from = syscall(SYS_lseek, descriptor, 0, SEEK_CUR);
  return advance(descriptor, from, copy_read(copy, buffer, count, from));
}

ssize_t write(int descriptor, const void *buffer, size_t count) {
  struct copy *copy = held_copy(descriptor);
  if (!copy)
    return syscall(SYS_write, descriptor, buffer, count);
  off_t from = syscall(SYS_lseek, descriptor, 0, SEEK_CUR);
  return advance(descriptor, from, copy_write(copy, buffer, count, from));
}

static void refuse_copy(int descriptor, const char *why) {
  if (held_copy(descriptor))
    stop(why);
}

ssize_t readv(int descriptor, const struct iovec *vector, int count) {
  refuse_copy(descriptor, "readv is not modelled");
  return syscall(SYS_readv, descriptor, vector, count);
}

ssize_t writev(int descriptor, const struct iovec *vector, int count) {
  refuse_copy(descriptor, "writev is not modelled");
  return syscall(SYS_writev, descriptor, vector, count);
}

ssize_t pwritev(int descriptor, const struct iovec *vector, int count, off_t offset) {
  refuse_copy(descriptor, "pwritev is not modelled");
  return syscall(SYS_pwritev, descriptor, vector, count, offset, 0);
}

void *mmap(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
  if (!(flags & MAP_ANONYMOUS))
    refuse_copy(descriptor, "mmap is not modelled");
  return (void *)syscall(SYS_mmap, address, length, protection, flags, descriptor, offset);
}

void *mmap64(void *address, size_t length, int protection, int flags, int descriptor,
             off_t offset) {
  return mmap(address, length, protection, flags, descriptor, offset);
}

/* Sizes ------------------------------------------------------------------------------------- */

int ftruncate(int descriptor, off_t length) {
  struct copy *copy = held_copy(descriptor);
  if (!copy)
    return (int)syscall(SYS_ftruncate, descriptor, length);
  if (length >= 0)
    resize(copy, (size_t)length);
  pthread_mutex_unlock(&mutex);
  return length >= 0 ? 0 : (errno = EINVAL, -1);
}

int ftruncate64(int descriptor, off_t length) { return ftruncate(descriptor, length); }

int fallocate(int descriptor, int mode, off_t offset, off_t length) {
  struct copy *copy = held_copy(descriptor);
  if (!copy)
    return (int)syscall(SYS_fallocate, descriptor, mode, offset, length);
  if (mode != 0)
    stop("only plain fallocate is modelled");
  if ((size_t)(offset + length) > copy->size)
    resize(copy, (size_t)(offset + length));
  pthread_mutex_unlock(&mutex);
  return 0;
}

int fallocate64(int descriptor, int mode, off_t offset, off_t length) {
  return fallocate(descriptor, mode, offset, length);
}

int posix_fallocate(int descriptor, off_t offset, off_t length) {
  return fallocate(descriptor, 0, offset, length) == 0 ? 0 : errno;
}

int posix_fallocate64(int descriptor, off_t offset, off_t length) {
  return posix_fallocate(descriptor, offset, length);
}

off_t lseek(int descriptor, off_t offset, int whence) {
  struct copy *copy = held_copy(descriptor);
  if (!copy)
    return syscall(SYS_lseek, descriptor, offset, whence);
  off_t result = whence == SEEK_END
                     ? syscall(SYS_lseek, descriptor, (off_t)copy->size + offset, SEEK_SET)
                     : syscall(SYS_lseek, descriptor, offset, whence);
  pthread_mutex_unlock(&mutex);
  return result;
}

off_t lseek64(int descriptor, off_t offset, int whence) {
  return lseek(descriptor, offset, whence);
}

static int with_size_of_copy(int result, struct stat *status) {
  if (result == 0) {
    pthread_mutex_lock(&mutex);
    struct copy *copy = find(status->st_dev, status->st_ino);
    if (copy)
      status->st_size = (off_t)copy->size;
    pthread_mutex_unlock(&mutex);
  }
  return result;
}

int fstat(int descriptor, struct stat *status) {
  return with_size_of_copy(real_fstat(descriptor, status), status);
}

int fstat64(int descriptor, struct stat64 *status) {
  return fstat(descriptor, (struct stat *)status);
}

int stat(const char *path, struct stat *status) {
  return with_size_of_copy((int)syscall(SYS_newfstatat, AT_FDCWD, path, status, 0), status);
}

int stat64(const char *path, struct stat64 *status) { return stat(path, (struct stat *)status); }

int lstat(const char *path, struct stat *status) {
  return with_size_of_copy(
      (int)syscall(SYS_newfstatat, AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW), status);
}

int lstat64(const char *path, struct stat64 *status) { return lstat(path, (struct stat *)status); }

/* Syncing ----------------------------------------------------------------------------------- */

static int sync_with(int descriptor, long number) {
  struct copy *copy = held_copy(descriptor);
  if (!copy)
    return (int)syscall(number, descriptor);
  int result = sync_copy(copy, number);
  pthread_mutex_unlock(&mutex);
  return result;
}

int fsync(int descriptor) { return sync_with(descriptor, SYS_fsync); }

int fdatasync(int descriptor) { return sync_with(descriptor, SYS_fdatasync); }
