// Clients/C/src/list.c.

#include "accountstatus/v1/status_service.pb-c.h"
#include "peer.h"
#include "test.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef struct page {
  const char *token;
  const char *ids[3];
  const char *next;
} page;

// An empty page in between is allowed.
static const page pages[] = {
    {"", {"a", "b", "c"}, "t1"},
    {"t1", {NULL}, "t2"},
    {"t2", {"d", NULL}, ""},
};

typedef struct list_script {
  // Requests, counted from 0, that fail with UNAVAILABLE twice: once more than a call is repeated.
  unsigned failing;
  atomic_uint failures;
} list_script;

static void answer_page(peer_connection *connection, uint32_t stream, const page *page) {
  Accountstatus__V1__AccountStatus statuses[3], *pointers[3];
  Accountstatus__V1__ListStatusesResponse response =
      ACCOUNTSTATUS__V1__LIST_STATUSES_RESPONSE__INIT;
  for (int i = 0; i < 3 && page->ids[i] != NULL; i++) {
    accountstatus__v1__account_status__init(&statuses[i]);
    statuses[i].account_id = (char *)page->ids[i];
    pointers[i] = &statuses[i];
    response.n_statuses++;
  }
  response.statuses = pointers;
  response.next_page_token = (char *)page->next;
  peer_write_answer(connection, stream, &response.base);
}

static void answer_pages(peer_connection *connection, void *context) {
  list_script *script = context;
  peer_request request;
  while (peer_read(connection, &request)) {
    Accountstatus__V1__ListStatusesRequest *query =
        (void *)peer_message(&request, &accountstatus__v1__list_statuses_request__descriptor);
    CHECK_EQUAL(query->state, ACCOUNTSTATUS_STATE_SUSPENDED);
    CHECK_EQUAL(query->reason, ACCOUNTSTATUS_REASON_ACCOUNT_ABUSE);
    CHECK_EQUAL(query->page_size, 3);
    for (unsigned i = 0; i < 3; i++) {
      if (strcmp(query->page_token, pages[i].token) != 0)
        continue;
      if (i == script->failing && atomic_load(&script->failures) > 0) {
        atomic_fetch_sub(&script->failures, 1);
        peer_write_error(connection, request.stream, ACCOUNTSTATUS_CODE_UNAVAILABLE, "not now",
                         NULL, 0);
      } else {
        answer_page(connection, request.stream, &pages[i]);
      }
    }
    accountstatus__v1__list_statuses_request__free_unpacked(query, NULL);
    peer_free_request(&request);
  }
}

static const accountstatus_list_options options = {.size = sizeof options,
                                                   .state = ACCOUNTSTATUS_STATE_SUSPENDED,
                                                   .reason = ACCOUNTSTATUS_REASON_ACCOUNT_ABUSE,
                                                   .page_size = 3};

static void a_list_goes_through_all_pages(void) {
  list_script script = {0};
  peer *peer = peer_start(answer_pages, &script);
  accountstatus *handle = peer_open(peer);
  accountstatus_list *list;
  NEED(accountstatus_list_open(handle, &options, &list, NULL) == 0);
  CHECK_EQUAL(peer_request_count(peer), 0);
  const char *expected[] = {"a", "b", "c", "d"};
  const accountstatus_status *status = NULL;
  for (int i = 0; i < 4; i++) {
    NEED(accountstatus_list_next(list, &status, NULL) == 1);
    CHECK_TEXT(status->account_id, expected[i]);
  }
  CHECK_EQUAL(accountstatus_list_next(list, &status, NULL), 0);
  CHECK_EQUAL(accountstatus_list_next(list, &status, NULL), 0);
  CHECK_EQUAL(peer_request_count(peer), 3);
  accountstatus_list_close(list);
  accountstatus_list_close(NULL);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void a_list_goes_on_after_a_failure(void) {
  list_script script = {.failing = 2, .failures = 2};
  peer *peer = peer_start(answer_pages, &script);
  accountstatus *handle = peer_open(peer);
  accountstatus_list *list;
  NEED(accountstatus_list_open(handle, &options, &list, NULL) == 0);
  const accountstatus_status *status = NULL;
  for (int i = 0; i < 3; i++)
    CHECK_EQUAL(accountstatus_list_next(list, &status, NULL), 1);
  accountstatus_error error = {.size = sizeof error};
  CHECK_EQUAL(accountstatus_list_next(list, &status, &error), -ECONNREFUSED);
  CHECK_TEXT(error.message, "not now");
  CHECK_EQUAL(error.code, ACCOUNTSTATUS_CODE_UNAVAILABLE);
  NEED(accountstatus_list_next(list, &status, NULL) == 1);
  CHECK_TEXT(status->account_id, "d");
  CHECK_EQUAL(accountstatus_list_next(list, &status, NULL), 0);
  accountstatus_list_close(list);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void answer_for_ever(peer_connection *connection, void *context) {
  (void)context;
  static const page empty = {"", {NULL}, "again"};
  peer_request request;
  while (peer_read(connection, &request)) {
    answer_page(connection, request.stream, &empty);
    peer_free_request(&request);
  }
}

static void empty_pages_without_end_end_with_the_timeout(void) {
  peer *peer = peer_start(answer_for_ever, NULL);
  accountstatus *handle = peer_open(peer);
  accountstatus_list_options short_options = options;
  short_options.timeout_ms = 50;
  accountstatus_list *list;
  NEED(accountstatus_list_open(handle, &short_options, &list, NULL) == 0);
  const accountstatus_status *status = NULL;
  CHECK_EQUAL(accountstatus_list_next(list, &status, NULL), -ETIMEDOUT);
  CHECK(status == NULL);
  accountstatus_list_close(list);
  accountstatus_close(handle);
  peer_stop(peer);
}

static const test tests[] = {
    {"a list goes through all pages", a_list_goes_through_all_pages},
    {"a list goes on after a failure", a_list_goes_on_after_a_failure},
    {"empty pages without end end with the timeout", empty_pages_without_end_end_with_the_timeout},
};
const test_suite list_suite = SUITE("list", tests);
