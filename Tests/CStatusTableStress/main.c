/* status-table-stress READS [READERS]: the stress as a program, for sanitizers and long runs. */
#include "status_table_stress.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: status-table-stress READS [READERS]\n");
    return 64;
  }
  uint64_t reads = strtoull(argv[1], NULL, 10);
  unsigned readers = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 2;
  struct status_table_stress_result result;
  int error = status_table_stress(reads, readers, &result);
  if (error < 0) {
    fprintf(stderr, "status-table-stress: fatal: %s\n", strerror(-error));
    return 70;
  }
  printf("reads %" PRIu64 "  torn %" PRIu64 "  backwards %" PRIu64 "  busy %" PRIu64
         "  writes %" PRIu64 "\n",
         result.reads, result.torn, result.backwards, result.busy, result.writes);
  return result.torn != 0 || result.backwards != 0 || result.writes == 0;
}
