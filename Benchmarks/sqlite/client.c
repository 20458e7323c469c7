/* SQLite in the caller's own process: a prepared SELECT, a handle for each connection. SOCKET
 * names the database, which is made if it is not there. */
#include "accounts.h"
#include "generator.h"
#include <sqlite3.h>
#include <unistd.h>

struct connection {
  sqlite3 *database;
  sqlite3_stmt *select;
};

static void require(int result, sqlite3 *database) {
  if (result != SQLITE_OK)
    generator_fail("sqlite: %s", sqlite3_errmsg(database));
}

static void insert_accounts(sqlite3 *database) {
  sqlite3_stmt *insert;
  require(sqlite3_prepare_v2(database, "INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?)", -1,
                             &insert, NULL),
          database);
  for (uint32_t number = 0; number < generator_arguments.accounts; number++) {
    struct account account;
    account_make(number, &account);
    sqlite3_bind_text(insert, 1, account.id, account_id_length, SQLITE_STATIC);
    sqlite3_bind_int(insert, 2, account.state);
    sqlite3_bind_blob(insert, 3, account.capabilities, capability_count, SQLITE_STATIC);
    sqlite3_bind_text(insert, 4, POLICY_EDITION, -1, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 5, (sqlite3_int64)account.revision);
    sqlite3_bind_blob(insert, 6, account.token, token_length, SQLITE_STATIC);
    if (sqlite3_step(insert) != SQLITE_DONE)
      generator_fail("sqlite: %s", sqlite3_errmsg(database));
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
}

static void make_database(const char *path) {
  sqlite3 *database;
  require(sqlite3_open(path, &database), database);
  require(sqlite3_exec(database,
                       "PRAGMA journal_mode = WAL; BEGIN;"
                       "CREATE TABLE accounts (id TEXT PRIMARY KEY, state INTEGER,"
                       " capabilities BLOB, policy_edition TEXT, revision INTEGER, token BLOB)"
                       " WITHOUT ROWID",
                       NULL, NULL, NULL),
          database);
  insert_accounts(database);
  require(sqlite3_exec(database, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL),
          database);
  sqlite3_close(database);
}

static void *open_connection(const char *path) {
  if (access(path, R_OK) != 0)
    make_database(path);
  struct connection *connection = calloc(1, sizeof *connection);
  require(sqlite3_open_v2(path, &connection->database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                          NULL),
          connection->database);
  require(sqlite3_prepare_v2(connection->database,
                             "SELECT id, state, capabilities, policy_edition, revision, token"
                             " FROM accounts WHERE id = ?",
                             -1, &connection->select, NULL),
          connection->database);
  return connection;
}

/* Copies the row out, as a reader would. */
static bool take_row(sqlite3_stmt *select, const char *id, struct account *ret_account) {
  if (sqlite3_column_bytes(select, 0) != account_id_length ||
      sqlite3_column_bytes(select, 2) != capability_count ||
      sqlite3_column_bytes(select, 5) != token_length)
    return false;
  memcpy(ret_account->id, sqlite3_column_text(select, 0), account_id_length);
  ret_account->state = (uint8_t)sqlite3_column_int(select, 1);
  memcpy(ret_account->capabilities, sqlite3_column_blob(select, 2), capability_count);
  ret_account->revision = (uint64_t)sqlite3_column_int64(select, 4);
  memcpy(ret_account->token, sqlite3_column_blob(select, 5), token_length);
  return memcmp(ret_account->id, id, account_id_length) == 0;
}

static bool call(void *opened, uint32_t number) {
  struct connection *connection = opened;
  char id[account_id_length + 1];
  struct account account;
  account_id(number, id);
  sqlite3_bind_text(connection->select, 1, id, account_id_length, SQLITE_STATIC);
  bool is_right =
      sqlite3_step(connection->select) == SQLITE_ROW && take_row(connection->select, id, &account);
  sqlite3_reset(connection->select);
  return is_right;
}

int main(int argc, char **argv) {
  const struct generator_client client = {.connect = open_connection, .call = call};
  return generator_main(argc, argv, &client);
}
