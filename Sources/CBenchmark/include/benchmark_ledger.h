/* What SQLite alone takes to store facts as the ledger does: the bound for ReportFacts.
 *
 * The ledger's tables, indexes and pragmas (one exclusive connection, WAL, synchronous=FULL), and
 * per fact its three writes: the fact, the account's status, the change. No socket, no decoding,
 * no evaluation, no reads. */
#ifndef ACCOUNTSTATUS_BENCHMARK_LEDGER_H
#define ACCOUNTSTATUS_BENCHMARK_LEDGER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Stores `facts` facts about `accounts` accounts in a new database at `path`, `group` of them per
 * transaction, and removes it. The accounts are there before the measurement begins. 0, or -errno
 * with SQLite's message on stderr. */
int benchmark_ledger(const char *path, uint32_t accounts, uint32_t facts, uint32_t group,
                     uint64_t *ret_wall_ns);

#ifdef __cplusplus
}
#endif

#endif
