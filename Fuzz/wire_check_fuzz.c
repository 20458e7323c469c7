// Fuzzes the wire check and the unpack behind it, for every message that crosses our socket.
//
// Input: one byte chooses the type, one byte the limits, the rest is the message. Holds that
//   - what passes unpacks within the memory the check allowed, and packs again to what passes
//   - what passes has no NUL and no bad UTF-8 in any string, by a second, simpler reading
//   - an arena of any smaller cap gives NULL or a message
//   - what is refused names an errno, an offset inside the message and a path that ends

#include "CWireCheck.h"
#include "accountstatus/v1/admin_service.pb-c.h"
#include "accountstatus/v1/ledger_service.pb-c.h"
#include "accountstatus/v1/status_service.pb-c.h"
#include "accountstatus/v1/testing_service.pb-c.h"
#include "google/rpc/error_details.pb-c.h"
#include "grpc/health/v1/health.pb-c.h"
#include "ttrpc/ttrpc.pb-c.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(condition)                                                                         \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition);               \
      abort();                                                                                     \
    }                                                                                              \
  } while (0)

enum { MOST_TYPES = 64 };

static const ProtobufCMessageDescriptor *types[MOST_TYPES];
static size_t type_count;
static wire_arena *arena;

static void add_service(const ProtobufCServiceDescriptor *service) {
  for (unsigned i = 0; i < service->n_methods; i++) {
    REQUIRE(type_count + 2 <= MOST_TYPES);
    types[type_count++] = service->methods[i].input;
    types[type_count++] = service->methods[i].output;
  }
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc;
  (void)argv;
  add_service(&accountstatus__v1__status_service__descriptor);
  add_service(&accountstatus__v1__ledger_service__descriptor);
  add_service(&accountstatus__v1__admin_service__descriptor);
  add_service(&accountstatus__v1__testing_service__descriptor);
  add_service(&grpc__health__v1__health__descriptor);
  const ProtobufCMessageDescriptor *others[] = {
      &ttrpc__request__descriptor,
      &ttrpc__response__descriptor,
      &google__rpc__status__descriptor,
      &google__rpc__error_info__descriptor,
      &google__rpc__retry_info__descriptor,
      &google__rpc__bad_request__descriptor,
      &accountstatus__v1__report_facts_failure__descriptor,
  };
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    REQUIRE(type_count < MOST_TYPES);
    types[type_count++] = others[i];
  }
  arena = wire_arena_create();
  REQUIRE(arena != NULL);
  return 0;
}

static uint64_t read_varint(const uint8_t **at) {
  uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    uint8_t byte = *(*at)++;
    value |= (uint64_t)(byte & 0x7f) << shift;
    if (byte < 0x80)
      return value;
  }
}

// Decodes UTF-8 by the book, a code point at a time.
static bool is_text(const uint8_t *at, const uint8_t *end) {
  while (at < end) {
    uint32_t first = *at++;
    unsigned following = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    static const uint32_t smallest[] = {1, 0x80, 0x800, 0x10000};
    if ((first >= 0x80 && first < 0xc0) || first >= 0xf8)
      return false;
    uint32_t point = following == 0 ? first : first & (0x3fu >> following);
    for (unsigned i = 0; i < following; i++) {
      if (at == end || *at < 0x80 || *at > 0xbf)
        return false;
      point = point << 6 | (*at++ & 0x3f);
    }
    if (point < smallest[following] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
      return false;
  }
  return true;
}

// Every string on the wire, found without the code under test.
static void require_texts(const ProtobufCMessageDescriptor *type, const uint8_t *at,
                          const uint8_t *end) {
  while (at < end) {
    uint64_t tag = read_varint(&at);
    const uint8_t *content = at;
    switch (tag & 7) {
    case 0:
      read_varint(&at);
      break;
    case 1:
      at += 8;
      break;
    case 5:
      at += 4;
      break;
    default: {
      uint64_t length = read_varint(&at);
      content = at;
      at += length;
    }
    }
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(type, (unsigned)(tag >> 3));
    if (field == NULL)
      continue;
    if (field->type == PROTOBUF_C_TYPE_STRING)
      REQUIRE(is_text(content, at));
    if (field->type == PROTOBUF_C_TYPE_MESSAGE)
      require_texts(field->descriptor, content, at);
  }
}

static void require_refusal(int result, const wire_check_error *error, size_t size) {
  REQUIRE(result == -EBADMSG || result == -EILSEQ || result == -E2BIG || result == -EOPNOTSUPP);
  REQUIRE(error->reason != WIRE_CHECK_OK);
  REQUIRE(strcmp(wire_check_reason_text(error->reason), "is refused") != 0);
  REQUIRE(error->offset <= size);
  REQUIRE(memchr(error->path, 0, sizeof error->path) != NULL);
}

// Packs what was unpacked: the result must pass and unpack to the same bytes again.
static void require_round_trip(const ProtobufCMessage *message, const wire_check_limits *limits) {
  size_t size = protobuf_c_message_get_packed_size(message);
  uint8_t *packed = malloc(size + 1);
  REQUIRE(packed != NULL);
  REQUIRE(protobuf_c_message_pack(message, packed) == size);
  wire_check_limits generous = *limits;
  generous.max_memory = SIZE_MAX;
  REQUIRE(wire_check(message->descriptor, packed, size, &generous, NULL) == 0);
  ProtobufCMessage *again = protobuf_c_message_unpack(message->descriptor, NULL, size, packed);
  REQUIRE(again != NULL);
  uint8_t *repacked = malloc(size + 1);
  REQUIRE(repacked != NULL);
  REQUIRE(protobuf_c_message_get_packed_size(again) == size);
  REQUIRE(protobuf_c_message_pack(again, repacked) == size);
  REQUIRE(memcmp(packed, repacked, size) == 0);
  protobuf_c_message_free_unpacked(again, NULL);
  free(repacked);
  free(packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 2)
    return 0;
  const ProtobufCMessageDescriptor *type = types[data[0] % type_count];
  uint8_t choice = data[1];
  data += 2;
  size -= 2;

  static const ProtobufCMessageDescriptor *const strict[] = {&accountstatus__v1__fact__descriptor};
  wire_check_limits limits = wire_check_limits_default();
  // As callers set it, or so tight that a bound which forgets something is found out.
  limits.max_memory =
      choice & 1 ? wire_arena_cap(size, WIRE_ARENA_FACTS) : 128 + size * (choice >> 2) / 2;
  if (choice & 2) {
    limits.strict_types = strict;
    limits.strict_type_count = 1;
  }
  wire_check_error error;
  int result = wire_check(type, data, size, &limits, &error);
  if (result < 0) {
    require_refusal(result, &error, size);
    return 0;
  }
  require_texts(type, data, data + size);

  wire_arena_reset(arena, limits.max_memory);
  ProtobufCMessage *message =
      protobuf_c_message_unpack(type, wire_arena_allocator(arena), size, data);
  REQUIRE(message != NULL);
  require_round_trip(message, &limits);

  // Strict accepts less, never more.
  limits.strict_type_count = 0;
  REQUIRE(wire_check(type, data, size, &limits, NULL) == 0);

  // Starved at any point, unpack gives up cleanly.
  size_t needed = wire_arena_used(arena);
  wire_arena_reset(arena, needed * (choice >> 2) / 64);
  (void)protobuf_c_message_unpack(type, wire_arena_allocator(arena), size, data);
  return 0;
}
