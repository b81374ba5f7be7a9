-- +goose Up
-- Documents and pictures that were sent, as they were: for the staff to see.
CREATE TABLE loja.file (
    session text        NOT NULL, -- channel and person
    hash    text        NOT NULL, -- of body
    body    bytea       NOT NULL,
    sent_at timestamptz NOT NULL,
    PRIMARY KEY (session, hash)
);
CREATE INDEX file_sent ON loja.file (sent_at);

-- +goose Down
DROP TABLE loja.file;
