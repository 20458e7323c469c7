#include "memory.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 1024, LARGEST_BLOCK = 64 * 1024, ALIGNMENT = 16 };

struct memory_block {
  struct memory_block *previous;
  size_t size;
  _Alignas(ALIGNMENT) uint8_t bytes[];
};

void *memory_take(memory *memory, size_t count, size_t size) {
  if (memory->failed || (size != 0 && count > SIZE_MAX / 2 / size)) {
    memory->failed = 1;
    return NULL;
  }
  size_t needed = (count * size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  struct memory_block *block = memory->current;
  if (block == NULL || needed > block->size - memory->used) {
    size_t next = block == NULL ? FIRST_BLOCK : 2 * block->size;
    if (next > LARGEST_BLOCK)
      next = LARGEST_BLOCK;
    if (next < needed)
      next = needed;
    block = malloc(sizeof *block + next);
    if (block == NULL) {
      memory->failed = 1;
      return NULL;
    }
    block->previous = memory->current;
    block->size = next;
    memory->current = block;
    memory->used = 0;
  }
  void *taken = block->bytes + memory->used;
  memory->used += needed;
  memset(taken, 0, needed);
  return taken;
}

const uint8_t *memory_bytes(memory *memory, const uint8_t *bytes, size_t size) {
  uint8_t *copy = memory_take(memory, size, 1);
  if (copy != NULL && size > 0)
    memcpy(copy, bytes, size);
  return copy;
}

const char *memory_text(memory *memory, const char *text) {
  return (const char *)memory_bytes(memory, (const uint8_t *)text, strlen(text) + 1);
}

void memory_free(memory *memory) {
  while (memory->current != NULL) {
    struct memory_block *previous = memory->current->previous;
    free(memory->current);
    memory->current = previous;
  }
  memory->used = 0;
}
