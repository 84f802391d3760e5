-- What the rules found, as sums: db/quality.h. Masks and campaigns are the bits of unsigned numbers.
CREATE TABLE quality_counts (
  hour      INTEGER NOT NULL,
  plan      INTEGER NOT NULL,
  source    INTEGER NOT NULL,
  contract  INTEGER NOT NULL,
  campaign  INTEGER NOT NULL,
  outcome   INTEGER NOT NULL,
  reason    INTEGER NOT NULL,
  marks     INTEGER NOT NULL,
  evaluated INTEGER NOT NULL,
  failed    INTEGER NOT NULL,
  records   INTEGER NOT NULL,
  repaired  INTEGER NOT NULL,
  PRIMARY KEY (hour, plan, source, contract, campaign, outcome, reason, marks, evaluated, failed)
) WITHOUT ROWID;

CREATE TABLE quality_people (
  day      INTEGER NOT NULL,
  plan     INTEGER NOT NULL,
  source   INTEGER NOT NULL,
  contract INTEGER NOT NULL,
  campaign INTEGER NOT NULL,
  rule     INTEGER NOT NULL,
  sketch   BLOB    NOT NULL,
  PRIMARY KEY (day, plan, source, contract, campaign, rule)
) WITHOUT ROWID;
