-- The store on PostgreSQL: consent register, config archive, flow projection. Created by the owner
-- (`octroi migrate`); the gateway's role gets only what 0002 grants.
--
-- Every row belongs to a tenant, and row-level security shows only the rows of the tenant that the
-- transaction named with set_config('octroi.tenant', ..., true). Without one the tenant is NULL and
-- nothing is seen and nothing can be written. FORCE: the owner is no exception.
CREATE FUNCTION octroi.tenant() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('octroi.tenant', true), '') $$;
-- The journal that flow rows were projected from: every gateway has its own.
CREATE FUNCTION octroi.origin() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('octroi.origin', true), '') $$;

CREATE FUNCTION octroi.append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

-- One row a tenant: how many consent events were committed. Its lock is held until the commit, so
-- generations become visible in order, without a gap that fills later.
CREATE TABLE octroi.generations (
  tenant     text   NOT NULL DEFAULT octroi.tenant() PRIMARY KEY,
  generation bigint NOT NULL DEFAULT 0 CHECK (generation >= 0)
);

-- The consent register. Append-only: nothing is ever changed or removed.
CREATE TABLE octroi.consents (
  tenant       text     NOT NULL DEFAULT octroi.tenant(),
  row          bigint   NOT NULL GENERATED ALWAYS AS IDENTITY,
  generation   bigint   NOT NULL,
  id           text     NOT NULL CHECK (id <> ''),
  record_id    text     NOT NULL,
  subject      bytea    NOT NULL CHECK (length(subject) > 0 AND length(subject) % 16 = 0),
  purpose      text     NOT NULL,
  state        smallint NOT NULL,
  effective_at bigint   NOT NULL,
  recorded_at  bigint   NOT NULL,
  valid_until  bigint   NOT NULL,
  notice       text     NOT NULL,
  source       text     NOT NULL,
  detail       bytea    NOT NULL,
  origin       text     NOT NULL DEFAULT octroi.origin(),
  sequence     bigint   NOT NULL,
  PRIMARY KEY (tenant, row),
  UNIQUE (tenant, id)
);
CREATE INDEX consents_by_sequence ON octroi.consents (tenant, origin, sequence, row);
CREATE INDEX consents_by_generation ON octroi.consents (tenant, generation);

-- Which consent events speak of a fingerprint: an index of consents.subject.
CREATE TABLE octroi.consent_subjects (
  tenant      text   NOT NULL DEFAULT octroi.tenant(),
  fingerprint bytea  NOT NULL CHECK (length(fingerprint) = 16),
  consent     bigint NOT NULL,
  PRIMARY KEY (tenant, fingerprint, consent),
  FOREIGN KEY (tenant, consent) REFERENCES octroi.consents (tenant, row)
);

-- Every config that was in force. Append-only: a past decision must find the config that judged it.
CREATE TABLE octroi.configs (
  tenant text   NOT NULL DEFAULT octroi.tenant(),
  plan   bigint NOT NULL,
  digest bytea  NOT NULL CHECK (length(digest) = 32),
  since  bigint NOT NULL,
  files  bytea  NOT NULL,
  names  bytea  NOT NULL,
  PRIMARY KEY (tenant, plan)
);

CREATE TRIGGER consents_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON octroi.consents
  FOR EACH STATEMENT EXECUTE FUNCTION octroi.append_only();
CREATE TRIGGER consent_subjects_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
  ON octroi.consent_subjects FOR EACH STATEMENT EXECUTE FUNCTION octroi.append_only();
CREATE TRIGGER configs_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON octroi.configs
  FOR EACH STATEMENT EXECUTE FUNCTION octroi.append_only();

-- Small facts by name: key check values, orphan_outcomes.
CREATE TABLE octroi.meta (
  tenant text  NOT NULL DEFAULT octroi.tenant(),
  key    text  NOT NULL,
  value  bytea NOT NULL,
  PRIMARY KEY (tenant, key)
);

-- The flow projection (db/event_chunk.h), rebuilt from the journal at will.
CREATE TABLE octroi.projections (
  tenant  text   NOT NULL DEFAULT octroi.tenant(),
  origin  text   NOT NULL DEFAULT octroi.origin() CHECK (origin <> ''),
  through bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant, origin)
);
CREATE TABLE octroi.event_chunks (
  tenant text   NOT NULL DEFAULT octroi.tenant(),
  origin text   NOT NULL DEFAULT octroi.origin(),
  first  bigint NOT NULL,
  events bytea  NOT NULL,
  PRIMARY KEY (tenant, origin, first)
);
-- Mostly keyed hashes, which nothing compresses.
ALTER TABLE octroi.event_chunks ALTER COLUMN events SET STORAGE EXTERNAL;
CREATE TABLE octroi.delivery_chunks (
  tenant text   NOT NULL DEFAULT octroi.tenant(),
  origin text   NOT NULL DEFAULT octroi.origin(),
  first  bigint NOT NULL,
  states bytea  NOT NULL,
  PRIMARY KEY (tenant, origin, first)
) WITH (fillfactor = 70);

-- Quarantined events and failed deliveries: what a person should look at. Small beside events.
CREATE TABLE octroi.attention (
  tenant      text     NOT NULL DEFAULT octroi.tenant(),
  origin      text     NOT NULL DEFAULT octroi.origin(),
  seq         bigint   NOT NULL,
  destination integer  NOT NULL,
  plan        bigint   NOT NULL,
  source      integer  NOT NULL,
  outcome     smallint NOT NULL,
  reason      integer  NOT NULL,
  at          bigint   NOT NULL,
  PRIMARY KEY (tenant, origin, seq, destination)
);
CREATE INDEX attention_by_time ON octroi.attention (tenant, origin, at, seq, destination);

-- Additive counters, moved in the transaction that moves the rows; both sums read these only.
-- event_counts with outcome 0 counts every event received.
CREATE TABLE octroi.event_counts (
  tenant  text     NOT NULL DEFAULT octroi.tenant(),
  origin  text     NOT NULL DEFAULT octroi.origin(),
  plan    bigint   NOT NULL,
  place   integer  NOT NULL,
  outcome smallint NOT NULL,
  reason  integer  NOT NULL,
  n       bigint   NOT NULL CHECK (n >= 0),
  PRIMARY KEY (tenant, origin, plan, place, outcome, reason)
) WITH (fillfactor = 50);
CREATE TABLE octroi.delivery_counts (LIKE octroi.event_counts INCLUDING ALL) WITH (fillfactor = 50);
CREATE TABLE octroi.rule_counts (
  tenant    text   NOT NULL DEFAULT octroi.tenant(),
  origin    text   NOT NULL DEFAULT octroi.origin(),
  hour      bigint NOT NULL,
  source    text   NOT NULL,
  contract  text   NOT NULL,
  rule      text   NOT NULL,
  evaluated bigint NOT NULL,
  failed    bigint NOT NULL,
  repaired  bigint NOT NULL,
  PRIMARY KEY (tenant, origin, hour, source, contract, rule)
);

-- Isolation and least privilege, the same for every table.
DO $$
DECLARE t text;
BEGIN
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'octroi' AND tablename <> 'schema_version'
  LOOP
    EXECUTE format('ALTER TABLE octroi.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE octroi.%I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON octroi.%I USING (tenant = octroi.tenant()) '
                   'WITH CHECK (tenant = octroi.tenant())', t);
  END LOOP;
END $$;
