/* The accounts of a status table in the order of their ids, for lists.
 *
 * The table itself is a hash table: it finds one account, and knows no order. An order keeps the
 * records' numbers sorted by id, byte-wise, beside the table, in the memory of the process that
 * needs lists; four bytes an account, and no id twice. A new account costs a binary search and a
 * move of at most two kilobytes; accounts that come in order are appended.
 *
 * Belongs to the thread of the table's writer. Survives growth: records keep their numbers. */
#ifndef ACCOUNTSTATUS_STATUS_TABLE_ORDER_H
#define ACCOUNTSTATUS_STATUS_TABLE_ORDER_H

#include "status_table.h"

#ifdef __cplusplus
extern "C" {
#endif

struct status_table_order;

/* A place between two accounts. Good until the next update. */
struct status_table_cursor {
  size_t block;
  size_t place;
};

/* Makes an order of no accounts. */
int status_table_order_create(struct status_table_order **ret_order);

/* NULL is allowed. */
void status_table_order_destroy(struct status_table_order *order);

/* Takes in the accounts that came since the last update. -ENOMEM: not all of them; the others are
 * in place, and the next update goes on. */
int status_table_order_update(struct status_table_order *order, const struct status_table *table);

/* The place behind an id, whether or not there is such an account; with a length of 0 the
 * beginning. */
struct status_table_cursor status_table_order_after(const struct status_table_order *order,
                                                    const struct status_table *table,
                                                    const void *id, size_t id_length);

/* Steps over the next account. False: there is none. Read it with status_table_read_number. */
bool status_table_order_next(const struct status_table_order *order,
                             struct status_table_cursor *cursor, uint32_t *ret_number);

/* Steps over the next accounts that lie together, some hundreds, for scans. Returns how many; 0:
 * there are none. *ret_numbers is good until the next update. */
size_t status_table_order_run(const struct status_table_order *order,
                              struct status_table_cursor *cursor, const uint32_t **ret_numbers);

#ifdef __cplusplus
}
#endif

#endif
