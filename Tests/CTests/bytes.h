// Writing protobuf bytes by hand, right or wrong.

#ifndef BYTES_H
#define BYTES_H

#include <stddef.h>
#include <stdint.h>

// Bytes that grow. {0} is empty.
typedef struct bytes {
  uint8_t *data;
  size_t size;
  size_t capacity;
} bytes;

void bytes_add(bytes *bytes, const void *data, size_t size);
void bytes_add_byte(bytes *bytes, uint8_t byte);
void bytes_add_varint(bytes *bytes, uint64_t value);
// A field with a varint, and one with a length prefix.
void bytes_add_number(bytes *bytes, uint32_t field, uint64_t value);
void bytes_add_field(bytes *bytes, uint32_t field, const void *data, size_t size);
void bytes_add_text(bytes *bytes, uint32_t field, const char *text);
void bytes_add_message(bytes *bytes, uint32_t field, const struct bytes *message);
void bytes_free(bytes *bytes);

#endif
