-- +goose Up
-- What people left for those who attend later.
CREATE TABLE loja.note (
    key      text        PRIMARY KEY, -- of the visit to the step that took it
    session  text        NOT NULL,    -- channel and person
    protocol text        NOT NULL,    -- of the conversation
    property bigint      NOT NULL,    -- matrícula, 0 without identification
    text     text        NOT NULL,
    left_at  timestamptz NOT NULL DEFAULT now(),
    read_at  timestamptz
);

-- +goose Down
DROP TABLE loja.note;
