/* A prepared SELECT by key through libpq; in flight, its pipeline mode. SOCKET is in the directory
 * that the server was given; whoever finds the server empty fills it. */
#include "accounts.h"
#include "generator.h"
#include <libpq-fe.h>
#include <time.h>

enum { depth_max = 1024 };

static PGresult *require(PGconn *server, PGresult *result, ExecStatusType status) {
  if (PQresultStatus(result) != status)
    generator_fail("postgresql: %s", PQerrorMessage(server));
  return result;
}

static void execute(PGconn *server, const char *sql, ExecStatusType status) {
  PQclear(require(server, PQexec(server, sql), status));
}

static void copy_accounts(PGconn *server) {
  execute(server, "COPY accounts FROM STDIN", PGRES_COPY_IN);
  for (uint32_t number = 0; number < generator_arguments.accounts; number++) {
    struct account account;
    account_make(number, &account);
    char row[256];
    int length = snprintf(row, sizeof row, "%s\t%u\t%s\t%s\t%llu\t%.56s\n", account.id,
                          account.state, "abcdefghijklmnopqr", POLICY_EDITION,
                          (unsigned long long)account.revision, (const char *)account.token);
    if (PQputCopyData(server, row, length) != 1)
      generator_fail("postgresql: %s", PQerrorMessage(server));
  }
  PQputCopyEnd(server, NULL);
  for (PGresult *result; (result = PQgetResult(server)) != NULL;)
    PQclear(require(server, result, PGRES_COMMAND_OK));
}

static void fill(PGconn *server) {
  PGresult *found =
      require(server, PQexec(server, "SELECT to_regclass('accounts')"), PGRES_TUPLES_OK);
  bool is_full = !PQgetisnull(found, 0, 0);
  PQclear(found);
  if (is_full)
    return;
  execute(server,
          "CREATE TABLE accounts (id text PRIMARY KEY, state int, capabilities text,"
          " policy_edition text, revision bigint, token text)",
          PGRES_COMMAND_OK);
  copy_accounts(server);
  execute(server, "VACUUM ANALYZE accounts", PGRES_COMMAND_OK);
}

static void *open_connection(const char *socket_path) {
  char settings[256];
  snprintf(settings, sizeof settings, "host=%.*s port=5432 user=postgres dbname=postgres",
           (int)(strrchr(socket_path, '/') - socket_path), socket_path);
  PGconn *server = PQconnectdb(settings);
  /* It listens before it is ready. */
  for (int i = 0; i < 100 && PQstatus(server) != CONNECTION_OK; i++) {
    PQfinish(server);
    nanosleep(&(struct timespec){.tv_nsec = 100 * 1000 * 1000}, NULL);
    server = PQconnectdb(settings);
  }
  if (PQstatus(server) != CONNECTION_OK)
    generator_fail("postgresql: %s", PQerrorMessage(server));
  fill(server);
  PQclear(require(server,
                  PQprepare(server, "get",
                            "SELECT id, state, capabilities, policy_edition, revision, token"
                            " FROM accounts WHERE id = $1",
                            1, NULL),
                  PGRES_COMMAND_OK));
  return server;
}

static bool is_right(const PGresult *result, uint32_t account) {
  char id[account_id_length + 1];
  account_id(account, id);
  return PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1 &&
         strcmp(PQgetvalue(result, 0, 0), id) == 0;
}

static bool call(void *server, uint32_t account) {
  char id[account_id_length + 1];
  account_id(account, id);
  const char *values[] = {id};
  PGresult *result = PQexecPrepared(server, "get", 1, values, NULL, NULL, 0);
  bool right = is_right(result, account);
  PQclear(result);
  return right;
}

/* Sends up to `depth` queries and what ends them; returns how many. */
static uint32_t send_batch(PGconn *server, struct turn *turn, uint32_t depth, uint32_t *ret_asked) {
  uint32_t count = 0, account;
  while (count < depth && turn_next(turn, &account)) {
    char id[account_id_length + 1];
    account_id(account, id);
    const char *values[] = {id};
    if (!PQsendQueryPrepared(server, "get", 1, values, NULL, NULL, 0))
      generator_fail("postgresql: %s", PQerrorMessage(server));
    ret_asked[count++] = account;
  }
  if (count > 0 && !PQpipelineSync(server))
    generator_fail("postgresql: %s", PQerrorMessage(server));
  return count;
}

static void pipeline(void *opened, struct turn *turn, uint32_t depth) {
  PGconn *server = opened;
  uint32_t asked[depth_max];
  if (depth > depth_max || !PQenterPipelineMode(server))
    generator_fail("cannot keep %u in flight", depth);
  for (uint32_t count; (count = send_batch(server, turn, depth, asked)) > 0;) {
    for (uint32_t i = 0; i < count; i++) {
      PGresult *result = PQgetResult(server);
      turn_answered(turn, is_right(result, asked[i]));
      PQclear(result);
      /* NULL ends each query. */
      PQclear(PQgetResult(server));
    }
    PQclear(require(server, PQgetResult(server), PGRES_PIPELINE_SYNC));
  }
  PQexitPipelineMode(server);
}

int main(int argc, char **argv) {
  const struct generator_client client = {
      .connect = open_connection, .call = call, .pipeline = pipeline};
  return generator_main(argc, argv, &client);
}
