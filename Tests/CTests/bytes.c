#include "bytes.h"

#include <stdlib.h>
#include <string.h>

void bytes_add(bytes *bytes, const void *data, size_t size) {
  if (bytes->size + size > bytes->capacity) {
    bytes->capacity = 2 * (bytes->size + size);
    bytes->data = realloc(bytes->data, bytes->capacity);
    if (bytes->data == NULL)
      abort();
  }
  if (size > 0)
    memcpy(bytes->data + bytes->size, data, size);
  bytes->size += size;
}

void bytes_add_byte(bytes *bytes, uint8_t byte) { bytes_add(bytes, &byte, 1); }

void bytes_add_varint(bytes *bytes, uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    bytes_add_byte(bytes, (uint8_t)(value | 0x80));
  bytes_add_byte(bytes, (uint8_t)value);
}

void bytes_add_number(bytes *bytes, uint32_t field, uint64_t value) {
  bytes_add_varint(bytes, (uint64_t)field << 3);
  bytes_add_varint(bytes, value);
}

void bytes_add_field(bytes *bytes, uint32_t field, const void *data, size_t size) {
  bytes_add_varint(bytes, (uint64_t)field << 3 | 2);
  bytes_add_varint(bytes, size);
  bytes_add(bytes, data, size);
}

void bytes_add_text(bytes *bytes, uint32_t field, const char *text) {
  bytes_add_field(bytes, field, text, strlen(text));
}

void bytes_add_message(bytes *bytes, uint32_t field, const struct bytes *message) {
  bytes_add_field(bytes, field, message->data, message->size);
}

void bytes_free(bytes *bytes) {
  free(bytes->data);
  *bytes = (struct bytes){0};
}
