// Clients/C/src/table.c: which table is read, and when.

#include "table.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "handle.h"
#include "script.h"
#include "table_peer.h"
#include "test.h"

// Asks about "contoso"; who answered. 0: the call failed.
static int32_t source_of(accountstatus *handle, accountstatus_options options) {
  accountstatus_result *result;
  if (accountstatus_get(handle, "contoso", &options, &result, NULL) < 0)
    return 0;
  int32_t source = result->source;
  CHECK(source == ACCOUNTSTATUS_SOURCE_DEFAULT || result->outcome == ACCOUNTSTATUS_FOUND);
  accountstatus_free_result(result);
  return source;
}

static table_peer *start_table(const peer *peer) {
  table_peer *table = table_peer_start(peer, "2020-06", active_record());
  return table;
}

static void only_what_the_table_holds_is_read_from_it(void) {
  peer *peer = peer_start(peer_serve, NULL);
  table_peer *table = start_table(peer);
  accountstatus *handle = peer_open(peer);
  const accountstatus_options plain = peer_options(ACCOUNTSTATUS_DENY, 0);
  CHECK_EQUAL(source_of(handle, plain), ACCOUNTSTATUS_SOURCE_TABLE);
  accountstatus_options basic = plain;
  basic.view = ACCOUNTSTATUS_VIEW_BASIC;
  basic.policy_edition = "";
  CHECK_EQUAL(source_of(handle, basic), ACCOUNTSTATUS_SOURCE_TABLE);
  CHECK_EQUAL(peer_request_count(peer), 0);

  const accountstatus_time time = {1790000000, 0};
  accountstatus_options others[] = {plain, plain, plain, plain, plain, plain};
  others[0].ask_server = true;
  others[1].view = ACCOUNTSTATUS_VIEW_FULL;
  others[2].as_of = &time;
  others[3].known_at = &time;
  others[4].policy_edition = "2022-03";
  others[5].at_least = (const uint8_t *)"t";
  others[5].at_least_size = 1;
  for (unsigned i = 0; i < 6; i++) {
    CHECK_EQUAL(source_of(handle, others[i]), ACCOUNTSTATUS_SOURCE_CALL);
    CHECK_EQUAL(peer_request_count(peer), i + 1);
  }
  accountstatus_counters counters = counters_of(handle);
  CHECK_EQUAL(counters.calls, 8);
  CHECK_EQUAL(counters.answered_by_table, 2);
  CHECK_EQUAL(counters.answered_by_call, 6);
  accountstatus_close(handle);
  table_peer_stop(table);
  peer_stop(peer);
}

static void malformed_ids_are_the_servers_to_refuse(void) {
  peer *peer = peer_start(peer_serve, NULL);
  table_peer *table = start_table(peer);
  accountstatus *handle = peer_open(peer);
  char long_id[66] = "";
  memset(long_id, 'x', 65);
  const char *ids[] = {"", "no spaces", "å", "a/b", long_id};
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 0);
  for (unsigned i = 0; i < 5; i++) {
    accountstatus_result *result;
    NEED(accountstatus_get(handle, ids[i], &options, &result, NULL) == 0);
    CHECK_EQUAL(result->source, ACCOUNTSTATUS_SOURCE_CALL);
    CHECK_EQUAL(peer_request_count(peer), i + 1);
    accountstatus_free_result(result);
  }
  accountstatus_close(handle);
  table_peer_stop(table);
  peer_stop(peer);
}

static accountstatus *open_with(const char *socket, const char *table_socket) {
  accountstatus_open_options options = {
      .size = sizeof options, .socket = socket, .table_socket = table_socket, .timeout_ms = 5000};
  accountstatus *handle = NULL;
  CHECK_EQUAL(accountstatus_open(&options, &handle, NULL), 0);
  return handle;
}

static int32_t source_with(const char *socket, const char *table_socket) {
  accountstatus *handle = open_with(socket, table_socket);
  int32_t source = source_of(handle, peer_options(ACCOUNTSTATUS_DENY, 0));
  accountstatus_close(handle);
  return source;
}

static void the_table_is_found_where_the_header_says(void) {
  peer *peer = peer_start(peer_serve, NULL);
  const char *socket = peer_path(peer);
  table_peer *beside = start_table(peer);
  char elsewhere[128];
  snprintf(elsewhere, sizeof elsewhere, "%.100s.elsewhere", socket);
  CHECK_EQUAL(source_with(socket, NULL), ACCOUNTSTATUS_SOURCE_TABLE);
  CHECK_EQUAL(source_with(socket, ""), ACCOUNTSTATUS_SOURCE_CALL);
  CHECK_EQUAL(source_with(socket, elsewhere), ACCOUNTSTATUS_SOURCE_CALL);
  table_peer *apart = table_peer_start_at(elsewhere, "2020-06", active_record());
  CHECK_EQUAL(source_with(socket, elsewhere), ACCOUNTSTATUS_SOURCE_TABLE);

  // The environment speaks where the program does not.
  setenv("ACCOUNTSTATUS_SOCKET", socket, 1);
  CHECK_EQUAL(source_with(NULL, NULL), ACCOUNTSTATUS_SOURCE_TABLE);
  setenv("ACCOUNTSTATUS_TABLE_SOCKET", "/nonexistent/table.sock", 1);
  CHECK_EQUAL(source_with(NULL, NULL), ACCOUNTSTATUS_SOURCE_CALL);
  CHECK_EQUAL(source_with(socket, NULL), ACCOUNTSTATUS_SOURCE_TABLE);
  CHECK_EQUAL(source_with(NULL, elsewhere), ACCOUNTSTATUS_SOURCE_TABLE);
  setenv("ACCOUNTSTATUS_TABLE_SOCKET", elsewhere, 1);
  CHECK_EQUAL(source_with(NULL, NULL), ACCOUNTSTATUS_SOURCE_TABLE);
  setenv("ACCOUNTSTATUS_TABLE", "off", 1);
  CHECK_EQUAL(source_with(NULL, NULL), ACCOUNTSTATUS_SOURCE_CALL);
  CHECK_EQUAL(source_with(socket, elsewhere), ACCOUNTSTATUS_SOURCE_CALL);
  unsetenv("ACCOUNTSTATUS_TABLE");
  unsetenv("ACCOUNTSTATUS_TABLE_SOCKET");
  unsetenv("ACCOUNTSTATUS_SOCKET");
  table_peer_stop(apart);
  table_peer_stop(beside);
  peer_stop(peer);
}

// Where no socket is named there are two to look for, and the table is beside the one that exists.
static void the_table_beside_the_socket_in_use_is_read(void) {
  char directory[] = "/tmp/accountstatus-test-XXXXXX", sub[64], path[128];
  NEED(mkdtemp(directory) != NULL);
  snprintf(sub, sizeof sub, "%s/accountstatus", directory);
  NEED(mkdir(sub, 0700) == 0);
  snprintf(path, sizeof path, "%s/rpc.sock", sub);
  setenv("XDG_RUNTIME_DIR", directory, 1);
  // The server comes after the handle.
  accountstatus *handle;
  NEED(accountstatus_open(NULL, &handle, NULL) == 0);
  CHECK_EQUAL(handle->tables.count, 2);
  peer *peer = peer_start_at(path, peer_serve, NULL);
  table_peer *table = start_table(peer);
  CHECK_EQUAL(source_of(handle, peer_options(ACCOUNTSTATUS_DENY, 0)), ACCOUNTSTATUS_SOURCE_TABLE);
  accountstatus_close(handle);
  unsetenv("XDG_RUNTIME_DIR");
  table_peer_stop(table);
  peer_stop_keeping_path(peer);
  rmdir(sub);
  rmdir(directory);
}

static void a_path_without_room_means_no_table(void) {
  char path[PATH_SIZE] = "";
  memset(path, 'x', PATH_SIZE - 1);
  path[PATH_SIZE - 3] = '/';
  accountstatus *handle = open_with(path, NULL);
  NEED(handle != NULL);
  CHECK_EQUAL(handle->tables.count, 0);
  accountstatus_close(handle);
  char too_long[PATH_SIZE + 1] = "";
  memset(too_long, 'x', PATH_SIZE);
  accountstatus_open_options options = {.size = sizeof options, .table_socket = too_long};
  accountstatus_error error = {.size = sizeof error};
  CHECK_EQUAL(accountstatus_open(&options, &handle, &error), -ENAMETOOLONG);
  CHECK(strstr(error.message, "107") != NULL);
}

static void without_a_table_the_server_is_asked_and_the_table_seldom(void) {
  peer *peer = peer_start(peer_serve, NULL);
  accountstatus *handle = peer_open(peer);
  for (int i = 0; i < 1000; i++)
    CHECK_EQUAL(source_of(handle, peer_options(ACCOUNTSTATUS_DENY, 0)), ACCOUNTSTATUS_SOURCE_CALL);
  accountstatus_counters counters = counters_of(handle);
  CHECK(counters.failed_table_attempts >= 1 && counters.failed_table_attempts < 100);
  CHECK_EQUAL(counters.answered_by_call, 1000);
  CHECK_EQUAL(counters.connects, 1);
  accountstatus_close(handle);
  peer_stop(peer);
}

// A daemon that is stopped takes the connection and hands nothing out.
static void waiting_for_a_table_takes_a_part_of_the_time(void) {
  peer *peer = peer_start(peer_serve, NULL);
  table_peer *table = start_table(peer);
  table_peer_set_conduct(table, TABLE_HANGS);
  accountstatus *handle = peer_open(peer);
  int64_t start = monotonic_now();
  CHECK_EQUAL(source_of(handle, peer_options(ACCOUNTSTATUS_DENY, 4000)), ACCOUNTSTATUS_SOURCE_CALL);
  int64_t took = monotonic_now() - start;
  CHECK(took >= 45000000 && took < 2000000000);
  accountstatus_close(handle);

  // And nothing of it beyond the deadline, where the server is stopped as well.
  handle = peer_open(peer);
  peer_stop_keeping_path(peer);
  start = monotonic_now();
  accountstatus_options options = peer_options(ACCOUNTSTATUS_ALLOW, 100);
  options.wait_for_server = true;
  CHECK_EQUAL(source_of(handle, options), ACCOUNTSTATUS_SOURCE_DEFAULT);
  CHECK(monotonic_now() - start >= 95000000);
  accountstatus_close(handle);
  char directory[108];
  snprintf(directory, sizeof directory, "%s", table_peer_path(table));
  *strrchr(directory, '/') = '\0';
  table_peer_stop(table);
  rmdir(directory);
}

// A program that was built before the last fields came.
static void shorter_structs_are_understood(void) {
  peer *peer = peer_start(peer_serve, NULL);
  table_peer *table = start_table(peer);
  accountstatus_open_options open = {.size = offsetof(accountstatus_open_options, spin_us),
                                     .socket = peer_path(peer),
                                     .spin_us = UINT32_MAX,
                                     .table_socket = ""};
  accountstatus *handle;
  NEED(accountstatus_open(&open, &handle, NULL) == 0);
  accountstatus_options options = peer_options(ACCOUNTSTATUS_DENY, 0);
  options.size = offsetof(accountstatus_options, ask_server);
  options.ask_server = true;
  CHECK_EQUAL(source_of(handle, options), ACCOUNTSTATUS_SOURCE_TABLE);
  struct {
    accountstatus_options options;
    uint64_t newer;
  } longer = {.options = peer_options(ACCOUNTSTATUS_DENY, 0)};
  longer.options.size = sizeof longer;
  accountstatus_result *result;
  NEED(accountstatus_get(handle, "contoso", &longer.options, &result, NULL) == 0);
  CHECK_EQUAL(result->source, ACCOUNTSTATUS_SOURCE_TABLE);
  accountstatus_free_result(result);
  longer.newer = 1;
  CHECK_EQUAL(accountstatus_get(handle, "contoso", &longer.options, &result, NULL), -E2BIG);
  options.size--;
  CHECK_EQUAL(accountstatus_get(handle, "contoso", &options, &result, NULL), -EINVAL);
  struct {
    accountstatus_counters counters;
    uint64_t canary;
  } counters = {.counters.size = offsetof(accountstatus_counters, answered_by_table), .canary = 5};
  counters.counters.answered_by_table = 77;
  accountstatus_get_counters(handle, &counters.counters);
  CHECK_EQUAL(counters.counters.calls, 4);
  CHECK_EQUAL(counters.counters.answered_by_table, 77);
  CHECK_EQUAL(counters.canary, 5);
  accountstatus_close(handle);
  open.size = sizeof open;
  CHECK_EQUAL(accountstatus_open(&open, &handle, NULL), -EINVAL);
  table_peer_stop(table);
  peer_stop(peer);
}

static const test tests[] = {
    {"only what the table holds is read from it", only_what_the_table_holds_is_read_from_it},
    {"malformed ids are the server's to refuse", malformed_ids_are_the_servers_to_refuse},
    {"the table is found where the header says", the_table_is_found_where_the_header_says},
    {"the table beside the socket in use is read", the_table_beside_the_socket_in_use_is_read},
    {"a path without room means no table", a_path_without_room_means_no_table},
    {"without a table the server is asked, and the table seldom",
     without_a_table_the_server_is_asked_and_the_table_seldom},
    {"waiting for a table takes a part of the time", waiting_for_a_table_takes_a_part_of_the_time},
    {"shorter structs are understood", shorter_structs_are_understood},
};
const test_suite table_suite = SUITE("table", tests);
