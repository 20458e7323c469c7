// Reading the protobuf wire format, one item at a time; shared by the check and the path of an
// error.

#ifndef WIRE_FORMAT_H
#define WIRE_FORMAT_H

#include "CWireCheck.h"

#include <stdbool.h>

enum { LARGEST_FIELD_NUMBER = 536870911 };

// A value as it lies on the wire.
typedef struct wire_value {
  uint32_t number;
  uint32_t wire_type;
  // Of a varint.
  uint64_t integer;
  // Of a length-prefixed value: its bytes, without the length.
  const uint8_t *content;
  size_t length;
} wire_value;

// Reads a varint of at most ten bytes at *at and moves past it.
static inline wire_check_reason wire_read_varint(const uint8_t **at, const uint8_t *end,
                                                 uint64_t *ret_value) {
  const uint8_t *next = *at;
  uint64_t value = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    if (next == end)
      return WIRE_CHECK_TRUNCATED;
    uint64_t byte = *next++;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      // The tenth byte has room for one bit.
      if (shift == 63 && byte > 1)
        return WIRE_CHECK_BAD_VARINT;
      *at = next;
      *ret_value = value;
      return WIRE_CHECK_OK;
    }
  }
  return WIRE_CHECK_BAD_VARINT;
}

// Reads a tag or a length: unpack takes at most five bytes of these.
static inline wire_check_reason wire_read_uint32(const uint8_t **at, const uint8_t *end,
                                                 uint32_t *ret_value) {
  const uint8_t *next = *at;
  if (next < end && *next < 0x80) {
    *ret_value = *next;
    *at = next + 1;
    return WIRE_CHECK_OK;
  }
  uint64_t value;
  wire_check_reason reason = wire_read_varint(&next, end, &value);
  if (reason != WIRE_CHECK_OK)
    return reason;
  if (next - *at > 5 || value > UINT32_MAX)
    return WIRE_CHECK_BAD_VARINT;
  *ret_value = (uint32_t)value;
  *at = next;
  return WIRE_CHECK_OK;
}

// Reads a whole field at *at, whatever its type, and moves past it. The number is set as soon as it
// is known, also on failure.
static inline wire_check_reason wire_read_field(const uint8_t **at, const uint8_t *end,
                                                wire_value *ret_value) {
  uint32_t tag;
  const uint8_t *next = *at;
  *ret_value = (wire_value){0};
  wire_check_reason reason = wire_read_uint32(&next, end, &tag);
  if (reason != WIRE_CHECK_OK)
    return reason;
  if (tag >> 3 == 0)
    return WIRE_CHECK_BAD_FIELD_NUMBER;
  ret_value->number = tag >> 3;
  ret_value->wire_type = tag & 7;
  switch (tag & 7) {
  case PROTOBUF_C_WIRE_TYPE_VARINT:
    reason = wire_read_varint(&next, end, &ret_value->integer);
    break;
  case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED: {
    uint32_t length;
    reason = wire_read_uint32(&next, end, &length);
    if (reason == WIRE_CHECK_OK && length > (size_t)(end - next))
      reason = WIRE_CHECK_TRUNCATED;
    if (reason != WIRE_CHECK_OK)
      return reason;
    ret_value->content = next;
    ret_value->length = length;
    next += length;
    break;
  }
  case PROTOBUF_C_WIRE_TYPE_64BIT:
  case PROTOBUF_C_WIRE_TYPE_32BIT: {
    size_t width = (tag & 7) == PROTOBUF_C_WIRE_TYPE_64BIT ? 8 : 4;
    if (width > (size_t)(end - next))
      return WIRE_CHECK_TRUNCATED;
    next += width;
    break;
  }
  default:
    return WIRE_CHECK_BAD_WIRE_TYPE;
  }
  *at = next;
  return reason;
}

// The field of a number, or NULL.
static inline const ProtobufCFieldDescriptor *
wire_find_field(const ProtobufCMessageDescriptor *type, uint32_t number) {
  // Most types number their fields from 1 without gaps.
  if (number <= type->n_fields && type->fields[number - 1].id == number)
    return &type->fields[number - 1];
  unsigned low = 0, high = type->n_fields;
  while (low < high) {
    unsigned middle = low + (high - low) / 2;
    if (type->fields[middle].id < number)
      low = middle + 1;
    else
      high = middle;
  }
  if (low < type->n_fields && type->fields[low].id == number)
    return &type->fields[low];
  return NULL;
}

// The path of the field that starts at an offset, found by walking to it again. Everything before
// the offset must have passed the check.
void wire_path(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t size,
               size_t offset, char *ret_path, size_t path_size);

#endif
