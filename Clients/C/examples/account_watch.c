// Prints what becomes of accounts, a line an event, in a loop that could do other things as well.
//
//     account_watch EVENTS [ACCOUNT...]
//
// Ends after so many events; 0: never.

#include <accountstatus.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

static const char *describe(const accountstatus_status *status) {
  return status == NULL ? "not registered" : accountstatus_state_name(status->state);
}

static void print_event(const accountstatus_event *event) {
  switch (event->kind) {
  case ACCOUNTSTATUS_EVENT_RECORD:
    printf("%s is %s\n", event->account_id, describe(event->current));
    break;
  case ACCOUNTSTATUS_EVENT_CHANGE:
    printf("%s was %s, is %s\n", event->account_id, describe(event->previous),
           describe(event->current));
    break;
  case ACCOUNTSTATUS_EVENT_SNAPSHOT_END:
    printf("that is all\n");
    break;
  case ACCOUNTSTATUS_EVENT_DISCONNECTED:
    printf("waiting for the server: %s\n", event->message);
    break;
  case ACCOUNTSTATUS_EVENT_COMPACTED:
    printf("the server no longer has what came before\n");
    break;
  default:
    // RESUMED, SNAPSHOT_BEGIN and PROGRESS, and what a later server may tell.
    return;
  }
  fflush(stdout);
}

// Runs until so many events came, or the watch is refused.
static int run(accountstatus_watch *watch, unsigned long events) {
  struct pollfd ready = {.fd = accountstatus_watch_descriptor(watch), .events = POLLIN};
  unsigned long count = 0;
  for (;;) {
    const accountstatus_event *event;
    accountstatus_error error = {.size = sizeof error};
    int result;
    while ((result = accountstatus_watch_next(watch, 0, &event, &error)) > 0) {
      print_event(event);
      if (++count == events)
        return 0;
    }
    if (result < 0) {
      fprintf(stderr, "not told: %s\n", error.message);
      return 2;
    }
    poll(&ready, 1, -1);
  }
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: %s EVENTS [ACCOUNT...]\n", argv[0]);
    return 64;
  }
  accountstatus_watch_options options = {.size = sizeof options,
                                         .account_ids = (const char *const *)argv + 2,
                                         .account_count = (size_t)argc - 2};
  accountstatus_error error = {.size = sizeof error};
  accountstatus *server;
  accountstatus_watch *watch;
  if (accountstatus_open(NULL, &server, &error) < 0) {
    fprintf(stderr, "%s\n", error.message);
    return 2;
  }
  int code = 2;
  if (accountstatus_watch_open(server, &options, &watch, &error) < 0) {
    fprintf(stderr, "%s\n", error.message);
  } else {
    code = run(watch, strtoul(argv[1], NULL, 10));
    accountstatus_watch_close(watch);
  }
  accountstatus_close(server);
  return code;
}
