-- +goose Up
-- When the provider of a charge that was closed without money was last asked about
-- it: less and less often as time goes by.
ALTER TABLE loja.charge ADD COLUMN asked_at timestamptz;

-- +goose Down
ALTER TABLE loja.charge DROP COLUMN asked_at;
