// When to look for an answer before sleeping, and for how long. Pure: waits in, decisions out.
//
// A sleep costs a wake-up, tens of microseconds where the server runs on another core; looking
// costs the processor time it takes, and gains nothing where the answer comes late, or where the
// server cannot run because it is the caller that runs. Which of these holds is learned from what
// becomes of the attempts, not guessed from where both ends are: on one core every attempt fails,
// and so it ends.
//
// The caller says what a wake-up is worth to him: the limit. An attempt that fails after t costs
// t + limit, one that finds its answer after t costs t, and sleeping at once costs the limit. What
// is chosen is the length that would have cost least over the last attempts, or none.

#ifndef SPIN_H
#define SPIN_H

#include <stdbool.h>
#include <stdint.h>

enum {
  // Answers are told apart by sixteenths of the limit.
  SPIN_BUCKETS = 16,
  // Attempts of a round that finds out whether it pays, and failures that end the round.
  SPIN_PROBES = 4,
  SPIN_FAILURES = 2,
  // Waits from one such round to the next: twice as many after each that failed.
  SPIN_FIRST_REST = 16,
  SPIN_LAST_REST = 1024,
};

// Spinning burns at most a fifth of a core more than sleeping would, averaged over 100 ms: what a
// neighbour on a small machine hardly notices.
#define SPIN_SHARE_DIVISOR 5
#define SPIN_WINDOW INT64_C(100000000)
// Processor time that a sleep and its wake-up take: an answer that is found sooner burns nothing.
#define SPIN_SLEEP_COST INT64_C(7000)
// An answer that the first look finds was there before: the server ran in the caller's place, on
// the same core. It says nothing of looking again.
#define SPIN_FIRST_LOOK INT64_C(1500)

typedef struct spin {
  // Nanoseconds; 0: never spin.
  int64_t limit;
  // What became of the last attempts: found in each sixteenth of the limit, and not found.
  uint32_t weights[SPIN_BUCKETS + 1];
  // The length that pays; 0: none.
  int64_t length;
  // Of the round of probes under way; and waits to go until the next, and from that to the one
  // after.
  uint32_t probes, failures;
  uint32_t resting, rest;
  // Counts attempts: now and then one has the whole limit, to find what comes later than usual.
  uint32_t attempts;
  // Nanoseconds that may be burnt, at an instant.
  int64_t credit, credited_at;
} spin;

void spin_start(spin *spin, int64_t limit);

// Whether spin_begin may ever say anything but 0. Never changes.
static inline bool spin_is_wanted(const spin *spin) { return spin->limit > 0; }

// How long a wait that begins now may look before it sleeps; 0: not at all.
int64_t spin_begin(spin *spin, int64_t now);

// What came of a wait that was allowed to look: for how long it did, and whether it found the
// answer.
void spin_end(spin *spin, int64_t allowed, int64_t spun, bool is_hit);

#endif
