#include "peer.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MOST_CONNECTIONS = 256, HEADER = 10 };

typedef struct worker {
  pthread_t thread;
  peer_connection connection;
} worker;

struct peer {
  char path[108];
  int listener;
  peer_script script;
  void *context;
  pthread_t acceptor;
  pthread_mutex_t mutex;
  worker workers[MOST_CONNECTIONS];
  unsigned count;
  atomic_uint requests;
};

static void require(bool condition, const char *what) {
  if (!condition) {
    perror(what);
    abort();
  }
}

static void *serve(void *argument) {
  worker *worker = argument;
  peer *peer = worker->connection.peer;
  peer->script(&worker->connection, peer->context);
  // The descriptor is closed at the end, so that its number cannot be given away meanwhile.
  shutdown(worker->connection.fd, SHUT_RDWR);
  return NULL;
}

static void *accept_all(void *argument) {
  peer *peer = argument;
  for (;;) {
    int fd = accept4(peer->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
      return NULL;
    pthread_mutex_lock(&peer->mutex);
    require(peer->count < MOST_CONNECTIONS, "too many connections");
    worker *worker = &peer->workers[peer->count];
    worker->connection = (peer_connection){peer, fd, peer->count};
    peer->count++;
    require(pthread_create(&worker->thread, NULL, serve, worker) == 0, "pthread_create");
    pthread_mutex_unlock(&peer->mutex);
  }
}

peer *peer_start_at(const char *path, peer_script script, void *context) {
  peer *peer = calloc(1, sizeof *peer);
  require(peer != NULL, "calloc");
  snprintf(peer->path, sizeof peer->path, "%s", path);
  peer->script = script;
  peer->context = context;
  pthread_mutex_init(&peer->mutex, NULL);
  unlink(path);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  memcpy(address.sun_path, peer->path, sizeof address.sun_path);
  peer->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  require(bind(peer->listener, (struct sockaddr *)&address, sizeof address) == 0, path);
  require(listen(peer->listener, 64) == 0, "listen");
  require(pthread_create(&peer->acceptor, NULL, accept_all, peer) == 0, "pthread_create");
  return peer;
}

peer *peer_start(peer_script script, void *context) {
  char directory[] = "/tmp/accountstatus-test-XXXXXX", path[64];
  require(mkdtemp(directory) != NULL, "mkdtemp");
  snprintf(path, sizeof path, "%s/rpc.sock", directory);
  return peer_start_at(path, script, context);
}

void peer_stop_keeping_path(peer *peer) {
  shutdown(peer->listener, SHUT_RDWR);
  pthread_join(peer->acceptor, NULL);
  close(peer->listener);
  for (unsigned i = 0; i < peer->count; i++)
    shutdown(peer->workers[i].connection.fd, SHUT_RDWR);
  for (unsigned i = 0; i < peer->count; i++) {
    pthread_join(peer->workers[i].thread, NULL);
    close(peer->workers[i].connection.fd);
  }
  unlink(peer->path);
  pthread_mutex_destroy(&peer->mutex);
  free(peer);
}

void peer_stop(peer *peer) {
  char directory[108];
  snprintf(directory, sizeof directory, "%s", peer->path);
  *strrchr(directory, '/') = '\0';
  peer_stop_keeping_path(peer);
  rmdir(directory);
}

const char *peer_path(const peer *peer) { return peer->path; }

unsigned peer_connection_count(peer *peer) {
  pthread_mutex_lock(&peer->mutex);
  unsigned count = peer->count;
  pthread_mutex_unlock(&peer->mutex);
  return count;
}

unsigned peer_request_count(peer *peer) { return atomic_load(&peer->requests); }

// -------------------------------------------------------------------------------------- frames

static uint32_t read_big_endian(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool read_all(int fd, uint8_t *data, size_t size) {
  while (size > 0) {
    ssize_t count = recv(fd, data, size, 0);
    if (count <= 0)
      return false;
    data += count;
    size -= (size_t)count;
  }
  return true;
}

bool peer_read(peer_connection *connection, peer_request *ret_request) {
  uint8_t header[HEADER];
  if (!read_all(connection->fd, header, sizeof header))
    return false;
  uint32_t size = read_big_endian(header);
  if (size > 4 * 1024 * 1024 || header[8] != 1)
    return false;
  uint8_t *payload = malloc(size + 1);
  bool complete = read_all(connection->fd, payload, size);
  *ret_request = (peer_request){.stream = read_big_endian(header + 4), .flags = header[9]};
  ret_request->envelope = complete ? ttrpc__request__unpack(NULL, size, payload) : NULL;
  free(payload);
  if (ret_request->envelope == NULL)
    return false;
  ret_request->method = ret_request->envelope->method;
  atomic_fetch_add(&connection->peer->requests, 1);
  return true;
}

void peer_free_request(peer_request *request) {
  ttrpc__request__free_unpacked(request->envelope, NULL);
}

ProtobufCMessage *peer_message(const peer_request *request,
                               const ProtobufCMessageDescriptor *type) {
  ProtobufCMessage *message = protobuf_c_message_unpack(type, NULL, request->envelope->payload.len,
                                                        request->envelope->payload.data);
  require(message != NULL, "the client sent what does not unpack");
  return message;
}

void peer_write(peer_connection *connection, const void *data, size_t size) {
  const uint8_t *at = data;
  while (size > 0) {
    ssize_t count = send(connection->fd, at, size, MSG_NOSIGNAL);
    if (count <= 0)
      return;
    at += count;
    size -= (size_t)count;
  }
}

static bytes make_frame(uint32_t stream, uint8_t type, uint8_t flags, const void *payload,
                        size_t size) {
  const uint8_t header[HEADER] = {
      (uint8_t)(size >> 24),
      (uint8_t)(size >> 16),
      (uint8_t)(size >> 8),
      (uint8_t)size,
      (uint8_t)(stream >> 24),
      (uint8_t)(stream >> 16),
      (uint8_t)(stream >> 8),
      (uint8_t)stream,
      type,
      flags,
  };
  bytes frame = {0};
  bytes_add(&frame, header, sizeof header);
  bytes_add(&frame, payload, size);
  return frame;
}

void peer_write_frame(peer_connection *connection, uint32_t stream, uint8_t type, uint8_t flags,
                      const void *payload, size_t size) {
  bytes frame = make_frame(stream, type, flags, payload, size);
  peer_write(connection, frame.data, frame.size);
  bytes_free(&frame);
}

static void add_packed(bytes *bytes, uint32_t field, const ProtobufCMessage *message) {
  uint8_t *packed = malloc(protobuf_c_message_get_packed_size(message) + 1);
  bytes_add_field(bytes, field, packed, protobuf_c_message_pack(message, packed));
  free(packed);
}

bytes peer_answer_frame(uint32_t stream, const ProtobufCMessage *message) {
  bytes envelope = {0};
  add_packed(&envelope, 2, message);
  bytes frame = make_frame(stream, 2, 0, envelope.data, envelope.size);
  bytes_free(&envelope);
  return frame;
}

void peer_write_answer(peer_connection *connection, uint32_t stream,
                       const ProtobufCMessage *message) {
  bytes frame = peer_answer_frame(stream, message);
  peer_write(connection, frame.data, frame.size);
  bytes_free(&frame);
}

void peer_write_error(peer_connection *connection, uint32_t stream, int32_t code,
                      const char *message, const ProtobufCMessage *const *details, size_t count) {
  bytes status = {0}, envelope = {0};
  bytes_add_number(&status, 1, (uint64_t)code);
  bytes_add_text(&status, 2, message);
  for (size_t i = 0; i < count; i++) {
    bytes any = {0};
    char url[128];
    snprintf(url, sizeof url, "type.googleapis.com/%s", details[i]->descriptor->name);
    bytes_add_text(&any, 1, url);
    add_packed(&any, 2, details[i]);
    bytes_add_message(&status, 3, &any);
    bytes_free(&any);
  }
  bytes_add_message(&envelope, 1, &status);
  peer_write_frame(connection, stream, 2, 0, envelope.data, envelope.size);
  bytes_free(&envelope);
  bytes_free(&status);
}

void peer_wait_for_end(peer_connection *connection) {
  uint8_t ignored[4096];
  while (recv(connection->fd, ignored, sizeof ignored, 0) > 0)
    ;
}

// -------------------------------------------------------------------------------------- handles

accountstatus *peer_open(const peer *peer) {
  accountstatus_open_options options = {
      .size = sizeof options, .socket = peer_path(peer), .timeout_ms = 5000};
  accountstatus *handle = NULL;
  require(accountstatus_open(&options, &handle, NULL) == 0, "accountstatus_open");
  return handle;
}

accountstatus_options peer_options(int32_t on_unavailable, uint32_t timeout_ms) {
  return (accountstatus_options){.size = sizeof(accountstatus_options),
                                 .on_unavailable = on_unavailable,
                                 .timeout_ms = timeout_ms};
}
