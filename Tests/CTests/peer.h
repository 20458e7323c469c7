// A server that does what a test tells it to, in a thread of its own, on a socket of its own.
//
//     static void answer_slowly(peer_connection *connection, void *context) { … }
//     peer *peer = peer_start(answer_slowly, NULL);
//     … accountstatus_open with peer_path(peer) …
//     peer_stop(peer);

#ifndef PEER_H
#define PEER_H

#include <accountstatus.h>
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"
#include "ttrpc/ttrpc.pb-c.h"

typedef struct peer peer;

// One accepted connection.
typedef struct peer_connection {
  peer *peer;
  int fd;
  // Counts the connections of this peer, from 0.
  unsigned number;
} peer_connection;

// A request as it was received. method points into envelope.
typedef struct peer_request {
  uint32_t stream;
  uint8_t flags;
  Ttrpc__Request *envelope;
  const char *method;
} peer_request;

// Serves one connection; it is closed when this returns. Runs in a thread of the connection's own.
typedef void (*peer_script)(peer_connection *connection, void *context);

peer *peer_start(peer_script script, void *context);
// At a path that an earlier peer used.
peer *peer_start_at(const char *path, peer_script script, void *context);
// Ends every connection, waits for their scripts, and removes the socket.
void peer_stop(peer *peer);
// The same, but leaves the path for a later peer_start_at.
void peer_stop_keeping_path(peer *peer);

const char *peer_path(const peer *peer);
unsigned peer_connection_count(peer *peer);
unsigned peer_request_count(peer *peer);

// Reads a request; false when the client has hung up or sent nonsense.
bool peer_read(peer_connection *connection, peer_request *ret_request);
void peer_free_request(peer_request *request);
// The request's message, as a type. The caller frees it.
ProtobufCMessage *peer_message(const peer_request *request, const ProtobufCMessageDescriptor *type);

// Writes a frame; one with an answer; one with an error and its details.
void peer_write_frame(peer_connection *connection, uint32_t stream, uint8_t type, uint8_t flags,
                      const void *payload, size_t size);
void peer_write_answer(peer_connection *connection, uint32_t stream,
                       const ProtobufCMessage *message);
void peer_write_error(peer_connection *connection, uint32_t stream, int32_t code,
                      const char *message, const ProtobufCMessage *const *details, size_t count);
void peer_write(peer_connection *connection, const void *data, size_t size);

// The frame of an answer, for tests that want to spoil it.
bytes peer_answer_frame(uint32_t stream, const ProtobufCMessage *message);

// Waits until the client hangs up, reading what it sends.
void peer_wait_for_end(peer_connection *connection);

// Answers GetStatus, BatchGetStatus and CheckCapability about every account: "active", with all
// capabilities, except "suspended-…", which may do nothing but view billing, and "none-…", which
// are not found.
void peer_serve(peer_connection *connection, void *context);
void peer_serve_request(peer_connection *connection, const peer_request *request);

// A handle for a peer, with a timeout of 5 s, and the options of a read with one.
accountstatus *peer_open(const peer *peer);
accountstatus_options peer_options(int32_t on_unavailable, uint32_t timeout_ms);

#endif
