-- Which consent events speak of a fingerprint: an index of consents.subject.
CREATE TABLE consent_subjects (
  fingerprint BLOB    NOT NULL CHECK (length(fingerprint) = 16),
  consent     INTEGER NOT NULL REFERENCES consents (row),
  PRIMARY KEY (fingerprint, consent)
) WITHOUT ROWID;

CREATE TRIGGER consent_subjects_no_update BEFORE UPDATE ON consent_subjects
BEGIN SELECT RAISE(ABORT, 'consents are append-only'); END;
CREATE TRIGGER consent_subjects_no_delete BEFORE DELETE ON consent_subjects
BEGIN SELECT RAISE(ABORT, 'consents are append-only'); END;
CREATE TRIGGER consent_subjects_no_replace BEFORE INSERT ON consent_subjects
WHEN EXISTS (SELECT 1 FROM consent_subjects
             WHERE fingerprint = NEW.fingerprint AND consent = NEW.consent)
BEGIN SELECT RAISE(ABORT, 'consents are append-only'); END;
