// What tests of the cache have in common: a peer that tells of accounts, and a handle that listens.

#ifndef CACHE_SCENE_H
#define CACHE_SCENE_H

#include "script.h"
#include "watch_peer.h"

// A limit for waits that are over long before, and how often to look meanwhile.
enum { PATIENCE_MS = 60000, TRIES = 3000 };

// The accounts told of, as peer_serve answers them.
extern const told cache_contoso, cache_suspended;

typedef struct cache_scene {
  watch_script script;
  peer *peer;
  accountstatus *handle;
} cache_scene;

// A peer with a script, and a handle that keeps up to 100 accounts.
void cache_open_scene(cache_scene *scene, void (*watch)(watching *), void *context);
void cache_close_scene(cache_scene *scene);

// A handle that keeps so many accounts, of all or of some, and reads no table.
accountstatus *cache_open_handle(const char *path, uint32_t accounts, const char *const *ids,
                                 size_t count);

// Tells of the two accounts above, and goes on making progress.
void cache_tell_two(watching *watching);

// Options with which nothing but what a test does makes a status too old, however slow the machine.
accountstatus_options cache_patient(void);

// Who answers about an account now, and what. 0: the call failed.
int32_t cache_read_one(accountstatus *handle, const char *id, int32_t *ret_outcome,
                       uint64_t *ret_revision);
int32_t cache_source_of(accountstatus *handle, const char *id);

// Updates until a source answers about an account; whether it came to that.
bool cache_update_until(accountstatus *handle, const char *id, int32_t source);

#endif
