/* The accounts that every system holds, and the answer that each gives for one.
 *
 * Account n has the id "partner-%08u". Its answer fills as many bytes as GetStatus takes for an
 * active account: about 40 for the request and 120 for the reply in a protobuf of the contract's
 * shape (lookup.proto). For C and C++; the other languages' generators make the same. */
#ifndef BENCHMARK_ACCOUNTS_H
#define BENCHMARK_ACCOUNTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { account_id_length = 16, capability_count = 18, token_length = 56 };

#define POLICY_EDITION "2020-06"

/* An account's status, as a server keeps it. */
struct account {
  char id[account_id_length + 1];
  uint8_t state;
  uint8_t capabilities[capability_count];
  uint64_t revision;
  uint8_t token[token_length];
};

/* Accounts by id: open addressing, at most half full. */
struct accounts {
  struct account *all;
  /* An account's number + 1; 0: none. */
  uint32_t *slots;
  uint32_t mask;
  uint32_t count;
};

static inline void account_id(uint32_t number, char ret_id[account_id_length + 1]) {
  memcpy(ret_id, "partner-", 8);
  for (int digit = account_id_length - 1; digit >= 8; digit--, number /= 10)
    ret_id[digit] = (char)('0' + number % 10);
  ret_id[account_id_length] = 0;
}

static inline void account_make(uint32_t number, struct account *ret_account) {
  account_id(number, ret_account->id);
  ret_account->state = (uint8_t)(1 + number % 2);
  ret_account->revision = 1 + number % 100;
  for (int i = 0; i < capability_count; i++)
    ret_account->capabilities[i] = (uint8_t)(i + 1);
  memset(ret_account->token, 'a' + (int)(number % 26), token_length);
}

static inline uint64_t account_hash(const char *id) {
  uint64_t words[2];
  memcpy(words, id, sizeof words);
  uint64_t hash =
      (words[0] ^ words[1] * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xbf58476d1ce4e5b9);
  return hash ^ hash >> 32;
}

/* Makes that many accounts, for the life of the program; without memory for them it ends. */
static inline void accounts_make(uint32_t count, struct accounts *ret_accounts) {
  uint32_t slots = 64;
  while (slots < count * 2)
    slots *= 2;
  struct accounts accounts = {(struct account *)calloc(count, sizeof(struct account)),
                              (uint32_t *)calloc(slots, sizeof(uint32_t)), slots - 1, count};
  if (accounts.all == NULL || accounts.slots == NULL) {
    fprintf(stderr, "no memory for %u accounts\n", count);
    exit(1);
  }
  for (uint32_t number = 0; number < count; number++) {
    account_make(number, &accounts.all[number]);
    uint64_t slot = account_hash(accounts.all[number].id);
    while (accounts.slots[slot & accounts.mask] != 0)
      slot++;
    accounts.slots[slot & accounts.mask] = number + 1;
  }
  *ret_accounts = accounts;
}

/* The account with an id, or NULL. */
static inline const struct account *accounts_find(const struct accounts *accounts, const void *id,
                                                  size_t id_length) {
  if (id_length != account_id_length)
    return NULL;
  for (uint64_t slot = account_hash((const char *)id);; slot++) {
    uint32_t number = accounts->slots[slot & accounts->mask];
    if (number == 0)
      return NULL;
    if (memcmp(accounts->all[number - 1].id, id, account_id_length) == 0)
      return &accounts->all[number - 1];
  }
}

#ifdef __cplusplus
}
#endif

#endif
