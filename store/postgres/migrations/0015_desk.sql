-- +goose Up
-- What staff note about a conversation. The person does not see it.
CREATE TABLE loja.remark (
    id       bigserial   PRIMARY KEY,
    session  text        NOT NULL, -- channel and person
    protocol text        NOT NULL, -- of the conversation
    at       timestamptz NOT NULL DEFAULT now(),
    who      text        NOT NULL, -- what they are called
    body     bytea       NOT NULL  -- UTF-8, whatever the database is in
);
CREATE INDEX remark_talk ON loja.remark (session, protocol);

-- What staff call a conversation, to find it by.
CREATE TABLE loja.tag (
    session  text        NOT NULL,
    protocol text        NOT NULL,
    tag      text        NOT NULL,
    at       timestamptz NOT NULL DEFAULT now(),
    who      text        NOT NULL,
    PRIMARY KEY (session, protocol, tag)
);
CREATE INDEX tag_tag ON loja.tag (tag);

-- Replies that are ready to be sent.
CREATE TABLE loja.canned (
    id         bigserial   PRIMARY KEY,
    title      bytea       NOT NULL, -- UTF-8
    body       bytea       NOT NULL, -- UTF-8, with variables such as {nome}
    place      integer     NOT NULL, -- in the list, smaller ones first
    active     boolean     NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now(),
    changed_by text        NOT NULL
);

ALTER TABLE loja.note ADD COLUMN read_by text NOT NULL DEFAULT ''; -- what they are called

-- +goose Down
ALTER TABLE loja.note DROP COLUMN read_by;
DROP TABLE loja.canned;
DROP TABLE loja.tag;
DROP TABLE loja.remark;
