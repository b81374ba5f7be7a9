-- +goose Up
-- Who may enter the console.
CREATE TABLE loja.staff (
    id          bigserial   PRIMARY KEY,
    name        text        NOT NULL UNIQUE,     -- what they enter with, in small letters
    shown       text        NOT NULL,            -- what they are called
    role        text        NOT NULL CHECK (role IN ('leitor', 'atendente', 'supervisor', 'encarregado', 'admin')),
    password    text        NOT NULL,            -- argon2id, "" for single sign-on alone
    one_time    timestamptz,                     -- the password must be changed, and is good until then
    subject     text        NOT NULL DEFAULT '', -- issuer and subject of single sign-on
    secret      bytea,                           -- of the second factor, sealed with LOJA_SECRET
    step        bigint      NOT NULL DEFAULT 0,  -- the newest 30 s step a code was taken for
    recovery    text[]      NOT NULL DEFAULT '{}', -- hashes of the codes that are left
    since       timestamptz NOT NULL,            -- accesses begun before are void
    added_at    timestamptz NOT NULL DEFAULT now(),
    disabled    timestamptz
);
CREATE UNIQUE INDEX staff_subject ON loja.staff (subject) WHERE subject <> '';

-- What staff did. Entries are only ever added; each has the hash of the one
-- before in its own, see store.AuditEntry.
CREATE TABLE loja.audit (
    seq    bigint      PRIMARY KEY,
    at     timestamptz NOT NULL,
    who    text        NOT NULL,
    what   text        NOT NULL,
    "on"   text        NOT NULL,
    detail text        NOT NULL,
    "from" text        NOT NULL,
    hash   text        NOT NULL
);
REVOKE UPDATE, DELETE, TRUNCATE ON loja.audit FROM PUBLIC;

-- +goose StatementBegin
CREATE FUNCTION loja.audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'loja.audit only grows';
END
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON loja.audit
    FOR EACH STATEMENT EXECUTE PROCEDURE loja.audit_only_grows();

-- +goose Down
DROP TABLE loja.audit;
DROP FUNCTION loja.audit_only_grows();
DROP TABLE loja.staff;
