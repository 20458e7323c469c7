// An order gateway: takes an order for new licences only if the account may sell them.
//
//     cc order_gateway.c $(pkg-config --cflags --libs accountstatus) -o order_gateway
//     ./order_gateway contoso deny
//
// The last word says what holds while the server is down. Exits with 0 when the order is taken, 1
// when it is refused, 2 when it could not be judged.

#include <accountstatus.h>
#include <stdio.h>
#include <string.h>

static void print_refusal(const accountstatus_check_result *result) {
  printf("refused: the account is %s", accountstatus_state_name(result->state));
  for (size_t i = 0; i < result->reason_count; i++)
    printf("%s %s", i == 0 ? " because of" : ",",
           accountstatus_reason_name(result->reasons[i]->code));
  printf("\n");
}

static void print_source(const accountstatus_check_result *result) {
  if (result->source == ACCOUNTSTATUS_SOURCE_TABLE)
    printf("(out of the server's table, %.3f s after its last sign of life)\n",
           (double)result->age_ns / 1e9);
  else if (result->source == ACCOUNTSTATUS_SOURCE_CALL)
    printf("(by the server)\n");
}

static void print_answer(const accountstatus_check_result *result) {
  const char *verdict = result->allowed ? "taken" : "refused";
  if (result->outcome == ACCOUNTSTATUS_UNAVAILABLE)
    printf("%s: the server is not there, and this is what we decided for that\n", verdict);
  else if (result->outcome == ACCOUNTSTATUS_STALE)
    printf("%s: the server is not there; the account was %s %.1f s ago, and we decided for that\n",
           verdict, accountstatus_state_name(result->state), (double)result->age_ns / 1e9);
  else if (result->outcome == ACCOUNTSTATUS_NOT_FOUND)
    printf("refused: no such account\n");
  else if (!result->allowed)
    print_refusal(result);
  else
    printf("taken\n");
  print_source(result);
}

int main(int argc, char **argv) {
  if (argc != 3 || (strcmp(argv[2], "allow") != 0 && strcmp(argv[2], "deny") != 0)) {
    fprintf(stderr, "usage: %s ACCOUNT allow|deny\n", argv[0]);
    return 2;
  }
  accountstatus_error error = {.size = sizeof error};
  accountstatus *server;
  if (accountstatus_open(NULL, &server, &error) < 0) {
    fprintf(stderr, "%s\n", error.message);
    return 2;
  }

  accountstatus_options options = {
      .size = sizeof options,
      .timeout_ms = 500,
      .on_unavailable = strcmp(argv[2], "allow") == 0 ? ACCOUNTSTATUS_ALLOW : ACCOUNTSTATUS_DENY,
  };
  const int32_t wanted[] = {ACCOUNTSTATUS_CAPABILITY_SELL_NEW_LICENSES};
  accountstatus_check_result *result;
  int code = 2;
  if (accountstatus_check(server, argv[1], wanted, 1, &options, &result, &error) < 0) {
    fprintf(stderr, "not judged: %s\n", error.message);
  } else {
    print_answer(result);
    code = result->allowed ? 0 : 1;
    accountstatus_free_check_result(result);
  }
  accountstatus_close(server);
  return code;
}
