#include "watch_scene.h"

#include "test.h"

void watch_open_scene(watch_scene *scene, void (*watch)(watching *), void *context,
                      const accountstatus_watch_options *options) {
  scene->script = (watch_script){.watch = watch, .context = context};
  scene->peer = peer_start(serve_watches, &scene->script);
  scene->handle = peer_open(scene->peer);
  scene->watch = NULL;
  CHECK_EQUAL(accountstatus_watch_open(scene->handle, options, &scene->watch, NULL), 0);
}

void watch_close_scene(watch_scene *scene) {
  accountstatus_watch_close(scene->watch);
  accountstatus_close(scene->handle);
  peer_stop(scene->peer);
}

const accountstatus_event *watch_next(accountstatus_watch *watch) {
  const accountstatus_event *event = NULL;
  CHECK_EQUAL(accountstatus_watch_next(watch, PATIENCE_MS, &event, NULL), 1);
  return event;
}

int32_t watch_next_kind(accountstatus_watch *watch) {
  const accountstatus_event *event = watch_next(watch);
  return event == NULL ? 0 : event->kind;
}

int32_t watch_next_telling(accountstatus_watch *watch) {
  int32_t kind;
  do
    kind = watch_next_kind(watch);
  while (kind == ACCOUNTSTATUS_EVENT_PROGRESS);
  return kind;
}

bool watch_has_token(const accountstatus_event *event, const char *token) {
  return event->token_size == strlen(token) &&
         (token[0] == '\0' || memcmp(event->token, token, event->token_size) == 0);
}

bool watch_asked_behind(const watching *watching, const char *token) {
  const ProtobufCBinaryData *from = &watching->request->from_token;
  return from->len == strlen(token) &&
         (from->len == 0 || memcmp(from->data, token, from->len) == 0);
}
