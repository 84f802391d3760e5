-- For whom and for what a grant is, where it says so: policies::TextOf(GrantLimits).
ALTER TABLE consents ADD COLUMN limits TEXT NOT NULL DEFAULT '';
