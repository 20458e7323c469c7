// The server's process: starting it, until it is ready, and ending it.

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "failure.h"
#include "server.h"

extern char **environ;

// Generous: a loaded machine may be slow, a broken server ends the wait by exiting.
enum { READY_WITHIN_S = 60, LONGEST_LINE = 4096 };

char *test_find_program(const char *name) {
  const char *path = getenv("PATH");
  for (const char *at = path; at != NULL && *at != '\0';) {
    size_t length = strcspn(at, ":");
    char *candidate;
    if (asprintf(&candidate, "%.*s/%s", (int)length, at, name) < 0)
      return NULL;
    if (length > 0 && access(candidate, X_OK) == 0)
      return candidate;
    free(candidate);
    at += length + (at[length] == ':');
  }
  return NULL;
}

// The text of a member of the line that the server prints; NULL where there is none. The caller
// frees it. Paths hold nothing that JSON would have to escape but by choice.
static char *member(const char *line, const char *name) {
  char key[64];
  snprintf(key, sizeof key, "\"%s\":\"", name);
  const char *start = strstr(line, key);
  if (start == NULL)
    return NULL;
  start += strlen(key);
  const char *end = strchr(start, '"');
  if (end == NULL || memchr(start, '\\', (size_t)(end - start)) != NULL)
    return NULL;
  return strndup(start, (size_t)(end - start));
}

// Reads until the end of a line, or of the file; false when the time is up.
static bool read_line(int descriptor, char *line, size_t size) {
  int64_t end = monotonic_now() + READY_WITHIN_S * INT64_C(1000000000);
  size_t used = 0;
  line[0] = '\0';
  while (used + 1 < size && strchr(line, '\n') == NULL) {
    int64_t left = (end - monotonic_now()) / 1000000;
    struct pollfd wait = {.fd = descriptor, .events = POLLIN};
    if (left <= 0)
      return false;
    if (poll(&wait, 1, (int)left) <= 0)
      continue;
    ssize_t count = read(descriptor, line + used, size - used - 1);
    if (count <= 0 && errno != EINTR)
      break;
    used += count > 0 ? (size_t)count : 0;
    line[used] = '\0';
  }
  return true;
}

static int spawn(accountstatus_test *test, const char *now, int input, int output) {
  char *arguments[] = {test->program, "--ephemeral", "--exit-with-stdin", "--clock",
                       "manual",      "--now",       (char *)now,         NULL};
  posix_spawn_file_actions_t actions;
  int result = posix_spawn_file_actions_init(&actions);
  if (result != 0)
    return result;
  result = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  if (result == 0)
    result = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  if (result == 0)
    result = posix_spawn(&test->pid, test->program, &actions, NULL, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  return result;
}

static void format_time(accountstatus_time time, char *text, size_t size) {
  struct tm parts;
  time_t seconds = (time_t)time.seconds;
  gmtime_r(&seconds, &parts);
  size_t used = strftime(text, size, "%Y-%m-%dT%H:%M:%S", &parts);
  snprintf(text + used, size - used, ".%09dZ", (int)time.nanos);
}

static int await_ready(accountstatus_test *test, int output, accountstatus_error *failure) {
  char line[LONGEST_LINE];
  if (!read_line(output, line, sizeof line)) {
    test_end_process(test, SIGKILL);
    return failure_set(failure, ETIMEDOUT, ACCOUNTSTATUS_CODE_DEADLINE_EXCEEDED,
                       "%s was not ready within %d s", test->program, READY_WITHIN_S);
  }
  test->socket = member(line, "rpcSocket");
  test->table_socket = member(line, "tableSocket");
  if (test->socket != NULL && test->table_socket != NULL)
    return 0;
  test_end_process(test, SIGTERM);
  return failure_set(failure, ECONNREFUSED, ACCOUNTSTATUS_CODE_UNAVAILABLE,
                     "%s did not start; standard error has why", test->program);
}

int test_spawn(accountstatus_test *test, accountstatus_time now, accountstatus_error *failure) {
  char text[64];
  format_time(now, text, sizeof text);
  int input[2], output[2];
  if (pipe2(input, O_CLOEXEC) < 0)
    return failure_set(failure, errno, ACCOUNTSTATUS_CODE_UNAVAILABLE, "cannot make a pipe: %m");
  if (pipe2(output, O_CLOEXEC) < 0) {
    int error = errno;
    close(input[0]);
    close(input[1]);
    return failure_set(failure, error, ACCOUNTSTATUS_CODE_UNAVAILABLE, "cannot make a pipe: %s",
                       strerror(error));
  }
  int error = spawn(test, text, input[0], output[1]);
  close(input[0]);
  close(output[1]);
  test->lifeline = input[1];
  int result;
  if (error != 0) {
    test->has_ended = true;
    result = failure_set(failure, error, ACCOUNTSTATUS_CODE_UNAVAILABLE, "cannot start %s: %s",
                         test->program, strerror(error));
  } else {
    result = await_ready(test, output[0], failure);
  }
  // The server says nothing more on it.
  close(output[0]);
  return result;
}

void test_end_process(accountstatus_test *test, int signal) {
  if (test->has_ended)
    return;
  kill(test->pid, signal);
  // One that stands still would never hear it.
  kill(test->pid, SIGCONT);
  while (waitpid(test->pid, NULL, 0) < 0 && errno == EINTR) {
  }
  test->has_ended = true;
}

void accountstatus_test_pause(accountstatus_test *test) {
  if (test->has_ended)
    return;
  kill(test->pid, SIGSTOP);
  siginfo_t state;
  while (waitid(P_PID, (id_t)test->pid, &state, WSTOPPED | WEXITED | WNOWAIT) < 0 &&
         errno == EINTR) {
  }
}

void accountstatus_test_resume(accountstatus_test *test) {
  if (!test->has_ended)
    kill(test->pid, SIGCONT);
}

void accountstatus_test_stop(accountstatus_test *test) { test_end_process(test, SIGTERM); }

void accountstatus_test_kill(accountstatus_test *test) { test_end_process(test, SIGKILL); }
