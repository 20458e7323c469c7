#include "cache_scene.h"

#include "test.h"

const told cache_contoso = {.id = "contoso", .revision = 7},
           cache_suspended = {.id = "suspended-1", .revision = 7};

accountstatus *cache_open_handle(const char *path, uint32_t accounts, const char *const *ids,
                                 size_t count) {
  accountstatus_open_options options = {.size = sizeof options,
                                        .socket = path,
                                        .timeout_ms = 5000,
                                        .table_socket = "",
                                        .cache_accounts = accounts,
                                        .cached_ids = ids,
                                        .cached_id_count = count};
  accountstatus *handle = NULL;
  CHECK_EQUAL(accountstatus_open(&options, &handle, NULL), 0);
  return handle;
}

void cache_open_scene(cache_scene *scene, void (*watch)(watching *), void *context) {
  scene->script = (watch_script){.watch = watch, .context = context};
  scene->peer = peer_start(serve_watches, &scene->script);
  scene->handle = cache_open_handle(peer_path(scene->peer), 100, NULL, 0);
}

void cache_close_scene(cache_scene *scene) {
  accountstatus_close(scene->handle);
  peer_stop(scene->peer);
}

accountstatus_options cache_patient(void) {
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 0);
  options.max_staleness_ms = 600000;
  return options;
}

int32_t cache_read_one(accountstatus *handle, const char *id, int32_t *ret_outcome,
                       uint64_t *ret_revision) {
  accountstatus_options options = cache_patient();
  accountstatus_result *result;
  if (accountstatus_get(handle, id, &options, &result, NULL) < 0)
    return 0;
  int32_t source = result->source;
  if (ret_outcome != NULL)
    *ret_outcome = result->outcome;
  if (ret_revision != NULL)
    *ret_revision = result->status == NULL ? 0 : result->status->revision;
  accountstatus_free_result(result);
  return source;
}

int32_t cache_source_of(accountstatus *handle, const char *id) {
  return cache_read_one(handle, id, NULL, NULL);
}

bool cache_update_until(accountstatus *handle, const char *id, int32_t source) {
  for (int i = 0; i < TRIES; i++) {
    if (cache_source_of(handle, id) == source)
      return true;
    CHECK(accountstatus_cache_update(handle, 20, NULL) >= 0);
  }
  return false;
}

void cache_tell_two(watching *watching) {
  const told records[] = {cache_contoso, cache_suspended};
  tell_snapshot(watching, records, 2, "t");
  tell_progress_until_end(watching, "t");
}
