-- For whom and for what a grant is, where it says so: policies::TextOf(GrantLimits).
ALTER TABLE octroi.consents ADD COLUMN limits text NOT NULL DEFAULT '';
