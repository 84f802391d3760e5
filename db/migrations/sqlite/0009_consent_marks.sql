-- Of whom a consent event speaks and how it was said: policies::MarksOf.
ALTER TABLE consents ADD COLUMN marks INTEGER NOT NULL DEFAULT 0;
