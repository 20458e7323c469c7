#include "same.h"

#include "test.h"

static void check_same_time(accountstatus_time one, accountstatus_time other) {
  CHECK_EQUAL(one.seconds, other.seconds);
  CHECK_EQUAL(one.nanos, other.nanos);
}

static void check_same_reasons(const accountstatus_reason *const *one, size_t count,
                               const accountstatus_reason *const *other, size_t other_count) {
  CHECK_EQUAL(count, other_count);
  for (size_t i = 0; i < count && i < other_count; i++) {
    CHECK_EQUAL(one[i]->size, other[i]->size);
    CHECK_EQUAL(one[i]->code, other[i]->code);
    CHECK(one[i]->since == NULL && other[i]->since == NULL);
    CHECK_EQUAL(one[i]->subject_count, 0);
    CHECK_EQUAL(other[i]->subject_count, 0);
    CHECK(one[i]->subjects != NULL && other[i]->subjects != NULL);
    CHECK_TEXT(one[i]->detail, other[i]->detail);
    CHECK_EQUAL(one[i]->under_review, other[i]->under_review);
  }
}

static void check_same_numbers(const int32_t *one, size_t count, const int32_t *other,
                               size_t other_count) {
  CHECK(one != NULL && other != NULL);
  CHECK_EQUAL(count, other_count);
  for (size_t i = 0; i < count && i < other_count; i++)
    CHECK_EQUAL(one[i], other[i]);
}

static void check_same_transition(const accountstatus_transition *one,
                                  const accountstatus_transition *other) {
  CHECK_EQUAL(one == NULL, other == NULL);
  if (one == NULL || other == NULL)
    return;
  CHECK_EQUAL(one->size, other->size);
  check_same_time(one->at, other->at);
  CHECK_EQUAL(one->to_state, other->to_state);
  CHECK(one->because_count == 0 && other->because_count == 0);
  CHECK(one->subject_count == 0 && other->subject_count == 0);
  CHECK(one->because != NULL && one->subjects != NULL);
}

static void check_same_status(const accountstatus_status *one, const accountstatus_status *other) {
  CHECK_EQUAL(one->size, other->size);
  CHECK_TEXT(one->account_id, other->account_id);
  CHECK_EQUAL(one->state, other->state);
  check_same_time(one->since, other->since);
  check_same_reasons(one->reasons, one->reason_count, other->reasons, other->reason_count);
  check_same_numbers(one->capabilities, one->capability_count, other->capabilities,
                     other->capability_count);
  check_same_numbers(one->notices, one->notice_count, other->notices, other->notice_count);
  check_same_transition(one->next_transition, other->next_transition);
  CHECK_EQUAL(one->eligible_for_reinstatement, other->eligible_for_reinstatement);
  CHECK_EQUAL(one->reinstatement_state, other->reinstatement_state);
  CHECK_TEXT(one->policy_edition, other->policy_edition);
  CHECK_EQUAL(one->revision, other->revision);
  CHECK(one->known_at == NULL && other->known_at == NULL);
  CHECK_EQUAL(one->projected, other->projected);
  CHECK(one->reinstatement_since == NULL && other->reinstatement_since == NULL);
}

void check_same_result(const accountstatus_result *one, const accountstatus_result *other) {
  CHECK_EQUAL(one->size, other->size);
  CHECK_EQUAL(one->outcome, other->outcome);
  CHECK_EQUAL(one->on_unavailable, other->on_unavailable);
  CHECK_TEXT(one->account_id, other->account_id);
  CHECK_EQUAL(one->error, other->error);
  CHECK_TEXT(one->message, other->message);
  CHECK_EQUAL(one->fresh, other->fresh);
  CHECK_EQUAL(one->status == NULL, other->status == NULL);
  if (one->status != NULL && other->status != NULL)
    check_same_status(one->status, other->status);
}

void check_same_check(const accountstatus_check_result *one,
                      const accountstatus_check_result *other) {
  CHECK_EQUAL(one->size, other->size);
  CHECK_EQUAL(one->outcome, other->outcome);
  CHECK_EQUAL(one->on_unavailable, other->on_unavailable);
  CHECK_EQUAL(one->allowed, other->allowed);
  CHECK_EQUAL(one->count, other->count);
  for (size_t i = 0; i < one->count && i < other->count; i++) {
    CHECK_EQUAL(one->answers[i]->size, other->answers[i]->size);
    CHECK_EQUAL(one->answers[i]->capability, other->answers[i]->capability);
    CHECK_EQUAL(one->answers[i]->allowed, other->answers[i]->allowed);
  }
  CHECK_EQUAL(one->state, other->state);
  check_same_reasons(one->reasons, one->reason_count, other->reasons, other->reason_count);
  CHECK_EQUAL(one->revision, other->revision);
  check_same_transition(one->next_transition, other->next_transition);
  CHECK_EQUAL(one->error, other->error);
  CHECK_TEXT(one->message, other->message);
  CHECK_EQUAL(one->fresh, other->fresh);
}
