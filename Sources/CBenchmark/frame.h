/* A ttrpc frame and its envelope, as far as the benchmark needs them.
 *
 *     offset 0  u32 length     offset 4  u32 stream id     offset 8  u8 type     offset 9  u8 flags
 *     offset 10 payload        integers big-endian */
#ifndef ACCOUNTSTATUS_BENCHMARK_FRAME_H
#define ACCOUNTSTATUS_BENCHMARK_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
  frame_header_size = 10,
  frame_length_max = 4 * 1024 * 1024,
  frame_request = 1,
  frame_response = 2,
};

/* Tags of the envelope's fields that are bytes or strings. */
enum {
  response_payload_tag = 2 << 3 | 2,
};

#define STATUS_SERVICE "accountstatus.v1.StatusService"
#define LEDGER_SERVICE "accountstatus.v1.LedgerService"
#define ADMIN_SERVICE "accountstatus.v1.AdminService"

static inline uint32_t get_u32(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static inline void put_u32(uint8_t *bytes, uint32_t value) {
  bytes[0] = (uint8_t)(value >> 24);
  bytes[1] = (uint8_t)(value >> 16);
  bytes[2] = (uint8_t)(value >> 8);
  bytes[3] = (uint8_t)value;
}

static inline void put_frame_header(uint8_t *frame, size_t length, uint32_t stream, uint8_t type) {
  put_u32(frame, (uint32_t)length);
  put_u32(frame + 4, stream);
  frame[8] = type;
  frame[9] = 0;
}

/* Writes a varint; returns what is behind it. At most ten bytes. */
static inline uint8_t *put_varint(uint8_t *bytes, uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    *bytes++ = (uint8_t)(value | 0x80);
  *bytes++ = (uint8_t)value;
  return bytes;
}

/* Reads a varint; returns what is behind it, or NULL when it does not end before `end`. */
static inline const uint8_t *get_varint(const uint8_t *bytes, const uint8_t *end,
                                        uint64_t *ret_value) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && bytes < end; shift += 7) {
    value |= (uint64_t)(*bytes & 0x7f) << shift;
    if (!(*bytes++ & 0x80)) {
      *ret_value = value;
      return bytes;
    }
  }
  return NULL;
}

/* One field of a message: its tag, and its bytes or its number. */
struct field {
  uint64_t tag;
  uint64_t number;
  const uint8_t *bytes;
  size_t length;
};

/* Reads a field of varint or length-delimited type; returns what is behind it, or NULL. */
static inline const uint8_t *get_field(const uint8_t *bytes, const uint8_t *end,
                                       struct field *ret_field) {
  bytes = get_varint(bytes, end, &ret_field->tag);
  if (bytes == NULL || (bytes = get_varint(bytes, end, &ret_field->number)) == NULL)
    return NULL;
  switch (ret_field->tag & 7) {
  case 0:
    return bytes;
  case 2:
    if (ret_field->number > (uint64_t)(end - bytes))
      return NULL;
    ret_field->bytes = bytes;
    ret_field->length = (size_t)ret_field->number;
    return bytes + ret_field->length;
  default:
    return NULL;
  }
}

#endif
