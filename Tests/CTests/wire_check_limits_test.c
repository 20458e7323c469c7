// Sources/CWireCheck/wire_check.c: depth, numbers and memory.

#include <errno.h>
#include <stdlib.h>

#include "CWireCheck.h"
#include "accountstatus/v1/ledger_service.pb-c.h"
#include "accountstatus/v1/status_service.pb-c.h"
#include "bytes.h"
#include "test.h"

#define GET &accountstatus__v1__get_status_request__descriptor
#define CAPABILITIES &accountstatus__v1__check_capability_request__descriptor
#define BATCH &accountstatus__v1__batch_get_status_request__descriptor
#define REPORT &accountstatus__v1__report_facts_request__descriptor

static int check_bytes(const ProtobufCMessageDescriptor *type, const bytes *message,
                       const wire_check_limits *limits, wire_check_error *ret_error) {
  return wire_check(type, message->data, message->size, limits, ret_error);
}

// None of our types nests as deeply as the default allows, so smaller limits are tried.
static void depth_is_bounded(void) {
  bytes money = {0}, invoice = {0}, fact = {0}, report = {0};
  bytes_add_text(&money, 1, "EUR");
  bytes_add_message(&invoice, 5, &money);
  bytes_add_message(&fact, 23, &invoice);
  bytes_add_message(&report, 1, &fact);
  wire_check_limits limits = wire_check_limits_default();
  for (uint32_t depth = 1; depth <= 5; depth++) {
    limits.max_depth = depth;
    wire_check_error error;
    int result = wire_check(REPORT, report.data, report.size, &limits, &error);
    CHECK_EQUAL(result, depth < 4 ? -E2BIG : 0);
    static const char *const paths[] = {"facts[0]", "facts[0].invoiceIssued",
                                        "facts[0].invoiceIssued.total"};
    if (depth < 4) {
      CHECK_EQUAL(error.reason, WIRE_CHECK_TOO_DEEP);
      CHECK_TEXT(error.path, paths[depth - 1]);
    }
  }
  bytes_free(&money);
  bytes_free(&invoice);
  bytes_free(&fact);
  bytes_free(&report);
}

// A message that contains itself, as a recursive type would, made by hand.
static void a_recursive_type_cannot_exhaust_the_stack(void) {
  ProtobufCFieldDescriptor field = {
      .name = "child", .id = 1, .label = PROTOBUF_C_LABEL_NONE, .type = PROTOBUF_C_TYPE_MESSAGE};
  ProtobufCMessageDescriptor type = *GET;
  type.n_fields = 1;
  type.fields = &field;
  field.descriptor = &type;
  // 700 000 levels: each wraps the rest, so it is written from the inside out.
  size_t size = 4 * 1024 * 1024, start = size;
  uint8_t *message = malloc(size);
  size_t inner = 0;
  while (start > 8) {
    uint8_t prefix[6];
    size_t length = 0;
    prefix[length++] = 0x0a;
    size_t value = inner;
    for (; value >= 0x80; value >>= 7)
      prefix[length++] = (uint8_t)(value | 0x80);
    prefix[length++] = (uint8_t)value;
    start -= length;
    memcpy(message + start, prefix, length);
    inner += length;
  }
  wire_check_limits limits = wire_check_limits_default();
  wire_check_error error;
  CHECK_EQUAL(wire_check(&type, message + start, inner, &limits, &error), -E2BIG);
  CHECK_EQUAL(error.reason, WIRE_CHECK_TOO_DEEP);
  CHECK(strlen(error.path) > 60);
  free(message);
}

static void fields_are_counted_per_message_and_in_all(void) {
  bytes batch = {0};
  for (int i = 0; i < 4096; i++)
    bytes_add_text(&batch, 1, "a");
  wire_check_limits limits = wire_check_limits_default();
  wire_check_error error;
  CHECK_EQUAL(check_bytes(BATCH, &batch, &limits, &error), 0);
  limits.max_fields = 4095;
  CHECK_EQUAL(check_bytes(BATCH, &batch, &limits, &error), -E2BIG);
  CHECK_TEXT(error.path, "accountIds[4095]");
  limits.max_fields = 262144;
  bytes_add_text(&batch, 1, "one too many");
  CHECK_EQUAL(check_bytes(BATCH, &batch, &limits, &error), -E2BIG);
  CHECK_EQUAL(error.reason, WIRE_CHECK_TOO_MANY_FIELDS);
  CHECK_TEXT(error.path, "accountIds[4096]");
  bytes_free(&batch);
}

static void packed_elements_count_as_fields(void) {
  bytes request = {0};
  uint8_t elements[5000];
  memset(elements, 6, sizeof elements);
  bytes_add_field(&request, 2, elements, sizeof elements);
  wire_check_limits limits = wire_check_limits_default();
  wire_check_error error;
  CHECK_EQUAL(check_bytes(CAPABILITIES, &request, &limits, &error), -E2BIG);
  CHECK_EQUAL(error.reason, WIRE_CHECK_TOO_MANY_FIELDS);
  CHECK_TEXT(error.path, "capabilities");
  bytes_free(&request);
}

static void unknown_fields_are_counted(void) {
  bytes request = {0};
  wire_check_limits limits = wire_check_limits_default();
  wire_check_error error;
  for (uint32_t i = 0; i < limits.max_unknown_fields; i++)
    bytes_add_number(&request, 100 + i, i);
  CHECK_EQUAL(check_bytes(GET, &request, &limits, &error), 0);
  bytes_add_number(&request, 1000, 1);
  CHECK_EQUAL(check_bytes(GET, &request, &limits, &error), -E2BIG);
  CHECK_EQUAL(error.reason, WIRE_CHECK_TOO_MANY_UNKNOWN_FIELDS);
  CHECK_TEXT(error.path, "1000");
  bytes_free(&request);
}

// Two bytes on the wire become a Fact of more than a hundred in memory: the densest of our bombs.
static void a_bomb_of_4_mib_is_bounded(void) {
  bytes report = {0};
  while (report.size < 4 * 1024 * 1024 - 2)
    bytes_add_field(&report, 1, "", 0);
  wire_check_limits limits = wire_check_limits_default();
  limits.max_memory = wire_arena_cap(report.size, WIRE_ARENA_FACTS);
  CHECK_EQUAL(limits.max_memory, 40 * 1024 * 1024);
  wire_check_error error;
  CHECK_EQUAL(check_bytes(REPORT, &report, &limits, &error), -E2BIG);
  CHECK_EQUAL(error.reason, WIRE_CHECK_TOO_MANY_FIELDS);
  limits.max_fields = limits.max_message_fields = UINT32_MAX;
  CHECK_EQUAL(check_bytes(REPORT, &report, &limits, &error), -E2BIG);
  CHECK_EQUAL(error.reason, WIRE_CHECK_TOO_MUCH_MEMORY);
  CHECK_TEXT(error.path, "");

  // Without the check the arena is what stops it.
  wire_arena *arena = wire_arena_create();
  wire_arena_reset(arena, limits.max_memory);
  CHECK(protobuf_c_message_unpack(REPORT, wire_arena_allocator(arena), report.size, report.data) ==
        NULL);
  CHECK(wire_arena_used(arena) <= limits.max_memory);
  wire_arena_destroy(arena);
  bytes_free(&report);
}

// The smallest limit under which a message passes.
static size_t least_memory(const ProtobufCMessageDescriptor *type, const bytes *message) {
  wire_check_limits limits = wire_check_limits_default();
  size_t low = 0, high = limits.max_memory;
  while (low < high) {
    limits.max_memory = low + (high - low) / 2;
    if (check_bytes(type, message, &limits, NULL) == 0)
      high = limits.max_memory;
    else
      low = limits.max_memory + 1;
  }
  return low;
}

static void what_passes_unpacks_within_the_memory_allowed(void) {
  bytes messages[5] = {{0}};
  const ProtobufCMessageDescriptor *types[] = {BATCH, BATCH, CAPABILITIES, GET, REPORT};
  for (int i = 0; i < 1000; i++)
    bytes_add_text(&messages[0], 1, "contoso-eu-000123");
  // One more member than unpack scans on its stack, and so on.
  for (int i = 0; i < 17; i++)
    bytes_add_text(&messages[1], 1, "");
  uint8_t elements[1001];
  memset(elements, 1, sizeof elements);
  bytes_add_field(&messages[2], 2, elements, sizeof elements);
  for (uint32_t i = 0; i < 60; i++)
    bytes_add_text(&messages[3], 100 + i, "unknown");
  for (int i = 0; i < 300; i++)
    bytes_add_field(&messages[4], 1, "\x0a\x01\x61\xb2\x01\x00", 6);
  for (size_t i = 0; i < 5; i++) {
    size_t memory = least_memory(types[i], &messages[i]);
    wire_arena *arena = wire_arena_create();
    wire_arena_reset(arena, memory);
    CHECK(protobuf_c_message_unpack(types[i], wire_arena_allocator(arena), messages[i].size,
                                    messages[i].data) != NULL);
    // An honest bound, not a wild one.
    CHECK(wire_arena_used(arena) * 10 >= memory * 6);
    wire_arena_destroy(arena);
    bytes_free(&messages[i]);
  }
}

static const test tests[] = {
    {"depth is bounded", depth_is_bounded},
    {"a recursive type cannot exhaust the stack", a_recursive_type_cannot_exhaust_the_stack},
    {"fields are counted per message and in all", fields_are_counted_per_message_and_in_all},
    {"packed elements count as fields", packed_elements_count_as_fields},
    {"unknown fields are counted", unknown_fields_are_counted},
    {"a bomb of 4 MiB is bounded", a_bomb_of_4_mib_is_bounded},
    {"what passes unpacks within the memory allowed",
     what_passes_unpacks_within_the_memory_allowed},
};
const test_suite wire_check_limits_suite = SUITE("wire_check_limits", tests);
