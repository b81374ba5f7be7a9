-- +goose Up
-- Offices that one process at a time may hold, see lead.go.
CREATE TABLE loja.lead (
    name   text        PRIMARY KEY, -- such as "whatsapp"
    epoch  bigint      NOT NULL,    -- counts the terms
    holder text        NOT NULL,    -- the process of the newest one, for people to read
    pid    integer     NOT NULL,    -- of the backend that its advisory lock is on
    since  timestamptz NOT NULL,
    seen   timestamptz NOT NULL     -- its last sign of life; -infinity once it has given up
);

-- What the WhatsApp device has to say to other processes and to later ones.
CREATE TABLE loja.whatsapp (
    name     text        PRIMARY KEY, -- such as "state"
    value    json        NOT NULL,
    noted_at timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
DROP TABLE loja.whatsapp;
DROP TABLE loja.lead;
