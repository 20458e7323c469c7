// What tests of watches have in common: a peer, a handle and a watch.

#ifndef WATCH_SCENE_H
#define WATCH_SCENE_H

#include "script.h"
#include "watch_peer.h"

// A limit for waits that are over long before.
enum { PATIENCE_MS = 60000 };

typedef struct watch_scene {
  watch_script script;
  peer *peer;
  accountstatus *handle;
  accountstatus_watch *watch;
} watch_scene;

// A peer with a script and a watch of it; options may be NULL.
void watch_open_scene(watch_scene *scene, void (*watch)(watching *), void *context,
                      const accountstatus_watch_options *options);
void watch_close_scene(watch_scene *scene);

// The next event, which must come; NULL and a failed check when it does not. Its kind; the kind of
// the next that is not progress.
const accountstatus_event *watch_next(accountstatus_watch *watch);
int32_t watch_next_kind(accountstatus_watch *watch);
int32_t watch_next_telling(accountstatus_watch *watch);

// Whether an event has a token, and whether a watch was asked for behind one; empty: none.
bool watch_has_token(const accountstatus_event *event, const char *token);
bool watch_asked_behind(const watching *watching, const char *token);

#endif
