-- The flow projection: one row per event, found by sequence only (a random-key index costs 17 times
-- the row).
-- `deliveries` stands before `record` so that reading it never follows overflow pages.
CREATE TABLE events (
  seq        INTEGER PRIMARY KEY,
  plan       INTEGER NOT NULL,
  source     INTEGER NOT NULL,
  outcome    INTEGER NOT NULL,
  reason     INTEGER NOT NULL,
  received   INTEGER NOT NULL,
  deliveries BLOB    NOT NULL,
  record     BLOB    NOT NULL
);

CREATE TABLE projection (
  one     INTEGER PRIMARY KEY CHECK (one = 1),
  through INTEGER NOT NULL
);
INSERT INTO projection VALUES (1, 0);
