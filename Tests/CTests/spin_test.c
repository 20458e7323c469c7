// Clients/C/src/spin.c: waits in, decisions out.

#include "spin.h"

#include <stdlib.h>

#include "test.h"

enum { MICROSECOND = 1000, LIMIT = 50 * MICROSECOND };

// A caller in a loop, and the clock it lives by.
typedef struct world {
  spin spin;
  int64_t now;
  int64_t spun, slept, waits, spins;
} world;

static world make_world(void) {
  world world = {.now = 1};
  spin_start(&world.spin, LIMIT);
  return world;
}

// One wait for an answer that comes after a time if the caller looks for it, or, less than 0, only
// once it sleeps. Whether it was found awake.
static bool wait_once(world *world, int64_t comes_after) {
  int64_t allowed = spin_begin(&world->spin, world->now);
  world->waits++;
  CHECK(allowed >= 0 && allowed <= LIMIT);
  bool is_hit = allowed > 0 && comes_after >= 0 && comes_after <= allowed;
  int64_t spun = is_hit ? comes_after : allowed;
  if (allowed > 0) {
    spin_end(&world->spin, allowed, spun, is_hit);
    world->spins++;
  }
  world->spun += spun;
  // What a sleep and its wake-up take beside the wait.
  int64_t slept = is_hit ? 0 : 30 * MICROSECOND;
  world->slept += slept;
  world->now += spun + slept + 5 * MICROSECOND;
  return is_hit;
}

static void without_a_limit_it_never_spins(void) {
  spin spin;
  spin_start(&spin, 0);
  CHECK(!spin_is_wanted(&spin));
  for (int i = 0; i < 100; i++)
    CHECK_EQUAL(spin_begin(&spin, i * 1000), 0);
}

static void answers_that_come_soon_are_waited_for_awake(void) {
  world world = make_world();
  int hits = 0;
  for (int i = 0; i < 10000; i++)
    hits += wait_once(&world, 7 * MICROSECOND);
  CHECK_EQUAL(hits, 10000);
}

static void it_looks_no_longer_than_pays(void) {
  world world = make_world();
  for (int i = 0; i < 200; i++)
    wait_once(&world, 7 * MICROSECOND);
  // Past the attempt that has the whole limit.
  while (world.spin.attempts % 32 == 0)
    wait_once(&world, 7 * MICROSECOND);
  int64_t allowed = spin_begin(&world.spin, world.now);
  CHECK(allowed >= 7 * MICROSECOND && allowed <= 11 * MICROSECOND);
}

static void on_one_core_it_ends_within_a_few_calls(void) {
  world world = make_world();
  for (int i = 0; i < SPIN_FIRST_REST; i++)
    wait_once(&world, -1);
  CHECK_EQUAL(world.spins, SPIN_FAILURES);
  for (int i = 0; i < 100000; i++)
    wait_once(&world, -1);
  // Two probes of the limit in a thousand waits: a tenth of a microsecond each.
  CHECK(world.spins < 250);
  CHECK(world.spun / world.waits <= LIMIT / 400);
}

// There the wake-up often lets the server run first, and its answer is there at the first look.
static void what_was_there_already_teaches_nothing(void) {
  world world = make_world();
  for (int i = 0; i < 100000; i++)
    wait_once(&world, i % 3 == 0 ? 500 : -1);
  CHECK(world.spun / world.waits <= LIMIT / 400);
  // Nor does it take back what was learned.
  world = make_world();
  int hits = 0;
  for (int i = 0; i < 10000; i++)
    hits += wait_once(&world, i % 3 == 0 ? 500 : 6 * MICROSECOND);
  CHECK_EQUAL(hits, 10000);
}

static void it_begins_again_when_it_pays_again(void) {
  world world = make_world();
  for (int i = 0; i < 10000; i++)
    wait_once(&world, -1);
  int hits = 0;
  for (int i = 0; i < SPIN_LAST_REST + 100; i++)
    hits += wait_once(&world, 5 * MICROSECOND);
  CHECK(hits >= 100 - SPIN_PROBES);
}

static void it_ends_when_it_no_longer_pays(void) {
  world world = make_world();
  for (int i = 0; i < 1000; i++)
    wait_once(&world, 5 * MICROSECOND);
  int64_t before = world.spins;
  for (int i = 0; i < 100; i++)
    wait_once(&world, -1);
  CHECK(world.spins - before <= 24);
}

// Most answers soon, some far too late: looking pays, but not for those.
static void a_late_answer_now_and_then_does_no_harm(void) {
  world world = make_world();
  int hits = 0;
  for (int i = 0; i < 10000; i++)
    hits += wait_once(&world, i % 10 == 9 ? -1 : 5 * MICROSECOND);
  CHECK(hits > 8500);
  // Had each late one cost the limit, it would be 5 + 4.5 µs.
  CHECK(world.spun / world.waits < 7 * MICROSECOND);
}

static void answers_seldom_in_time_are_not_worth_it(void) {
  world world = make_world();
  srand(1);
  for (int i = 0; i < 100000; i++)
    wait_once(&world, rand() % 6 == 0 ? 20 * MICROSECOND : -1);
  CHECK(world.spun / world.waits < 3 * MICROSECOND);
}

static void it_never_burns_more_than_its_share(void) {
  // Answers that come late and yet pay, in a closed loop: all but a sleep's cost of each is burnt.
  world world = make_world();
  int64_t burnt = 0;
  while (world.now < 10 * SPIN_WINDOW) {
    int64_t before = world.spun;
    wait_once(&world, 30 * MICROSECOND);
    int64_t spun = world.spun - before;
    burnt += spun > SPIN_SLEEP_COST ? spun - SPIN_SLEEP_COST : 0;
  }
  // A full window's credit to begin with.
  CHECK(burnt <= (world.now + SPIN_WINDOW) / SPIN_SHARE_DIVISOR);
  CHECK(burnt >= world.now / SPIN_SHARE_DIVISOR / 2);
}

static void the_share_is_over_a_window(void) {
  world world = make_world();
  // Idle for long: no more than a window's credit is there.
  world.now = 1000 * SPIN_WINDOW;
  int64_t start = world.now, spun = 0;
  while (world.now < start + SPIN_WINDOW) {
    int64_t before = world.spun;
    wait_once(&world, 40 * MICROSECOND);
    spun += world.spun - before - SPIN_SLEEP_COST > 0 ? world.spun - before - SPIN_SLEEP_COST : 0;
  }
  CHECK(spun <= 2 * SPIN_WINDOW / SPIN_SHARE_DIVISOR);
}

// Calls of several threads overlap.
static void attempts_may_overlap(void) {
  spin spin;
  spin_start(&spin, LIMIT);
  int64_t now = 1;
  for (int i = 0; i < 1000; i++) {
    int64_t allowed[8];
    for (int t = 0; t < 8; t++)
      allowed[t] = spin_begin(&spin, now += MICROSECOND);
    for (int t = 0; t < 8; t++) {
      if (allowed[t] > 0)
        spin_end(&spin, allowed[t], i % 2 == 0 ? 3 * MICROSECOND : allowed[t], i % 2 == 0);
      CHECK(spin.probes <= SPIN_PROBES && spin.length >= 0 && spin.length <= LIMIT);
      CHECK(spin.credit <= SPIN_WINDOW / SPIN_SHARE_DIVISOR + 8 * LIMIT);
    }
  }
}

static const test tests[] = {
    {"without a limit it never spins", without_a_limit_it_never_spins},
    {"answers that come soon are waited for awake", answers_that_come_soon_are_waited_for_awake},
    {"it looks no longer than pays", it_looks_no_longer_than_pays},
    {"on one core it ends within a few calls", on_one_core_it_ends_within_a_few_calls},
    {"what was there already teaches nothing", what_was_there_already_teaches_nothing},
    {"it begins again when it pays again", it_begins_again_when_it_pays_again},
    {"it ends when it no longer pays", it_ends_when_it_no_longer_pays},
    {"a late answer now and then does no harm", a_late_answer_now_and_then_does_no_harm},
    {"answers seldom in time are not worth it", answers_seldom_in_time_are_not_worth_it},
    {"it never burns more than its share", it_never_burns_more_than_its_share},
    {"the share is over a window", the_share_is_over_a_window},
    {"attempts may overlap", attempts_may_overlap},
};
const test_suite spin_suite = SUITE("spin", tests);
