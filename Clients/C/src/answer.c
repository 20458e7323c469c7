#include "answer.h"

#include <errno.h>
#include <string.h>

#include "status.h"

enum { MOST_REASONS = 16, MOST_NOTICES = 32 };

static const char *const no_texts[1];
static const int32_t no_numbers[1];

// What both kinds of block hold. What is the same in every answer is set once, when the block is
// made.
typedef struct parts {
  table_edition edition;
  accountstatus_transition transition;
  accountstatus_reason reasons[MOST_REASONS];
  const accountstatus_reason *reason_list[MOST_REASONS];
  char message[sizeof((accountstatus_error *)0)->message];
} parts;

typedef struct result_block {
  owned_result owned;
  accountstatus_status status;
  // What `capabilities` lists: a few sets serve all accounts, and the last is often the next.
  uint64_t capability_set;
  char account_id[STATUS_TABLE_ID_MAX + 1];
  int32_t capabilities[64];
  int32_t notices[MOST_NOTICES];
  parts parts;
} result_block;

typedef struct check_block {
  owned_check owned;
  accountstatus_capability_answer answers[MOST_CAPABILITIES];
  const accountstatus_capability_answer *answer_list[MOST_CAPABILITIES];
  parts parts;
} check_block;

// -------------------------------------------------------------------------------------- blocks

static void prepare_parts(parts *parts) {
  parts->transition =
      (accountstatus_transition){.size = sizeof parts->transition, .because = no_numbers};
  parts->transition.subjects = no_texts;
  for (int i = 0; i < MOST_REASONS; i++) {
    parts->reasons[i] = (accountstatus_reason){
        .size = sizeof parts->reasons[i], .subjects = no_texts, .detail = ""};
    parts->reason_list[i] = &parts->reasons[i];
  }
}

static void prepare_result(void *memory) {
  result_block *block = memory;
  block->owned.is_pooled = true;
  block->status = (accountstatus_status){
      .size = sizeof block->status,
      .account_id = block->account_id,
      .reasons = block->parts.reason_list,
      .capabilities = block->capabilities,
      .notices = block->notices,
      .policy_edition = block->parts.edition.name,
  };
  prepare_parts(&block->parts);
}

static void prepare_check(void *memory) {
  check_block *block = memory;
  block->owned.is_pooled = true;
  for (int i = 0; i < MOST_CAPABILITIES; i++) {
    block->answers[i].size = sizeof block->answers[i];
    block->answer_list[i] = &block->answers[i];
  }
  prepare_parts(&block->parts);
}

void answer_prepare_pools(pool *results, pool *checks) {
  *results = (pool){.size = sizeof(result_block), .prepare = prepare_result};
  *checks = (pool){.size = sizeof(check_block), .prepare = prepare_check};
}

owned_result *answer_take_result(tables *tables) { return pool_take(&tables->results); }

owned_check *answer_take_check(tables *tables) { return pool_take(&tables->checks); }

static result_block *result_block_of(owned_result *owned) { return (result_block *)owned; }

static check_block *check_block_of(owned_check *owned) { return (check_block *)owned; }

table_edition *answer_result_edition(owned_result *owned) {
  return &result_block_of(owned)->parts.edition;
}

table_edition *answer_check_edition(owned_check *owned) {
  return &check_block_of(owned)->parts.edition;
}

// --------------------------------------------------------------------------------------- parts

static accountstatus_time time_of(int64_t nanoseconds) {
  int64_t seconds = nanoseconds / 1000000000;
  int64_t rest = nanoseconds - seconds * 1000000000;
  if (rest < 0)
    return (accountstatus_time){seconds - 1, (int32_t)(rest + 1000000000)};
  return (accountstatus_time){seconds, (int32_t)rest};
}

// The numbers of the bits that are set, ascending.
static size_t list_bits(uint64_t bits, int32_t *numbers) {
  size_t count = 0;
  for (; bits != 0; bits &= bits - 1)
    numbers[count++] = __builtin_ctzll(bits);
  return count;
}

static size_t fill_reasons(parts *parts, uint32_t reasons) {
  size_t count = 0;
  for (; reasons != 0 && count < MOST_REASONS; reasons &= reasons - 1)
    parts->reasons[count++].code = __builtin_ctz(reasons);
  return count;
}

static const accountstatus_transition *fill_transition(parts *parts,
                                                       const struct status_table_answer *answer) {
  if (answer->next_state == 0)
    return NULL;
  parts->transition.at = time_of(answer->next_at);
  parts->transition.to_state = answer->next_state;
  return &parts->transition;
}

static char *append(char *end, const char *text, size_t length) {
  memcpy(end, text, length);
  return end + length;
}

// In the words of the server.
static const char *describe_missing(parts *parts, table_key key) {
  static const char before[] = "account ";
  static const char after[] =
      " is not registered; check the id and the times asked for, or register it";
  _Static_assert(sizeof before + STATUS_TABLE_ID_MAX + sizeof after < sizeof parts->message,
                 "there is room for the longest id");
  char *end = append(parts->message, before, sizeof before - 1);
  end = append(end, key.id, key.length);
  append(end, after, sizeof after);
  return parts->message;
}

static const char *copy_message(parts *parts, const char *message) {
  size_t length = strnlen(message, sizeof parts->message - 1);
  *append(parts->message, message, length) = '\0';
  return parts->message;
}

static int32_t outcome_of(const struct status_table_reading *reading) {
  return reading->result == STATUS_TABLE_FOUND       ? ACCOUNTSTATUS_FOUND
         : reading->result == STATUS_TABLE_NOT_FOUND ? ACCOUNTSTATUS_NOT_FOUND
                                                     : ACCOUNTSTATUS_STALE;
}

// ------------------------------------------------------------------------------------- results

void answer_fill_result(owned_result *owned, table_key key, int32_t on_unavailable, int32_t source,
                        const struct status_table_reading *reading) {
  result_block *block = result_block_of(owned);
  int32_t outcome = outcome_of(reading);
  *append(block->account_id, key.id, key.length) = '\0';
  owned->result = (accountstatus_result){
      .size = sizeof owned->result,
      .outcome = outcome,
      .on_unavailable = on_unavailable,
      .account_id = block->account_id,
      .message = "",
      .source = source,
      .fresh = outcome != ACCOUNTSTATUS_STALE,
      .age_ns = reading->age,
  };
  if (outcome == ACCOUNTSTATUS_NOT_FOUND) {
    owned->result.error = -ENOENT;
    owned->result.message = describe_missing(&block->parts, key);
    return;
  }
  const struct status_table_answer *answer = &reading->status.answer;
  accountstatus_status *status = &block->status;
  status->state = answer->state;
  status->since = time_of(answer->since);
  status->reason_count = fill_reasons(&block->parts, answer->reasons);
  if (block->capability_set != answer->capabilities) {
    status->capability_count = list_bits(answer->capabilities, block->capabilities);
    block->capability_set = answer->capabilities;
  }
  status->notice_count = list_bits(answer->notices, block->notices);
  status->next_transition = fill_transition(&block->parts, answer);
  status->eligible_for_reinstatement = answer->eligible;
  status->reinstatement_state = answer->reinstatement_state;
  status->revision = reading->status.revision;
  status->as_of = time_of(reading->as_of);
  owned->result.status = status;
}

void answer_explain_result(owned_result *owned, int error, const char *message) {
  owned->result.error = error;
  owned->result.message = copy_message(&result_block_of(owned)->parts, message);
}

// -------------------------------------------------------------------------------------- checks

// What each capability's answer is: by the account's set of capabilities, or all alike.
static bool fill_answers(check_block *block, const question *question, uint64_t allowed) {
  bool all = true;
  for (size_t i = 0; i < question->count; i++) {
    accountstatus_capability_answer *each = &block->answers[i];
    each->capability = question->capabilities[i];
    each->allowed = allowed >> question->capabilities[i] & 1;
    all = all && each->allowed;
  }
  return all;
}

void answer_fill_check(owned_check *owned, const question *question, table_key key, int32_t source,
                       const struct status_table_reading *reading) {
  check_block *block = check_block_of(owned);
  int32_t outcome = outcome_of(reading);
  int32_t decision = question->options->on_unavailable;
  bool has_status = outcome != ACCOUNTSTATUS_NOT_FOUND;
  const struct status_table_answer *answer = &reading->status.answer;
  uint64_t allowed = outcome == ACCOUNTSTATUS_FOUND       ? answer->capabilities
                     : outcome == ACCOUNTSTATUS_NOT_FOUND ? 0
                     : decision == ACCOUNTSTATUS_ALLOW    ? UINT64_MAX
                                                          : 0;
  bool all = fill_answers(block, question, allowed);
  owned->result = (accountstatus_check_result){
      .size = sizeof owned->result,
      .outcome = outcome,
      .on_unavailable = decision,
      .allowed = all,
      .count = question->count,
      .answers = block->answer_list,
      .reasons = block->parts.reason_list,
      .message = "",
      .source = source,
      .fresh = outcome != ACCOUNTSTATUS_STALE,
      .age_ns = reading->age,
  };
  if (!has_status) {
    owned->result.error = -ENOENT;
    owned->result.message = describe_missing(&block->parts, key);
    return;
  }
  owned->result.state = answer->state;
  // Of what is allowed nothing needs a reason.
  bool is_denied = outcome == ACCOUNTSTATUS_STALE || !all;
  owned->result.reason_count = is_denied ? fill_reasons(&block->parts, answer->reasons) : 0;
  owned->result.revision = reading->status.revision;
  owned->result.next_transition = fill_transition(&block->parts, answer);
  owned->result.as_of = time_of(reading->as_of);
}

void answer_explain_check(owned_check *owned, int error, const char *message) {
  owned->result.error = error;
  owned->result.message = copy_message(&check_block_of(owned)->parts, message);
}
