// Runs every suite, or those whose names are given.

#include "test.h"

#include <stdatomic.h>
#include <unistd.h>

static atomic_int failures;
static atomic_bool skipped;

void test_fail(const char *file, int line, const char *text, long long left, long long right) {
  atomic_fetch_add(&failures, 1);
  if (left == 0 && right == 0)
    printf("    %s:%d: does not hold: %s\n", file, line, text);
  else
    printf("    %s:%d: does not hold: %s (%lld, %lld)\n", file, line, text, left, right);
  fflush(stdout);
}

void test_skip(const char *why) {
  atomic_store(&skipped, true);
  printf("    %s\n", why);
}

static bool is_wanted(const char *name, int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    if (strcmp(name, argv[i]) == 0)
      return true;
  }
  return argc == 1;
}

int main(int argc, char **argv) {
  const test_suite *suites[] = {&wire_check_suite,    &wire_check_limits_suite,
                                &wire_arena_suite,    &get_suite,
                                &batch_suite,         &check_suite,
                                &failure_suite,       &list_suite,
                                &report_suite,        &connection_suite,
                                &call_suite,          &deadline_suite,
                                &handle_suite,        &process_suite,
                                &vectors_suite,       &pool_suite,
                                &spin_suite,          &table_suite,
                                &answer_suite,        &table_life_suite,
                                &table_process_suite, &steady_suite,
                                &watch_suite,         &watch_life_suite,
                                &cache_suite,         &cache_life_suite,
                                &cache_steady_suite,  &server_suite,
                                &watch_server_suite,  &testing_suite};
  int passed = 0, failed = 0, left_out = 0;
  // A test that hangs is a failed one.
  alarm(300);
  for (size_t s = 0; s < sizeof suites / sizeof suites[0]; s++) {
    if (!is_wanted(suites[s]->name, argc, argv))
      continue;
    for (size_t t = 0; t < suites[s]->count; t++) {
      atomic_store(&failures, 0);
      atomic_store(&skipped, false);
      suites[s]->tests[t].run();
      bool ok = atomic_load(&failures) == 0;
      bool skip = ok && atomic_load(&skipped);
      printf("%s %s: %s\n",
             skip ? "skip"
             : ok ? "ok  "
                  : "FAIL",
             suites[s]->name, suites[s]->tests[t].name);
      fflush(stdout);
      passed += ok && !skip;
      failed += !ok;
      left_out += skip;
    }
  }
  if (left_out > 0)
    printf("%d skipped\n", left_out);
  printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
