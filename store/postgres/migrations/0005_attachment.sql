-- +goose Up
-- What customers sent along with a request, which GSAN has no place for.
CREATE TABLE loja.attachment (
    id       bigserial   PRIMARY KEY,
    property bigint      NOT NULL, -- matrícula
    request  bigint      NOT NULL, -- rgat_id
    kind     text        NOT NULL, -- "place" or "photo"
    lat      float8,               -- of a place, in degrees
    lon      float8,
    channel  text,                 -- of a photo: which network keeps it
    ref      text,                 -- and how it finds it
    sent_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX attachment_request ON loja.attachment (request);

-- +goose Down
DROP TABLE loja.attachment;
