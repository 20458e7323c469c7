#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "epoll_server.h"
#include "benchmark_servers.h"
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct connection {
  int descriptor;
  size_t have;
  struct connection *next;
  uint8_t input[input_size];
};

struct server {
  int epoll;
  int listener;
  int stop;
  answer_function answer;
  void *context;
  struct connection *connections;
  uint8_t output[output_size];
};

int benchmark_listen(const char *socket_path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(socket_path) >= sizeof address.sun_path)
    return -ENAMETOOLONG;
  strcpy(address.sun_path, socket_path);
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0)
    return -errno;
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 ||
      listen(listener, SOMAXCONN) < 0) {
    int error = -errno;
    close(listener);
    return error;
  }
  return listener;
}

static void watch(struct server *server, int descriptor, void *what) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};
  epoll_ctl(server->epoll, EPOLL_CTL_ADD, descriptor, &event);
}

static void accept_one(struct server *server) {
  int descriptor = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
  struct connection *connection = descriptor < 0 ? NULL : malloc(sizeof *connection);
  if (connection == NULL) {
    if (descriptor >= 0)
      close(descriptor);
    return;
  }
  connection->descriptor = descriptor;
  connection->have = 0;
  connection->next = server->connections;
  server->connections = connection;
  watch(server, descriptor, connection);
}

static void drop(struct server *server, struct connection *connection) {
  struct connection **link = &server->connections;
  while (*link != connection)
    link = &(*link)->next;
  *link = connection->next;
  close(connection->descriptor);
  free(connection);
}

/* Reads once and answers all of it with one write, as far as the socket takes it at once. */
static bool step(struct server *server, struct connection *connection) {
  ssize_t count = recv(connection->descriptor, connection->input + connection->have,
                       sizeof connection->input - connection->have, MSG_DONTWAIT);
  if (count <= 0)
    return count < 0 && errno == EAGAIN;
  connection->have += (size_t)count;
  size_t used = 0, length = 0;
  if (server->answer(server->context, connection->input, connection->have, server->output, &used,
                     &length) < 0 ||
      (used == 0 && connection->have == sizeof connection->input))
    return false;
  connection->have -= used;
  memmove(connection->input, connection->input + used, connection->have);
  for (size_t sent = 0; sent < length;) {
    ssize_t written =
        send(connection->descriptor, server->output + sent, length - sent, MSG_NOSIGNAL);
    if (written <= 0)
      return false;
    sent += (size_t)written;
  }
  return true;
}

static int run(struct server *server) {
  for (;;) {
    struct epoll_event events[64];
    int count = epoll_wait(server->epoll, events, 64, -1);
    if (count < 0 && errno != EINTR)
      return -errno;
    for (int i = 0; i < count; i++) {
      if (events[i].data.ptr == &server->stop)
        return 0;
      if (events[i].data.ptr == NULL)
        accept_one(server);
      else if (!step(server, events[i].data.ptr))
        drop(server, events[i].data.ptr);
    }
  }
}

int serve(int listener, int stop, answer_function answer, void *context) {
  struct server *server = malloc(sizeof *server);
  if (server == NULL)
    return -ENOMEM;
  server->epoll = epoll_create1(EPOLL_CLOEXEC);
  server->listener = listener;
  server->stop = stop;
  server->answer = answer;
  server->context = context;
  server->connections = NULL;
  int error = server->epoll < 0 ? -errno : 0;
  if (error == 0) {
    watch(server, listener, NULL);
    watch(server, stop, &server->stop);
    error = run(server);
  }
  while (server->connections != NULL)
    drop(server, server->connections);
  if (server->epoll >= 0)
    close(server->epoll);
  free(server);
  return error;
}
