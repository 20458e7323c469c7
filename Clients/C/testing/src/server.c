// A test from its start to its end.

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "failure.h"
#include "server.h"

enum { CALLS_WITHIN_MS = 60000 };

// 2026-01-01T00:00:00Z.
static const accountstatus_time default_start = {1767225600, 0};

// Removes what a killed server leaves.
static void remove_directory(const char *socket) {
  char *directory = strdup(socket);
  char *slash = directory == NULL ? NULL : strrchr(directory, '/');
  if (slash != NULL) {
    *slash = '\0';
    DIR *entries = opendir(directory);
    for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;)
      if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
        unlinkat(dirfd(entries), entry->d_name, 0);
    if (entries != NULL)
      closedir(entries);
    rmdir(directory);
  }
  free(directory);
}

void accountstatus_test_end(accountstatus_test *test) {
  if (test == NULL)
    return;
  accountstatus_close(test->handle);
  test_end_process(test, SIGTERM);
  if (test->lifeline >= 0)
    close(test->lifeline);
  if (test->socket != NULL)
    remove_directory(test->socket);
  free(test->program);
  free(test->socket);
  free(test->table_socket);
  pthread_mutex_destroy(&test->mutex);
  free(test);
}

static char *find_server(const char *given) {
  if (given == NULL)
    given = getenv("ACCOUNTSTATUSD");
  return given != NULL && given[0] != '\0' ? strdup(given) : test_find_program("accountstatusd");
}

static int begin(accountstatus_test *test, const accountstatus_test_options *options,
                 accountstatus_error *failure) {
  test->program = find_server(options->program);
  if (test->program == NULL)
    return failure_set(failure, ENOENT, ACCOUNTSTATUS_CODE_UNAVAILABLE,
                       "no accountstatusd on PATH, and ACCOUNTSTATUSD does not name one");
  bool is_given = options->now.seconds != 0 || options->now.nanos != 0;
  test->now = is_given ? options->now : default_start;
  test->has_ended = false;
  int result = test_spawn(test, test->now, failure);
  if (result < 0)
    return result;
  accountstatus_open_options open = {.size = sizeof open,
                                     .socket = test->socket,
                                     .timeout_ms = CALLS_WITHIN_MS,
                                     .table_socket = ""};
  return accountstatus_open(&open, &test->handle, failure);
}

int accountstatus_test_start(const accountstatus_test_options *options,
                             accountstatus_test **ret_test, accountstatus_error *ret_error) {
  accountstatus_error failure = {.size = sizeof failure};
  accountstatus_test_options given = {.size = sizeof given};
  int result = options == NULL ? 0 : CHECK_SIZE(&failure, options);
  accountstatus_test *test = result < 0 ? NULL : calloc(1, sizeof *test);
  if (result == 0 && test == NULL)
    result = failure_no_memory(&failure);
  if (result == 0) {
    if (options != NULL)
      failure_copy_struct(&given, sizeof given, options);
    test->lifeline = -1;
    test->has_ended = true;
    pthread_mutex_init(&test->mutex, NULL);
    result = begin(test, &given, &failure);
  }
  if (result < 0) {
    accountstatus_test_end(test);
    failure_export(&failure, ret_error);
  } else {
    *ret_test = test;
  }
  return result;
}

const char *accountstatus_test_socket(const accountstatus_test *test) { return test->socket; }

const char *accountstatus_test_table_socket(const accountstatus_test *test) {
  return test->table_socket;
}

pid_t accountstatus_test_pid(const accountstatus_test *test) { return test->pid; }

int accountstatus_test_use(const accountstatus_test *test) {
  if (setenv("ACCOUNTSTATUS_SOCKET", test->socket, 1) < 0 ||
      setenv("ACCOUNTSTATUS_TABLE_SOCKET", test->table_socket, 1) < 0)
    return -errno;
  return 0;
}
