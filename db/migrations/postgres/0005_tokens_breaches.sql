-- Random tokens (P4): whose each is. A row never changes; it goes when its person is forgotten.
CREATE TABLE octroi.tokens (
  tenant  text  NOT NULL DEFAULT octroi.tenant(),
  domain  text  NOT NULL CHECK (domain <> ''),
  subject bytea NOT NULL CHECK (length(subject) = 16),
  token   bytea NOT NULL CHECK (length(token) = 16),
  sealed  bytea NOT NULL CHECK (length(sealed) > 0),
  PRIMARY KEY (tenant, domain, subject),
  UNIQUE (tenant, domain, token)
);
CREATE INDEX tokens_by_subject ON octroi.tokens (tenant, subject);

-- The register of personal data breaches (GDPR 33(5)). Append-only.
CREATE TABLE octroi.breaches (
  tenant text    NOT NULL DEFAULT octroi.tenant(),
  breach text    NOT NULL CHECK (breach <> ''),
  place  bigint  NOT NULL CHECK (place > 0),
  at     bigint  NOT NULL,
  uid    bigint  NOT NULL,
  what   text    NOT NULL,
  detail text    NOT NULL,
  PRIMARY KEY (tenant, breach, place)
);
CREATE TRIGGER breaches_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON octroi.breaches
  FOR EACH STATEMENT EXECUTE FUNCTION octroi.append_only();

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['tokens', 'breaches']
  LOOP
    EXECUTE format('ALTER TABLE octroi.%I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE octroi.%I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON octroi.%I USING (tenant = octroi.tenant()) '
                   'WITH CHECK (tenant = octroi.tenant())', t);
  END LOOP;
END $$;
