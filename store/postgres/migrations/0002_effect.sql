-- +goose Up
-- What we did to GSAN's tables for customers, by the key under which it may
-- happen once: whoever comes with a key again gets the first result.
CREATE TABLE loja.effect (
    key      text        PRIMARY KEY, -- of the visit to the step that asked for it
    kind     text        NOT NULL,    -- such as "request"
    property bigint      NOT NULL,    -- matrícula
    result   json        NOT NULL,    -- what the first one was told; numbers and dates, no name
    done_at  timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
DROP TABLE loja.effect;
