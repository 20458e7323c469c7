// One connection: frames out, frames in. Used by one call, or one stream, at a time.
//
//     offset 0  u32 length     payload bytes, big-endian; the header is 10 bytes more
//     offset 4  u32 stream id  odd: ours
//     offset 8  u8  type       1 Request   2 Response   3 Data
//     offset 9  u8  flags
//     offset 10 payload

#ifndef CONNECTION_H
#define CONNECTION_H

#include <accountstatus.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CWireCheck.h"

enum {
  FRAME_HEADER = 10,
  FRAME_RESPONSE = 2,
  FRAME_REQUEST = 1,
  FRAME_DATA = 3,
  // Flags.
  FRAME_REMOTE_CLOSED = 1,
  FRAME_NO_DATA = 4,
  LARGEST_PAYLOAD = 4 * 1024 * 1024,
};

typedef struct connection {
  // -1: not open.
  int fd;
  // In use by a call. Guarded by the handle's mutex; all else belongs to that call.
  bool taken;
  uint32_t next_stream;
  // Received and not yet looked at: input[0 ..< input_size].
  uint8_t *input;
  size_t input_size;
  size_t input_capacity;
  // What is still to come of a frame that is too large to keep.
  size_t discarding;
  uint32_t discarded_stream;
  // The last request was answered, or given up, before all of it was sent: the rest cannot follow
  // later, so the connection ends with the call.
  bool half_sent;
  // For what unpack makes of an answer.
  wire_arena *arena;
} connection;

// What came of an exchange beside its result, for the handle to count and to learn from.
typedef struct exchange_events {
  uint64_t late_answers;
  // Whether any byte of the request may have reached the server.
  bool sent;
  // Nanoseconds spent on looking for the answer, and whether it came before the first sleep.
  int64_t spun;
  bool found_awake;
} exchange_events;

// Makes a connection to a socket. 0, or a negative errno; -EAGAIN: the server's queue is full.
int connection_open(connection *connection, const char *path);

// Closes it, if it is open; keeps nothing of what was received. fd is -1 before the descriptor
// goes, so that a fork in between can never make a child close a number that is someone else's by
// then.
void connection_close(connection *connection);

// The id of the next call. When ids run out, the connection has to be made again: 0.
uint32_t connection_take_stream(connection *connection);

// Sends a frame and waits for the Response to its stream: awake for `spin` nanoseconds, then
// asleep. The payload found stays in the connection until connection_consume. 0; -ETIMEDOUT, after
// which the connection can be used on unless it was left in the middle of a request; or, with the
// connection closed: -EPIPE when it broke, -EPROTO when what arrived is not an answer. -EMSGSIZE:
// the answer was too large and was skipped.
int connection_exchange(connection *connection, uint32_t stream, const uint8_t *frame, size_t size,
                        int64_t deadline, int64_t spin, exchange_events *events,
                        ProtobufCBinaryData *ret_payload);

// Forgets the first frame received, which must be there.
void connection_consume(connection *connection);

// What connection_exchange is made of, for streams. None of them waits.

// A frame that was received. The payload lies in the connection until connection_consume.
typedef struct frame {
  uint8_t type;
  uint8_t flags;
  ProtobufCBinaryData payload;
} frame;

// Looks through what has arrived for a Response or Data of a stream: 1 when it lies first in the
// input, 0 when more is needed, or -EPROTO, or -EMSGSIZE where it was too large and was skipped.
// Whatever is not for the stream is dropped; *late_answers counts answers among that.
int connection_find(connection *connection, uint32_t stream, frame *ret_frame,
                    uint64_t *late_answers);

// Reads what there is: 1, 0 when there is nothing now, -EPIPE at the end, -ENOMEM. Memory grows
// with what has arrived, not with what a header announces.
int connection_receive(connection *connection);

// Sends what can be sent of a frame. 0, or -EPIPE.
int connection_transmit(connection *connection, const uint8_t *frame, size_t size, size_t *sent);

#endif
