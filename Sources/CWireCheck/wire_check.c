// One pass over the bytes of a message, driven by its descriptor.

#include "wire_format.h"

#include <errno.h>
#include <string.h>

// What libprotobuf-c 1.4.1 allocates: members found while scanning live on its stack up to the
// sixteenth, then in slabs of 32, 64, 128 … of this size; an unknown field takes a record.
enum { SCANNED_MEMBER_SIZE = 32, MEMBERS_ON_STACK = 16, ALIGNMENT = 8, TRACKED_FIELDS = 64 };

typedef struct type_facts {
  uint8_t wire_type;
  // Bytes of one element of a repeated field in memory.
  uint8_t size;
} type_facts;

static const type_facts facts_of[] = {
    [PROTOBUF_C_TYPE_INT32] = {PROTOBUF_C_WIRE_TYPE_VARINT, sizeof(int32_t)},
    [PROTOBUF_C_TYPE_SINT32] = {PROTOBUF_C_WIRE_TYPE_VARINT, sizeof(int32_t)},
    [PROTOBUF_C_TYPE_SFIXED32] = {PROTOBUF_C_WIRE_TYPE_32BIT, sizeof(int32_t)},
    [PROTOBUF_C_TYPE_INT64] = {PROTOBUF_C_WIRE_TYPE_VARINT, sizeof(int64_t)},
    [PROTOBUF_C_TYPE_SINT64] = {PROTOBUF_C_WIRE_TYPE_VARINT, sizeof(int64_t)},
    [PROTOBUF_C_TYPE_SFIXED64] = {PROTOBUF_C_WIRE_TYPE_64BIT, sizeof(int64_t)},
    [PROTOBUF_C_TYPE_UINT32] = {PROTOBUF_C_WIRE_TYPE_VARINT, sizeof(uint32_t)},
    [PROTOBUF_C_TYPE_FIXED32] = {PROTOBUF_C_WIRE_TYPE_32BIT, sizeof(uint32_t)},
    [PROTOBUF_C_TYPE_UINT64] = {PROTOBUF_C_WIRE_TYPE_VARINT, sizeof(uint64_t)},
    [PROTOBUF_C_TYPE_FIXED64] = {PROTOBUF_C_WIRE_TYPE_64BIT, sizeof(uint64_t)},
    [PROTOBUF_C_TYPE_FLOAT] = {PROTOBUF_C_WIRE_TYPE_32BIT, sizeof(float)},
    [PROTOBUF_C_TYPE_DOUBLE] = {PROTOBUF_C_WIRE_TYPE_64BIT, sizeof(double)},
    [PROTOBUF_C_TYPE_BOOL] = {PROTOBUF_C_WIRE_TYPE_VARINT, sizeof(protobuf_c_boolean)},
    [PROTOBUF_C_TYPE_ENUM] = {PROTOBUF_C_WIRE_TYPE_VARINT, sizeof(uint32_t)},
    [PROTOBUF_C_TYPE_STRING] = {PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED, sizeof(char *)},
    [PROTOBUF_C_TYPE_BYTES] = {PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED, sizeof(ProtobufCBinaryData)},
    [PROTOBUF_C_TYPE_MESSAGE] = {PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED, sizeof(void *)},
};

typedef struct walk {
  const wire_check_limits *limits;
  uint32_t fields;
  uint32_t unknown_fields;
  // What unpack will allocate at most.
  size_t memory;
  // The first byte of the field at fault.
  const uint8_t *fault;
} walk;

// One message of the walk.
typedef struct level {
  const ProtobufCMessageDescriptor *type;
  uint32_t depth;
  uint32_t fields;
  // Occurrences, as unpack scans them: a packed run is one.
  uint32_t members;
  uint64_t seen;
  bool strict;
} level;

static size_t aligned(size_t size) { return (size + (ALIGNMENT - 1)) & ~(size_t)(ALIGNMENT - 1); }

// The slabs that unpack allocates for the members of one message.
static size_t slab_memory(uint32_t members) {
  size_t capacity = MEMBERS_ON_STACK;
  for (size_t slab = 2 * MEMBERS_ON_STACK; capacity < members; slab *= 2)
    capacity += slab;
  return (capacity - MEMBERS_ON_STACK) * SCANNED_MEMBER_SIZE;
}

// Length of the well-formed character at text, 0 when there is none. Unicode's table 3-7: neither
// overlong forms, nor surrogates, nor anything above U+10FFFF.
static size_t utf8_character(const uint8_t *text, size_t size) {
  uint8_t first = text[0];
  if (first < 0x80)
    return 1;
  size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || length > size)
    return 0;
  uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (text[1] < low || text[1] > high)
    return 0;
  for (size_t i = 2; i < length; i++) {
    if ((text[i] & 0xc0) != 0x80)
      return 0;
  }
  return length;
}

// Whether eight bytes are all in 0x01…0x7f. A borrow can mark a byte above a zero byte as well,
// never hide one.
static bool is_plain_word(const uint8_t *text) {
  const uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
  uint64_t word;
  memcpy(&word, text, sizeof word);
  return ((word | (word - ones)) & highs) == 0;
}

static wire_check_reason check_text(const uint8_t *text, size_t size) {
  size_t at = 0;
  while (at < size) {
    if (size - at >= 8 && is_plain_word(text + at)) {
      at += 8;
      continue;
    }
    if (text[at] == 0)
      return WIRE_CHECK_NUL_IN_STRING;
    size_t length = utf8_character(text + at, size - at);
    if (length == 0)
      return WIRE_CHECK_BAD_UTF8;
    at += length;
  }
  return WIRE_CHECK_OK;
}

static bool is_known_value(const ProtobufCEnumDescriptor *type, int32_t value) {
  for (unsigned i = 0; i < type->n_values; i++) {
    if (type->values[i].value == value)
      return true;
  }
  return false;
}

// Whether a varint survives being cut to its type. In strict types only: elsewhere protobuf's rule
// holds, which is to cut.
static wire_check_reason check_integer(const ProtobufCFieldDescriptor *field, uint64_t value) {
  bool in_int32 = value <= INT32_MAX || value >= (uint64_t)INT32_MIN;
  switch (field->type) {
  case PROTOBUF_C_TYPE_ENUM:
    if (!in_int32 || !is_known_value(field->descriptor, (int32_t)value))
      return WIRE_CHECK_UNKNOWN_ENUM_VALUE;
    return WIRE_CHECK_OK;
  case PROTOBUF_C_TYPE_INT32:
    return in_int32 ? WIRE_CHECK_OK : WIRE_CHECK_VALUE_OUT_OF_RANGE;
  case PROTOBUF_C_TYPE_UINT32:
  case PROTOBUF_C_TYPE_SINT32:
    return value <= UINT32_MAX ? WIRE_CHECK_OK : WIRE_CHECK_VALUE_OUT_OF_RANGE;
  case PROTOBUF_C_TYPE_BOOL:
    return value <= 1 ? WIRE_CHECK_OK : WIRE_CHECK_VALUE_OUT_OF_RANGE;
  default:
    return WIRE_CHECK_OK;
  }
}

// The elements of a packed run.
static wire_check_reason check_packed(walk *walk, level *level,
                                      const ProtobufCFieldDescriptor *field,
                                      const wire_value *run) {
  type_facts facts = facts_of[field->type];
  size_t count = 0;
  if (facts.wire_type == PROTOBUF_C_WIRE_TYPE_VARINT) {
    const uint8_t *at = run->content, *end = run->content + run->length;
    for (; at < end; count++) {
      uint64_t value;
      wire_check_reason reason = wire_read_varint(&at, end, &value);
      if (reason == WIRE_CHECK_OK && level->strict)
        reason = check_integer(field, value);
      if (reason != WIRE_CHECK_OK)
        return reason;
    }
  } else {
    count = run->length / facts.size;
    if (run->length % facts.size != 0)
      return WIRE_CHECK_TRUNCATED;
  }
  walk->memory += count * facts.size;
  const wire_check_limits *limits = walk->limits;
  if (count > limits->max_fields - walk->fields ||
      count > limits->max_message_fields - level->fields)
    return WIRE_CHECK_TOO_MANY_FIELDS;
  walk->fields += (uint32_t)count;
  level->fields += (uint32_t)count;
  return WIRE_CHECK_OK;
}

static wire_check_reason check_unknown(walk *walk, const level *level, const uint8_t *start,
                                       const uint8_t *end) {
  if (level->strict)
    return WIRE_CHECK_UNKNOWN_FIELD;
  if (++walk->unknown_fields > walk->limits->max_unknown_fields)
    return WIRE_CHECK_TOO_MANY_UNKNOWN_FIELDS;
  walk->memory += aligned(sizeof(ProtobufCMessageUnknownField)) + aligned((size_t)(end - start));
  return WIRE_CHECK_OK;
}

static bool oneof_is_set(const level *level, const ProtobufCFieldDescriptor *field) {
  if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
    return false;
  for (unsigned i = 0; i < level->type->n_fields; i++) {
    const ProtobufCFieldDescriptor *other = &level->type->fields[i];
    if ((level->seen >> i & 1) != 0 && (other->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
        other->quantifier_offset == field->quantifier_offset)
      return true;
  }
  return false;
}

// Notes that a singular field occurs.
static wire_check_reason check_singular(level *level, const ProtobufCFieldDescriptor *field) {
  size_t index = (size_t)(field - level->type->fields);
  if (index >= TRACKED_FIELDS)
    return WIRE_CHECK_TOO_MANY_FIELDS;
  bool again = (level->seen >> index & 1) != 0;
  if (again && (level->strict || field->type == PROTOBUF_C_TYPE_MESSAGE))
    return WIRE_CHECK_REPEATED_SINGULAR;
  if (level->strict && oneof_is_set(level, field))
    return WIRE_CHECK_REPEATED_SINGULAR;
  level->seen |= UINT64_C(1) << index;
  return WIRE_CHECK_OK;
}

static bool is_strict(const wire_check_limits *limits, const ProtobufCMessageDescriptor *type) {
  for (size_t i = 0; i < limits->strict_type_count; i++) {
    if (limits->strict_types[i] == type)
      return true;
  }
  return false;
}

static wire_check_reason check_message(walk *walk, const ProtobufCMessageDescriptor *type,
                                       const uint8_t *bytes, size_t size, uint32_t depth,
                                       bool strict);

// A known field's value, which is not a packed run.
static wire_check_reason check_value(walk *walk, const level *level,
                                     const ProtobufCFieldDescriptor *field,
                                     const wire_value *value) {
  switch (field->type) {
  case PROTOBUF_C_TYPE_STRING:
    walk->memory += aligned(value->length + 1);
    return check_text(value->content, value->length);
  case PROTOBUF_C_TYPE_BYTES:
    walk->memory += aligned(value->length);
    return WIRE_CHECK_OK;
  case PROTOBUF_C_TYPE_MESSAGE:
    if (level->depth >= walk->limits->max_depth)
      return WIRE_CHECK_TOO_DEEP;
    return check_message(walk, field->descriptor, value->content, value->length, level->depth + 1,
                         level->strict);
  default:
    if (level->strict && value->wire_type == PROTOBUF_C_WIRE_TYPE_VARINT)
      return check_integer(field, value->integer);
    return WIRE_CHECK_OK;
  }
}

static wire_check_reason check_known(walk *walk, level *level,
                                     const ProtobufCFieldDescriptor *field,
                                     const wire_value *value) {
  type_facts facts = facts_of[field->type];
  if (field->label == PROTOBUF_C_LABEL_REPEATED) {
    // One array per field; its last element may need padding.
    walk->memory += ALIGNMENT;
    if (value->wire_type == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED &&
        facts.wire_type != PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED)
      return check_packed(walk, level, field, value);
    walk->memory += facts.size;
  } else {
    wire_check_reason reason = check_singular(level, field);
    if (reason != WIRE_CHECK_OK)
      return reason;
  }
  if (value->wire_type != facts.wire_type)
    return WIRE_CHECK_BAD_WIRE_TYPE;
  return check_value(walk, level, field, value);
}

static wire_check_reason check_message(walk *walk, const ProtobufCMessageDescriptor *type,
                                       const uint8_t *bytes, size_t size, uint32_t depth,
                                       bool strict) {
  const wire_check_limits *limits = walk->limits;
  level level = {.type = type, .depth = depth, .strict = strict || is_strict(limits, type)};
  const uint8_t *at = bytes, *end = bytes + size;
  walk->memory += aligned(type->sizeof_message);
  while (at < end) {
    const uint8_t *start = at;
    wire_value value;
    wire_check_reason reason = wire_read_field(&at, end, &value);
    level.members++;
    if (reason == WIRE_CHECK_OK &&
        (++level.fields > limits->max_message_fields || ++walk->fields > limits->max_fields))
      reason = WIRE_CHECK_TOO_MANY_FIELDS;
    if (reason == WIRE_CHECK_OK) {
      const ProtobufCFieldDescriptor *field = wire_find_field(type, value.number);
      reason = field == NULL ? check_unknown(walk, &level, start, at)
                             : check_known(walk, &level, field, &value);
    }
    if (reason != WIRE_CHECK_OK) {
      // The innermost field is the one at fault.
      if (walk->fault == NULL)
        walk->fault = start;
      return reason;
    }
  }
  walk->memory += slab_memory(level.members);
  return WIRE_CHECK_OK;
}

static int error_number(wire_check_reason reason) {
  switch (reason) {
  case WIRE_CHECK_OK:
    return 0;
  case WIRE_CHECK_BAD_UTF8:
  case WIRE_CHECK_NUL_IN_STRING:
    return -EILSEQ;
  case WIRE_CHECK_TOO_DEEP:
  case WIRE_CHECK_TOO_MANY_FIELDS:
  case WIRE_CHECK_TOO_MANY_UNKNOWN_FIELDS:
  case WIRE_CHECK_TOO_MUCH_MEMORY:
    return -E2BIG;
  case WIRE_CHECK_UNKNOWN_FIELD:
  case WIRE_CHECK_UNKNOWN_ENUM_VALUE:
  case WIRE_CHECK_VALUE_OUT_OF_RANGE:
    return -EOPNOTSUPP;
  default:
    return -EBADMSG;
  }
}

const char *wire_check_reason_text(wire_check_reason reason) {
  static const char *const texts[] = {
      [WIRE_CHECK_OK] = "is well-formed",
      [WIRE_CHECK_TRUNCATED] = "ends too early",
      [WIRE_CHECK_BAD_VARINT] = "has a number of too many bytes",
      [WIRE_CHECK_BAD_FIELD_NUMBER] = "has a field number outside 1 to 536870911",
      [WIRE_CHECK_BAD_WIRE_TYPE] = "has the wrong wire type",
      [WIRE_CHECK_REPEATED_SINGULAR] = "is set twice",
      [WIRE_CHECK_BAD_UTF8] = "is not UTF-8",
      [WIRE_CHECK_NUL_IN_STRING] = "has a NUL in its text",
      [WIRE_CHECK_TOO_DEEP] = "is nested too deeply",
      [WIRE_CHECK_TOO_MANY_FIELDS] = "has too many fields or elements",
      [WIRE_CHECK_TOO_MANY_UNKNOWN_FIELDS] = "has too many unknown fields",
      [WIRE_CHECK_TOO_MUCH_MEMORY] = "takes too much memory",
      [WIRE_CHECK_UNKNOWN_FIELD] = "is not a field this version knows",
      [WIRE_CHECK_UNKNOWN_ENUM_VALUE] = "is not a value this version knows",
      [WIRE_CHECK_VALUE_OUT_OF_RANGE] = "is out of its type's range",
  };
  if ((unsigned)reason >= sizeof texts / sizeof texts[0])
    return "is refused";
  return texts[reason];
}

wire_check_limits wire_check_limits_default(void) {
  return (wire_check_limits){
      .max_depth = 16,
      .max_fields = 262144,
      .max_message_fields = 4096,
      .max_unknown_fields = 64,
      .max_memory = 40 * 1024 * 1024,
  };
}

int wire_check(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t size,
               const wire_check_limits *limits, wire_check_error *ret_error) {
  // An empty message may come without an address.
  if (bytes == NULL)
    bytes = (const uint8_t *)"";
  walk walk = {.limits = limits};
  wire_check_reason reason = check_message(&walk, type, bytes, size, 1, false);
  if (reason == WIRE_CHECK_OK && walk.memory > limits->max_memory)
    reason = WIRE_CHECK_TOO_MUCH_MEMORY;
  if (reason != WIRE_CHECK_OK && ret_error != NULL) {
    ret_error->reason = reason;
    ret_error->offset = walk.fault == NULL ? 0 : (size_t)(walk.fault - bytes);
    ret_error->path[0] = '\0';
    if (walk.fault != NULL)
      wire_path(type, bytes, size, ret_error->offset, ret_error->path, sizeof ret_error->path);
  }
  return error_number(reason);
}
