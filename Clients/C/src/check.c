// What an account may do.

#include <errno.h>

#include "read.h"

enum { MOST_CAPABILITIES = 64 };

typedef struct owned_check {
  accountstatus_check_result result;
  memory memory;
} owned_check;

typedef struct question {
  const char *account_id;
  const int32_t *capabilities;
  size_t count;
  const accountstatus_options *options;
} question;

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
               answer *ret_answer, accountstatus_error *failure) {
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
      .deadline = handle_deadline(handle, question->options->timeout_ms),
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
  };
  make_answers(memory, question, owned, NULL);
}

int accountstatus_check(accountstatus *handle, const char *account_id, const int32_t *capabilities,
                        size_t count, const accountstatus_options *options,
                        accountstatus_check_result **ret_result, accountstatus_error *ret_error) {
  accountstatus_error failure = {.size = sizeof failure};
  question question = {account_id, capabilities, count, options};
  read_query query;
  handle_enter(handle);
  int result = read_options(options, &query, &failure);
  if (result == 0)
    result = check_question(&question, &failure);
  if (result < 0)
    return call_end(handle, result, &failure, ret_error);

  answer answer;
  result = ask(handle, &question, &query, &answer, &failure);
  bool answered = result == 0 || result == -ENOENT || failure_is_unavailable(result);
  memory memory = {0};
  owned_check *owned = memory_take(&memory, 1, sizeof *owned);
  if (owned != NULL && result == 0)
    make_found(&memory, &question, owned, (const void *)answer.message);
  else if (owned != NULL && answered)
    make_failed(handle, &memory, &question, owned, result, failure.message);
  answer_release(&answer);
  result = read_end(handle, result, answered, &memory, &failure, ret_error);
  if (result < 0)
    return result;
  owned->memory = memory;
  *ret_result = &owned->result;
  return 0;
}

void accountstatus_free_check_result(accountstatus_check_result *result) {
  if (result == NULL)
    return;
  memory memory = ((owned_check *)result)->memory;
  memory_free(&memory);
}
