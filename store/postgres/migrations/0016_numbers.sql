-- +goose Up
-- How often something happened, by day and channel: what store.Turn.Figures adds,
-- once for each turn that is stored. Nothing in it is anybody's, so it stays.
CREATE TABLE loja.figure (
    day     date    NOT NULL, -- in the operator's zone
    channel text    NOT NULL,
    kind    text    NOT NULL,
    name    text    NOT NULL,
    n       integer NOT NULL,
    PRIMARY KEY (day, channel, kind, name)
);

-- How long people waited for a person of the utility, once for each.
CREATE TABLE loja.wait (
    day     date    NOT NULL,
    channel text    NOT NULL,
    seconds integer NOT NULL,
    taken   boolean NOT NULL -- by an attendant; else they gave up, or nobody came
);
CREATE INDEX wait_day ON loja.wait (day);

-- What more the turns of a conversation come to.
ALTER TABLE loja.talk
    ADD COLUMN said      integer NOT NULL DEFAULT 0,     -- turns of the person
    ADD COLUMN useful_at timestamptz,                    -- of the first useful answer
    ADD COLUMN waited    boolean NOT NULL DEFAULT false, -- for a person, at some time
    ADD COLUMN over      boolean NOT NULL DEFAULT false, -- the last turn ended it
    ADD COLUMN place     text    NOT NULL DEFAULT '';    -- where it stood last: flow/state
CREATE INDEX talk_began ON loja.talk (began_at);

-- +goose Down
DROP INDEX loja.talk_began;
ALTER TABLE loja.talk DROP COLUMN said, DROP COLUMN useful_at, DROP COLUMN waited, DROP COLUMN over, DROP COLUMN place;
DROP TABLE loja.wait;
DROP TABLE loja.figure;
