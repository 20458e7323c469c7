// A test's server: its process, and the handle through which it is asked.

#ifndef SERVER_H
#define SERVER_H

#include <accountstatus_testing.h>
#include <pthread.h>

#include "handle.h"

struct accountstatus_test {
  pid_t pid;
  // What the server waits for the end of.
  int lifeline;
  // Whether it was waited for.
  bool has_ended;
  char *program;
  char *socket, *table_socket;
  // Without a table: what it says is what the server says.
  accountstatus *handle;
  // Guards what follows.
  pthread_mutex_t mutex;
  accountstatus_time now;
  uint64_t fact_count;
};

// A path of $PATH's directories; NULL: there is none. The caller frees it.
char *test_find_program(const char *name);

// Starts the server's process and waits until it says that it is ready.
int test_spawn(accountstatus_test *test, accountstatus_time now, accountstatus_error *failure);

// Ends the process and waits for it.
void test_end_process(accountstatus_test *test, int signal);

#endif
