// Changes, as callers see them.

#include <errno.h>
#include <stdlib.h>

#include "call.h"
#include "feed.h"
#include "status.h"

struct accountstatus_watch {
  feed feed;
  // The outage has been told of.
  bool is_down;
  accountstatus_event event;
  accountstatus_error failure;
  // What the event points to.
  memory memory;
};

// ------------------------------------------------------------------------------------- opening

static int read_options(const accountstatus_watch_options *options,
                        accountstatus_watch_options *ret_options, accountstatus_error *failure) {
  *ret_options = (accountstatus_watch_options){.size = sizeof *ret_options};
  if (options == NULL)
    return 0;
  int result = CHECK_SIZE(failure, options);
  if (result == 0)
    failure_copy_struct(ret_options, sizeof *ret_options, options);
  return result;
}

int accountstatus_watch_open(accountstatus *handle, const accountstatus_watch_options *options,
                             accountstatus_watch **ret_watch, accountstatus_error *ret_error) {
  handle_enter(handle);
  accountstatus_error failure = {.size = sizeof failure};
  accountstatus_watch_options whole;
  int result = read_options(options, &whole, &failure);
  accountstatus_watch *watch = result == 0 ? calloc(1, sizeof *watch) : NULL;
  if (result == 0 && watch == NULL)
    result = failure_no_memory(&failure);
  if (result == 0) {
    result = feed_open(&watch->feed, handle, whole.account_ids, whole.account_count,
                       whole.from_token, whole.from_token_size, &failure);
    if (result < 0)
      accountstatus_watch_close(watch);
  }
  if (result < 0) {
    failure_export(&failure, ret_error);
    return result;
  }
  *ret_watch = watch;
  return 0;
}

void accountstatus_watch_close(accountstatus_watch *watch) {
  if (watch == NULL)
    return;
  feed_close(&watch->feed);
  memory_free(&watch->memory);
  free(watch);
}

int accountstatus_watch_descriptor(const accountstatus_watch *watch) { return watch->feed.epoll; }

// -------------------------------------------------------------------------------------- events

// The same numbers.
_Static_assert((int)ACCOUNTSTATUS_EVENT_RESUMED ==
                       (int)ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_RESUMED &&
                   (int)ACCOUNTSTATUS_EVENT_COMPACTED ==
                       (int)ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_COMPACTED,
               "kinds of events have their protocol numbers");

static const accountstatus_status *copy_status(memory *memory,
                                               const Accountstatus__V1__AccountStatus *from) {
  return from == NULL ? NULL : status_copy(memory, from);
}

static void copy_change(memory *memory, const Accountstatus__V1__StatusChange *change,
                        accountstatus_event *event) {
  event->account_id = memory_text(memory, change->account_id);
  event->previous = copy_status(memory, change->previous);
  event->current = copy_status(memory, change->current);
  event->revision = change->revision;
  event->past_changed = change->past_changed;
}

// Makes an event of a message. False: there is no memory for it.
static bool make_event(accountstatus_watch *watch, const feed_message *message) {
  memory *memory = &watch->memory;
  accountstatus_event *event = &watch->event;
  ProtobufCBinaryData token = feed_token(&watch->feed);
  *event = (accountstatus_event){.size = sizeof *event,
                                 .kind = (int32_t)message->event_case,
                                 .token = memory_bytes(memory, token.data, token.len),
                                 .token_size = token.len,
                                 .message = ""};
  switch (message->event_case) {
  case ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_RECORD:
    event->current = status_copy(memory, message->record);
    event->account_id = event->current == NULL ? NULL : event->current->account_id;
    event->revision = message->record->revision;
    break;
  case ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_CHANGE:
    copy_change(memory, message->change, event);
    break;
  case ACCOUNTSTATUS__V1__WATCH_STATUSES_RESPONSE__EVENT_PROGRESS:
    event->as_of = status_time(message->progress->as_of);
    break;
  default:
    break;
  }
  return !memory->failed;
}

// An outage as an event.
static void make_disconnected(accountstatus_watch *watch, int error) {
  ProtobufCBinaryData token = feed_token(&watch->feed);
  watch->event = (accountstatus_event){.size = sizeof watch->event,
                                       .kind = ACCOUNTSTATUS_EVENT_DISCONNECTED,
                                       .token = token.data,
                                       .token_size = token.len,
                                       .error = error,
                                       .message = watch->failure.message};
}

static int next_event(accountstatus_watch *watch, int64_t deadline) {
  for (;;) {
    const feed_message *message;
    int result = feed_next(&watch->feed, deadline, &message, &watch->failure);
    if (result == 1) {
      watch->is_down = false;
      if (make_event(watch, message))
        return 1;
      // It was told and not taken: all has to be told again.
      feed_forget(&watch->feed);
      return failure_no_memory(&watch->failure);
    }
    if (result == 0 || !failure_is_unavailable(result))
      return result;
    if (!watch->is_down) {
      watch->is_down = true;
      make_disconnected(watch, result);
      return 1;
    }
  }
}

int accountstatus_watch_next(accountstatus_watch *watch, int timeout_ms,
                             const accountstatus_event **ret_event,
                             accountstatus_error *ret_error) {
  handle_enter(watch->feed.handle);
  memory_free(&watch->memory);
  watch->memory = (memory){0};
  watch->failure = (accountstatus_error){.size = sizeof watch->failure};
  int64_t deadline = timeout_ms < 0 ? INT64_MAX : monotonic_now() + (int64_t)timeout_ms * 1000000;
  int result = next_event(watch, deadline);
  if (result == 1)
    *ret_event = &watch->event;
  else if (result < 0)
    failure_export(&watch->failure, ret_error);
  return result;
}
