#include "related.h"
#include <stdio.h>

size_t related_id(unsigned account, char ret_id[STATUS_TABLE_ID_MAX]) {
  return (size_t)snprintf(ret_id, STATUS_TABLE_ID_MAX, "stress-account-%u@reader.and.writer",
                          account);
}

/* Spreads a number over 64 bits, so that halves of two different ones never match. */
static uint64_t mix(uint64_t x) {
  x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
  return x ^ x >> 31;
}

static struct status_table_answer answer_for(unsigned account, uint64_t revision) {
  uint64_t m = mix(revision * related_accounts + account + 1);
  return (struct status_table_answer){.state = (uint8_t)((m & 15) | 1),
                                      .next_state = m >> 8 & 15,
                                      .reinstatement_state = m >> 16 & 7,
                                      .eligible = m >> 24 & 1,
                                      .reasons = mix(m) & 0xffff,
                                      .notices = (uint32_t)mix(m + 1),
                                      .capabilities = mix(m >> 32 & 7),
                                      .since = (int64_t)mix(m + 3),
                                      .next_at = (int64_t)mix(m + 4)};
}

bool related_belongs_together(unsigned account, const struct status_table_status *status) {
  struct status_table_answer expected = answer_for(account, status->revision);
  const struct status_table_answer *got = &status->answer;
  return got->state == expected.state && got->next_state == expected.next_state &&
         got->reinstatement_state == expected.reinstatement_state &&
         got->eligible == expected.eligible && got->reasons == expected.reasons &&
         got->notices == expected.notices && got->capabilities == expected.capabilities &&
         got->since == expected.since && got->next_at == expected.next_at;
}

int related_put(struct status_table_writer *writer, unsigned account, uint64_t revision) {
  char id[STATUS_TABLE_ID_MAX];
  size_t length = related_id(account, id);
  struct status_table_record record = {.valid_from = 0,
                                       .flip_at = 1000,
                                       .valid_until = 2000,
                                       .revision = revision,
                                       .until_flip = answer_for(account, revision),
                                       .from_flip = answer_for(account, revision + 1)};
  return status_table_put(writer, id, length, &record);
}

int related_create(uint64_t revision, struct status_table_writer **ret_writer) {
  const struct status_table_properties properties = {.capacity = related_accounts,
                                                     .known_reasons = UINT16_MAX,
                                                     .known_notices = UINT32_MAX,
                                                     .known_capabilities = UINT64_MAX};
  struct status_table_writer *writer = NULL;
  int error = status_table_create(&properties, &writer);
  for (unsigned account = 0; error == 0 && account < related_accounts; account++)
    error = related_put(writer, account, revision);
  if (error < 0)
    status_table_destroy(writer);
  else
    *ret_writer = writer;
  return error;
}
