-- +goose Up
-- What each comparison of charges with their providers and with GSAN found.
CREATE TABLE loja.reconciliation (
    ran_at      timestamptz PRIMARY KEY,
    since       timestamptz NOT NULL, -- charges and payments from then on
    charges     integer     NOT NULL, -- that were compared
    unasked     text[]      NOT NULL, -- providers that could not be asked
    differences json        NOT NULL  -- each with its kind, charge and cents
);
-- For what was opened or paid in a period.
CREATE INDEX charge_opened ON loja.charge (opened_at) WHERE opened_at IS NOT NULL;
CREATE INDEX charge_event_paid ON loja.charge_event (at) WHERE kind = 'paid';

-- +goose Down
DROP INDEX loja.charge_event_paid;
DROP INDEX loja.charge_opened;
DROP TABLE loja.reconciliation;
