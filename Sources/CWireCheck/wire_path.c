// Where in a message an error lies, as people write it.
//
// The check keeps no trail, to stay cheap. On failure this walks to the offending byte once more
// and counts on the way.

#include "wire_format.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// A path being written; what does not fit is left out at the end.
typedef struct path {
  char *text;
  size_t size;
  size_t length;
} path;

static void append(path *path, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int added = vsnprintf(path->text + path->length, path->size - path->length, format, arguments);
  va_end(arguments);
  if (added > 0)
    path->length += (size_t)added;
  if (path->length >= path->size)
    path->length = path->size - 1;
}

// The JSON name of a field: partner_types becomes partnerTypes.
static void append_json_name(path *path, const char *name) {
  bool upper = false;
  for (; *name != '\0'; name++) {
    if (*name == '_') {
      upper = true;
      continue;
    }
    bool lower_case = *name >= 'a' && *name <= 'z';
    append(path, "%c", upper && lower_case ? *name - 'a' + 'A' : *name);
    upper = false;
  }
}

static bool has_elements(const ProtobufCFieldDescriptor *field) {
  return field->label == PROTOBUF_C_LABEL_REPEATED &&
         (field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_BYTES ||
          field->type == PROTOBUF_C_TYPE_MESSAGE);
}

static void append_field(path *path, const ProtobufCFieldDescriptor *field, uint32_t number,
                         unsigned index) {
  if (path->length > 0)
    append(path, ".");
  if (field == NULL) {
    append(path, "%u", number);
    return;
  }
  append_json_name(path, field->name);
  if (has_elements(field))
    append(path, "[%u]", index);
}

// How often a field occurs before a place.
static unsigned count_before(const uint8_t *at, const uint8_t *place, const uint8_t *end,
                             uint32_t number) {
  unsigned count = 0;
  wire_value value;
  while (at < place && wire_read_field(&at, end, &value) == WIRE_CHECK_OK)
    count += value.number == number;
  return count;
}

void wire_path(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t size,
               size_t offset, char *ret_path, size_t path_size) {
  path path = {ret_path, path_size, 0};
  ret_path[0] = '\0';
  const uint8_t *start = bytes, *end = bytes + size, *target = bytes + offset;
  while (start < end) {
    // The field of this message that begins at the target or holds it.
    const uint8_t *at = start, *field_start = start;
    wire_value value;
    wire_check_reason reason = WIRE_CHECK_OK;
    do {
      field_start = at;
      reason = wire_read_field(&at, end, &value);
    } while (reason == WIRE_CHECK_OK && at <= target && at < end);
    if (value.number == 0 || field_start > target)
      return;
    const ProtobufCFieldDescriptor *field = wire_find_field(type, value.number);
    append_field(&path, field, value.number, count_before(start, field_start, end, value.number));
    if (field_start == target || reason != WIRE_CHECK_OK || field == NULL ||
        field->type != PROTOBUF_C_TYPE_MESSAGE)
      return;
    type = field->descriptor;
    start = value.content;
    end = value.content + value.length;
  }
}
