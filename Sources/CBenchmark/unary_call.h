/* One call at a time over a blocking socket: what prepares a measurement and looks at its end. */
#ifndef ACCOUNTSTATUS_BENCHMARK_UNARY_CALL_H
#define ACCOUNTSTATUS_BENCHMARK_UNARY_CALL_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

/* Time a caller is willing to wait, as our clients send it. */
enum { call_timeout_ns = 2 * 1000 * 1000 * 1000 };

struct caller {
  int descriptor;
  uint32_t next_stream;
};

/* Connects. Every later wait ends after five seconds. 0 or -errno. */
int caller_connect(struct caller *ret_caller, const char *socket_path);

void caller_close(struct caller *caller);

/* Calls a method and waits for its reply. *ret_payload is the reply's message, in *ret_frame, the
 * whole frame, which the caller frees. -EREMOTEIO: the server answered with a status, which is on
 * stderr. */
int caller_call(struct caller *caller, const char *service, const char *method,
                const ProtobufCMessage *request, uint8_t **ret_frame, size_t *ret_frame_size,
                ProtobufCBinaryData *ret_payload);

/* Bytes of a Request frame around a message, and the frame itself. */
size_t request_frame_size(const char *service, const char *method, size_t payload);
void put_request_frame(uint8_t *frame, const char *service, const char *method,
                       const ProtobufCMessage *request);

#endif
