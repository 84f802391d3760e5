-- What the rules found, as sums: db/quality.h. Masks and campaigns are the bits of unsigned numbers.
CREATE TABLE octroi.quality_counts (
  tenant    text     NOT NULL DEFAULT octroi.tenant(),
  origin    text     NOT NULL DEFAULT octroi.origin(),
  hour      bigint   NOT NULL,
  plan      bigint   NOT NULL,
  source    integer  NOT NULL,
  contract  integer  NOT NULL,
  campaign  bigint   NOT NULL,
  outcome   smallint NOT NULL,
  reason    integer  NOT NULL,
  marks     smallint NOT NULL,
  evaluated bigint   NOT NULL,
  failed    bigint   NOT NULL,
  records   bigint   NOT NULL,
  repaired  bigint   NOT NULL,
  PRIMARY KEY (tenant, origin, hour, plan, source, contract, campaign, outcome, reason, marks, evaluated, failed)
);
CREATE TABLE octroi.quality_people (
  tenant   text     NOT NULL DEFAULT octroi.tenant(),
  origin   text     NOT NULL DEFAULT octroi.origin(),
  day      bigint   NOT NULL,
  plan     bigint   NOT NULL,
  source   integer  NOT NULL,
  contract integer  NOT NULL,
  campaign bigint   NOT NULL,
  rule     smallint NOT NULL,
  sketch   bytea    NOT NULL,
  PRIMARY KEY (tenant, origin, day, plan, source, contract, campaign, rule)
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['quality_counts', 'quality_people']
  LOOP
    EXECUTE format('ALTER TABLE octroi.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE octroi.%I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON octroi.%I USING (tenant = octroi.tenant()) '
                   'WITH CHECK (tenant = octroi.tenant())', t);
  END LOOP;
END $$;
