-- Quarantined events and failed deliveries: what a person should look at. Small beside events.
CREATE TABLE attention (
  seq         INTEGER NOT NULL,
  destination INTEGER NOT NULL,
  plan        INTEGER NOT NULL,
  source      INTEGER NOT NULL,
  outcome     INTEGER NOT NULL,
  reason      INTEGER NOT NULL,
  at          INTEGER NOT NULL,
  PRIMARY KEY (seq, destination)
) WITHOUT ROWID;
CREATE INDEX attention_by_time ON attention (at, seq, destination);
