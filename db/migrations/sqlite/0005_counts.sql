-- Additive counters, moved in the transaction that moves the rows; both sums read these only.
-- event_counts with outcome 0 counts every event received.
CREATE TABLE event_counts (
  plan    INTEGER NOT NULL,
  place   INTEGER NOT NULL,
  outcome INTEGER NOT NULL,
  reason  INTEGER NOT NULL,
  n       INTEGER NOT NULL CHECK (n >= 0),
  PRIMARY KEY (plan, place, outcome, reason)
) WITHOUT ROWID;

CREATE TABLE delivery_counts (
  plan    INTEGER NOT NULL,
  place   INTEGER NOT NULL,
  outcome INTEGER NOT NULL,
  reason  INTEGER NOT NULL,
  n       INTEGER NOT NULL CHECK (n >= 0),
  PRIMARY KEY (plan, place, outcome, reason)
) WITHOUT ROWID;

CREATE TABLE rule_counts (
  hour      INTEGER NOT NULL,
  source    TEXT    NOT NULL,
  contract  TEXT    NOT NULL,
  rule      TEXT    NOT NULL,
  evaluated INTEGER NOT NULL,
  failed    INTEGER NOT NULL,
  repaired  INTEGER NOT NULL,
  PRIMARY KEY (hour, source, contract, rule)
) WITHOUT ROWID;
