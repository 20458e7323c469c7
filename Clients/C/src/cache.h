// The statuses that a handle keeps, for where there is no table: a feed, and what it told.

#ifndef CACHE_H
#define CACHE_H

#include <accountstatus.h>
#include <stdbool.h>

#include "table.h"

typedef struct cache cache;

// Makes the cache that a handle's options ask for, if they do: handle->cache.
int cache_open(accountstatus *handle, const accountstatus_open_options *options,
               accountstatus_error *failure);
void cache_close(cache *cache);

// Makes a cache inherited through fork the child's own; it is empty.
void cache_adopt(cache *cache);

// What this process knows that a later answer must include. A NULL cache takes nothing in.
//
// An account may have changed: something was reported about it.
void cache_doubt(cache *cache, const char *account_id);
// The server may be another one than before.
void cache_doubt_all(cache *cache);
// The server answered that an account is at a revision; 0: that it is not registered.
void cache_heard(cache *cache, const char *account_id, uint64_t revision);

// Reads an account, and the edition it is under. True: the reading can be acted on. Else it may
// be STALE.
bool cache_read(const cache *cache, table_key key, const accountstatus_options *options,
                table_edition *edition, struct status_table_reading *ret_reading);

#endif
