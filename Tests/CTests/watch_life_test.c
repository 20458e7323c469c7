// Clients/C/src/feed.c: a watch that outlives its connections, its servers and a fork.

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "feed.h"
#include "test.h"
#include "watch_scene.h"

static const told contoso = {.id = "contoso", .revision = 7};

// -------------------------------------------------------------------------------------- breaks

// A snapshot, a change; then, behind each token, the next change. Hangs up after each.
static void hang_up_after_each(watching *watching) {
  char before[8], token[8];
  snprintf(before, sizeof before, "t%u", watching->number);
  snprintf(token, sizeof token, "t%u", watching->number + 1);
  if (watching->number == 0) {
    CHECK(watch_asked_behind(watching, ""));
    tell_snapshot(watching, &contoso, 1, "t0");
  } else {
    CHECK(watch_asked_behind(watching, before));
    tell_resumed(watching);
  }
  tell_change(watching, "contoso", contoso,
              (told){.id = "contoso", .revision = 8 + watching->number}, token);
}

static void a_break_is_gone_on_behind(void) {
  watch_scene scene;
  watch_open_scene(&scene, hang_up_after_each, NULL, NULL);
  CHECK_EQUAL(watch_next_kind(scene.watch), ACCOUNTSTATUS_EVENT_SNAPSHOT_BEGIN);
  CHECK_EQUAL(watch_next_kind(scene.watch), ACCOUNTSTATUS_EVENT_RECORD);
  CHECK_EQUAL(watch_next_kind(scene.watch), ACCOUNTSTATUS_EVENT_SNAPSHOT_END);
  for (unsigned i = 0; i < 10; i++) {
    const accountstatus_event *event = watch_next(scene.watch);
    CHECK_EQUAL(event->kind, ACCOUNTSTATUS_EVENT_CHANGE);
    CHECK_EQUAL(event->current->revision, 8 + i);
    event = watch_next(scene.watch);
    CHECK_EQUAL(event->kind, ACCOUNTSTATUS_EVENT_DISCONNECTED);
    CHECK_EQUAL(event->error, -ECONNREFUSED);
    CHECK(event->message[0] != '\0');
    CHECK_EQUAL(watch_next_kind(scene.watch), ACCOUNTSTATUS_EVENT_RESUMED);
  }
  watch_close_scene(&scene);
}

static void break_within_snapshot(watching *watching) {
  CHECK(watch_asked_behind(watching, ""));
  tell_snapshot_begin(watching);
  tell_record(watching, contoso);
  tell_change(watching, "contoso", contoso, contoso, "inside");
  if (watching->number == 0)
    return;
  tell_snapshot_end(watching, "t");
  peer_wait_for_end(watching->connection);
}

static void a_snapshot_that_broke_is_taken_anew(void) {
  watch_scene scene;
  watch_open_scene(&scene, break_within_snapshot, NULL, NULL);
  for (int i = 0; i < 2; i++) {
    CHECK_EQUAL(watch_next_kind(scene.watch), ACCOUNTSTATUS_EVENT_SNAPSHOT_BEGIN);
    CHECK_EQUAL(watch_next_kind(scene.watch), ACCOUNTSTATUS_EVENT_RECORD);
    CHECK_EQUAL(watch_next_kind(scene.watch), ACCOUNTSTATUS_EVENT_CHANGE);
    CHECK_EQUAL(watch_next_kind(scene.watch),
                i == 0 ? ACCOUNTSTATUS_EVENT_DISCONNECTED : ACCOUNTSTATUS_EVENT_SNAPSHOT_END);
  }
  watch_close_scene(&scene);
}

static void compact(watching *watching) {
  if (watching->number == 0) {
    CHECK(watch_asked_behind(watching, "old"));
    tell_compacted(watching);
    return;
  }
  CHECK(watch_asked_behind(watching, ""));
  tell_snapshot(watching, &contoso, 1, "t");
  peer_wait_for_end(watching->connection);
}

static void what_was_compacted_is_told_anew(void) {
  const accountstatus_watch_options options = {
      .size = sizeof options, .from_token = (const uint8_t *)"old", .from_token_size = 3};
  watch_scene scene;
  watch_open_scene(&scene, compact, NULL, &options);
  const accountstatus_event *event = watch_next(scene.watch);
  CHECK_EQUAL(event->kind, ACCOUNTSTATUS_EVENT_COMPACTED);
  CHECK(watch_has_token(event, ""));
  CHECK_EQUAL(watch_next_kind(scene.watch), ACCOUNTSTATUS_EVENT_SNAPSHOT_BEGIN);
  watch_close_scene(&scene);
}

static void drain_and_cut(watching *watching) {
  static const int32_t codes[] = {ACCOUNTSTATUS_CODE_UNAVAILABLE,
                                  ACCOUNTSTATUS_CODE_RESOURCE_EXHAUSTED,
                                  ACCOUNTSTATUS_CODE_CANCELLED, ACCOUNTSTATUS_CODE_INTERNAL};
  CHECK(watch_asked_behind(watching, watching->number == 0 ? "" : "t"));
  if (watching->number == 0)
    tell_snapshot(watching, &contoso, 1, "t");
  else
    tell_resumed(watching);
  if (watching->number < 4)
    peer_write_error(watching->connection, watching->stream, codes[watching->number], "not now",
                     NULL, 0);
  peer_wait_for_end(watching->connection);
}

static void an_end_that_passes_is_told_once(void) {
  static const int errors[] = {-ECONNREFUSED, -ENOBUFS, -EREMOTEIO, -EREMOTEIO};
  watch_scene scene;
  watch_open_scene(&scene, drain_and_cut, NULL, NULL);
  for (int i = 0; i < 3; i++)
    watch_next(scene.watch);
  for (int i = 0; i < 4; i++) {
    const accountstatus_event *event = watch_next(scene.watch);
    CHECK_EQUAL(event->kind, ACCOUNTSTATUS_EVENT_DISCONNECTED);
    CHECK_EQUAL(event->error, errors[i]);
    CHECK_TEXT(event->message, "not now");
    CHECK(watch_has_token(event, "t"));
    CHECK_EQUAL(watch_next_kind(scene.watch), ACCOUNTSTATUS_EVENT_RESUMED);
  }
  watch_close_scene(&scene);
}

static void refuse(watching *watching) {
  static const int32_t codes[] = {ACCOUNTSTATUS_CODE_PERMISSION_DENIED,
                                  ACCOUNTSTATUS_CODE_INVALID_ARGUMENT,
                                  ACCOUNTSTATUS_CODE_UNIMPLEMENTED};
  if (watching->number < 3)
    peer_write_error(watching->connection, watching->stream, codes[watching->number], "no", NULL,
                     0);
  else
    tell_snapshot(watching, &contoso, 1, "t");
  peer_wait_for_end(watching->connection);
}

static void what_does_not_pass_is_returned(void) {
  watch_scene scene;
  watch_open_scene(&scene, refuse, NULL, NULL);
  const accountstatus_event *event = NULL;
  accountstatus_error error = {.size = sizeof error};
  const int expected[] = {-EACCES, -EINVAL, -EOPNOTSUPP};
  for (int i = 0; i < 3; i++) {
    CHECK_EQUAL(accountstatus_watch_next(scene.watch, PATIENCE_MS, &event, &error), expected[i]);
    CHECK_TEXT(error.message, "no");
  }
  CHECK_EQUAL(watch_next_kind(scene.watch), ACCOUNTSTATUS_EVENT_SNAPSHOT_BEGIN);
  watch_close_scene(&scene);
}

static void tell_contoso(watching *watching) {
  tell_snapshot(watching, &contoso, 1, "t");
  tell_progress_until_end(watching, "t");
}

static void a_server_that_is_gone_is_waited_for(void) {
  char directory[] = "/tmp/accountstatus-test-XXXXXX", path[64];
  NEED(mkdtemp(directory) != NULL);
  snprintf(path, sizeof path, "%s/rpc.sock", directory);
  accountstatus_open_options options = {.size = sizeof options, .socket = path};
  accountstatus *handle = NULL;
  NEED(accountstatus_open(&options, &handle, NULL) == 0);
  accountstatus_watch *watch = NULL;
  NEED(accountstatus_watch_open(handle, NULL, &watch, NULL) == 0);
  const accountstatus_event *event = watch_next(watch);
  CHECK_EQUAL(event->kind, ACCOUNTSTATUS_EVENT_DISCONNECTED);
  CHECK_EQUAL(event->error, -ECONNREFUSED);
  // Said once, however often it is tried.
  CHECK_EQUAL(accountstatus_watch_next(watch, 100, &event, NULL), 0);
  CHECK(counters_of(handle).failed_connects > 1);
  // One attempt, after half a second at the latest, does not make a storm.
  CHECK(counters_of(handle).failed_connects < 20);

  watch_script script = {.watch = tell_contoso};
  for (int i = 0; i < 3; i++) {
    peer *peer = peer_start_at(path, serve_watches, &script);
    CHECK_EQUAL(watch_next_telling(watch), ACCOUNTSTATUS_EVENT_SNAPSHOT_BEGIN);
    CHECK_EQUAL(watch_next_telling(watch), ACCOUNTSTATUS_EVENT_RECORD);
    CHECK_EQUAL(watch_next_telling(watch), ACCOUNTSTATUS_EVENT_SNAPSHOT_END);
    peer_stop_keeping_path(peer);
    CHECK_EQUAL(watch_next_telling(watch), ACCOUNTSTATUS_EVENT_DISCONNECTED);
  }
  accountstatus_watch_close(watch);
  accountstatus_close(handle);
  rmdir(directory);
}

static void resume_and_fall_silent(watching *watching) {
  CHECK(watch_asked_behind(watching, "t"));
  tell_resumed(watching);
  peer_wait_for_end(watching->connection);
}

static void a_server_that_is_silent_is_left(void) {
  watch_script script = {.watch = resume_and_fall_silent};
  peer *peer = peer_start(serve_watches, &script);
  accountstatus *handle = peer_open(peer);
  accountstatus_error failure = {.size = sizeof failure};
  feed feed;
  NEED(feed_open(&feed, handle, NULL, 0, (const uint8_t *)"t", 1, &failure) == 0);
  const feed_message *message;
  for (int i = 0; i < 3; i++) {
    const int64_t deadline = monotonic_now() + INT64_C(60) * 1000000000;
    CHECK_EQUAL(feed_next(&feed, deadline, &message, &failure), 1);
    CHECK_EQUAL(feed_next(&feed, 0, &message, &failure), 0);
    // As if ten seconds had passed.
    feed.heard_at -= INT64_C(10) * 1000000000;
    CHECK_EQUAL(feed_next(&feed, 0, &message, &failure), -ETIMEDOUT);
    CHECK_TEXT(failure.message, "the server is silent");
  }
  CHECK_EQUAL(peer_connection_count(peer), 3);
  feed_close(&feed);
  accountstatus_close(handle);
  peer_stop(peer);
}

// ---------------------------------------------------------------------------------- descriptors

static int poll_for(int fd, int timeout_ms) {
  struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
  return poll(&poll_fd, 1, timeout_ms);
}

static void tell_when_let(watching *watching) {
  tell_snapshot(watching, &contoso, 1, "t");
  pass_gate(watching->context);
  tell_change(watching, "contoso", contoso, contoso, "u");
  peer_wait_for_end(watching->connection);
}

static void its_descriptor_says_when_there_is_something_to_do(void) {
  gate gate = GATE;
  watch_scene scene;
  watch_open_scene(&scene, tell_when_let, &gate, NULL);
  int descriptor = accountstatus_watch_descriptor(scene.watch);
  const accountstatus_event *event;
  int events = 0;
  // Driven as a loop drives it: poll, then take what there is.
  while (events < 3) {
    CHECK_EQUAL(poll_for(descriptor, PATIENCE_MS), 1);
    while (accountstatus_watch_next(scene.watch, 0, &event, NULL) == 1)
      events++;
  }
  CHECK_EQUAL(poll_for(descriptor, 50), 0);
  open_gate(&gate);
  CHECK_EQUAL(poll_for(descriptor, PATIENCE_MS), 1);
  CHECK_EQUAL(watch_next_kind(scene.watch), ACCOUNTSTATUS_EVENT_CHANGE);
  CHECK_EQUAL(accountstatus_watch_descriptor(scene.watch), descriptor);
  // The end of the server, and every later attempt, are something to do as well.
  peer_stop_keeping_path(scene.peer);
  CHECK_EQUAL(poll_for(descriptor, PATIENCE_MS), 1);
  CHECK_EQUAL(accountstatus_watch_next(scene.watch, 0, &event, NULL), 1);
  CHECK_EQUAL(event->kind, ACCOUNTSTATUS_EVENT_DISCONNECTED);
  for (int i = 0; i < 3; i++) {
    CHECK_EQUAL(poll_for(descriptor, PATIENCE_MS), 1);
    CHECK_EQUAL(accountstatus_watch_next(scene.watch, 0, &event, NULL), 0);
  }
  accountstatus_watch_close(scene.watch);
  accountstatus_close(scene.handle);
}

static int count_descriptors(void) {
  int count = 0;
  for (int fd = 0; fd < 256; fd++)
    count += fcntl(fd, F_GETFD) >= 0;
  return count;
}

static void nothing_is_left_of_a_closed_watch(void) {
  gate gate = GATE;
  open_gate(&gate);
  watch_scene scene;
  watch_open_scene(&scene, tell_when_let, &gate, NULL);
  accountstatus_watch_close(scene.watch);
  int before = count_descriptors();
  for (int i = 0; i < 5; i++) {
    NEED(accountstatus_watch_open(scene.handle, NULL, &scene.watch, NULL) == 0);
    CHECK_EQUAL(watch_next_kind(scene.watch), ACCOUNTSTATUS_EVENT_SNAPSHOT_BEGIN);
    // The epoll, the timer, and both ends of the connection.
    CHECK_EQUAL(count_descriptors(), before + 4 + i);
    accountstatus_watch_close(scene.watch);
  }
  scene.watch = NULL;
  watch_close_scene(&scene);
}

#ifndef __SANITIZE_THREAD__
static void tell_to_two(watching *watching) {
  char token[8];
  snprintf(token, sizeof token, "t%u", watching->number);
  if (watching->request->from_token.len == 0) {
    tell_snapshot(watching, &contoso, 1, token);
  } else {
    CHECK(watch_asked_behind(watching, "t0"));
    tell_resumed(watching);
  }
  pass_gate(watching->context);
  tell_change(watching, "contoso", contoso, contoso, "u");
  peer_wait_for_end(watching->connection);
}
#endif

static void a_child_goes_on_by_itself(void) {
#ifdef __SANITIZE_THREAD__
  test_skip("ThreadSanitizer cannot follow a fork of a process with threads");
#else
  gate gate = GATE;
  watch_scene scene;
  watch_open_scene(&scene, tell_to_two, &gate, NULL);
  for (int i = 0; i < 3; i++)
    watch_next(scene.watch);
  int descriptor = accountstatus_watch_descriptor(scene.watch);
  pid_t child = fork();
  NEED(child >= 0);
  if (child == 0) {
    alarm(60);
    const accountstatus_event *event = NULL;
    bool is_right = accountstatus_watch_next(scene.watch, PATIENCE_MS, &event, NULL) == 1 &&
                    event->kind == ACCOUNTSTATUS_EVENT_RESUMED &&
                    accountstatus_watch_descriptor(scene.watch) == descriptor &&
                    poll_for(descriptor, 20) == 0;
    accountstatus_watch_close(scene.watch);
    accountstatus_close(scene.handle);
    _exit(is_right ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  // The parent's stream goes on where it was.
  open_gate(&gate);
  CHECK_EQUAL(watch_next_kind(scene.watch), ACCOUNTSTATUS_EVENT_CHANGE);
  watch_close_scene(&scene);
#endif
}

static const test tests[] = {
    {"a break is gone on behind", a_break_is_gone_on_behind},
    {"a snapshot that broke is taken anew", a_snapshot_that_broke_is_taken_anew},
    {"what was compacted is told anew", what_was_compacted_is_told_anew},
    {"an end that passes is told once", an_end_that_passes_is_told_once},
    {"what does not pass is returned", what_does_not_pass_is_returned},
    {"a server that is gone is waited for", a_server_that_is_gone_is_waited_for},
    {"a server that is silent is left", a_server_that_is_silent_is_left},
    {"its descriptor says when there is something to do",
     its_descriptor_says_when_there_is_something_to_do},
    {"nothing is left of a closed watch", nothing_is_left_of_a_closed_watch},
    {"a child goes on by itself", a_child_goes_on_by_itself},
};
const test_suite watch_life_suite = SUITE("watch_life", tests);
