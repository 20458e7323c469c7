#include "feed.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "call.h"

enum { MOST_ACCOUNTS = 1000 };

// The server makes progress once a second. One that says nothing for so long may be stopped, and
// another may have taken its place.
static const int64_t most_silence = INT64_C(10) * 1000000000;

// ------------------------------------------------------------------------------------- opening

static int copy_accounts(feed *feed, const char *const *account_ids, size_t count,
                         accountstatus_error *failure) {
  if (count > MOST_ACCOUNTS)
    return failure_set(failure, E2BIG, ACCOUNTSTATUS_CODE_INVALID_ARGUMENT,
                       "a watch has %zu accounts, more than %d", count, MOST_ACCOUNTS);
  char **copies = memory_take(&feed->request_memory, count, sizeof *copies);
  for (size_t i = 0; copies != NULL && i < count; i++) {
    if (account_ids == NULL || account_ids[i] == NULL)
      return failure_set(failure, EINVAL, ACCOUNTSTATUS_CODE_INVALID_ARGUMENT,
                         "account_ids[%zu] is NULL", i);
    copies[i] = (char *)memory_text(&feed->request_memory, account_ids[i]);
  }
  feed->request.account_ids = copies;
  feed->request.n_account_ids = count;
  return feed->request_memory.failed ? failure_no_memory(failure) : 0;
}

static int set_token(feed *feed, const uint8_t *token, size_t size) {
  uint8_t *grown = realloc(feed->token, size + 1);
  if (grown == NULL)
    return -ENOMEM;
  if (size > 0)
    memcpy(grown, token, size);
  feed->token = grown;
  feed->request.from_token = (ProtobufCBinaryData){size, feed->token};
  return 0;
}

static int watch_descriptor(feed *feed, int fd, uint32_t events) {
  struct epoll_event event = {.events = events};
  return epoll_ctl(feed->epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int make_descriptors(feed *feed) {
  feed->epoll = epoll_create1(EPOLL_CLOEXEC);
  feed->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (feed->epoll < 0 || feed->timer < 0)
    return -errno;
  return watch_descriptor(feed, feed->timer, EPOLLIN);
}

// Has the descriptor become readable at an instant, and not before.
static void set_timer(feed *feed, int64_t at) {
  struct itimerspec when = {.it_value = {at / 1000000000, at % 1000000000}};
  timerfd_settime(feed->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

int feed_open(feed *feed, accountstatus *handle, const char *const *account_ids, size_t count,
              const uint8_t *token, size_t token_size, accountstatus_error *failure) {
  *feed = (struct feed){.handle = handle,
                        .forks = handle->forks,
                        .request = ACCOUNTSTATUS__V1__WATCH_STATUSES_REQUEST__INIT,
                        .connection = {.fd = -1},
                        .back_off = {.random = back_off_seed()},
                        .epoll = -1,
                        .timer = -1};
  int result = copy_accounts(feed, account_ids, count, failure);
  if (result < 0)
    return result;
  feed->connection.arena = wire_arena_create();
  if (feed->connection.arena == NULL || set_token(feed, token, token_size) < 0)
    return failure_no_memory(failure);
  if (make_descriptors(feed) < 0)
    return failure_set(failure, ENOMEM, ACCOUNTSTATUS_CODE_RESOURCE_EXHAUSTED,
                       "no descriptor for a watch: error %d", errno);
  // There is something to do at once: to connect.
  set_timer(feed, 1);
  return 0;
}

static void close_descriptor(int *descriptor) {
  if (*descriptor >= 0)
    close(*descriptor);
  *descriptor = -1;
}

static void disconnect(feed *feed) {
  feed->is_over = false;
  connection_close(&feed->connection);
  free(feed->frame.data);
  feed->frame = (ProtobufCBinaryData){0};
}

// In a forked child: what another thread may have been in the middle of is left alone.
static void leave_to_parent(feed *feed) {
  close_descriptor(&feed->connection.fd);
  feed->connection = (connection){.fd = -1};
  feed->frame = (ProtobufCBinaryData){0};
  if (feed->is_busy) {
    feed->token = NULL;
    feed_forget(feed);
  }
}

void feed_close(feed *feed) {
  if (feed->forks != feed->handle->forks)
    leave_to_parent(feed);
  disconnect(feed);
  close_descriptor(&feed->epoll);
  close_descriptor(&feed->timer);
  free(feed->connection.input);
  wire_arena_destroy(feed->connection.arena);
  free(feed->token);
  memory_free(&feed->request_memory);
}

// In a forked child: the descriptors are the parent's as well, so others take their place; that of
// the feed keeps its number.
static int adopt(feed *feed, accountstatus_error *failure) {
  if (feed->forks == feed->handle->forks)
    return 0;
  leave_to_parent(feed);
  int epoll = feed->epoll, timer = feed->timer;
  feed->connection.arena = wire_arena_create();
  int result = feed->connection.arena == NULL ? -ENOMEM : make_descriptors(feed);
  if (result == 0 && dup3(feed->epoll, epoll, O_CLOEXEC) < 0)
    result = -errno;
  close_descriptor(&feed->epoll);
  feed->epoll = epoll;
  close_descriptor(&timer);
  if (result < 0)
    return failure_set(failure, ENOMEM, ACCOUNTSTATUS_CODE_RESOURCE_EXHAUSTED,
                       "no descriptor for a watch: error %d", -result);
  back_off_succeeded(&feed->back_off);
  feed->forks = feed->handle->forks;
  return 0;
}

void feed_forget(feed *feed) { feed->request.from_token = (ProtobufCBinaryData){0, NULL}; }

// ---------------------------------------------------------------------------------- connecting

// Sends what is left of the request. What cannot be sent shows when there is nothing to read
// either.
static void send_rest(feed *feed) {
  if (feed->sent == feed->frame.len)
    return;
  if (connection_transmit(&feed->connection, feed->frame.data, feed->frame.len, &feed->sent) < 0)
    feed->sent = feed->frame.len;
  if (feed->sent == feed->frame.len) {
    struct epoll_event event = {.events = EPOLLIN};
    epoll_ctl(feed->epoll, EPOLL_CTL_MOD, feed->connection.fd, &event);
  }
}

static int begin(feed *feed, accountstatus_error *failure) {
  int result = handle_connect(feed->handle, &feed->connection, monotonic_now(), false, failure);
  if (result < 0)
    return result;
  ProtobufCBinaryData payload = {.len = protobuf_c_message_get_packed_size(&feed->request.base)};
  payload.data = malloc(payload.len + 1);
  if (payload.data == NULL)
    return failure_no_memory(failure);
  protobuf_c_message_pack(&feed->request.base, payload.data);
  feed->stream = connection_take_stream(&feed->connection);
  result = call_make_frame(&watch_statuses, &payload, feed->stream, 0, &feed->frame, failure);
  free(payload.data);
  if (result < 0)
    return result;
  if (watch_descriptor(feed, feed->connection.fd, EPOLLIN | EPOLLOUT) < 0)
    return failure_no_memory(failure);
  feed->sent = 0;
  feed->in_snapshot = false;
  feed->heard_at = monotonic_now();
  set_timer(feed, feed->heard_at + most_silence);
  return 0;
}

// Closes what is open; it is tried again after a while.
static void rest(feed *feed, int64_t at_least) {
  disconnect(feed);
  int64_t now = monotonic_now();
  back_off_failed(&feed->back_off, now);
  if (feed->back_off.not_before < now + at_least)
    feed->back_off.not_before = now + at_least;
  set_timer(feed, feed->back_off.not_before);
}

// The stream broke, or there is none. Returns the result.
static int break_off(feed *feed, int result, const accountstatus_error *failure) {
  if (feed->connection.fd >= 0 && result == -ECONNREFUSED)
    atomic_store(&feed->handle->is_lost, true);
  if (result == -EPROTO)
    count(&feed->handle->counters.protocol_errors, 1);
  rest(feed, (int64_t)failure->retry_after_ms * 1000000);
  return result;
}

// ------------------------------------------------------------------------------------- reading

// Takes in where a message leaves the feed. Memory for a token that cannot be had leaves the old
// one: what is told twice does less harm than what is not told.
static void follow(feed *feed, const feed_message *message) {
  const ProtobufCBinaryData *token = NULL;
  switch (message->event_case) {
  case ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_SNAPSHOT_BEGIN:
    feed->in_snapshot = true;
    feed_forget(feed);
    return;
  case ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_SNAPSHOT_END:
    feed->in_snapshot = false;
    token = &message->snapshot_end->token;
    break;
  case ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_CHANGE:
    token = &message->change->token;
    break;
  case ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_PROGRESS:
    token = &message->progress->token;
    break;
  case ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_COMPACTED:
    feed_forget(feed);
    feed->is_over = true;
    return;
  default:
    return;
  }
  if (feed->in_snapshot || token->len == 0)
    return;
  set_token(feed, token->data, token->len);
  // Only a stream that gets somewhere is one to go back to at once.
  back_off_succeeded(&feed->back_off);
}

// What a final frame says: never 0, since a watch has no end.
static int end(feed *feed, const frame *frame, accountstatus_error *failure) {
  if (frame->type == FRAME_RESPONSE) {
    ProtobufCBinaryData answer;
    const Google__Rpc__Status *status;
    int result = call_open_envelope(&watch_statuses, feed->connection.arena, &frame->payload,
                                    &answer, &status, failure);
    if (result < 0)
      return result;
  }
  return failure_set(failure, ECONNREFUSED, ACCOUNTSTATUS_CODE_UNAVAILABLE,
                     "the server ended the watch");
}

// Reads a frame of the stream: 1 and its message, 0 when there is none in it.
static int read_frame(feed *feed, const frame *frame, const feed_message **ret_message,
                      accountstatus_error *failure) {
  feed->heard_at = monotonic_now();
  if (frame->type == FRAME_RESPONSE || frame->flags & FRAME_REMOTE_CLOSED)
    return end(feed, frame, failure);
  if (frame->flags & FRAME_NO_DATA)
    return 0;
  wire_arena *arena = feed->connection.arena;
  wire_arena_reset(arena, wire_arena_cap(frame->payload.len, WIRE_ARENA_FACTS));
  const ProtobufCMessage *unpacked;
  int result = call_unpack(&watch_statuses, arena, "event",
                           &accountstatus__v1__watch_statuses_response__descriptor, &frame->payload,
                           &unpacked, failure);
  if (result < 0)
    return result;
  const feed_message *message = (const feed_message *)unpacked;
  follow(feed, message);
  *ret_message = message;
  // A newer server may tell what this version has no word for.
  return message->event_case != ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT__NOT_SET;
}

static int describe(accountstatus_error *failure, int result) {
  switch (result) {
  case -ENOMEM:
    return failure_no_memory(failure);
  case -EPIPE:
    return failure_set(failure, ECONNREFUSED, ACCOUNTSTATUS_CODE_UNAVAILABLE,
                       "the connection broke during WatchStatuses");
  default:
    return failure_set(failure, EPROTO, ACCOUNTSTATUS_CODE_INTERNAL,
                       "what came back for WatchStatuses is no ttrpc stream");
  }
}

// What has arrived: 1 and a message, 0 when there is none.
static int take(feed *feed, const feed_message **ret_message, accountstatus_error *failure) {
  send_rest(feed);
  for (;;) {
    frame frame;
    uint64_t late_answers = 0;
    int result = connection_find(&feed->connection, feed->stream, &frame, &late_answers);
    if (result == 1) {
      result = read_frame(feed, &frame, ret_message, failure);
      // What was unpacked lies in the arena.
      connection_consume(&feed->connection);
      if (result != 0)
        return result;
      continue;
    }
    if (result == 0)
      result = connection_receive(&feed->connection);
    if (result == 0 && monotonic_now() - feed->heard_at >= most_silence)
      return failure_set(failure, ETIMEDOUT, ACCOUNTSTATUS_CODE_DEADLINE_EXCEEDED,
                         "the server is silent");
    if (result == 0)
      return 0;
    if (result < 0)
      return describe(failure, result);
  }
}

// Sets the timer anew for what it is to be looked at next.
static void rest_timer(feed *feed) {
  uint64_t expirations;
  if (read(feed->timer, &expirations, sizeof expirations) < 0)
    return;
  set_timer(feed,
            feed->connection.fd < 0 ? feed->back_off.not_before : feed->heard_at + most_silence);
}

// Waits for something to do: false at the deadline.
static bool wait_until(const feed *feed, int64_t deadline) {
  for (;;) {
    int64_t left = deadline - monotonic_now();
    if (left <= 0)
      return false;
    struct timespec timeout = {left / 1000000000, left % 1000000000};
    struct pollfd poll = {.fd = feed->epoll, .events = POLLIN};
    int result = ppoll(&poll, 1, &timeout, NULL);
    if (result > 0)
      return true;
    if (result < 0 && errno != EINTR)
      return false;
  }
}

// One look at what there is to do: 1 and a message, 0 when there is nothing now.
static int step(feed *feed, const feed_message **ret_message, accountstatus_error *failure) {
  int result = 0;
  if (feed->is_over)
    rest(feed, 0);
  if (feed->connection.fd < 0 && monotonic_now() >= feed->back_off.not_before)
    result = begin(feed, failure);
  if (result == 0 && feed->connection.fd >= 0)
    result = take(feed, ret_message, failure);
  return result < 0 ? break_off(feed, result, failure) : result;
}

int feed_next(feed *feed, int64_t deadline, const feed_message **ret_message,
              accountstatus_error *failure) {
  int result = adopt(feed, failure);
  feed->is_busy = true;
  while (result == 0) {
    result = step(feed, ret_message, failure);
    if (result != 0)
      break;
    rest_timer(feed);
    if (!wait_until(feed, deadline))
      break;
  }
  feed->is_busy = false;
  return result;
}

ProtobufCBinaryData feed_token(const feed *feed) { return feed->request.from_token; }
