// Memory that comes back to be used again: blocks of one size, a few kept for the next taker.

#ifndef POOL_H
#define POOL_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

// More than the threads that are likely to be inside one handle at a time; few enough that what is
// kept is small.
enum { POOL_PLACES = 16 };

struct pool_block;

typedef struct pool {
  // Bytes of a block.
  size_t size;
  // Makes a new block, all zeroes, ready for its first use.
  void (*prepare)(void *memory);
  _Atomic(struct pool_block *) places[POOL_PLACES];
  // Uses of blocks that have no place here.
  atomic_uint_fast64_t other_uses;
} pool;

// A block as its last taker left it, or a new one. NULL: no memory. Any thread may take; in the
// steady state neither memory is allocated nor a lock taken.
void *pool_take(pool *pool);

// Gives a block back, from any thread, also once its pool is closed. Under AddressSanitizer it is
// poisoned until it is taken again. Aborts, as free does, when the block is not taken.
void pool_give_back(void *memory);

// Counts that a block that is taken was put to use; how often that was so.
void pool_count_use(pool *pool, void *memory);
uint64_t pool_uses(const pool *pool);

// Frees what nobody has taken; the rest is freed as it is given back.
void pool_close(pool *pool);

#endif
