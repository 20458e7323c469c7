#include "test.h"
static const test tests[] = {{0}};
const test_suite vectors_suite = {"vectors", tests, 0};
