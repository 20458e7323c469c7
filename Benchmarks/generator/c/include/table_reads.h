/* The order in which reads of the table go, the same for each way of reading: one account over
 * and over (the word `hot`), or each next one anywhere in the table (`random`). A read's account
 * depends on what the read before it found, so that no two overlap. */
#ifndef BENCHMARK_TABLE_READS_H
#define BENCHMARK_TABLE_READS_H

#include "accounts.h"
#include "generator.h"

/* Reads that one measurement is the mean of: a clock costs more than a read. */
enum { reads_per_call = 1000 };

struct table_order {
  char (*ids)[account_id_length + 1];
  uint32_t *order;
  uint32_t last;
  uint32_t place;
};

static inline void table_order_make(struct table_order *ret_order) {
  const uint32_t accounts = generator_arguments.accounts;
  ret_order->ids = malloc((size_t)accounts * sizeof *ret_order->ids);
  /* One more than there are, for a dependency at the end. */
  ret_order->order = malloc(((size_t)accounts + 1) * sizeof *ret_order->order);
  if (ret_order->ids == NULL || ret_order->order == NULL)
    generator_fail("no memory for %u accounts", accounts);
  for (uint32_t account = 0; account < accounts; account++)
    account_id(account, ret_order->ids[account]);
  const bool is_hot = strcmp(generator_arguments.word, "hot") == 0;
  uint64_t random = UINT64_C(88172645463325252);
  for (uint32_t i = 0; i <= accounts; i++) {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    ret_order->order[i] = is_hot ? accounts / 2 : (uint32_t)(random % accounts);
  }
  ret_order->last = is_hot ? 0 : accounts - 1;
  ret_order->place = 0;
}

/* The next id. The dependency is 0 or 1, from the state that was read last. */
static inline const char *table_order_next(struct table_order *order, uint32_t dependency) {
  const char *id = order->ids[order->order[order->place + dependency]];
  order->place = order->place < order->last ? order->place + 1 : 0;
  return id;
}

#endif
