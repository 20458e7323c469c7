#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "unary_call.h"
#include "frame.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <ttrpc/ttrpc.pb-c.h>
#include <unistd.h>

/* The envelope of a call, but for its payload. */
static Ttrpc__Request envelope(const char *service, const char *method) {
  Ttrpc__Request request = TTRPC__REQUEST__INIT;
  request.service = (char *)service;
  request.method = (char *)method;
  request.timeout_nano = call_timeout_ns;
  return request;
}

static size_t varint_size(size_t value) {
  size_t size = 1;
  for (; value >= 0x80; value >>= 7)
    size++;
  return size;
}

size_t request_frame_size(const char *service, const char *method, size_t payload) {
  Ttrpc__Request request = envelope(service, method);
  size_t field = payload == 0 ? 0 : 1 + varint_size(payload) + payload;
  return frame_header_size + ttrpc__request__get_packed_size(&request) + field;
}

void put_request_frame(uint8_t *frame, const char *service, const char *method,
                       const ProtobufCMessage *request) {
  size_t length = protobuf_c_message_get_packed_size(request);
  Ttrpc__Request around = envelope(service, method);
  uint8_t *end = frame + frame_header_size;
  end += ttrpc__request__pack(&around, end);
  /* The payload goes behind the fields that libprotobuf-c packed, without a copy of its own. */
  if (length > 0) {
    *end++ = 3 << 3 | 2;
    end = put_varint(end, length);
    end += protobuf_c_message_pack(request, end);
  }
  put_frame_header(frame, (size_t)(end - frame) - frame_header_size, 0, frame_request);
}

int caller_connect(struct caller *ret_caller, const char *socket_path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(socket_path) >= sizeof address.sun_path)
    return -ENAMETOOLONG;
  strcpy(address.sun_path, socket_path);
  int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0)
    return -errno;
  struct timeval timeout = {.tv_sec = 5};
  if (connect(descriptor, (struct sockaddr *)&address, sizeof address) < 0 ||
      setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) < 0 ||
      setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) < 0) {
    int error = -errno;
    close(descriptor);
    return error;
  }
  *ret_caller = (struct caller){.descriptor = descriptor, .next_stream = 1};
  return 0;
}

void caller_close(struct caller *caller) { close(caller->descriptor); }

static int receive_exactly(int descriptor, uint8_t *bytes, size_t length) {
  for (size_t have = 0; have < length;) {
    ssize_t count = recv(descriptor, bytes + have, length - have, 0);
    if (count == 0)
      return -ECONNRESET;
    if (count < 0)
      return errno == EAGAIN ? -ETIMEDOUT : -errno;
    have += (size_t)count;
  }
  return 0;
}

static int send_exactly(int descriptor, const uint8_t *bytes, size_t length) {
  for (size_t sent = 0; sent < length;) {
    ssize_t count = send(descriptor, bytes + sent, length - sent, MSG_NOSIGNAL);
    if (count < 0)
      return errno == EAGAIN ? -ETIMEDOUT : -errno;
    sent += (size_t)count;
  }
  return 0;
}

static int send_request(struct caller *caller, const char *service, const char *method,
                        const ProtobufCMessage *request) {
  size_t size = request_frame_size(service, method, protobuf_c_message_get_packed_size(request));
  uint8_t *frame = malloc(size);
  if (frame == NULL)
    return -ENOMEM;
  put_request_frame(frame, service, method, request);
  put_u32(frame + 4, caller->next_stream);
  int error = send_exactly(caller->descriptor, frame, size);
  free(frame);
  return error;
}

/* Finds the payload in a Response, or says on stderr what the server says instead. */
static int take_payload(const char *method, const uint8_t *bytes, size_t length,
                        ProtobufCBinaryData *ret_payload) {
  Ttrpc__Response *response = ttrpc__response__unpack(NULL, length, bytes);
  if (response == NULL)
    return -EBADMSG;
  int error = 0;
  if (response->status != NULL && response->status->code != 0) {
    fprintf(stderr, "accountstatus-bench: %s: code %d: %s\n", method, response->status->code,
            response->status->message);
    error = -EREMOTEIO;
  }
  ttrpc__response__free_unpacked(response, NULL);
  ProtobufCBinaryData payload = {0};
  for (const uint8_t *at = bytes, *end = bytes + length; error == 0 && at != NULL && at < end;) {
    struct field field = {0};
    at = get_field(at, end, &field);
    if (at != NULL && field.tag == response_payload_tag)
      payload = (ProtobufCBinaryData){.data = (uint8_t *)field.bytes, .len = field.length};
  }
  if (error == 0)
    *ret_payload = payload;
  return error;
}

int caller_call(struct caller *caller, const char *service, const char *method,
                const ProtobufCMessage *request, uint8_t **ret_frame, size_t *ret_frame_size,
                ProtobufCBinaryData *ret_payload) {
  uint8_t header[frame_header_size];
  int error = send_request(caller, service, method, request);
  if (error == 0)
    error = receive_exactly(caller->descriptor, header, sizeof header);
  if (error < 0)
    return error;
  size_t length = get_u32(header);
  if (length > frame_length_max || header[8] != frame_response ||
      get_u32(header + 4) != caller->next_stream)
    return -EPROTO;
  caller->next_stream += 2;
  uint8_t *frame = malloc(sizeof header + length);
  if (frame == NULL)
    return -ENOMEM;
  memcpy(frame, header, sizeof header);
  error = receive_exactly(caller->descriptor, frame + sizeof header, length);
  if (error == 0)
    error = take_payload(method, frame + sizeof header, length, ret_payload);
  if (error < 0) {
    free(frame);
    return error;
  }
  *ret_frame = frame;
  *ret_frame_size = sizeof header + length;
  return 0;
}
