/* Loses what was not synced, as a power cut does.
 *
 * kill -9 takes a process away, not the kernel's page cache: every write is still there afterwards,
 * synced or not, so a kill alone cannot tell a database that syncs its commits from one that does
 * not. With this in front of libc, files below one directory live in the process's memory; only
 * fsync and fdatasync write them to the disk. Kill the process, and the rest is gone.
 *
 *     cc -std=c11 -shared -fPIC -O2 -o unsynced_writes.so unsynced_writes.c
 *
 *     UNSYNCED_DIRECTORY=DIR LD_PRELOAD=$PWD/unsynced_writes.so PROGRAM
 *
 *   UNSYNCED_DIRECTORY   absolute path, without a trailing slash; files below it are kept in memory
 *   UNSYNCED_FAIL_SYNC   optional path; while it exists, a sync of such a file fails with EIO, and,
 *                        as Linux does, forgets that the file was dirty: the next sync succeeds and
 *                        writes nothing of what was lost
 *
 * What it keeps of a file is one copy per inode, shared by all descriptors:
 *
 *   open        reads the file into the copy, the first time
 *   pread       from the copy                fstat, stat     the copy's size
 *   pwrite      into the copy; its 4 KiB pages become dirty
 *   ftruncate   of the copy
 *   fsync       dirty pages to the disk, then the size, then the kernel's own fsync
 *   close       the last one drops a copy whose sync failed: what is read next is the disk's
 *   exit        an orderly end writes every copy, as the kernel would in time
 *
 * These are the calls that SQLite makes. A program that meets such a file with another one, or maps
 * it (SQLite does not with an exclusive connection and mmap_size 0), is stopped with a message. Not
 * modelled: names. A file that was made, renamed or removed is so at once, synced or not. Nothing
 * is held over fork or exec. Descriptors beyond 511 pass through, and must not be such files.
 */
#define _GNU_SOURCE
#include "unsynced_copy.h"
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/uio.h>

/* Opening and closing ----------------------------------------------------------------------- */

int open(const char *path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  if (path[0] != '/' || !is_below(path))
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
  /* The copy has to be read, also for one who only writes. */
  int access = flags & O_ACCMODE;
  int readable = access == O_WRONLY ? (flags & ~O_ACCMODE) | O_RDWR : flags;
  pthread_mutex_lock(&mutex);
  int descriptor = (int)syscall(SYS_openat, AT_FDCWD, path, readable & ~O_TRUNC, mode);
  if (descriptor >= 0)
    adopt(descriptor, flags);
  pthread_mutex_unlock(&mutex);
  return descriptor;
}

int open64(const char *path, int flags, ...) __attribute__((alias("open")));

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

ssize_t pread64(int descriptor, void *buffer, size_t count, off_t offset)
    __attribute__((alias("pread")));

ssize_t pwrite(int descriptor, const void *buffer, size_t count, off_t offset) {
  pthread_mutex_lock(&mutex);
  struct copy *copy = copy_of(descriptor);
  ssize_t result = copy ? copy_write(copy, buffer, count, offset)
                        : syscall(SYS_pwrite64, descriptor, buffer, count, offset);
  pthread_mutex_unlock(&mutex);
  return result;
}

ssize_t pwrite64(int descriptor, const void *buffer, size_t count, off_t offset)
    __attribute__((alias("pwrite")));

/* The copy behind a descriptor, with the mutex held; NULL, and without it, for other files. */
static struct copy *held_copy(int descriptor) {
  pthread_mutex_lock(&mutex);
  struct copy *copy = copy_of(descriptor);
  if (!copy)
    pthread_mutex_unlock(&mutex);
  return copy;
}

static void refuse_copy(int descriptor, const char *call) {
  if (held_copy(descriptor))
    stop(call);
}

ssize_t read(int descriptor, void *buffer, size_t count) {
  refuse_copy(descriptor, "read is not modelled");
  return syscall(SYS_read, descriptor, buffer, count);
}

ssize_t write(int descriptor, const void *buffer, size_t count) {
  refuse_copy(descriptor, "write is not modelled");
  return syscall(SYS_write, descriptor, buffer, count);
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

void *mmap64(void *address, size_t length, int protection, int flags, int descriptor, off_t offset)
    __attribute__((alias("mmap")));

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

int ftruncate64(int descriptor, off_t length) __attribute__((alias("ftruncate")));

int fallocate(int descriptor, int mode, off_t offset, off_t length) {
  refuse_copy(descriptor, "fallocate is not modelled");
  return (int)syscall(SYS_fallocate, descriptor, mode, offset, length);
}

int fallocate64(int descriptor, int mode, off_t offset, off_t length)
    __attribute__((alias("fallocate")));

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
