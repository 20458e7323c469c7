// Clients/C/src/pool.c: blocks that come back.

#include "pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

extern int __asan_address_is_poisoned(const volatile void *address) __attribute__((weak));

typedef struct block {
  atomic_uint prepared, owner;
  char bytes[100];
} block;

static void prepare(void *memory) { ((block *)memory)->prepared++; }

static pool make_pool(void) { return (pool){.size = sizeof(block), .prepare = prepare}; }

static void a_block_that_comes_back_is_taken_again(void) {
  pool pool = make_pool();
  block *first = pool_take(&pool);
  NEED(first != NULL);
  CHECK_EQUAL(first->prepared, 1);
  CHECK_EQUAL(first->bytes[99], 0);
  first->bytes[99] = 7;
  pool_give_back(first);
  for (int i = 0; i < 100; i++) {
    block *again = pool_take(&pool);
    CHECK(again == first);
    // As it was left.
    CHECK_EQUAL(again->bytes[99], 7);
    pool_give_back(again);
  }
  pool_close(&pool);
}

static void only_so_many_are_kept(void) {
  enum { MANY = 3 * POOL_PLACES };
  pool pool = make_pool();
  block *taken[MANY];
  for (int i = 0; i < MANY; i++) {
    taken[i] = pool_take(&pool);
    NEED(taken[i] != NULL);
    for (int j = 0; j < i; j++)
      CHECK(taken[i] != taken[j]);
  }
  // Whatever has no place is freed here: AddressSanitizer finds what is not.
  for (int i = 0; i < MANY; i++)
    pool_give_back(taken[i]);
  unsigned kept = 0;
  for (int i = 0; i < POOL_PLACES; i++)
    kept += pool.places[i] != NULL;
  CHECK_EQUAL(kept, POOL_PLACES);
  pool_close(&pool);
}

static void what_is_taken_outlives_the_pool(void) {
  pool pool = make_pool();
  block *taken = pool_take(&pool), *kept = pool_take(&pool);
  pool_give_back(kept);
  pool_close(&pool);
  taken->bytes[0] = 1;
  pool_give_back(taken);
}

static void uses_are_counted_wherever_the_block_is(void) {
  pool pool = make_pool();
  block *taken[POOL_PLACES + 5];
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < POOL_PLACES + 5; i++) {
      taken[i] = pool_take(&pool);
      if (i % 2 == 0)
        pool_count_use(&pool, taken[i]);
    }
    for (int i = 0; i < POOL_PLACES + 5; i++)
      pool_give_back(taken[i]);
  }
  CHECK_EQUAL(pool_uses(&pool), 3 * 11);
  pool_close(&pool);
}

static void *take_and_give_back(void *argument) {
  pool *pool = argument;
  long wrong = 0;
  for (unsigned i = 1; i <= 20000; i++) {
    block *block = pool_take(pool);
    unsigned nobody = 0;
    wrong += !atomic_compare_exchange_strong(&block->owner, &nobody, i);
    wrong += atomic_exchange(&block->owner, 0) != i;
    pool_count_use(pool, block);
    pool_give_back(block);
  }
  return (void *)wrong;
}

static void threads_never_share_a_block(void) {
  pool pool = make_pool();
  pthread_t threads[8];
  for (int i = 0; i < 8; i++)
    NEED(pthread_create(&threads[i], NULL, take_and_give_back, &pool) == 0);
  for (int i = 0; i < 8; i++) {
    void *wrong;
    pthread_join(threads[i], &wrong);
    CHECK_EQUAL((long)wrong, 0);
  }
  CHECK_EQUAL(pool_uses(&pool), 8 * 20000);
  pool_close(&pool);
}

static void giving_back_twice_aborts(void) {
  pool pool = make_pool();
  block *taken = pool_take(&pool);
  pid_t child = fork();
  NEED(child >= 0);
  if (child == 0) {
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    signal(SIGABRT, SIG_DFL);
    pool_give_back(taken);
    pool_give_back(taken);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
  pool_give_back(taken);
  pool_close(&pool);
}

static void a_block_that_is_kept_is_poisoned(void) {
  if (__asan_address_is_poisoned == NULL) {
    test_skip("there is no AddressSanitizer");
    return;
  }
  pool pool = make_pool();
  block *taken = pool_take(&pool);
  CHECK(!__asan_address_is_poisoned(&taken->bytes[50]));
  pool_give_back(taken);
  CHECK(__asan_address_is_poisoned(&taken->bytes[50]));
  CHECK(pool_take(&pool) == taken);
  CHECK(!__asan_address_is_poisoned(&taken->bytes[50]));
  pool_give_back(taken);
  pool_close(&pool);
}

static const test tests[] = {
    {"a block that comes back is taken again", a_block_that_comes_back_is_taken_again},
    {"only so many are kept", only_so_many_are_kept},
    {"what is taken outlives the pool", what_is_taken_outlives_the_pool},
    {"uses are counted wherever the block is", uses_are_counted_wherever_the_block_is},
    {"threads never share a block", threads_never_share_a_block},
    {"giving back twice aborts", giving_back_twice_aborts},
    {"a block that is kept is poisoned", a_block_that_is_kept_is_poisoned},
};
const test_suite pool_suite = SUITE("pool", tests);
