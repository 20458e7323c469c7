#include "benchmark_servers.h"
#include "epoll_server.h"
#include "frame.h"
#include <errno.h>
#include <stdlib.h>

struct bare {
  size_t request_size;
  size_t reply_size;
  uint8_t *reply;
};

static int answer_bare(void *context, const uint8_t *input, size_t input_length, uint8_t *output,
                       size_t *ret_input_used, size_t *ret_output_used) {
  const struct bare *bare = context;
  size_t count = input_length / bare->request_size;
  if (count > output_size / bare->reply_size)
    count = output_size / bare->reply_size;
  for (size_t i = 0; i < count; i++) {
    uint8_t *reply = output + i * bare->reply_size;
    memcpy(reply, bare->reply, bare->reply_size);
    memcpy(reply + 4, input + i * bare->request_size + 4, 4);
  }
  *ret_input_used = count * bare->request_size;
  *ret_output_used = count * bare->reply_size;
  return 0;
}

/* Fills in a Response whose payload takes the whole frame; the payload's length takes one byte or
 * two, whichever makes the frame come out even. */
static void make_reply(uint8_t *reply, size_t size) {
  memset(reply, 0, size);
  put_frame_header(reply, size - frame_header_size, 0, frame_response);
  size_t rest = size - frame_header_size - 2;
  uint8_t *place = reply + frame_header_size;
  *place++ = response_payload_tag;
  if (rest < 0x80) {
    *place = (uint8_t)rest;
  } else {
    rest--;
    place[0] = (uint8_t)(rest | 0x80);
    place[1] = (uint8_t)(rest >> 7);
  }
}

int benchmark_serve_bare(int listener, size_t request_size, size_t reply_size, int stop) {
  if (request_size < frame_header_size || request_size > input_size ||
      reply_size < frame_header_size + 3 || reply_size > 0x3fff)
    return -EINVAL;
  struct bare bare = {.request_size = request_size, .reply_size = reply_size};
  bare.reply = malloc(reply_size);
  if (bare.reply == NULL)
    return -ENOMEM;
  make_reply(bare.reply, reply_size);
  int error = serve(listener, stop, answer_bare, &bare);
  free(bare.reply);
  return error;
}
