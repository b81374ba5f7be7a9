-- +goose Up
-- What customers sent along with a request, which GSAN has no place for.
CREATE TABLE loja.attachment (
    id       bigserial   PRIMARY KEY,
    property bigint      NOT NULL, -- matrícula
    request  bigint      NOT NULL, -- rgat_id
    kind     text        NOT NULL, -- "place" or "photo"
    lat      float8,               -- of a place, in degrees
    lon      float8,
    session  text        NOT NULL, -- channel and person
    ref      text,                 -- of a photo: how the channel finds it
    sent_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX attachment_request ON loja.attachment (request);

-- +goose Down
DROP TABLE loja.attachment;
