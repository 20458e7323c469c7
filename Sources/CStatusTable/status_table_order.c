#include "status_table_order.h"
#include "status_table_words.h"
#include <errno.h>
#include <stdlib.h>

/* A block moves half of itself when it is split; small enough that an insertion is cheap. */
enum { block_capacity = 512 };

struct block {
  size_t count;
  uint32_t numbers[block_capacity];
};

/* Sorted blocks of sorted numbers; no block is empty. */
struct status_table_order {
  struct block **blocks;
  size_t block_count;
  size_t block_room;
  /* Records below it are in. */
  uint32_t next_number;
};

struct id {
  const uint8_t *bytes;
  size_t length;
};

/* A record's id never changes once it is counted, so it may be read without the sequence. */
static struct id id_of(const struct status_table *table, uint32_t number) {
  const uint8_t *record = (const uint8_t *)(table->records + (size_t)number * record_words);
  return (struct id){
      .bytes = record + offsetof(struct status_table_slot_record, id),
      .length = record[offsetof(struct status_table_slot_record, id_length)],
  };
}

static int compare(struct id a, struct id b) {
  int order = memcmp(a.bytes, b.bytes, a.length < b.length ? a.length : b.length);
  return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

/* How many blocks begin at or before an id. */
static size_t blocks_from(const struct status_table_order *order, const struct status_table *table,
                          struct id id) {
  size_t low = 0, high = order->block_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (compare(id_of(table, order->blocks[middle]->numbers[0]), id) <= 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* The place behind an id: the last block that begins at or before it, and how many of its numbers
 * do. */
static struct status_table_cursor place_after(const struct status_table_order *order,
                                              const struct status_table *table, struct id id) {
  size_t from = blocks_from(order, table, id);
  if (from == 0)
    return (struct status_table_cursor){0, 0};
  const struct block *block = order->blocks[from - 1];
  size_t low = 0, high = block->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (compare(id_of(table, block->numbers[middle]), id) <= 0)
      low = middle + 1;
    else
      high = middle;
  }
  return (struct status_table_cursor){from - 1, low};
}

/* Puts an empty block in at `index`. */
static struct block *insert_block(struct status_table_order *order, size_t index) {
  if (order->block_count == order->block_room) {
    size_t room = order->block_room == 0 ? 8 : order->block_room * 2;
    struct block **blocks = realloc(order->blocks, room * sizeof(struct block *));
    if (blocks == NULL)
      return NULL;
    order->blocks = blocks;
    order->block_room = room;
  }
  struct block *block = malloc(sizeof *block);
  if (block == NULL)
    return NULL;
  block->count = 0;
  memmove(&order->blocks[index + 1], &order->blocks[index],
          (order->block_count - index) * sizeof(struct block *));
  order->blocks[index] = block;
  order->block_count++;
  return block;
}

/* Makes room at a place whose block is full. */
static bool split(struct status_table_order *order, struct status_table_cursor *place) {
  struct block *next = insert_block(order, place->block + 1);
  if (next == NULL)
    return false;
  struct block *block = order->blocks[place->block];
  /* Behind the very last account nothing moves, so that accounts in order fill their blocks. */
  bool last = place->block + 2 == order->block_count && place->place == block_capacity;
  size_t keep = last ? block_capacity : block_capacity / 2;
  next->count = block_capacity - keep;
  memcpy(next->numbers, block->numbers + keep, next->count * sizeof next->numbers[0]);
  block->count = keep;
  if (place->place > keep || last) {
    place->block++;
    place->place -= keep;
  }
  return true;
}

static bool insert(struct status_table_order *order, const struct status_table *table,
                   uint32_t number) {
  struct status_table_cursor place = place_after(order, table, id_of(table, number));
  if (order->block_count == 0 && insert_block(order, 0) == NULL)
    return false;
  if (order->blocks[place.block]->count == block_capacity && !split(order, &place))
    return false;
  struct block *block = order->blocks[place.block];
  memmove(&block->numbers[place.place + 1], &block->numbers[place.place],
          (block->count - place.place) * sizeof block->numbers[0]);
  block->numbers[place.place] = number;
  block->count++;
  return true;
}

int status_table_order_create(struct status_table_order **ret_order) {
  struct status_table_order *order = calloc(1, sizeof *order);
  if (order == NULL)
    return -ENOMEM;
  *ret_order = order;
  return 0;
}

void status_table_order_destroy(struct status_table_order *order) {
  if (order == NULL)
    return;
  for (size_t i = 0; i < order->block_count; i++)
    free(order->blocks[i]);
  free(order->blocks);
  free(order);
}

int status_table_order_update(struct status_table_order *order, const struct status_table *table) {
  uint32_t count = status_table_count(table);
  for (; order->next_number < count; order->next_number++)
    if (!insert(order, table, order->next_number))
      return -ENOMEM;
  return 0;
}

struct status_table_cursor status_table_order_after(const struct status_table_order *order,
                                                    const struct status_table *table,
                                                    const void *id, size_t id_length) {
  if (id_length == 0)
    return (struct status_table_cursor){0, 0};
  return place_after(order, table, (struct id){id, id_length});
}

/* The block that has the next account, over which the cursor steps if it is at its end; NULL: there
 * is none. */
static const struct block *block_at(const struct status_table_order *order,
                                    struct status_table_cursor *cursor) {
  if (cursor->block < order->block_count && cursor->place == order->blocks[cursor->block]->count) {
    cursor->block++;
    cursor->place = 0;
  }
  return cursor->block < order->block_count ? order->blocks[cursor->block] : NULL;
}

bool status_table_order_next(const struct status_table_order *order,
                             struct status_table_cursor *cursor, uint32_t *ret_number) {
  const struct block *block = block_at(order, cursor);
  if (block == NULL)
    return false;
  *ret_number = block->numbers[cursor->place++];
  return true;
}

size_t status_table_order_run(const struct status_table_order *order,
                              struct status_table_cursor *cursor, const uint32_t **ret_numbers) {
  const struct block *block = block_at(order, cursor);
  if (block == NULL)
    return 0;
  size_t count = block->count - cursor->place;
  *ret_numbers = block->numbers + cursor->place;
  cursor->place = block->count;
  return count;
}
