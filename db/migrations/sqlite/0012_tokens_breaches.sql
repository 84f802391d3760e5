-- Random tokens (P4): whose each is. A row never changes; it goes when its person is forgotten.
CREATE TABLE tokens (
  domain  TEXT NOT NULL CHECK (domain <> ''),
  subject BLOB NOT NULL CHECK (length(subject) = 16),
  token   BLOB NOT NULL CHECK (length(token) = 16),
  sealed  BLOB NOT NULL CHECK (length(sealed) > 0),
  PRIMARY KEY (domain, subject)
) WITHOUT ROWID;
CREATE UNIQUE INDEX tokens_by_token ON tokens (domain, token);
CREATE INDEX tokens_by_subject ON tokens (subject);
CREATE TRIGGER tokens_no_update BEFORE UPDATE ON tokens
BEGIN SELECT RAISE(ABORT, 'a token stays whose it is'); END;
CREATE TRIGGER tokens_no_replace BEFORE INSERT ON tokens
WHEN EXISTS (SELECT 1 FROM tokens WHERE domain = NEW.domain AND token = NEW.token
             AND subject <> NEW.subject)
BEGIN SELECT RAISE(ABORT, 'a token stays whose it is'); END;

-- The register of personal data breaches (GDPR 33(5)). Append-only.
CREATE TABLE breaches (
  breach TEXT    NOT NULL CHECK (breach <> ''),
  place  INTEGER NOT NULL CHECK (place > 0),
  at     INTEGER NOT NULL,
  uid    INTEGER NOT NULL,
  what   TEXT    NOT NULL,
  detail TEXT    NOT NULL,
  PRIMARY KEY (breach, place)
) WITHOUT ROWID;
CREATE TRIGGER breaches_no_update BEFORE UPDATE ON breaches
BEGIN SELECT RAISE(ABORT, 'breaches are append-only'); END;
CREATE TRIGGER breaches_no_delete BEFORE DELETE ON breaches
BEGIN SELECT RAISE(ABORT, 'breaches are append-only'); END;
CREATE TRIGGER breaches_no_replace BEFORE INSERT ON breaches
WHEN EXISTS (SELECT 1 FROM breaches WHERE breach = NEW.breach AND place = NEW.place)
BEGIN SELECT RAISE(ABORT, 'breaches are append-only'); END;
