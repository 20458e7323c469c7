// The memory of one result: many small pieces, freed together.

#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>
#include <stdint.h>

// Pieces handed out in order from a few blocks. {0} is empty. Also set once a piece could not be
// had, so that only the end needs to look.
typedef struct memory {
  struct memory_block *current;
  size_t used;
  int failed;
} memory;

// Zeroed memory for count things of a size; NULL when there is none left. Never NULL for count 0.
void *memory_take(memory *memory, size_t count, size_t size);

// A copy of a text or of bytes.
const char *memory_text(memory *memory, const char *text);
const uint8_t *memory_bytes(memory *memory, const uint8_t *bytes, size_t size);

// Frees every piece.
void memory_free(memory *memory);

#endif
