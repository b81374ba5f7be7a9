-- +goose Up
-- How people found it to talk to an attendant.
CREATE TABLE loja.rating (
    key       text        PRIMARY KEY, -- of the visit to the step that took it
    session   text        NOT NULL,    -- channel and person; '' once that was erased
    protocol  text        NOT NULL,    -- of the conversation; likewise
    attendant text        NOT NULL,    -- as colleagues and customers call them
    score     smallint    NOT NULL CHECK (score BETWEEN 1 AND 5),
    rated_at  timestamptz NOT NULL
);
CREATE INDEX rating_at ON loja.rating (rated_at);

-- +goose Down
DROP TABLE loja.rating;
