/* How a table's memory gets from the daemon to a client.
 *
 * The daemon listens on `table.sock`, a SOCK_SEQPACKET socket beside its RPC socket. Whoever
 * connects gets one struct status_table_offer, with the table's memfd beside it where the peer may
 * read all statuses, and end of file. Nothing is ever sent to the daemon there.
 *
 * When rights change, the daemon replaces its table (STATUS_TABLE_REPLACED) and so has everybody
 * ask again. Who is refused then has the memory of before, which nobody writes to any more.
 *
 * Functions return 0 or -errno. */
#ifndef ACCOUNTSTATUS_STATUS_TABLE_HANDOVER_H
#define ACCOUNTSTATUS_STATUS_TABLE_HANDOVER_H

#include "status_table.h"

#ifdef __cplusplus
extern "C" {
#endif

/* "ACSOFFER" as it stands in memory. */
#define STATUS_TABLE_OFFER_MAGIC UINT64_C(0x524546464f534341)

/* The one message of the hand-over; little-endian. */
struct status_table_offer {
  uint64_t magic;
  uint16_t layout_major;
  uint16_t layout_minor;
  /* 0: the memfd comes with the message. Else a negative errno, and no memfd does: -EACCES, the
   * peer may not read all statuses; -EAGAIN, there is no table to give at present. */
  int32_t status;
  /* Bytes of the memory, and the table's generation. */
  uint64_t size;
  uint64_t generation;
};

#ifndef __cplusplus
_Static_assert(sizeof(struct status_table_offer) == 32, "an offer is 32 bytes");
#endif

struct status_table_writer;

/* Offers a writer's table on an accepted connection; with a negative errno as `status`, or without
 * a writer, says why there is none. Never waits. In status_table_offer.c. */
int status_table_send_offer(int connection, const struct status_table_writer *writer, int status);

/* Receives an offer on a connected socket. On 0 the descriptor is the caller's; it has been checked
 * for its seals and size. -EACCES, -EAGAIN: as the offer says; -EPROTO: no offer, or of another
 * layout; -EBADMSG: memory that is not sealed or has another size. Waits until `deadline`, of
 * CLOCK_MONOTONIC: -ETIMEDOUT. */
int status_table_receive_offer(int connection, int64_t deadline,
                               struct status_table_offer *ret_offer, int *ret_descriptor);

#ifdef __cplusplus
}
#endif

#endif
