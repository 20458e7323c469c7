/* status-table-stress: the stresses as a program, for sanitizers and long runs.
 *
 *     status-table-stress torn READS [READERS]
 *     status-table-stress processes READS
 *     status-table-stress growth ACCOUNTS [READERS]
 *     status-table-stress segments COUNT [SEED]
 *     status-table-stress killed CUTS
 *
 * Exits with 1 if something did not hold. */
#include "status_table_stress.h"
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int fail(int error) {
  fprintf(stderr, "status-table-stress: fatal: %s\n", strerror(-error));
  return 70;
}

static int torn(bool in_processes, uint64_t reads, unsigned readers) {
  struct status_table_stress_result result;
  int error = in_processes ? status_table_process_stress(reads, &result)
                           : status_table_stress(reads, readers, &result);
  if (error < 0)
    return fail(error);
  printf("%s: reads %" PRIu64 "  torn %" PRIu64 "  backwards %" PRIu64 "  busy %" PRIu64
         "  writes %" PRIu64 "\n",
         in_processes ? "processes" : "torn", result.reads, result.torn, result.backwards,
         result.busy, result.writes);
  return result.torn != 0 || result.backwards != 0 || result.writes == 0;
}

static int growth(uint32_t accounts, unsigned readers) {
  struct status_table_growth_result result;
  int error = status_table_growth_stress(accounts, readers, &result);
  if (error < 0)
    return fail(error);
  printf("growth: reads %" PRIu64 "  failed %" PRIu64 "  outdated %" PRIu64 "  busy %" PRIu64
         "  generations %" PRIu64 "  mapped %" PRIu64 "\n",
         result.reads, result.failed, result.outdated, result.busy, result.generations,
         result.mapped);
  return result.failed != 0 || result.outdated != 0 || result.reads == 0;
}

static int segments(uint64_t count, uint64_t seed) {
  struct status_table_segments_result result;
  int error = status_table_segments_stress(count, seed, &result);
  if (error < 0)
    return fail(error);
  printf("segments: tried %" PRIu64 "  mapped %" PRIu64 "  broken %" PRIu64
         "  longest read %" PRIu64 " us\n",
         result.segments, result.mapped, result.broken, result.longest / 1000);
  return result.broken != 0 || result.mapped == 0 || result.mapped == result.segments;
}

static int killed(unsigned cuts) {
  static const char *const names[] = {"update", "insert", "growth", "replacement", "position"};
  bool is_wrong = false;
  for (int change = STATUS_TABLE_UPDATE; change <= STATUS_TABLE_POSITION; change++) {
    struct status_table_kill_result result;
    int error = status_table_kill_stress((enum status_table_change)change, cuts, &result);
    if (error < 0)
      return fail(error);
    printf("killed, %s: kills %" PRIu64 "  instructions %" PRIu64 "  stores %" PRIu64
           "  reads %" PRIu64 "  torn %" PRIu64 "  failed %" PRIu64 "  busy %" PRIu64
           "  longest read %" PRIu64 " us\n",
           names[change], result.kills, result.steps, result.stores, result.reads, result.torn,
           result.failed, result.busy, result.longest / 1000);
    is_wrong |= result.torn != 0 || result.failed != 0 || result.stores == 0;
  }
  return is_wrong;
}

int main(int argc, char **argv) {
  const char *kind = argc > 2 ? argv[1] : "";
  uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
  uint64_t second = argc > 3 ? strtoull(argv[3], NULL, 10) : 2;
  if (strcmp(kind, "torn") == 0)
    return torn(false, first, (unsigned)second);
  if (strcmp(kind, "processes") == 0)
    return torn(true, first, 1);
  if (strcmp(kind, "growth") == 0)
    return growth((uint32_t)first, (unsigned)second);
  if (strcmp(kind, "segments") == 0)
    return segments(first, second);
  if (strcmp(kind, "killed") == 0)
    return killed((unsigned)first);
  fprintf(stderr, "usage: status-table-stress torn|processes|growth|segments|killed COUNT "
                  "[READERS|SEED]\n");
  return 64;
}
