-- What is owed to recipients who were sent what a person had already forbidden (db/tasks.h):
-- projected from the journal's task records.
CREATE TABLE octroi.tasks (
  tenant       text     NOT NULL DEFAULT octroi.tenant(),
  origin       text     NOT NULL DEFAULT octroi.origin(),
  id           text     NOT NULL CHECK (id <> ''),
  consent      text     NOT NULL,
  handle       text     NOT NULL,
  purpose      text     NOT NULL,
  state        smallint NOT NULL,
  effective_at bigint   NOT NULL,
  recorded_at  bigint   NOT NULL,
  destination  integer  NOT NULL,
  deliveries   bigint   NOT NULL,
  perhaps      bigint   NOT NULL,
  opened       bigint   NOT NULL,
  due          bigint   NOT NULL,
  closed       bigint   NOT NULL,
  closed_by    bigint   NOT NULL,
  note         bytea    NOT NULL,
  PRIMARY KEY (tenant, origin, id)
);
CREATE INDEX tasks_by_due ON octroi.tasks (tenant, origin, (closed <> 0), due, id);
ALTER TABLE octroi.tasks ENABLE ROW LEVEL SECURITY;
ALTER TABLE octroi.tasks FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON octroi.tasks USING (tenant = octroi.tenant())
  WITH CHECK (tenant = octroi.tenant());
