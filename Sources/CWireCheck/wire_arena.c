// A bump allocator with a cap.
//
// One block is kept from message to message, so that an ordinary call costs no malloc. What does
// not fit goes into further blocks, each twice the last, which the next reset returns.

#include "CWireCheck.h"

#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif

// Under AddressSanitizer, memory that is not handed out must not be touched.
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define HIDE(start, size) ASAN_POISON_MEMORY_REGION(start, size)
#define SHOW(start, size) ASAN_UNPOISON_MEMORY_REGION(start, size)
#else
#define HIDE(start, size) ((void)0)
#define SHOW(start, size) ((void)0)
#endif

enum { ALIGNMENT = 8, FIRST_BLOCK = 32 * 1024, KEPT = 256 * 1024, LARGEST_CAP = 40 * 1024 * 1024 };

typedef struct block {
  struct block *previous;
  size_t size;
  _Alignas(ALIGNMENT) uint8_t bytes[];
} block;

struct wire_arena {
  ProtobufCAllocator allocator;
  // The newest block; NULL before the first allocation.
  block *current;
  // Bytes handed out of the newest block, and of all.
  size_t used_of_current;
  size_t used;
  size_t cap;
};

static size_t aligned(size_t size) { return (size + (ALIGNMENT - 1)) & ~(size_t)(ALIGNMENT - 1); }

static int add_block(wire_arena *arena, size_t needed) {
  size_t size = arena->current == NULL ? FIRST_BLOCK : 2 * arena->current->size;
  size_t left = arena->cap - arena->used;
  // A block never holds more than may still be handed out, unless it is one worth keeping.
  if (size > left)
    size = left > FIRST_BLOCK ? left : FIRST_BLOCK;
  if (size < needed)
    size = needed;
  block *added = malloc(sizeof *added + size);
  if (added == NULL)
    return -1;
  added->previous = arena->current;
  added->size = size;
  HIDE(added->bytes, size);
  arena->current = added;
  arena->used_of_current = 0;
  return 0;
}

static void *arena_alloc(void *data, size_t size) {
  wire_arena *arena = data;
  if (size > arena->cap)
    return NULL;
  // Distinct pointers also for nothing, as NULL means failure.
  size_t needed = size == 0 ? ALIGNMENT : aligned(size);
  if (needed > arena->cap - arena->used)
    return NULL;
  if (arena->current == NULL || needed > arena->current->size - arena->used_of_current) {
    if (add_block(arena, needed) < 0)
      return NULL;
  }
  void *start = arena->current->bytes + arena->used_of_current;
  arena->used_of_current += needed;
  arena->used += needed;
  SHOW(start, size);
  return start;
}

static void arena_free(void *data, void *pointer) {
  (void)data;
  (void)pointer;
}

static void free_block(block *freed) {
  SHOW(freed->bytes, freed->size);
  free(freed);
}

size_t wire_arena_cap(size_t payload_size, unsigned factor) {
  size_t base = 64 * 1024;
  if (factor != 0 && payload_size > (LARGEST_CAP - base) / factor)
    return LARGEST_CAP;
  return base + payload_size * factor;
}

wire_arena *wire_arena_create(void) {
  wire_arena *arena = calloc(1, sizeof *arena);
  if (arena == NULL)
    return NULL;
  arena->allocator.alloc = arena_alloc;
  arena->allocator.free = arena_free;
  arena->allocator.allocator_data = arena;
  return arena;
}

void wire_arena_reset(wire_arena *arena, size_t cap) {
  // The newest block is the largest: keep it, unless it is too large to keep.
  block *kept = arena->current;
  while (kept != NULL && kept->size > KEPT) {
    block *previous = kept->previous;
    free_block(kept);
    kept = previous;
  }
  if (kept != NULL) {
    for (block *each = kept->previous; each != NULL;) {
      block *previous = each->previous;
      free_block(each);
      each = previous;
    }
    kept->previous = NULL;
    HIDE(kept->bytes, kept->size);
  }
  arena->current = kept;
  arena->used_of_current = 0;
  arena->used = 0;
  arena->cap = cap;
}

ProtobufCAllocator *wire_arena_allocator(wire_arena *arena) { return &arena->allocator; }

size_t wire_arena_used(const wire_arena *arena) { return arena->used; }

void wire_arena_destroy(wire_arena *arena) {
  if (arena == NULL)
    return;
  for (block *each = arena->current; each != NULL;) {
    block *previous = each->previous;
    free_block(each);
    each = previous;
  }
  free(arena);
}
