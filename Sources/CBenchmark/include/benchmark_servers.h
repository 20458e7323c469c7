/* What the daemon is measured against: two servers in C that do less.
 *
 *   bare       counts bytes. Every `request_size` bytes are a request; the answer is always the
 *              same frame with the request's stream id. It decodes nothing: what is left is the
 *              socket, epoll and the kernel.
 *   protobuf   takes ttrpc frames apart, unpacks GetStatusRequest and packs GetStatusResponse with
 *              libprotobuf-c, from a hash table of the workload's accounts. No checks of the
 *              bytes, no limits, no deadlines, no policy, no ledger.
 *
 * Both are one epoll loop on one thread that answers everything a read brought with one write. */
#ifndef ACCOUNTSTATUS_BENCHMARK_SERVERS_H
#define ACCOUNTSTATUS_BENCHMARK_SERVERS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Listens on a new Unix socket. A descriptor or -errno. */
int benchmark_listen(const char *socket_path);

/* Serves until `stop` is readable or at its end. 0 or -errno. -EINVAL: a size is too small for a
 * frame. The listener stays open. */
int benchmark_serve_bare(int listener, size_t request_size, size_t reply_size, int stop);

int benchmark_serve_protobuf(int listener, uint32_t accounts, int stop);

#ifdef __cplusplus
}
#endif

#endif
