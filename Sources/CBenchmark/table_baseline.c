#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "table.h"
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static uint64_t rotate(uint64_t x, int bits) { return x << bits | x >> (64 - bits); }

static inline __attribute__((always_inline)) void round_of_sip(uint64_t v[4]) {
  v[0] += v[1];
  v[2] += v[3];
  v[1] = rotate(v[1], 13) ^ v[0];
  v[3] = rotate(v[3], 16) ^ v[2];
  v[0] = rotate(v[0], 32) + v[3];
  v[2] += v[1];
  v[3] = rotate(v[3], 21) ^ v[0];
  v[1] = rotate(v[1], 17) ^ v[2];
  v[2] = rotate(v[2], 32);
}

/* SipHash-1-3 of an id of twelve bytes, as the table hashes it. */
static inline __attribute__((always_inline)) uint64_t hash_of(const uint64_t seed[2],
                                                              const char *id) {
  uint64_t word;
  uint32_t rest;
  memcpy(&word, id, sizeof word);
  memcpy(&rest, id + sizeof word, sizeof rest);
  uint64_t last = (uint64_t)id_length << 56 | rest;
  uint64_t v[4] = {seed[0] ^ UINT64_C(0x736f6d6570736575), seed[1] ^ UINT64_C(0x646f72616e646f6d),
                   seed[0] ^ UINT64_C(0x6c7967656e657261), seed[1] ^ UINT64_C(0x7465646279746573)};
  v[3] ^= word;
  round_of_sip(v);
  v[0] ^= word;
  v[3] ^= last;
  round_of_sip(v);
  v[0] ^= last;
  v[2] ^= 0xff;
  round_of_sip(v);
  round_of_sip(v);
  round_of_sip(v);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

int baseline_create(struct benchmark_table *table) {
  uint64_t slots = 128;
  while (slots < (uint64_t)table->accounts * 2)
    slots *= 2;
  table->baseline_mask = slots - 1;
  table->baseline_size = slots * sizeof(struct baseline_record);
  int descriptor = memfd_create("accountstatus-baseline", MFD_CLOEXEC);
  if (descriptor < 0)
    return -errno;
  void *memory = MAP_FAILED;
  if (ftruncate(descriptor, (off_t)table->baseline_size) == 0)
    memory = mmap(NULL, table->baseline_size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  int error = memory == MAP_FAILED ? -errno : 0;
  close(descriptor);
  if (error < 0)
    return error;
  table->baseline = memory;
  for (uint32_t account = 0; account < table->accounts; account++) {
    uint64_t hash = hash_of(table->seed, table->ids[account]);
    uint64_t slot = hash & table->baseline_mask;
    while (table->baseline[slot].state != 0)
      slot = (slot + 1) & table->baseline_mask;
    table->baseline[slot] = (struct baseline_record){.hash = hash, .state = 1};
  }
  return 0;
}

void baseline_destroy(struct benchmark_table *table) {
  if (table->baseline != NULL)
    munmap(table->baseline, table->baseline_size);
}

uint64_t baseline_read(const struct benchmark_table *table, const char *id) {
  uint64_t wanted = hash_of(table->seed, id);
  for (uint64_t slot = wanted;; slot++) {
    const struct baseline_record *record = &table->baseline[slot & table->baseline_mask];
    uint64_t before, hash, state;
    do {
      before = __atomic_load_n(&record->sequence, __ATOMIC_ACQUIRE);
      hash = __atomic_load_n(&record->hash, __ATOMIC_RELAXED);
      state = __atomic_load_n(&record->state, __ATOMIC_RELAXED);
      __atomic_thread_fence(__ATOMIC_ACQUIRE);
    } while ((before & 1) || __atomic_load_n(&record->sequence, __ATOMIC_RELAXED) != before);
    if (state == 0 || hash == wanted)
      return state;
  }
}
