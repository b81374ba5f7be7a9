-- +goose Up
-- The seal of a document: see package store/seal. Documents of before have none.
ALTER TABLE loja.document
    ADD COLUMN salt      bytea, -- of the hash that stands for property and bill in what is sealed
    ADD COLUMN signer    text,  -- ID of the key
    ADD COLUMN signature bytea; -- Ed25519
CREATE INDEX document_sealed ON loja.document (issued_at) WHERE signature IS NOT NULL;

-- +goose Down
DROP INDEX loja.document_sealed;
ALTER TABLE loja.document DROP COLUMN salt, DROP COLUMN signer, DROP COLUMN signature;
