-- What is owed to recipients who were sent what a person had already forbidden (db/tasks.h):
-- projected from the journal's task records.
CREATE TABLE tasks (
  id           TEXT    NOT NULL PRIMARY KEY CHECK (id <> ''),
  consent      TEXT    NOT NULL,
  handle       TEXT    NOT NULL,
  purpose      TEXT    NOT NULL,
  state        INTEGER NOT NULL,
  effective_at INTEGER NOT NULL,
  recorded_at  INTEGER NOT NULL,
  destination  INTEGER NOT NULL,
  deliveries   INTEGER NOT NULL,
  perhaps      INTEGER NOT NULL,
  opened       INTEGER NOT NULL,
  due          INTEGER NOT NULL,
  closed       INTEGER NOT NULL,
  closed_by    INTEGER NOT NULL,
  note         BLOB    NOT NULL
) WITHOUT ROWID;
CREATE INDEX tasks_by_due ON tasks (closed <> 0, due, id);
