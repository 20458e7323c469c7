#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "benchmark_process.h"
#include "status_table_handover.h"
#include "table.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Between signs of life, as the daemon gives them. Milliseconds. */
enum { beat_interval = 50 };

static void *serve(void *argument) {
  struct benchmark_table *table = argument;
  for (;;) {
    status_table_beat(table->writer, benchmark_now());
    struct pollfd wanted = {.fd = table->listener, .events = POLLIN};
    if (poll(&wanted, 1, beat_interval) <= 0)
      continue;
    int connection = accept4(table->listener, NULL, NULL, SOCK_CLOEXEC);
    if (connection >= 0) {
      status_table_send_offer(connection, table->writer, 0);
      close(connection);
    } else if (errno == EINVAL) {
      return NULL;
    }
  }
}

int serve_table(struct benchmark_table *table) {
  snprintf(table->directory, sizeof table->directory, "%s/benchmark-XXXXXX", P_tmpdir);
  if (mkdtemp(table->directory) == NULL)
    return -errno;
  snprintf(table->path, sizeof table->path, "%s/table.sock", table->directory);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  memcpy(address.sun_path, table->path, strlen(table->path));
  table->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (table->listener >= 0 &&
      bind(table->listener, (const struct sockaddr *)&address, sizeof address) == 0 &&
      listen(table->listener, 16) == 0) {
    int error = -pthread_create(&table->serving, NULL, serve, table);
    if (error == 0)
      return 0;
    errno = -error;
  }
  int error = -errno;
  if (table->listener >= 0)
    close(table->listener);
  table->listener = -1;
  unlink(table->path);
  rmdir(table->directory);
  return error;
}

void stop_serving_table(struct benchmark_table *table) {
  if (table->listener < 0)
    return;
  shutdown(table->listener, SHUT_RDWR);
  pthread_join(table->serving, NULL);
  close(table->listener);
  unlink(table->path);
  rmdir(table->directory);
}
