// Facts in.

#include <errno.h>
#include <string.h>

#include "accountstatus/v1/ledger_service.pb-c.h"
#include "cache.h"
#include "call.h"
#include "facts.h"
#include "memory.h"

enum { MOST_FACTS = 1000 };

typedef struct owned_report {
  accountstatus_report_result result;
  memory memory;
} owned_report;

static void refuse(memory *memory, accountstatus_fact_result *result,
                   const Accountstatus__V1__FactRefusal *refusal) {
  result->outcome = ACCOUNTSTATUS_FACT_REFUSED;
  result->code = refusal->code;
  result->message = memory_text(memory, refusal->message);
  result->field = memory_text(memory, refusal->field);
}

// A result per fact, each not stored.
static accountstatus_fact_result **make_results(memory *memory, owned_report *owned, size_t count) {
  accountstatus_fact_result **results = memory_take(memory, count, sizeof *results);
  for (size_t i = 0; results != NULL && i < count; i++) {
    results[i] = memory_take(memory, 1, sizeof **results);
    if (results[i] == NULL)
      return NULL;
    *results[i] = (accountstatus_fact_result){.size = sizeof **results, .message = "", .field = ""};
  }
  owned->result = (accountstatus_report_result){.size = sizeof owned->result, .count = count};
  owned->result.facts = (const accountstatus_fact_result *const *)results;
  return results;
}

// The results of a report that went through.
static int take_response(memory *memory, owned_report *owned, size_t count,
                         const Accountstatus__V1__ReportFactsResponse *response,
                         accountstatus_error *failure) {
  if (response->n_results != count)
    return failure_set(failure, EPROTO, ACCOUNTSTATUS_CODE_INTERNAL,
                       "ReportFacts answered for %zu facts, not %zu", response->n_results, count);
  accountstatus_fact_result **results = make_results(memory, owned, count);
  for (size_t i = 0; results != NULL && i < count; i++) {
    const Accountstatus__V1__FactResult *each = response->results[i];
    results[i]->sequence = each->sequence;
    if (each->outcome == ACCOUNTSTATUS__V1__FACT_OUTCOME__FACT_OUTCOME_STORED) {
      results[i]->outcome = ACCOUNTSTATUS_FACT_STORED;
      owned->result.stored++;
    } else if (each->outcome == ACCOUNTSTATUS__V1__FACT_OUTCOME__FACT_OUTCOME_DUPLICATE) {
      results[i]->outcome = ACCOUNTSTATUS_FACT_DUPLICATE;
      owned->result.duplicates++;
    } else if (each->refusal != NULL) {
      refuse(memory, results[i], each->refusal);
      owned->result.refused++;
    } else {
      return failure_set(failure, EPROTO, ACCOUNTSTATUS_CODE_INTERNAL,
                         "ReportFacts does not say what became of facts[%zu]", i);
    }
  }
  owned->result.token = memory_bytes(memory, response->token.data, response->token.len);
  owned->result.token_size = response->token.len;
  return 0;
}

// The results of a report that was refused because of facts, when the error says of which.
static bool take_refusals(memory *memory, owned_report *owned, size_t count,
                          const Accountstatus__V1__ReportFactsFailure *refused) {
  accountstatus_fact_result **results = make_results(memory, owned, count);
  for (size_t i = 0; results != NULL && i < refused->n_refusals; i++) {
    const Accountstatus__V1__FactRefusal *refusal = refused->refusals[i];
    if (refusal->index >= count || results[refusal->index]->outcome == ACCOUNTSTATUS_FACT_REFUSED)
      continue;
    refuse(memory, results[refusal->index], refusal);
    owned->result.refused++;
  }
  return results != NULL && owned->result.refused > 0;
}

// The detail that names the refused facts, in the memory of the answer.
static const Accountstatus__V1__ReportFactsFailure *find_refusals(const answer *answer) {
  const ProtobufCMessageDescriptor *type = &accountstatus__v1__report_facts_failure__descriptor;
  if (answer->status == NULL)
    return NULL;
  for (size_t i = 0; i < answer->status->n_details; i++) {
    const Google__Protobuf__Any *detail = answer->status->details[i];
    if (failure_is_detail(detail, type))
      return (const void *)failure_unpack_detail(detail, type, answer->connection->arena);
  }
  return NULL;
}

static int convert(memory *memory, const accountstatus_fact *const *facts, size_t count,
                   const accountstatus_report_options *options,
                   Accountstatus__V1__ReportFactsRequest *ret_request,
                   accountstatus_error *failure) {
  if (count > MOST_FACTS)
    return failure_set(failure, E2BIG, ACCOUNTSTATUS_CODE_INVALID_ARGUMENT,
                       "a report has %zu facts, more than %d", count, MOST_FACTS);
  int result = options == NULL ? 0 : CHECK_SIZE(failure, options);
  if (result < 0)
    return result;
  ret_request->mode = options != NULL && options->mode != 0
                          ? (Accountstatus__V1__ReportMode)options->mode
                          : ACCOUNTSTATUS__V1__REPORT_MODE__REPORT_MODE_ALL_OR_NOTHING;
  ret_request->n_facts = count;
  ret_request->facts = memory_take(memory, count, sizeof *ret_request->facts);
  if (ret_request->facts == NULL)
    return failure_no_memory(failure);
  for (size_t i = 0; i < count && result == 0; i++)
    result = facts_convert(memory, facts[i], i, &ret_request->facts[i], failure);
  return result;
}

// Whatever came of a report, what it may have changed is no longer known here.
static void doubt(accountstatus *handle, const Accountstatus__V1__ReportFactsRequest *request) {
  for (size_t i = 0; i < request->n_facts; i++)
    cache_doubt(handle->cache, request->facts[i]->account_id);
}

static int send_report(accountstatus *handle, const Accountstatus__V1__ReportFactsRequest *request,
                       const accountstatus_report_options *options, answer *ret_answer,
                       accountstatus_error *failure) {
  call call = {
      .method = &report_facts,
      .request = &request->base,
      .answer_type = &accountstatus__v1__report_facts_response__descriptor,
      .deadline = handle_deadline(handle, options == NULL ? 0 : options->timeout_ms),
      .wait_for_server = options != NULL && options->wait_for_server,
  };
  return call_make(handle, &call, ret_answer, failure);
}

int accountstatus_report(accountstatus *handle, const accountstatus_fact *const *facts,
                         size_t count, const accountstatus_report_options *options,
                         accountstatus_report_result **ret_result, accountstatus_error *ret_error) {
  accountstatus_error failure = {.size = sizeof failure};
  Accountstatus__V1__ReportFactsRequest request = ACCOUNTSTATUS__V1__REPORT_FACTS_REQUEST__INIT;
  handle_enter(handle);
  memory input = {0}, memory = {0};
  answer answer = {0};
  int result = convert(&input, facts, count, options, &request, &failure);
  if (result == 0) {
    result = send_report(handle, &request, options, &answer, &failure);
    doubt(handle, &request);
  }
  memory_free(&input);

  owned_report *owned = memory_take(&memory, 1, sizeof *owned);
  bool judged = result == 0;
  if (owned != NULL && result == 0) {
    result = take_response(&memory, owned, count, (const void *)answer.message, &failure);
    judged = result == 0;
  } else if (owned != NULL) {
    const Accountstatus__V1__ReportFactsFailure *refused = find_refusals(&answer);
    judged = refused != NULL && take_refusals(&memory, owned, count, refused);
  }
  answer_release(&answer);
  if (judged && memory.failed && result == 0)
    result = failure_no_memory(&failure);
  if (judged && !memory.failed) {
    owned->memory = memory;
    *ret_result = &owned->result;
  } else {
    memory_free(&memory);
  }
  return call_end(handle, result, &failure, ret_error);
}

void accountstatus_free_report_result(accountstatus_report_result *result) {
  if (result == NULL)
    return;
  memory memory = ((owned_report *)result)->memory;
  memory_free(&memory);
}
