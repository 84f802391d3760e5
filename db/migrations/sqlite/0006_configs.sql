-- Every config that was in force. Append-only: a past decision must find the config that judged it.
CREATE TABLE configs (
  plan   INTEGER PRIMARY KEY,
  digest BLOB    NOT NULL CHECK (length(digest) = 32),
  since  INTEGER NOT NULL,
  files  BLOB    NOT NULL,
  names  TEXT    NOT NULL
);

CREATE TRIGGER configs_no_update BEFORE UPDATE ON configs
BEGIN SELECT RAISE(ABORT, 'configs are append-only'); END;
CREATE TRIGGER configs_no_delete BEFORE DELETE ON configs
BEGIN SELECT RAISE(ABORT, 'configs are append-only'); END;
CREATE TRIGGER configs_no_replace BEFORE INSERT ON configs
WHEN EXISTS (SELECT 1 FROM configs WHERE plan = NEW.plan)
BEGIN SELECT RAISE(ABORT, 'configs are append-only'); END;
