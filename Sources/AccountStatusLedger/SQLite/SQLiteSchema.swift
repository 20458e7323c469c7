/// The tables, and how older files become current ones.
///
/// Migrations go forward only: each step is run once, in order, in one transaction with the new
/// user_version. A file with a higher version than `version` is refused before anything is written.
/// Steps are never edited once released; a change is a new step.
package enum SQLiteSchema {
  /// Says that a file is a ledger of ours: "ACSL" as a number.
  package static let applicationID: Int32 = 0x4143_534c
  /// The version this program writes: the number of steps.
  package static var version: Int32 { Int32(steps.count) }

  /// Step n brings version n to version n + 1.
  ///
  /// Facts and changes share one order: `fact.sequence` and `change.position` are drawn from one
  /// counter, and a token's position is its value. Integers that are instants are nanoseconds since
  /// 1970; NULL in `flip_at` and `valid_until` is never. Numbers of accounts and recorders are
  /// internal: they keep rows and indexes short. `change.past_changed` is 1 where facts learned late
  /// changed how the account stood before `as_of`; `change.previous` is NULL where the account was not
  /// registered before. Changes up to `store.compacted_through` are gone.
  package static let steps: [String] = [
    """
    CREATE TABLE store (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      store_id BLOB NOT NULL CHECK (length(store_id) = 16),
      epoch INTEGER NOT NULL,
      compacted_through INTEGER NOT NULL,
      probe INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE account (
      number INTEGER PRIMARY KEY,
      account_id TEXT NOT NULL UNIQUE
    ) STRICT;

    CREATE TABLE recorder (
      number INTEGER PRIMARY KEY,
      content BLOB NOT NULL UNIQUE
    ) STRICT;

    CREATE TABLE fact (
      sequence INTEGER PRIMARY KEY,
      account INTEGER NOT NULL,
      source TEXT NOT NULL,
      fact_id TEXT NOT NULL,
      effective_at INTEGER NOT NULL,
      recorded_at INTEGER NOT NULL,
      recorder INTEGER NOT NULL,
      content BLOB NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX fact_identity ON fact (source, fact_id);
    CREATE INDEX fact_account ON fact (account, sequence);

    CREATE TABLE status (
      account INTEGER PRIMARY KEY,
      revision INTEGER NOT NULL,
      rules INTEGER NOT NULL,
      valid_from INTEGER NOT NULL,
      flip_at INTEGER,
      valid_until INTEGER,
      answers BLOB NOT NULL
    ) STRICT;
    CREATE INDEX status_flip ON status (flip_at) WHERE flip_at IS NOT NULL;

    CREATE TABLE change (
      position INTEGER PRIMARY KEY,
      account INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      as_of INTEGER NOT NULL,
      answer BLOB NOT NULL
    ) STRICT;
    """,
    """
    ALTER TABLE change ADD COLUMN past_changed INTEGER NOT NULL DEFAULT 0;
    """,
    // Nobody could ask for the changes so far, and they do not say what was before them.
    """
    UPDATE store SET
      compacted_through = max(compacted_through, ifnull((SELECT max(position) FROM change), 0));
    DROP TABLE change;
    CREATE TABLE change (
      position INTEGER PRIMARY KEY,
      account INTEGER NOT NULL,
      revision INTEGER NOT NULL,
      rules INTEGER NOT NULL,
      as_of INTEGER NOT NULL,
      answer BLOB NOT NULL,
      previous BLOB,
      past_changed INTEGER NOT NULL
    ) STRICT;
    """,
  ]
}
