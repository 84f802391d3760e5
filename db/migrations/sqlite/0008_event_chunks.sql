-- Events in chunks (db/event_chunk.h): a row for each cost more than all else that is done with an event.
-- The projection starts again at 0, so the projector fills it anew from the journal.
DROP TABLE events;
CREATE TABLE event_chunks (
  first  INTEGER PRIMARY KEY,
  events BLOB    NOT NULL
);
CREATE TABLE delivery_chunks (
  first  INTEGER PRIMARY KEY,
  states BLOB    NOT NULL
);
DELETE FROM attention;
DELETE FROM event_counts;
DELETE FROM delivery_counts;
DELETE FROM rule_counts;
DELETE FROM meta WHERE key = 'orphan_outcomes';
UPDATE projection SET through = 0;
