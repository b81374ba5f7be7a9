-- +goose Up
-- By the PIX code that somebody pastes the charge is found that it pays.
CREATE INDEX charge_address ON loja.charge (address) WHERE provider = 'pix' AND address <> '';

-- +goose Down
DROP INDEX loja.charge_address;
