#include "benchmark_ledger.h"
#include "benchmark_process.h"
#include "benchmark_workload.h"
#include <errno.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The ledger's tables that a fact touches, with their indexes. */
static const char *const schema =
    "CREATE TABLE account (number INTEGER PRIMARY KEY, account_id TEXT NOT NULL UNIQUE) STRICT;"
    "CREATE TABLE fact (sequence INTEGER PRIMARY KEY, account INTEGER NOT NULL,"
    " source TEXT NOT NULL, fact_id TEXT NOT NULL, effective_at INTEGER NOT NULL,"
    " recorded_at INTEGER NOT NULL, recorder INTEGER NOT NULL, content BLOB NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX fact_identity ON fact (source, fact_id);"
    "CREATE INDEX fact_account ON fact (account, sequence);"
    "CREATE TABLE status (account INTEGER PRIMARY KEY, revision INTEGER NOT NULL,"
    " rules INTEGER NOT NULL, valid_from INTEGER NOT NULL, flip_at INTEGER, valid_until INTEGER,"
    " answers BLOB NOT NULL) STRICT;"
    "CREATE INDEX status_flip ON status (flip_at) WHERE flip_at IS NOT NULL;"
    "CREATE TABLE change (position INTEGER PRIMARY KEY, account INTEGER NOT NULL,"
    " revision INTEGER NOT NULL, rules INTEGER NOT NULL, as_of INTEGER NOT NULL,"
    " answer BLOB NOT NULL, previous BLOB, past_changed INTEGER NOT NULL) STRICT;";

enum statement {
  begin,
  insert_account,
  insert_status,
  insert_fact,
  update_status,
  insert_change,
  commit,
  statements
};

static const char *const texts[statements] = {
    [begin] = "BEGIN IMMEDIATE",
    [insert_account] = "INSERT INTO account (number, account_id) VALUES (?, ?)",
    [insert_status] = ("INSERT INTO status (account, revision, rules, valid_from, flip_at,"
                       " valid_until, answers) VALUES (?1, ?2, ?5, ?3, ?6, NULL, ?4)"),
    [insert_fact] = ("INSERT INTO fact (sequence, account, source, fact_id, effective_at,"
                     " recorded_at, recorder, content) VALUES (?, ?, 'benchmark', ?, ?, ?, 1, ?)"),
    [update_status] = ("UPDATE status SET revision = ?2, rules = ?5, valid_from = ?3,"
                       " valid_until = NULL, answers = ?4 WHERE account = ?1"),
    [insert_change] = ("INSERT INTO change (position, account, revision, rules, as_of, answer,"
                       " previous, past_changed) VALUES (?, ?, ?, ?, ?, ?, ?, 0)"),
    [commit] = "COMMIT",
};

struct ledger {
  sqlite3 *database;
  sqlite3_stmt *statements[statements];
};

/* Bytes of a fact's content, of two answers, of one and of the one before it, as the ledger encodes
 * them: the averages over the accounts of this benchmark. */
static const uint8_t content[18], answers[28], answer[24], previous[43];

/* A fingerprint of rules takes all of its eight bytes. */
static const int64_t rules = -INT64_C(4377564931725287718);

/* One account in so many changes by time alone; the facts here do not change when. */
enum { accounts_a_flip = 10 };

static int failed(struct ledger *ledger, const char *what) {
  fprintf(stderr, "accountstatus-bench: SQLite: %s: %s\n", what, sqlite3_errmsg(ledger->database));
  return -EIO;
}

static int run(struct ledger *ledger, enum statement statement) {
  sqlite3_stmt *prepared = ledger->statements[statement];
  int result = sqlite3_step(prepared);
  sqlite3_reset(prepared);
  return result == SQLITE_DONE || result == SQLITE_ROW ? 0 : failed(ledger, texts[statement]);
}

/* Whether a pragma has the value that was asked for: SQLite answers with what it did. */
static int require(struct ledger *ledger, const char *pragma, const char *value) {
  sqlite3_stmt *query;
  if (sqlite3_prepare_v2(ledger->database, pragma, -1, &query, NULL) != SQLITE_OK)
    return failed(ledger, pragma);
  bool same = sqlite3_step(query) == SQLITE_ROW &&
              strcmp((const char *)sqlite3_column_text(query, 0), value) == 0;
  sqlite3_finalize(query);
  return same ? 0 : failed(ledger, pragma);
}

static int open_ledger(struct ledger *ledger, const char *path) {
  if (sqlite3_open(path, &ledger->database) != SQLITE_OK)
    return failed(ledger, path);
  int error = require(ledger, "PRAGMA locking_mode = EXCLUSIVE", "exclusive");
  if (error == 0)
    error = require(ledger, "PRAGMA journal_mode = WAL", "wal");
  /* The ledger's page cache, and its size of the log at which it is copied into the database. */
  if (error == 0 && sqlite3_exec(ledger->database,
                                 "PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;"
                                 "PRAGMA wal_autocheckpoint = 4000",
                                 NULL, NULL, NULL) != SQLITE_OK)
    error = failed(ledger, "settings");
  if (error == 0)
    error = require(ledger, "PRAGMA synchronous", "2");
  if (error == 0 && sqlite3_exec(ledger->database, schema, NULL, NULL, NULL) != SQLITE_OK)
    error = failed(ledger, "schema");
  for (int i = 0; error == 0 && i < statements; i++)
    if (sqlite3_prepare_v3(ledger->database, texts[i], -1, SQLITE_PREPARE_PERSISTENT,
                           &ledger->statements[i], NULL) != SQLITE_OK)
      error = failed(ledger, texts[i]);
  return error;
}

static void close_ledger(struct ledger *ledger) {
  for (int i = 0; i < statements; i++)
    sqlite3_finalize(ledger->statements[i]);
  sqlite3_close(ledger->database);
}

static int write_status(struct ledger *ledger, enum statement statement, int64_t account,
                        int64_t revision, int64_t now) {
  sqlite3_stmt *status = ledger->statements[statement];
  sqlite3_bind_int64(status, 1, account);
  sqlite3_bind_int64(status, 2, revision);
  sqlite3_bind_int64(status, 3, now);
  sqlite3_bind_blob(status, 4, answers, sizeof answers, SQLITE_STATIC);
  sqlite3_bind_int64(status, 5, rules);
  return run(ledger, statement);
}

static int add_accounts(struct ledger *ledger, uint32_t accounts) {
  int error = run(ledger, begin);
  sqlite3_stmt *account = ledger->statements[insert_account];
  for (uint32_t n = 0; error == 0 && n < accounts; n++) {
    char id[BENCHMARK_ACCOUNT_ID_LENGTH + 1];
    benchmark_account_id(n, id);
    sqlite3_bind_int64(account, 1, n + 1);
    sqlite3_bind_text(account, 2, id, BENCHMARK_ACCOUNT_ID_LENGTH, SQLITE_STATIC);
    error = run(ledger, insert_account);
    if (n % accounts_a_flip == 0)
      sqlite3_bind_int64(ledger->statements[insert_status], 6, INT64_C(1800000000000000000) + n);
    else
      sqlite3_bind_null(ledger->statements[insert_status], 6);
    if (error == 0)
      error = write_status(ledger, insert_status, n + 1, 1, 0);
  }
  return error == 0 ? run(ledger, commit) : error;
}

static int write_fact(struct ledger *ledger, int64_t sequence, int64_t account, uint32_t k,
                      int64_t now) {
  char fact_id[32];
  int length = snprintf(fact_id, sizeof fact_id, "reported-%u", k);
  sqlite3_stmt *fact = ledger->statements[insert_fact];
  sqlite3_bind_int64(fact, 1, sequence);
  sqlite3_bind_int64(fact, 2, account);
  sqlite3_bind_text(fact, 3, fact_id, length, SQLITE_STATIC);
  sqlite3_bind_int64(fact, 4, now);
  sqlite3_bind_int64(fact, 5, now);
  sqlite3_bind_blob(fact, 6, content, sizeof content, SQLITE_STATIC);
  return run(ledger, insert_fact);
}

static int write_change(struct ledger *ledger, int64_t position, int64_t account, int64_t revision,
                        int64_t now) {
  sqlite3_stmt *change = ledger->statements[insert_change];
  sqlite3_bind_int64(change, 1, position);
  sqlite3_bind_int64(change, 2, account);
  sqlite3_bind_int64(change, 3, revision);
  sqlite3_bind_int64(change, 4, rules);
  sqlite3_bind_int64(change, 5, now);
  sqlite3_bind_blob(change, 6, answer, sizeof answer, SQLITE_STATIC);
  sqlite3_bind_blob(change, 7, previous, sizeof previous, SQLITE_STATIC);
  return run(ledger, insert_change);
}

/* Facts and changes share one order, as in the ledger. */
static int add_fact(struct ledger *ledger, uint32_t accounts, uint32_t k) {
  const int64_t account = k % accounts + 1, revision = k / accounts + 2;
  const int64_t now = INT64_C(1790000000000000000) + k, sequence = 2 * (int64_t)k + 1;
  int error = write_fact(ledger, sequence, account, k, now);
  if (error == 0)
    error = write_status(ledger, update_status, account, revision, now);
  return error == 0 ? write_change(ledger, sequence + 1, account, revision, now) : error;
}

static int add_facts(struct ledger *ledger, uint32_t accounts, uint32_t facts, uint32_t group) {
  int error = 0;
  for (uint32_t k = 0; error == 0 && k < facts; k++) {
    if (k % group == 0)
      error = run(ledger, begin);
    if (error == 0)
      error = add_fact(ledger, accounts, k);
    if (error == 0 && (k % group == group - 1 || k == facts - 1))
      error = run(ledger, commit);
  }
  return error;
}

int benchmark_ledger(const char *path, uint32_t accounts, uint32_t facts, uint32_t group,
                     uint64_t *ret_wall_ns) {
  if (accounts == 0 || facts == 0 || group == 0)
    return -EINVAL;
  struct ledger ledger = {0};
  int error = open_ledger(&ledger, path);
  if (error == 0)
    error = add_accounts(&ledger, accounts);
  uint64_t start = benchmark_now();
  if (error == 0)
    error = add_facts(&ledger, accounts, facts, group);
  if (error == 0)
    *ret_wall_ns = benchmark_now() - start;
  close_ledger(&ledger);
  unlink(path);
  char *log = malloc(strlen(path) + 5);
  if (log != NULL) {
    strcat(strcpy(log, path), "-wal");
    unlink(log);
    free(log);
  }
  return error;
}
