/* The least that a lookup over a socket could be: structs of a fixed size, as they lie in memory.
 * They are as long as GetStatus' ttrpc frames are. */
#ifndef BENCHMARK_BARE_H
#define BENCHMARK_BARE_H

#include "accounts.h"

struct bare_request {
  uint32_t number;
  uint32_t reserved;
  char id[account_id_length];
  char rest[56];
};

struct bare_reply {
  uint32_t number;
  uint32_t state;
  uint64_t revision;
  char id[account_id_length];
  uint8_t capabilities[capability_count];
  uint8_t token[token_length];
  char rest[18];
};

_Static_assert(sizeof(struct bare_request) == 80, "a request is as long as the frame of one");
_Static_assert(sizeof(struct bare_reply) == 128, "a reply is as long as the frame of one");

#endif
