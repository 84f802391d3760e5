-- The consent register. Append-only: nothing is ever changed or removed, not even by REPLACE.
CREATE TABLE consents (
  row          INTEGER PRIMARY KEY,
  id           TEXT    NOT NULL UNIQUE,
  record_id    TEXT    NOT NULL,
  subject      BLOB    NOT NULL CHECK (length(subject) > 0 AND length(subject) % 16 = 0),
  purpose      TEXT    NOT NULL,
  state        INTEGER NOT NULL,
  effective_at INTEGER NOT NULL,
  recorded_at  INTEGER NOT NULL,
  valid_until  INTEGER NOT NULL,
  notice       TEXT    NOT NULL,
  source       TEXT    NOT NULL,
  detail       BLOB    NOT NULL,
  sequence     INTEGER NOT NULL
);
CREATE INDEX consents_by_sequence ON consents (sequence);

CREATE TRIGGER consents_no_update BEFORE UPDATE ON consents
BEGIN SELECT RAISE(ABORT, 'consents are append-only'); END;
CREATE TRIGGER consents_no_delete BEFORE DELETE ON consents
BEGIN SELECT RAISE(ABORT, 'consents are append-only'); END;
CREATE TRIGGER consents_no_replace BEFORE INSERT ON consents
WHEN EXISTS (SELECT 1 FROM consents WHERE id = NEW.id OR row = NEW.row)
BEGIN SELECT RAISE(ABORT, 'consents are append-only'); END;
