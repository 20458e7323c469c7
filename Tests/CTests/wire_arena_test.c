// Sources/CWireCheck/wire_arena.c.

#include "CWireCheck.h"
#include "test.h"

#include <malloc.h>
#include <stdint.h>

static void *take(wire_arena *arena, size_t size) {
  ProtobufCAllocator *allocator = wire_arena_allocator(arena);
  return allocator->alloc(allocator->allocator_data, size);
}

static void it_hands_out_up_to_its_cap(void) {
  wire_arena *arena = wire_arena_create();
  CHECK(take(arena, 1) == NULL);
  wire_arena_reset(arena, 1000);
  CHECK(take(arena, 1001) == NULL);
  CHECK(take(arena, 992) != NULL);
  CHECK_EQUAL(wire_arena_used(arena), 992);
  CHECK(take(arena, 8) != NULL);
  CHECK(take(arena, 1) == NULL);
  CHECK(take(arena, 0) == NULL);
  CHECK(take(arena, SIZE_MAX) == NULL);
  CHECK(take(arena, SIZE_MAX - 4) == NULL);
  wire_arena_reset(arena, 8);
  CHECK(take(arena, 8) != NULL);
  wire_arena_destroy(arena);
}

static void memory_is_aligned_distinct_and_writable(void) {
  wire_arena *arena = wire_arena_create();
  for (int round = 0; round < 3; round++) {
    wire_arena_reset(arena, 10 * 1024 * 1024);
    uint8_t *pieces[500];
    size_t sizes[500];
    for (size_t i = 0; i < 500; i++) {
      sizes[i] = (i * 37) % 5000;
      pieces[i] = take(arena, sizes[i]);
      NEED(pieces[i] != NULL);
      CHECK_EQUAL((uintptr_t)pieces[i] % 8, 0);
      memset(pieces[i], (int)i, sizes[i]);
    }
    for (size_t i = 0; i < 500; i++) {
      for (size_t at = 0; at < sizes[i]; at++)
        NEED(pieces[i][at] == (uint8_t)i);
    }
  }
  wire_arena_destroy(arena);
}

static void freeing_gives_nothing_back(void) {
  wire_arena *arena = wire_arena_create();
  wire_arena_reset(arena, 64);
  ProtobufCAllocator *allocator = wire_arena_allocator(arena);
  void *piece = take(arena, 64);
  allocator->free(allocator->allocator_data, piece);
  allocator->free(allocator->allocator_data, piece);
  CHECK(take(arena, 1) == NULL);
  wire_arena_destroy(arena);
}

static void a_reset_keeps_little(void) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  wire_arena *arena = wire_arena_create();
  size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
  for (size_t piece = 64; piece <= 16 * 1024 * 1024; piece *= 4) {
    wire_arena_reset(arena, 40 * 1024 * 1024);
    while (take(arena, piece) != NULL)
      ;
    CHECK(mallinfo2().uordblks + mallinfo2().hblkhd <= before + 60 * 1024 * 1024);
    wire_arena_reset(arena, 40 * 1024 * 1024);
    CHECK(mallinfo2().uordblks + mallinfo2().hblkhd <= before + 300 * 1024);
  }
  wire_arena_destroy(arena);
#else
  test_skip("a sanitizer's allocator keeps no such statistics");
#endif
}

static void caps_follow_the_payload(void) {
  CHECK_EQUAL(wire_arena_cap(0, WIRE_ARENA_ORDINARY), 64 * 1024);
  CHECK_EQUAL(wire_arena_cap(1000, WIRE_ARENA_ORDINARY), 64 * 1024 + 8000);
  CHECK_EQUAL(wire_arena_cap(1000, WIRE_ARENA_FACTS), 64 * 1024 + 16000);
  CHECK_EQUAL(wire_arena_cap(4 * 1024 * 1024, WIRE_ARENA_ORDINARY), 64 * 1024 + 32 * 1024 * 1024);
  CHECK_EQUAL(wire_arena_cap(4 * 1024 * 1024, WIRE_ARENA_FACTS), 40 * 1024 * 1024);
  CHECK_EQUAL(wire_arena_cap(SIZE_MAX, WIRE_ARENA_FACTS), 40 * 1024 * 1024);
}

static const test tests[] = {
    {"it hands out up to its cap", it_hands_out_up_to_its_cap},
    {"memory is aligned, distinct and writable", memory_is_aligned_distinct_and_writable},
    {"freeing gives nothing back", freeing_gives_nothing_back},
    {"a reset keeps little", a_reset_keeps_little},
    {"caps follow the payload", caps_follow_the_payload},
};
const test_suite wire_arena_suite = SUITE("wire_arena", tests);
