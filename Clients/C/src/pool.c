#include "pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// AddressSanitizer's, where the program is built with it, whether or not this library is.
extern void __asan_poison_memory_region(const volatile void *start, size_t size)
    __attribute__((weak));
extern void __asan_unpoison_memory_region(const volatile void *start, size_t size)
    __attribute__((weak));

// What a block's state says. An orphan has no pool: it is freed when it is given back.
enum { FREE = 0, TAKEN = 1, ORPHAN = 2 };

enum { CACHE_LINE = 64 };

struct pool_block {
  atomic_uint state;
  size_t size;
  // Written by the taker alone; read by whoever adds up.
  _Atomic uint64_t uses;
  _Alignas(CACHE_LINE / 2) uint8_t bytes[];
};

static void hide(struct pool_block *block) {
  if (__asan_poison_memory_region != NULL)
    __asan_poison_memory_region(block->bytes, block->size);
}

static void show(struct pool_block *block) {
  if (__asan_unpoison_memory_region != NULL)
    __asan_unpoison_memory_region(block->bytes, block->size);
}

static struct pool_block *block_of(void *memory) {
  return (struct pool_block *)((uint8_t *)memory - offsetof(struct pool_block, bytes));
}

static struct pool_block *make_block(const pool *pool, unsigned state) {
  size_t size = (sizeof(struct pool_block) + pool->size + CACHE_LINE - 1) & ~(CACHE_LINE - 1ul);
  struct pool_block *block = aligned_alloc(CACHE_LINE, size);
  if (block == NULL)
    return NULL;
  memset(block, 0, size);
  atomic_init(&block->state, state);
  block->size = pool->size;
  pool->prepare(block->bytes);
  return block;
}

// Where a thread looks first: threads that run at once seldom look in the same place.
static unsigned first_place(void) {
  uint64_t mixed = (uint64_t)(uintptr_t)pthread_self() * UINT64_C(0x9e3779b97f4a7c15);
  return (unsigned)(mixed >> 60) % POOL_PLACES;
}

void *pool_take(pool *pool) {
  unsigned first = first_place();
  for (unsigned i = 0; i < POOL_PLACES; i++) {
    _Atomic(struct pool_block *) *place = &pool->places[(first + i) % POOL_PLACES];
    struct pool_block *block = atomic_load_explicit(place, memory_order_acquire);
    if (block == NULL) {
      block = make_block(pool, TAKEN);
      if (block == NULL)
        return NULL;
      struct pool_block *none = NULL;
      if (!atomic_compare_exchange_strong(place, &none, block))
        atomic_store_explicit(&block->state, ORPHAN, memory_order_relaxed);
      return block->bytes;
    }
    unsigned is_free = FREE;
    if (atomic_load_explicit(&block->state, memory_order_relaxed) == FREE &&
        atomic_compare_exchange_strong_explicit(&block->state, &is_free, TAKEN,
                                                memory_order_acquire, memory_order_relaxed)) {
      show(block);
      return block->bytes;
    }
  }
  struct pool_block *block = make_block(pool, ORPHAN);
  return block == NULL ? NULL : block->bytes;
}

void pool_give_back(void *memory) {
  struct pool_block *block = block_of(memory);
  hide(block);
  unsigned state = TAKEN;
  if (atomic_compare_exchange_strong_explicit(&block->state, &state, FREE, memory_order_release,
                                              memory_order_acquire))
    return;
  if (state != ORPHAN)
    abort();
  show(block);
  free(block);
}

void pool_count_use(pool *pool, void *memory) {
  struct pool_block *block = block_of(memory);
  if (atomic_load_explicit(&block->state, memory_order_relaxed) == ORPHAN) {
    atomic_fetch_add_explicit(&pool->other_uses, 1, memory_order_relaxed);
    return;
  }
  uint64_t uses = atomic_load_explicit(&block->uses, memory_order_relaxed);
  atomic_store_explicit(&block->uses, uses + 1, memory_order_relaxed);
}

uint64_t pool_uses(const pool *pool) {
  uint64_t uses = atomic_load_explicit(&pool->other_uses, memory_order_relaxed);
  for (unsigned i = 0; i < POOL_PLACES; i++) {
    const struct pool_block *block = atomic_load_explicit(&pool->places[i], memory_order_acquire);
    if (block != NULL)
      uses += atomic_load_explicit(&block->uses, memory_order_relaxed);
  }
  return uses;
}

void pool_close(pool *pool) {
  for (unsigned i = 0; i < POOL_PLACES; i++) {
    struct pool_block *block = atomic_load_explicit(&pool->places[i], memory_order_acquire);
    if (block == NULL)
      continue;
    unsigned state = atomic_exchange_explicit(&block->state, ORPHAN, memory_order_acq_rel);
    if (state == FREE) {
      show(block);
      free(block);
    }
  }
}
