-- Of whom a consent event speaks and how it was said: policies::MarksOf.
ALTER TABLE octroi.consents ADD COLUMN marks smallint NOT NULL DEFAULT 0;
