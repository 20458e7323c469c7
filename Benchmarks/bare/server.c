/* The bare C ping-pong's server: server SOCKET ACCOUNTS. */
#include "bare.h"
#include "benchmark_servers.h"
#include "epoll_server.h"
#include <unistd.h>

static int answer(void *context, const uint8_t *input, size_t input_length, uint8_t *output,
                  size_t *ret_input_used, size_t *ret_output_used) {
  const struct accounts *accounts = context;
  const size_t count = input_length / sizeof(struct bare_request);
  for (size_t i = 0; i < count; i++) {
    struct bare_request request;
    memcpy(&request, input + i * sizeof request, sizeof request);
    const struct account *account = accounts_find(accounts, request.id, account_id_length);
    struct bare_reply reply = {.number = request.number};
    if (account != NULL) {
      reply.state = account->state;
      reply.revision = account->revision;
      memcpy(reply.id, account->id, account_id_length);
      memcpy(reply.capabilities, account->capabilities, capability_count);
      memcpy(reply.token, account->token, token_length);
    }
    memcpy(output + i * sizeof reply, &reply, sizeof reply);
  }
  *ret_input_used = count * sizeof(struct bare_request);
  *ret_output_used = count * sizeof(struct bare_reply);
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  struct accounts accounts;
  accounts_make((uint32_t)atoi(argv[2]), &accounts);
  int listener = benchmark_listen(argv[1]);
  int error = listener < 0 ? listener : serve(listener, STDIN_FILENO, answer, &accounts);
  fprintf(stderr, "cannot serve on %s: %s\n", argv[1], strerror(-error));
  return 1;
}
