// One status, and several.

#include <errno.h>
#include <string.h>

#include "read.h"

enum { LARGEST_BATCH = 1000 };

typedef struct owned_batch {
  accountstatus_batch batch;
  memory memory;
} owned_batch;

// ----------------------------------------------------------------------------------------- get

static int ask_one(accountstatus *handle, const char *account_id, const read_query *query,
                   const accountstatus_options *options, int64_t deadline, answer *ret_answer,
                   accountstatus_error *failure) {
  Accountstatus__V1__GetStatusRequest request = ACCOUNTSTATUS__V1__GET_STATUS_REQUEST__INIT;
  request.account_id = (char *)account_id;
  request.view = query->view;
  request.as_of = query->as_of;
  request.known_at = query->known_at;
  request.policy_edition = query->policy_edition;
  request.at_least = query->at_least;
  call call = {
      .method = &get_status,
      .request = &request.base,
      .answer_type = &accountstatus__v1__get_status_response__descriptor,
      .deadline = deadline,
      .wait_for_server = options->wait_for_server,
  };
  int result = call_make(handle, &call, ret_answer, failure);
  if (result < 0)
    return result;
  const Accountstatus__V1__GetStatusResponse *response = (const void *)ret_answer->message;
  if (response->status == NULL || strcmp(response->status->account_id, account_id) != 0)
    return read_wrong_answer(handle, failure, "GetStatus answered about another account");
  return 0;
}

// Asks the server. An answer of the table that is too old is the caller's if the server cannot be
// asked; in any other case it is given back.
static int get_by_call(accountstatus *handle, const char *account_id,
                       const accountstatus_options *options, int64_t deadline, owned_result *stale,
                       accountstatus_result **ret_result, accountstatus_error *ret_error) {
  accountstatus_error failure = {.size = sizeof failure};
  read_query query;
  int result = read_options(options, &query, &failure);
  if (result < 0)
    return call_end(handle, result, &failure, ret_error);
  if (deadline == 0)
    deadline = handle_deadline(handle, options->timeout_ms);

  answer answer;
  result = ask_one(handle, account_id, &query, options, deadline, &answer, &failure);
  bool unavailable = failure_is_unavailable(result);
  bool answered = result == 0 || result == -ENOENT || unavailable;
  if (unavailable && stale != NULL) {
    answer_release(&answer);
    call_count(handle, result);
    read_count_default(handle, options->on_unavailable);
    answer_explain_result(stale, result, failure.message);
    *ret_result = &stale->result;
    return 0;
  }
  if (stale != NULL)
    pool_give_back(stale);
  const Accountstatus__V1__GetStatusResponse *response = (const void *)answer.message;
  if (result == 0 || result == -ENOENT)
    read_heard(handle, account_id, options, result == 0 ? response->status->revision : 0);
  memory memory = {0};
  owned_result *owned = memory_take(&memory, 1, sizeof *owned);
  if (owned != NULL && result == 0) {
    owned->result =
        read_result(handle, &memory, account_id, options->on_unavailable, response->status);
    owned->result.token = memory_bytes(&memory, response->token.data, response->token.len);
    owned->result.token_size = response->token.len;
  } else if (owned != NULL && answered) {
    owned->result = read_failed_result(handle, &memory, account_id, options->on_unavailable, result,
                                       failure.message);
  }
  answer_release(&answer);
  result = read_end(handle, result, answered, &memory, &failure, ret_error);
  if (result < 0)
    return result;
  owned->memory = memory;
  *ret_result = &owned->result;
  return 0;
}

// Reads the table or the cache. True: *ret_owned is the answer. Else it may be one that is too old,
// or NULL.
static bool get_here(accountstatus *handle, table_key key, const accountstatus_options *options,
                     int64_t *ret_deadline, owned_result **ret_owned) {
  owned_result *owned = answer_take_result(&handle->tables);
  if (owned == NULL)
    return false;
  struct status_table_reading reading;
  int32_t source =
      read_here(handle, key, options, answer_result_edition(owned), ret_deadline, &reading);
  if (source == 0 && reading.result != STATUS_TABLE_STALE) {
    pool_give_back(owned);
    return false;
  }
  answer_fill_result(owned, key, options->on_unavailable,
                     source == 0 ? ACCOUNTSTATUS_SOURCE_DEFAULT : source, &reading);
  *ret_owned = owned;
  if (source == 0)
    return false;
  read_count_here(handle, source, &handle->tables.results, owned);
  if (reading.result == STATUS_TABLE_FOUND && !status_is_known_state(owned->result.status->state))
    read_count_default(handle, options->on_unavailable);
  return true;
}

int accountstatus_get(accountstatus *handle, const char *account_id,
                      const accountstatus_options *options, accountstatus_result **ret_result,
                      accountstatus_error *ret_error) {
  handle_enter(handle);
  accountstatus_options copy;
  const accountstatus_options *sound = read_sound_options(options, &copy);
  table_key key;
  int64_t deadline = 0;
  owned_result *owned = NULL;
  if (sound != NULL && table_holds(account_id, sound, &key) && handle_reads_here(handle) &&
      get_here(handle, key, sound, &deadline, &owned)) {
    *ret_result = &owned->result;
    return 0;
  }
  return get_by_call(handle, account_id, sound == NULL ? options : sound, deadline, owned,
                     ret_result, ret_error);
}

void accountstatus_free_result(accountstatus_result *result) {
  if (result == NULL)
    return;
  owned_result *owned = (owned_result *)result;
  if (owned->is_pooled) {
    pool_give_back(owned);
    return;
  }
  // The memory holds its own description.
  memory memory = owned->memory;
  memory_free(&memory);
}

// Whether the caller's decision stands in for an answer, given that there is no known state.
static bool is_undecided(const accountstatus_result *result) {
  return result->outcome == ACCOUNTSTATUS_FOUND || result->outcome == ACCOUNTSTATUS_UNAVAILABLE ||
         result->outcome == ACCOUNTSTATUS_STALE;
}

bool accountstatus_is_active(const accountstatus_result *result) {
  if (result->outcome == ACCOUNTSTATUS_FOUND && status_is_known_state(result->status->state))
    return result->status->state == ACCOUNTSTATUS_STATE_ACTIVE;
  return is_undecided(result) && result->on_unavailable == ACCOUNTSTATUS_ALLOW;
}

bool accountstatus_allows(const accountstatus_result *result, int32_t capability) {
  if (!status_is_known_capability(capability))
    return false;
  if (result->outcome == ACCOUNTSTATUS_FOUND && status_is_known_state(result->status->state)) {
    for (size_t i = 0; i < result->status->capability_count; i++) {
      if (result->status->capabilities[i] == capability)
        return true;
    }
    return false;
  }
  return is_undecided(result) && result->on_unavailable == ACCOUNTSTATUS_ALLOW;
}

// --------------------------------------------------------------------------------------- batch

// Whether an answer has one result for each id, in order.
static bool matches(const Accountstatus__V1__BatchGetStatusResponse *response,
                    const char *const *account_ids, size_t count) {
  if (response->n_results != count)
    return false;
  for (size_t i = 0; i < count; i++) {
    const Accountstatus__V1__BatchStatusResult *each = response->results[i];
    if (strcmp(each->account_id, account_ids[i]) != 0)
      return false;
    if (each->result_case == ACCOUNTSTATUS__V1__BATCH_STATUS_RESULT__RESULT_STATUS &&
        strcmp(each->status->account_id, account_ids[i]) != 0)
      return false;
    if (each->result_case == ACCOUNTSTATUS__V1__BATCH_STATUS_RESULT__RESULT__NOT_SET)
      return false;
  }
  return true;
}

static int ask_many(accountstatus *handle, const char *const *account_ids, size_t count,
                    const read_query *query, const accountstatus_options *options,
                    answer *ret_answer, accountstatus_error *failure) {
  Accountstatus__V1__BatchGetStatusRequest request =
      ACCOUNTSTATUS__V1__BATCH_GET_STATUS_REQUEST__INIT;
  request.n_account_ids = count;
  request.account_ids = (char **)account_ids;
  request.view = query->view;
  request.as_of = query->as_of;
  request.known_at = query->known_at;
  request.policy_edition = query->policy_edition;
  request.at_least = query->at_least;
  call call = {
      .method = &batch_get_status,
      .request = &request.base,
      .answer_type = &accountstatus__v1__batch_get_status_response__descriptor,
      .deadline = handle_deadline(handle, options->timeout_ms),
      .wait_for_server = options->wait_for_server,
  };
  int result = call_make(handle, &call, ret_answer, failure);
  if (result < 0)
    return result;
  if (!matches((const void *)ret_answer->message, account_ids, count))
    return read_wrong_answer(handle, failure, "BatchGetStatus answered about other accounts");
  return 0;
}

static accountstatus_result result_of(accountstatus *handle, memory *memory, int32_t on_unavailable,
                                      const Accountstatus__V1__BatchStatusResult *each) {
  if (each->result_case == ACCOUNTSTATUS__V1__BATCH_STATUS_RESULT__RESULT_STATUS)
    return read_result(handle, memory, each->account_id, on_unavailable, each->status);
  return read_failed_result(handle, memory, each->account_id, on_unavailable,
                            failure_errno(each->error->code), each->error->message);
}

// One result per id: the answer's, or, without one, that it could not be had.
static void make_results(accountstatus *handle, memory *memory, owned_batch *owned,
                         const char *const *account_ids, size_t count, int32_t on_unavailable,
                         const Accountstatus__V1__BatchGetStatusResponse *response, int error,
                         const char *message) {
  const accountstatus_result **results = memory_take(memory, count, sizeof *results);
  for (size_t i = 0; results != NULL && i < count; i++) {
    accountstatus_result *each = memory_take(memory, 1, sizeof *each);
    if (each == NULL)
      return;
    *each = response != NULL ? result_of(handle, memory, on_unavailable, response->results[i])
                             : read_failed_result(handle, memory, account_ids[i], on_unavailable,
                                                  error, message);
    results[i] = each;
  }
  owned->batch = (accountstatus_batch){.size = sizeof owned->batch, .count = count};
  owned->batch.results = results;
  if (response != NULL) {
    owned->batch.token = memory_bytes(memory, response->token.data, response->token.len);
    owned->batch.token_size = response->token.len;
  }
}

int accountstatus_get_batch(accountstatus *handle, const char *const *account_ids, size_t count,
                            const accountstatus_options *options, accountstatus_batch **ret_batch,
                            accountstatus_error *ret_error) {
  accountstatus_error failure = {.size = sizeof failure};
  read_query query;
  handle_enter(handle);
  int result = read_options(options, &query, &failure);
  if (result == 0 && count > LARGEST_BATCH)
    result = failure_set(&failure, E2BIG, ACCOUNTSTATUS_CODE_INVALID_ARGUMENT,
                         "a batch has %zu accounts, more than %d", count, LARGEST_BATCH);
  if (result < 0)
    return call_end(handle, result, &failure, ret_error);

  answer answer;
  result = ask_many(handle, account_ids, count, &query, options, &answer, &failure);
  bool answered = result == 0 || failure_is_unavailable(result);
  memory memory = {0};
  owned_batch *owned = memory_take(&memory, 1, sizeof *owned);
  if (owned != NULL && answered)
    make_results(handle, &memory, owned, account_ids, count, options->on_unavailable,
                 result == 0 ? (const void *)answer.message : NULL, result, failure.message);
  answer_release(&answer);
  result = read_end(handle, result, answered, &memory, &failure, ret_error);
  if (result < 0)
    return result;
  owned->memory = memory;
  *ret_batch = &owned->batch;
  return 0;
}

void accountstatus_free_batch(accountstatus_batch *batch) {
  if (batch == NULL)
    return;
  memory memory = ((owned_batch *)batch)->memory;
  memory_free(&memory);
}
