-- +goose Up
-- The documents we issued, by the code printed on them, so that whoever is shown
-- one can ask whether it is ours. There is no name and no CPF in here.
CREATE TABLE loja.document (
    code      text        PRIMARY KEY,
    key       text        NOT NULL UNIQUE, -- of the visit to the step that issued it: one visit, one document
    kind      text        NOT NULL,        -- such as "segunda-via"
    property  bigint      NOT NULL,        -- matrícula
    bill      bigint      NOT NULL,        -- cnta_id, 0 if it is not of one bill
    month     integer     NOT NULL,        -- AAAAMM of the bill
    cents     bigint      NOT NULL,        -- total
    issued_at timestamptz NOT NULL DEFAULT now()
);

-- +goose Down
DROP TABLE loja.document;
