// What stands between bytes from a stranger and libprotobuf-c.
//
// libprotobuf-c 1.4.1 has no nesting limit, does not check UTF-8, cuts a string at an embedded NUL
// ("ali\0bob" decodes as "ali"), copies unknown fields, and can turn 4 MiB into 240 MiB. So every
// message goes through two things before anything reads it:
//
//   1. wire_check     one pass over the bytes, driven by the descriptor, that allocates nothing
//   2. wire_arena     a bump allocator with a cap, for the unpack that follows
//
//     wire_check_limits limits = wire_check_limits_default();
//     limits.max_memory = wire_arena_cap(size, WIRE_ARENA_ORDINARY);
//     wire_check_error error;
//     if (wire_check(type, bytes, size, &limits, &error) < 0)
//       refuse(error.path, wire_check_reason_text(error.reason));
//     wire_arena_reset(arena, limits.max_memory);
//     message = protobuf_c_message_unpack(type, wire_arena_allocator(arena), size, bytes);
//     if (message == NULL)
//       out_of_memory();
//     ... read the message; never keep a pointer into it ...
//
// Guarantees
//   - A message that passes unpacks within limits.max_memory bytes of arena. With the arena's cap
//   at
//     least that, protobuf_c_message_unpack returns NULL only when malloc does.
//   - No string of it holds a NUL, and every string is UTF-8.
//   - Unpack then nests at most limits.max_depth calls, about 960 bytes of stack each.
//   - Neither function reads outside the bytes given, and both take time linear in them.
//
// Caveats
//   - A singular message field that occurs twice is refused, although protobuf would merge the two:
//     no encoder writes that, and libprotobuf-c merges in quadratic space.
//   - Nothing here is shared between threads: one arena per thread; wire_check keeps no state.
//   - Message types may have at most 64 fields.

#ifndef CWIRECHECK_H
#define CWIRECHECK_H

#include <protobuf-c/protobuf-c.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// What one message may be at most.
typedef struct wire_check_limits {
  // Messages inside messages; the outermost is 1. At most 64.
  uint32_t max_depth;
  // Fields in all, and directly in any one message; an element of a packed field counts as one.
  uint32_t max_fields;
  uint32_t max_message_fields;
  // Fields that no descriptor knows, in all. Unpack copies them.
  uint32_t max_unknown_fields;
  // Bytes that unpack may allocate.
  size_t max_memory;
  // Message types in which nothing may be dropped silently, and in all that is inside them: unknown
  // fields, unknown enum values, values outside their type's range, a second value for a singular
  // field and a second member of a oneof are refused. May be NULL.
  const ProtobufCMessageDescriptor *const *strict_types;
  size_t strict_type_count;
} wire_check_limits;

// Depth 16, 262 144 fields, 4 096 per message, 64 unknown, 40 MiB, nothing strict.
wire_check_limits wire_check_limits_default(void);

// Why a message is refused.
typedef enum wire_check_reason {
  WIRE_CHECK_OK = 0,
  // A field or a length goes past the end. -EBADMSG, as are the next four.
  WIRE_CHECK_TRUNCATED,
  // More than ten bytes, or more than 64 bits; for a tag or a length, more than five bytes.
  WIRE_CHECK_BAD_VARINT,
  // Field number 0 or above 536 870 911.
  WIRE_CHECK_BAD_FIELD_NUMBER,
  // Not the wire type of the field, a group, or no wire type at all.
  WIRE_CHECK_BAD_WIRE_TYPE,
  // A singular field twice: messages anywhere, every field in strict types.
  WIRE_CHECK_REPEATED_SINGULAR,
  // Text that is not UTF-8, or holds a NUL. -EILSEQ.
  WIRE_CHECK_BAD_UTF8,
  WIRE_CHECK_NUL_IN_STRING,
  // Beyond a limit. -E2BIG.
  WIRE_CHECK_TOO_DEEP,
  WIRE_CHECK_TOO_MANY_FIELDS,
  WIRE_CHECK_TOO_MANY_UNKNOWN_FIELDS,
  WIRE_CHECK_TOO_MUCH_MEMORY,
  // In strict types only. -EOPNOTSUPP.
  WIRE_CHECK_UNKNOWN_FIELD,
  WIRE_CHECK_UNKNOWN_ENUM_VALUE,
  WIRE_CHECK_VALUE_OUT_OF_RANGE,
} wire_check_reason;

// Where and why a message was refused.
typedef struct wire_check_error {
  wire_check_reason reason;
  // Of the offending field's first byte, from the start of the message.
  size_t offset;
  // Path of the offending field in proto3 JSON names, for example facts[2].invoiceIssued.total. An
  // unknown field shows its number: facts[2].99. Empty: the message as a whole. Ends in a NUL.
  char path[240];
} wire_check_error;

// A line for people, in English, without a full stop: "is not UTF-8".
const char *wire_check_reason_text(wire_check_reason reason);

// Whether the bytes may be unpacked as a message of a type: 0, or -EBADMSG, -EILSEQ, -E2BIG or
// -EOPNOTSUPP as wire_check_reason says.
//
// ret_error is written on failure only and may be NULL; the path is made only then.
int wire_check(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t size,
               const wire_check_limits *limits, wire_check_error *ret_error);

// The memory of one unpacked message at a time.
//
// It hands out 8-byte-aligned memory up to a cap and takes it all back at once. What is freed in
// between is not used again, so a message can be freed or simply forgotten.
typedef struct wire_arena wire_arena;

// How generous a cap is: bytes of arena per byte of payload. A small fact is 16 bytes on the wire
// and 224 in memory.
enum { WIRE_ARENA_ORDINARY = 8, WIRE_ARENA_FACTS = 16 };

// 64 KiB plus factor × payload bytes, at most 40 MiB.
size_t wire_arena_cap(size_t payload_size, unsigned factor);

// A new arena with a cap of zero, or NULL when there is no memory.
wire_arena *wire_arena_create(void);

// Takes everything back and sets the bytes that may be handed out until the next reset. All that
// was unpacked before is gone. Keeps at most 256 KiB of memory for the next message.
void wire_arena_reset(wire_arena *arena, size_t cap);

// The arena as an allocator: NULL at its cap; free does nothing. Lives as long as the arena.
ProtobufCAllocator *wire_arena_allocator(wire_arena *arena);

// Bytes handed out since the last reset.
size_t wire_arena_used(const wire_arena *arena);

// Returns the arena's memory. NULL does nothing.
void wire_arena_destroy(wire_arena *arena);

#ifdef __cplusplus
}
#endif

#endif
