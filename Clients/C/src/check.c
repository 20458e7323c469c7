// What an account may do.

#include <errno.h>

#include "read.h"

static int check_question(const question *question, accountstatus_error *failure) {
  if (question->count == 0 || question->count > MOST_CAPABILITIES)
    return failure_set(failure, EINVAL, ACCOUNTSTATUS_CODE_INVALID_ARGUMENT,
                       "a check has 1 to %d capabilities, not %zu", MOST_CAPABILITIES,
                       question->count);
  for (size_t i = 0; i < question->count; i++) {
    if (!status_is_known_capability(question->capabilities[i]))
      return failure_set(failure, EINVAL, ACCOUNTSTATUS_CODE_INVALID_ARGUMENT,
                         "capabilities[%zu] is %d, which is no capability", i,
                         question->capabilities[i]);
  }
  return 0;
}

// Whether a question is one to ask, without saying what is wrong with it.
static bool is_sound(const question *question) {
  bool sound = question->count > 0 && question->count <= MOST_CAPABILITIES;
  for (size_t i = 0; sound && i < question->count; i++)
    sound = status_is_known_capability(question->capabilities[i]);
  return sound;
}

static bool matches(const Accountstatus__V1__CheckCapabilityResponse *response,
                    const question *question) {
  if (response->n_results != question->count)
    return false;
  for (size_t i = 0; i < question->count; i++) {
    if ((int32_t)response->results[i]->capability != question->capabilities[i])
      return false;
  }
  return true;
}

static int ask(accountstatus *handle, const question *question, const read_query *query,
               int64_t deadline, answer *ret_answer, accountstatus_error *failure) {
  Accountstatus__V1__Capability capabilities[MOST_CAPABILITIES];
  for (size_t i = 0; i < question->count; i++)
    capabilities[i] = (Accountstatus__V1__Capability)question->capabilities[i];
  Accountstatus__V1__CheckCapabilityRequest request =
      ACCOUNTSTATUS__V1__CHECK_CAPABILITY_REQUEST__INIT;
  request.account_id = (char *)question->account_id;
  request.n_capabilities = question->count;
  request.capabilities = capabilities;
  request.as_of = query->as_of;
  request.known_at = query->known_at;
  request.policy_edition = query->policy_edition;
  request.at_least = query->at_least;
  call call = {
      .method = &check_capability,
      .request = &request.base,
      .answer_type = &accountstatus__v1__check_capability_response__descriptor,
      .deadline = deadline,
      .wait_for_server = question->options->wait_for_server,
  };
  int result = call_make(handle, &call, ret_answer, failure);
  if (result < 0)
    return result;
  if (!matches((const void *)ret_answer->message, question))
    return read_wrong_answer(handle, failure, "CheckCapability answered about other capabilities");
  return 0;
}

// One answer per capability: the server's, or what the caller decided.
static void make_answers(memory *memory, const question *question, owned_check *owned,
                         const Accountstatus__V1__CheckCapabilityResponse *response) {
  const accountstatus_capability_answer **answers =
      memory_take(memory, question->count, sizeof *answers);
  bool all = true;
  for (size_t i = 0; answers != NULL && i < question->count; i++) {
    accountstatus_capability_answer *each = memory_take(memory, 1, sizeof *each);
    if (each == NULL)
      return;
    *each = (accountstatus_capability_answer){
        .size = sizeof *each,
        .capability = question->capabilities[i],
        .allowed = response != NULL ? response->results[i]->allowed : owned->result.allowed,
        .basis = response != NULL ? (int32_t)response->results[i]->basis : 0,
    };
    all = all && each->allowed;
    answers[i] = each;
  }
  owned->result.allowed = all;
  owned->result.count = question->count;
  owned->result.answers = answers;
}

static void make_found(memory *memory, const question *question, owned_check *owned,
                       const Accountstatus__V1__CheckCapabilityResponse *response) {
  owned->result = (accountstatus_check_result){
      .size = sizeof owned->result,
      .outcome = ACCOUNTSTATUS_FOUND,
      .on_unavailable = question->options->on_unavailable,
      .state = (int32_t)response->state,
      .reason_count = response->n_reasons,
      .reasons = status_copy_reasons(memory, response->reasons, response->n_reasons),
      .revision = response->revision,
      .next_transition = status_copy_transition(memory, response->next_transition),
      .as_of = status_time(response->as_of),
      .token = memory_bytes(memory, response->token.data, response->token.len),
      .token_size = response->token.len,
      .message = "",
      .source = ACCOUNTSTATUS_SOURCE_CALL,
      .fresh = true,
  };
  make_answers(memory, question, owned, response);
}

static void make_failed(accountstatus *handle, memory *memory, const question *question,
                        owned_check *owned, int error, const char *message) {
  bool unavailable = error != -ENOENT;
  int32_t decision = question->options->on_unavailable;
  if (unavailable)
    read_count_default(handle, decision);
  owned->result = (accountstatus_check_result){
      .size = sizeof owned->result,
      .outcome = unavailable ? ACCOUNTSTATUS_UNAVAILABLE : ACCOUNTSTATUS_NOT_FOUND,
      .on_unavailable = decision,
      .allowed = unavailable && decision == ACCOUNTSTATUS_ALLOW,
      .error = error,
      .message = memory_text(memory, message),
      .source = unavailable ? ACCOUNTSTATUS_SOURCE_DEFAULT : ACCOUNTSTATUS_SOURCE_CALL,
      .fresh = !unavailable,
  };
  make_answers(memory, question, owned, NULL);
}

// Asks the server: as get_by_call in get.c.
static int check_by_call(accountstatus *handle, const question *question, int64_t deadline,
                         owned_check *stale, accountstatus_check_result **ret_result,
                         accountstatus_error *ret_error) {
  accountstatus_error failure = {.size = sizeof failure};
  read_query query;
  int result = read_options(question->options, &query, &failure);
  if (result == 0)
    result = check_question(question, &failure);
  if (result < 0)
    return call_end(handle, result, &failure, ret_error);
  if (deadline == 0)
    deadline = handle_deadline(handle, question->options->timeout_ms);

  answer answer;
  result = ask(handle, question, &query, deadline, &answer, &failure);
  bool unavailable = failure_is_unavailable(result);
  bool answered = result == 0 || result == -ENOENT || unavailable;
  if (unavailable && stale != NULL) {
    answer_release(&answer);
    call_count(handle, result);
    read_count_default(handle, question->options->on_unavailable);
    answer_explain_check(stale, result, failure.message);
    *ret_result = &stale->result;
    return 0;
  }
  if (stale != NULL)
    pool_give_back(stale);
  memory memory = {0};
  owned_check *owned = memory_take(&memory, 1, sizeof *owned);
  const Accountstatus__V1__CheckCapabilityResponse *response = (const void *)answer.message;
  if (result == 0 || result == -ENOENT)
    read_heard(handle, question->account_id, question->options,
               result == 0 ? response->revision : 0);
  if (owned != NULL && result == 0)
    make_found(&memory, question, owned, response);
  else if (owned != NULL && answered)
    make_failed(handle, &memory, question, owned, result, failure.message);
  answer_release(&answer);
  result = read_end(handle, result, answered, &memory, &failure, ret_error);
  if (result < 0)
    return result;
  owned->memory = memory;
  *ret_result = &owned->result;
  return 0;
}

// Reads the table or the cache: as get_here in get.c.
static bool check_here(accountstatus *handle, table_key key, const question *question,
                       int64_t *ret_deadline, owned_check **ret_owned) {
  owned_check *owned = answer_take_check(&handle->tables);
  if (owned == NULL)
    return false;
  struct status_table_reading reading;
  int32_t source = read_here(handle, key, question->options, answer_check_edition(owned),
                             ret_deadline, &reading);
  if (source == 0 && reading.result != STATUS_TABLE_STALE) {
    pool_give_back(owned);
    return false;
  }
  answer_fill_check(owned, question, key, source == 0 ? ACCOUNTSTATUS_SOURCE_DEFAULT : source,
                    &reading);
  *ret_owned = owned;
  if (source != 0)
    read_count_here(handle, source, &handle->tables.checks, owned);
  return source != 0;
}

int accountstatus_check(accountstatus *handle, const char *account_id, const int32_t *capabilities,
                        size_t count, const accountstatus_options *options,
                        accountstatus_check_result **ret_result, accountstatus_error *ret_error) {
  handle_enter(handle);
  accountstatus_options copy;
  const accountstatus_options *sound = read_sound_options(options, &copy);
  question question = {account_id, capabilities, count, sound == NULL ? options : sound};
  table_key key;
  int64_t deadline = 0;
  owned_check *owned = NULL;
  if (sound != NULL && is_sound(&question) && table_holds(account_id, sound, &key) &&
      handle_reads_here(handle) && check_here(handle, key, &question, &deadline, &owned)) {
    *ret_result = &owned->result;
    return 0;
  }
  return check_by_call(handle, &question, deadline, owned, ret_result, ret_error);
}

void accountstatus_free_check_result(accountstatus_check_result *result) {
  if (result == NULL)
    return;
  owned_check *owned = (owned_check *)result;
  if (owned->is_pooled) {
    pool_give_back(owned);
    return;
  }
  memory memory = owned->memory;
  memory_free(&memory);
}
