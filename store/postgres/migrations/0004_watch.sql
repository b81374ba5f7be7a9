-- +goose Up
-- Who wants to be told when a request (RA) changes, and what they know of it.
-- There is no name, CPF or phone in here but what the channel calls the person.
CREATE TABLE loja.watch (
    session  text        NOT NULL, -- the conversation: channel and person
    request  bigint      NOT NULL, -- rgat_id
    property bigint      NOT NULL, -- matrícula they were known by when they asked
    told     text        NOT NULL, -- the stamp of the request as they were last told
    times    integer     NOT NULL DEFAULT 0, -- told since they asked
    since    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (session, request)
);

-- +goose Down
DROP TABLE loja.watch;
