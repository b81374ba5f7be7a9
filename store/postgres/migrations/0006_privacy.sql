-- +goose Up
-- What we keep of a conversation is found by the session its keys begin with.
CREATE INDEX note_session ON loja.note (session);
CREATE INDEX document_session ON loja.document (split_part(key, '/', 1));
CREATE INDEX effect_session ON loja.effect (split_part(key, '/', 1));

-- +goose Down
DROP INDEX loja.effect_session;
DROP INDEX loja.document_session;
DROP INDEX loja.note_session;
