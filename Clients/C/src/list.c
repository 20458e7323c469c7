// A walk through statuses, page by page.

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "memory.h"
#include "status.h"

struct accountstatus_list {
  accountstatus *handle;
  accountstatus_list_options options;
  // The page being walked, in memory of its own.
  memory memory;
  const accountstatus_status **statuses;
  size_t count;
  size_t next;
  // Where the next page starts; NULL before the first.
  char *page_token;
  bool at_end;
};

int accountstatus_list_open(accountstatus *handle, const accountstatus_list_options *options,
                            accountstatus_list **ret_list, accountstatus_error *ret_error) {
  accountstatus_error failure = {.size = sizeof failure};
  int result = options == NULL ? 0 : CHECK_SIZE(&failure, options);
  accountstatus_list *list = result == 0 ? calloc(1, sizeof *list) : NULL;
  if (result == 0 && list == NULL)
    result = failure_no_memory(&failure);
  if (result < 0) {
    failure_export(&failure, ret_error);
    return result;
  }
  list->handle = handle;
  if (options != NULL)
    list->options = *options;
  *ret_list = list;
  return 0;
}

// Replaces the page by the next one. On failure the list is as it was.
static int take_page(accountstatus_list *list,
                     const Accountstatus__V1__ListStatusesResponse *response,
                     accountstatus_error *failure) {
  memory memory = {0};
  const accountstatus_status **statuses =
      memory_take(&memory, response->n_statuses, sizeof *statuses);
  for (size_t i = 0; !memory.failed && i < response->n_statuses; i++)
    statuses[i] = status_copy(&memory, response->statuses[i]);
  char *page_token = strdup(response->next_page_token);
  if (memory.failed || page_token == NULL) {
    memory_free(&memory);
    free(page_token);
    return failure_no_memory(failure);
  }
  memory_free(&list->memory);
  free(list->page_token);
  list->memory = memory;
  list->statuses = statuses;
  list->count = response->n_statuses;
  list->next = 0;
  list->page_token = page_token;
  list->at_end = page_token[0] == '\0';
  return 0;
}

static int fetch_page(accountstatus_list *list, int64_t deadline, accountstatus_error *failure) {
  Accountstatus__V1__ListStatusesRequest request = ACCOUNTSTATUS__V1__LIST_STATUSES_REQUEST__INIT;
  request.state = (Accountstatus__V1__AccountState)list->options.state;
  request.reason = (Accountstatus__V1__ReasonCode)list->options.reason;
  request.page_size = list->options.page_size;
  if (list->page_token != NULL)
    request.page_token = list->page_token;
  call call = {
      .method = &list_statuses,
      .request = &request.base,
      .answer_type = &accountstatus__v1__list_statuses_response__descriptor,
      .deadline = deadline,
      .wait_for_server = list->options.wait_for_server,
  };
  answer answer;
  int result = call_make(list->handle, &call, &answer, failure);
  if (result == 0)
    result = take_page(list, (const void *)answer.message, failure);
  answer_release(&answer);
  return result;
}

int accountstatus_list_next(accountstatus_list *list, const accountstatus_status **ret_status,
                            accountstatus_error *ret_error) {
  if (list->next < list->count) {
    *ret_status = list->statuses[list->next++];
    return 1;
  }
  if (list->at_end)
    return 0;
  accountstatus_error failure = {.size = sizeof failure};
  handle_enter(list->handle);
  int64_t deadline = handle_deadline(list->handle, list->options.timeout_ms);
  // A page may be empty and yet not the last. The deadline holds for all that are fetched here.
  int result;
  do
    result = call_end(list->handle, fetch_page(list, deadline, &failure), &failure, ret_error);
  while (result == 0 && list->count == 0 && !list->at_end);
  if (result < 0 || list->count == 0)
    return result;
  *ret_status = list->statuses[list->next++];
  return 1;
}

void accountstatus_list_close(accountstatus_list *list) {
  if (list == NULL)
    return;
  memory_free(&list->memory);
  free(list->page_token);
  free(list);
}
