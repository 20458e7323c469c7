// Tests/Vectors/client.txt: what the C client makes of what a server sends, to the byte. The README
// there says how the file is written.

#include "call.h"
#include "peer.h"
#include "test.h"

#include <errno.h>
#include <stdlib.h>

// One conversation.
typedef struct vector {
  char name[80];
  // What the server sends, whether it then closes, and what the call comes to.
  bytes sent;
  bool closes;
  char *outcome;
  // Sent byte by byte.
  bool torn;
} vector;

// "0a 00*3" and so on, up to the end of the line.
static void parse_bytes(const char *text, bytes *ret_bytes) {
  for (;;) {
    char *next;
    unsigned long value = strtoul(text, &next, 16), count = 1;
    if (next == text)
      return;
    if (*next == '*')
      count = strtoul(next + 1, &next, 10);
    while (count-- > 0)
      bytes_add_byte(ret_bytes, (uint8_t)value);
    text = next;
  }
}

static bool answers(const bytes *expected, const ProtobufCBinaryData *payload) {
  return expected->size == payload->len &&
         (payload->len == 0 || memcmp(expected->data, payload->data, payload->len) == 0);
}

static bool is_outcome(const char *outcome, int result, const answer *answer,
                       const accountstatus_error *failure) {
  if (strncmp(outcome, "reply", 5) == 0) {
    bytes expected = {0};
    parse_bytes(outcome + 5, &expected);
    bool same = result == 0 && answers(&expected, &answer->payload);
    bytes_free(&expected);
    return same;
  }
  if (strncmp(outcome, "error ", 6) == 0) {
    char *text;
    long code = strtol(outcome + 6, &text, 10);
    return result < 0 && answer->status != NULL && failure->code == code &&
           strcmp(failure->message, text + strspn(text, " ")) == 0;
  }
  if (strcmp(outcome, "malformed") == 0)
    return result == -EPROTO;
  if (strcmp(outcome, "broken") == 0)
    return result == -EPROTO && answer->connection->fd < 0;
  if (strcmp(outcome, "too-large") == 0)
    return result == -EMSGSIZE;
  if (strcmp(outcome, "unavailable") == 0)
    return result == -ECONNREFUSED && answer->status == NULL;
  return false;
}

static void play_server(peer_connection *connection, void *context) {
  const vector *vector = context;
  peer_request request;
  if (!peer_read(connection, &request))
    return;
  CHECK_EQUAL(request.stream, 1);
  CHECK_TEXT(request.envelope->service, "acct.v1.Accounts");
  peer_free_request(&request);
  size_t step = vector->torn ? 1 : vector->sent.size;
  for (size_t at = 0; at < vector->sent.size; at += step)
    peer_write(connection, vector->sent.data + at, step);
  if (!vector->closes)
    peer_wait_for_end(connection);
}

static void run_vector(vector *vector) {
  static const method get = {"acct.v1.Accounts", "Get", false};
  peer *peer = peer_start(play_server, vector);
  accountstatus *handle = peer_open(peer);
  Ttrpc__KeyValue request = TTRPC__KEY_VALUE__INIT;
  request.key = "u1";
  call call = {.method = &get, .request = &request.base, .deadline = handle_deadline(handle, 0)};
  accountstatus_error failure = {.size = sizeof failure};
  answer answer;
  int result = call_exchange(handle, &call, &answer, &failure);
  if (!is_outcome(vector->outcome, result, &answer, &failure)) {
    printf("    %s: expected %.60s, got %d %s\n", vector->name, vector->outcome, result,
           result < 0 ? failure.message : "");
    CHECK(!"the outcome is the vector's");
  }
  answer_release(&answer);
  accountstatus_close(handle);
  peer_stop(peer);
}

static void take_line(vector *vector, char operation, const char *rest) {
  if (operation == '<')
    parse_bytes(rest, &vector->sent);
  else if (operation == '!')
    vector->closes = true;
  else if (operation == '=')
    vector->outcome = strdup(rest);
}

static void every_client_vector_holds(void) {
  FILE *file = fopen(VECTORS "/client.txt", "r");
  NEED(file != NULL);
  char *line = NULL;
  size_t capacity = 0, run = 0;
  vector vector = {.name = ""};
  while (getline(&line, &capacity, file) > 0) {
    char name[80], operation;
    int start = 0;
    line[strcspn(line, "\n")] = '\0';
    if (line[0] == '#' || sscanf(line, "%79s %c %n", name, &operation, &start) < 2)
      continue;
    if (strcmp(name, vector.name) != 0)
      memcpy(vector.name, name, sizeof name);
    take_line(&vector, operation, line + start);
    if (vector.outcome == NULL)
      continue;
    for (int torn = 0; torn < 2; torn++) {
      vector.torn = torn == 1;
      if (!vector.torn || vector.sent.size < 4096)
        run_vector(&vector);
    }
    run++;
    bytes_free(&vector.sent);
    free(vector.outcome);
    vector = (struct vector){.name = ""};
  }
  free(line);
  fclose(file);
  CHECK(run >= 20);
}

static const test tests[] = {
    {"every client vector holds", every_client_vector_holds},
};
const test_suite vectors_suite = SUITE("vectors", tests);
