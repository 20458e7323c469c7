// Clients/C/src/watch.c and feed.c: what a watch tells.

#include <errno.h>
#include <stdlib.h>

#include "test.h"
#include "watch_scene.h"

static const told contoso = {.id = "contoso", .revision = 7}, none = {.id = NULL};

// --------------------------------------------------------------------------------------- told

static void tell_all_kinds(watching *watching) {
  CHECK(watch_asked_behind(watching, ""));
  tell_snapshot_begin(watching);
  tell_record(watching, contoso);
  tell_progress(watching, "", 0);
  tell_change(watching, "suspended-1", none, (told){.id = "suspended-1", .revision = 3}, "inside");
  tell_snapshot_end(watching, "t1");
  tell_change(watching, "contoso", contoso, (told){.id = "contoso", .revision = 8, .next_at = 1},
              "t2");
  tell_change(watching, "contoso", contoso, none, "t3");
  tell_progress(watching, "t4", INT64_C(1790000001000000002));
  peer_wait_for_end(watching->connection);
}

static void a_snapshot_and_changes_are_told(void) {
  watch_scene scene;
  watch_open_scene(&scene, tell_all_kinds, NULL, NULL);
  const accountstatus_event *event = watch_next(scene.watch);
  NEED(event != NULL);
  CHECK_EQUAL(event->kind, ACCOUNTSTATUS_EVENT_SNAPSHOT_BEGIN);
  CHECK(watch_has_token(event, ""));
  event = watch_next(scene.watch);
  CHECK_EQUAL(event->kind, ACCOUNTSTATUS_EVENT_RECORD);
  CHECK_TEXT(event->account_id, "contoso");
  CHECK_EQUAL(event->current->state, ACCOUNTSTATUS_STATE_ACTIVE);
  CHECK_EQUAL(event->current->capability_count, 19);
  CHECK(event->previous == NULL);
  CHECK_EQUAL(watch_next_kind(scene.watch), ACCOUNTSTATUS_EVENT_PROGRESS);
  event = watch_next(scene.watch);
  CHECK_EQUAL(event->kind, ACCOUNTSTATUS_EVENT_CHANGE);
  CHECK_EQUAL(event->current->state, ACCOUNTSTATUS_STATE_SUSPENDED);
  // Within a snapshot there is nothing to go on behind.
  CHECK(watch_has_token(event, ""));
  event = watch_next(scene.watch);
  CHECK_EQUAL(event->kind, ACCOUNTSTATUS_EVENT_SNAPSHOT_END);
  CHECK(watch_has_token(event, "t1"));
  event = watch_next(scene.watch);
  CHECK_EQUAL(event->previous->revision, 7);
  CHECK_EQUAL(event->current->revision, 8);
  CHECK_EQUAL(event->current->next_transition->at.nanos, 1);
  CHECK(watch_has_token(event, "t2"));
  event = watch_next(scene.watch);
  CHECK_TEXT(event->account_id, "contoso");
  CHECK(event->current == NULL && event->previous != NULL);
  event = watch_next(scene.watch);
  CHECK_EQUAL(event->kind, ACCOUNTSTATUS_EVENT_PROGRESS);
  CHECK_EQUAL(event->as_of.seconds, 1790000001);
  CHECK_EQUAL(event->as_of.nanos, 2);
  CHECK(watch_has_token(event, "t4"));
  CHECK_EQUAL(accountstatus_watch_next(scene.watch, 0, &event, NULL), 0);
  watch_close_scene(&scene);
}

static void check_request(watching *watching) {
  CHECK(watch_asked_behind(watching, "mine"));
  CHECK_EQUAL(watching->request->n_account_ids, 2);
  CHECK_TEXT(watching->request->account_ids[1], "fabrikam");
  tell_resumed(watching);
  peer_wait_for_end(watching->connection);
}

static void it_asks_for_what_it_is_told_to(void) {
  const char *ids[] = {"contoso", "fabrikam"};
  const accountstatus_watch_options options = {.size = sizeof options,
                                               .account_ids = ids,
                                               .account_count = 2,
                                               .from_token = (const uint8_t *)"mine",
                                               .from_token_size = 4};
  watch_scene scene;
  watch_open_scene(&scene, check_request, NULL, &options);
  const accountstatus_event *event = watch_next(scene.watch);
  CHECK_EQUAL(event->kind, ACCOUNTSTATUS_EVENT_RESUMED);
  CHECK(watch_has_token(event, "mine"));
  watch_close_scene(&scene);
}

static void what_cannot_be_watched_is_refused(void) {
  peer *peer = peer_start(peer_serve, NULL);
  accountstatus *handle = peer_open(peer);
  const char *ids[1001];
  for (int i = 0; i < 1001; i++)
    ids[i] = "contoso";
  accountstatus_watch_options options = {
      .size = sizeof options, .account_ids = ids, .account_count = 1001};
  accountstatus_watch *watch = NULL;
  accountstatus_error error = {.size = sizeof error};
  CHECK_EQUAL(accountstatus_watch_open(handle, &options, &watch, &error), -E2BIG);
  ids[7] = NULL;
  options.account_count = 8;
  CHECK_EQUAL(accountstatus_watch_open(handle, &options, &watch, &error), -EINVAL);
  options.size = 3;
  CHECK_EQUAL(accountstatus_watch_open(handle, &options, &watch, &error), -EINVAL);
  CHECK(watch == NULL);
  accountstatus_close(handle);
  peer_stop(peer);
}

// ---------------------------------------------------------------------------------------- bytes

static void tear(watching *watching) {
  Accountstatus__V1__WatchStatusesResponse event = ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__INIT;
  Accountstatus__V1__WatchSnapshotEnd end = ACCOUNTSTATUS__V1__WATCH_SNAPSHOT_END__INIT;
  end.token = (ProtobufCBinaryData){1, (uint8_t *)"t"};
  event.event_case = ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_SNAPSHOT_END;
  event.snapshot_end = &end;
  bytes frame = event_frame(watching, &event);
  for (int i = 0; i < 20; i++) {
    // What is not for the stream, and what says nothing.
    peer_write_frame(watching->connection, watching->stream + 2, 3, 0, "other", 5);
    peer_write_frame(watching->connection, watching->stream, 9, 0, "type", 4);
    peer_write_frame(watching->connection, watching->stream, 3, 4, NULL, 0);
    // An event that this version has no word for.
    peer_write_frame(watching->connection, watching->stream, 3, 0, "\xfa\x01\x00", 3);
    for (size_t at = 0; at < frame.size; at++)
      peer_write(watching->connection, frame.data + at, 1);
  }
  bytes_free(&frame);
  peer_wait_for_end(watching->connection);
}

static void frames_may_come_in_pieces_among_others(void) {
  watch_scene scene;
  watch_open_scene(&scene, tear, NULL, NULL);
  for (int i = 0; i < 20; i++)
    CHECK_EQUAL(watch_next_kind(scene.watch), ACCOUNTSTATUS_EVENT_SNAPSHOT_END);
  watch_close_scene(&scene);
}

static void write_nonsense(watching *watching) {
  peer_connection *connection = watching->connection;
  uint32_t stream = watching->stream;
  tell_resumed(watching);
  switch (watching->number) {
  case 0:
    peer_write(connection, "\x01\x00\x00\x00\x00\x00\x00\x01\x03\x00", 10);
    break;
  case 1:
    peer_write_frame(connection, stream, 3, 0, "\x1a\x7f\x00", 3);
    break;
  case 2:
    // An account id with a NUL in it.
    peer_write_frame(connection, stream, 3, 0,
                     "\x1a\x05\x0a\x03"
                     "a\0b",
                     7);
    break;
  case 3:
    peer_write_frame(connection, stream, 2, 0, "\x0a\x7f\x00", 3);
    break;
  default:
    tell_snapshot(watching, &contoso, 1, "t");
  }
  peer_wait_for_end(connection);
}

static void nonsense_ends_the_connection_not_the_watch(void) {
  watch_scene scene;
  watch_open_scene(&scene, write_nonsense, NULL, NULL);
  for (int i = 0; i < 4; i++) {
    CHECK_EQUAL(watch_next_kind(scene.watch), ACCOUNTSTATUS_EVENT_RESUMED);
    const accountstatus_event *event = watch_next(scene.watch);
    CHECK_EQUAL(event->kind, ACCOUNTSTATUS_EVENT_DISCONNECTED);
    CHECK_EQUAL(event->error, -EPROTO);
  }
  CHECK_EQUAL(watch_next_kind(scene.watch), ACCOUNTSTATUS_EVENT_RESUMED);
  CHECK_EQUAL(watch_next_kind(scene.watch), ACCOUNTSTATUS_EVENT_SNAPSHOT_BEGIN);
  CHECK_EQUAL(counters_of(scene.handle).protocol_errors, 4);
  watch_close_scene(&scene);
}

// A snapshot with some bits changed, then the end of the connection.
static void spoil(watching *watching) {
  unsigned *seed = watching->context;
  Accountstatus__V1__WatchStatusesResponse event = ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__INIT;
  Accountstatus__V1__StatusChange change = ACCOUNTSTATUS__V1__STATUS_CHANGE__INIT;
  Accountstatus__V1__AccountStatus status = ACCOUNTSTATUS__V1__ACCOUNT_STATUS__INIT;
  status.account_id = change.account_id = "contoso";
  status.policy_edition = "2020-06";
  change.current = change.previous = &status;
  change.token = (ProtobufCBinaryData){5, (uint8_t *)"token"};
  event.event_case = ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_CHANGE;
  event.change = &change;
  bytes frame = event_frame(watching, &event);
  for (int i = 0; i < 20; i++) {
    frame.data[(unsigned)rand_r(seed) % frame.size] ^= (uint8_t)(1u << (unsigned)rand_r(seed) % 8);
    peer_write(watching->connection, frame.data, frame.size);
  }
  bytes_free(&frame);
}

static void no_spoilt_stream_harms(void) {
  unsigned seed = 1;
  watch_scene scene;
  watch_open_scene(&scene, spoil, &seed, NULL);
  int disconnections = 0;
  while (disconnections < 60) {
    const accountstatus_event *event = NULL;
    // A changed bit may also make an error that is returned.
    int result = accountstatus_watch_next(scene.watch, PATIENCE_MS, &event, NULL);
    CHECK(result != 0);
    disconnections += result < 0 || event->kind == ACCOUNTSTATUS_EVENT_DISCONNECTED;
  }
  watch_close_scene(&scene);
}

static const test tests[] = {
    {"a snapshot and changes are told", a_snapshot_and_changes_are_told},
    {"it asks for what it is told to", it_asks_for_what_it_is_told_to},
    {"what cannot be watched is refused", what_cannot_be_watched_is_refused},
    {"frames may come in pieces, among others", frames_may_come_in_pieces_among_others},
    {"nonsense ends the connection, not the watch", nonsense_ends_the_connection_not_the_watch},
    {"no spoilt stream harms", no_spoilt_stream_harms},
};
const test_suite watch_suite = SUITE("watch", tests);
