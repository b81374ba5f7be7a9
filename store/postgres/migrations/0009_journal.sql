-- +goose Up
-- What was said, as the journal has it: a row for each turn. There is no CPF,
-- phone or matrícula in here but what the channel calls the person.
CREATE TABLE loja.turn (
    session  text        NOT NULL, -- the conversation: channel and person
    ms       bigint      NOT NULL, -- with seq its ID in the journal: it is stored once
    seq      integer     NOT NULL,
    protocol text        NOT NULL, -- '' for what was told outside of conversations
    at       timestamptz NOT NULL,
    body     bytea       NOT NULL, -- JSON in UTF-8, whatever the database is in
    words    tsvector    NOT NULL, -- what was said, without accents
    PRIMARY KEY (session, ms, seq)
);
CREATE INDEX turn_at ON loja.turn (at);
CREATE INDEX turn_words ON loja.turn USING gin (words);

-- What the turns of a person under one protocol come to.
CREATE TABLE loja.talk (
    session    text        NOT NULL,
    protocol   text        NOT NULL,
    channel    text        NOT NULL,
    began_at   timestamptz NOT NULL,
    last_at    timestamptz NOT NULL,
    turns      integer     NOT NULL,
    mask       text        NOT NULL, -- the end of the matrícula, '' without identification
    properties bytea[]     NOT NULL, -- keyed hashes of matrículas
    flows      text[]      NOT NULL,
    attendants text[]      NOT NULL,
    mistakes   integer     NOT NULL, -- turns
    bugs       integer     NOT NULL,
    angry      boolean     NOT NULL,
    PRIMARY KEY (session, protocol)
);
CREATE INDEX talk_last ON loja.talk (last_at, session, protocol);
CREATE INDEX talk_protocol ON loja.talk (protocol text_pattern_ops);
CREATE INDEX talk_properties ON loja.talk USING gin (properties);

-- How far each part of the journal is stored. Whoever stores locks its part.
CREATE TABLE loja.journal (
    part integer PRIMARY KEY,
    ms   bigint  NOT NULL,
    seq  integer NOT NULL
);
INSERT INTO loja.journal SELECT n, 0, 0 FROM generate_series(0, 15) n;

-- +goose Down
DROP TABLE loja.journal;
DROP TABLE loja.talk;
DROP TABLE loja.turn;
