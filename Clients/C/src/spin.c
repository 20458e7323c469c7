#include "spin.h"

#include <string.h>

enum { WEIGHT = 1 << 16, MEMORY_SHIFT = 3, WHOLE_LIMIT_EVERY = 32 };

static const int64_t most_credit = SPIN_WINDOW / SPIN_SHARE_DIVISOR;

static void start_probing(spin *spin) {
  memset(spin->weights, 0, sizeof spin->weights);
  spin->length = 0;
  spin->probes = SPIN_PROBES;
  spin->failures = 0;
}

static void start_resting(spin *spin) {
  spin->length = 0;
  spin->probes = 0;
  spin->resting = spin->rest;
  spin->rest = spin->rest < SPIN_LAST_REST / 2 ? 2 * spin->rest : SPIN_LAST_REST;
}

void spin_start(spin *spin, int64_t limit) {
  memset(spin, 0, sizeof *spin);
  spin->limit = limit;
  spin->rest = SPIN_FIRST_REST;
  spin->credit = most_credit;
}

// ----------------------------------------------------------------------------------- decisions

static void earn(spin *spin, int64_t now) {
  int64_t passed = now - spin->credited_at;
  spin->credited_at = now;
  if (passed < 0 || passed > SPIN_WINDOW)
    passed = SPIN_WINDOW;
  spin->credit += passed / SPIN_SHARE_DIVISOR;
  if (spin->credit > most_credit)
    spin->credit = most_credit;
}

// The length wanted by what was learned.
static int64_t wanted_length(spin *spin) {
  if (spin->resting > 0) {
    spin->resting--;
    return 0;
  }
  if (spin->length == 0 && spin->probes == 0)
    start_probing(spin);
  bool is_whole = spin->probes > 0 || spin->attempts % WHOLE_LIMIT_EVERY == 0;
  return is_whole ? spin->limit : spin->length;
}

int64_t spin_begin(spin *spin, int64_t now) {
  if (spin->limit == 0)
    return 0;
  int64_t length = wanted_length(spin);
  earn(spin, now);
  if (length == 0 || spin->credit < length)
    return 0;
  spin->credit -= length;
  spin->attempts++;
  return length;
}

// ------------------------------------------------------------------------------------ learning

static void remember(spin *spin, int64_t spun, bool is_hit) {
  for (int i = 0; i <= SPIN_BUCKETS; i++)
    spin->weights[i] -= spin->weights[i] >> MEMORY_SHIFT;
  int64_t bucket = is_hit ? spun * SPIN_BUCKETS / spin->limit : SPIN_BUCKETS;
  // Found by the last look, which began in time.
  if (is_hit && bucket >= SPIN_BUCKETS)
    bucket = SPIN_BUCKETS - 1;
  spin->weights[bucket] += WEIGHT >> MEMORY_SHIFT;
}

// The length that would have cost least; 0 where no length saves an eighth against sleeping. All
// in units of weight times sixteenths of the limit.
static int64_t best_length(const spin *spin) {
  uint64_t total = 0;
  for (int i = 0; i <= SPIN_BUCKETS; i++)
    total += spin->weights[i];
  uint64_t least = total * SPIN_BUCKETS * 7 / 8, found = 0, looking = 0;
  int best = 0;
  for (unsigned end = 1; end <= SPIN_BUCKETS; end++) {
    uint64_t weight = spin->weights[end - 1];
    found += weight;
    looking += weight * end;
    uint64_t cost = looking + (total - found) * (end + SPIN_BUCKETS);
    if (cost < least) {
      least = cost;
      best = (int)end;
    }
  }
  return best * spin->limit / SPIN_BUCKETS;
}

static void end_probe(spin *spin, bool is_hit) {
  spin->probes--;
  spin->failures += !is_hit;
  if (spin->failures < SPIN_FAILURES && spin->probes > 0)
    return;
  spin->probes = 0;
  spin->length = spin->failures < SPIN_FAILURES ? best_length(spin) : 0;
  if (spin->length == 0)
    start_resting(spin);
  else
    spin->rest = SPIN_FIRST_REST;
}

void spin_end(spin *spin, int64_t allowed, int64_t spun, bool is_hit) {
  int64_t burnt = !is_hit ? spun : spun > SPIN_SLEEP_COST ? spun - SPIN_SLEEP_COST : 0;
  spin->credit += allowed - burnt;
  if (is_hit && spun < SPIN_FIRST_LOOK)
    return;
  // Other threads may have ended the round meanwhile: what comes late is no longer asked about.
  if (spin->probes > 0) {
    remember(spin, spun, is_hit);
    end_probe(spin, is_hit);
  } else if (spin->length > 0) {
    remember(spin, spun, is_hit);
    spin->length = best_length(spin);
    if (spin->length == 0)
      start_resting(spin);
  }
}
