/* The accounts that are asked for, as frames and as facts.
 *
 * Account n, 0 <= n < count, has the id "partner-%08u" and one of eight situations, mixed by n:
 * most are active and nothing but registered; others are late, suspended for billing, profile or
 * abuse, closed, or in a cloud that no edition covers. All instants are relative to the day on
 * which the facts are made, so the states are the same on any day. */
#ifndef ACCOUNTSTATUS_BENCHMARK_WORKLOAD_H
#define ACCOUNTSTATUS_BENCHMARK_WORKLOAD_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of an account id, without a NUL. */
#define BENCHMARK_ACCOUNT_ID_LENGTH 16

/* What an account's facts amount to. */
enum benchmark_situation {
  BENCHMARK_REGISTERED,
  BENCHMARK_VERIFIED,
  BENCHMARK_DELINQUENT,
  BENCHMARK_PAST_DUE,
  BENCHMARK_REJECTED,
  BENCHMARK_ABUSIVE,
  BENCHMARK_CLOSED,
  BENCHMARK_NOT_COVERED,
};

/* Frames ready to be sent, one behind the other; stream ids are filled in on sending. */
struct benchmark_frames {
  uint8_t *bytes;
  /* Where frame n begins; offsets[count] is the end. */
  size_t *offsets;
  uint32_t count;
};

/* Writes the id of account n and a NUL. */
void benchmark_account_id(uint32_t n, char ret_id[BENCHMARK_ACCOUNT_ID_LENGTH + 1]);

enum benchmark_situation benchmark_situation_of(uint32_t n);

/* One GetStatus call per account. Free it with benchmark_frames_free. -ENOMEM. */
int benchmark_get_frames(uint32_t accounts, struct benchmark_frames *ret_frames);

/* `count` ReportFacts calls of one fact each, the first with number `first`, spread over the
 * accounts. Every fact changes its account's answer: a finding is suspected or dismissed in turn.
 * Facts of different numbers differ, so a number is stored once in the life of a ledger. */
int benchmark_report_frames(uint32_t accounts, uint32_t first, uint32_t count,
                            struct benchmark_frames *ret_frames);

void benchmark_frames_free(struct benchmark_frames *frames);

/* Registers the accounts with a daemon, and reports what makes their situations. The caller must
 * be a reporter. -EREMOTEIO: the daemon refused; what it said is on stderr. */
int benchmark_register(const char *socket_path, uint32_t accounts);

/* Asks for `samples` accounts, spread evenly, and compares each state with its situation; gives
 * the mean size of a reply frame. -EBADMSG: a state differs or a reply cannot be read. */
int benchmark_verify(const char *socket_path, uint32_t accounts, uint32_t samples,
                     size_t *ret_reply_size);

/* The time from readable to reply queued of one method, as the daemon counts it since its start:
 * a method's full name, and nanoseconds. -ENOENT: it was never called. */
int benchmark_method_times(const char *socket_path, const char *method, uint64_t *ret_p50,
                           uint64_t *ret_p99);

#ifdef __cplusplus
}
#endif

#endif
