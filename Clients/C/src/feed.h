// What the server tells of changes, message by message, across as many connections as it takes.

#ifndef FEED_H
#define FEED_H

#include "accountstatus/v1/status_service.pb-c.h"
#include "back_off.h"
#include "connection.h"
#include "handle.h"
#include "memory.h"

typedef struct feed {
  accountstatus *handle;
  // handle->forks when the descriptors were made.
  unsigned forks;
  // The accounts and where to go on, in memory of their own.
  Accountstatus__V1__WatchStatusesRequest request;
  memory request_memory;
  uint8_t *token;
  // Where to go on is not known while a snapshot is being told.
  bool in_snapshot;
  // The server has said that the stream is over, and that another one is to begin anew.
  bool is_over;
  connection connection;
  uint32_t stream;
  ProtobufCBinaryData frame;
  size_t sent;
  back_off back_off;
  // A thread is in it: what a fork makes of it then cannot be relied upon.
  bool is_busy;
  // When something came last, monotonic.
  int64_t heard_at;
  // Readable when there is something to do: of the connection, and of a timer that goes off when it
  // is time to connect, or to look whether the server has fallen silent.
  int epoll;
  int timer;
} feed;

typedef Accountstatus__V1__WatchStatusesResponse feed_message;

// Sets a feed up; connects nothing yet. 0, -E2BIG, -EINVAL or -ENOMEM.
int feed_open(feed *feed, accountstatus *handle, const char *const *account_ids, size_t count,
              const uint8_t *token, size_t token_size, accountstatus_error *failure);

// Closes what is open; of {0} with descriptors -1 nothing is.
void feed_close(feed *feed);

// The next message: 1, and it is good until the next call; 0 when none came by a deadline. A
// negative errno says that there is no connection, or that the stream broke or was refused: another
// is made by a later call, when it is time.
int feed_next(feed *feed, int64_t deadline, const feed_message **ret_message,
              accountstatus_error *failure);

// What was told is not known any more: the next connection begins with a snapshot.
void feed_forget(feed *feed);

// Where to go on behind the last message; empty when that is not known.
ProtobufCBinaryData feed_token(const feed *feed);

#endif
