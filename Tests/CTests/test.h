// A small test runner: suites of named tests, checks that go on after a failure, one closing line.

#ifndef TEST_H
#define TEST_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef struct test {
  const char *name;
  void (*run)(void);
} test;

typedef struct test_suite {
  const char *name;
  const test *tests;
  size_t count;
} test_suite;

#define SUITE(suite_name, tests_array)                                                             \
  { suite_name, tests_array, sizeof tests_array / sizeof tests_array[0] }

extern const test_suite wire_check_suite, wire_check_limits_suite, wire_arena_suite, get_suite,
    batch_suite, check_suite, failure_suite, list_suite, report_suite, connection_suite, call_suite,
    deadline_suite, handle_suite, process_suite, vectors_suite, server_suite, pool_suite,
    spin_suite, table_suite, answer_suite, table_life_suite, table_process_suite, steady_suite,
    watch_suite, watch_life_suite, cache_suite, cache_life_suite, cache_steady_suite,
    watch_server_suite, testing_suite;

// Notes a failed check of the running test. May be called from any thread.
void test_fail(const char *file, int line, const char *text, long long left, long long right);

// Allocations of this program so far, in the plain build.
unsigned long allocation_count(void);

// Says that the running test had nothing to run against.
void test_skip(const char *why);

#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition))                                                                              \
      test_fail(__FILE__, __LINE__, #condition, 0, 0);                                             \
  } while (0)

#define CHECK_EQUAL(left, right)                                                                   \
  do {                                                                                             \
    long long left_value = (long long)(left), right_value = (long long)(right);                    \
    if (left_value != right_value)                                                                 \
      test_fail(__FILE__, __LINE__, #left " == " #right, left_value, right_value);                 \
  } while (0)

#define CHECK_TEXT(left, right)                                                                    \
  do {                                                                                             \
    const char *left_text = (left), *right_text = (right);                                         \
    if (left_text == NULL || strcmp(left_text, right_text) != 0) {                                 \
      test_fail(__FILE__, __LINE__, #left " is " #right, 0, 0);                                    \
      printf("    it is %s\n", left_text == NULL ? "NULL" : left_text);                            \
    }                                                                                              \
  } while (0)

// Leaves the test when there is nothing to go on with.
#define NEED(condition)                                                                            \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      test_fail(__FILE__, __LINE__, #condition, 0, 0);                                             \
      return;                                                                                      \
    }                                                                                              \
  } while (0)

#endif
