-- +goose Up
-- What people set out to pay, and what became of it. There is no name, CPF,
-- phone or card number in here: debts, sums, and the providers' own numbers.
CREATE TABLE loja.charge (
    id         text        PRIMARY KEY,         -- txid of a PIX, external reference of a card payment
    property   bigint      NOT NULL,            -- matrícula
    provider   text        NOT NULL,            -- "pix", or the card company by its name in the operator's file
    selection  text        NOT NULL,            -- the same for the same debts, sum and provider
    debts      json        NOT NULL,            -- as they were when it was offered, with the credits that go along
    discount   bigint      NOT NULL,            -- cents
    total      bigint      NOT NULL,            -- cents
    at_face    boolean     NOT NULL,            -- one bill without late charges: the bank adds them
    state      text        NOT NULL,            -- offered, open, expired, refused, cancelled, paid, refunded: comes of the events
    marks      text        NOT NULL DEFAULT '', -- double, late, over, short: likewise
    received   bigint      NOT NULL DEFAULT 0,  -- cents: likewise
    paid_at    timestamptz,                     -- likewise
    stamp      text        NOT NULL,            -- another once there is something else to tell
    offered_at timestamptz NOT NULL,
    opened_at  timestamptz,
    expires_at timestamptz NOT NULL,
    ref        text        NOT NULL DEFAULT '', -- the provider's own name for it
    address    text        NOT NULL DEFAULT '', -- where it is paid: page, or PIX code
    reported   text        NOT NULL DEFAULT '', -- the marks that staff have a request for
    protocol   text        NOT NULL DEFAULT ''  -- of the newest such request
);
CREATE UNIQUE INDEX charge_live ON loja.charge (selection) WHERE state IN ('offered', 'open');
CREATE INDEX charge_property ON loja.charge (property);
CREATE INDEX charge_expiry ON loja.charge (expires_at);

-- What each of them pays, by numbers, with the review (em revisão) that we gave
-- a bill in GSAN and have not taken away again.
CREATE TABLE loja.charge_debt (
    charge      text    NOT NULL REFERENCES loja.charge ON DELETE CASCADE,
    kind        text    NOT NULL, -- bill, service, slip, deal, credit
    debt        bigint  NOT NULL, -- cnta_id, dbac_id, gpag_id, parc_id, crar_id
    instalments integer,          -- of a deal: how many were left
    ahead       integer,          -- of a deal: how many of them are paid ahead; null for all
    reviewed_on date,             -- cnta_dtrevisao as we wrote it
    reason      integer,          -- cmrv_id likewise
    PRIMARY KEY (charge, kind, debt)
);
CREATE INDEX charge_debt_of ON loja.charge_debt (kind, debt);

-- Which charge a debt is being paid by now: one at most.
CREATE TABLE loja.charge_hold (
    kind   text    NOT NULL, -- as in charge_debt
    debt   bigint  NOT NULL,
    charge text    NOT NULL REFERENCES loja.charge ON DELETE CASCADE,
    firm   boolean NOT NULL, -- nobody may choose it (card); else a newer choice takes it over (PIX)
    PRIMARY KEY (kind, debt)
);
CREATE INDEX charge_hold_charge ON loja.charge_hold (charge);

-- All that was ever heard of a charge, each once.
CREATE TABLE loja.charge_event (
    provider text        NOT NULL, -- who told it, "loja" for what we did ourselves
    id       text        NOT NULL, -- the provider's name for it
    charge   text        NOT NULL REFERENCES loja.charge ON DELETE CASCADE,
    kind     text        NOT NULL, -- opened, refused, expired, cancelled, paid, refunded
    at       timestamptz NOT NULL, -- when it happened, by the provider's clock
    payment  text        NOT NULL, -- the payment by the provider's name (endToEndId), "" of other kinds
    amount   bigint      NOT NULL, -- cents
    said     text        NOT NULL, -- the provider's own word, letters alone
    already  boolean     NOT NULL, -- what it pays had been paid by other means when we heard of it
    heard_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (provider, id)
);
CREATE INDEX charge_event_charge ON loja.charge_event (charge);

-- Who wants to be told of a charge, and what they know of it.
CREATE TABLE loja.charge_listener (
    charge  text        NOT NULL REFERENCES loja.charge ON DELETE CASCADE,
    session text        NOT NULL, -- the conversation: channel and person
    told    text        NOT NULL, -- the stamp of the charge when they were last told
    since   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (charge, session)
);
CREATE INDEX charge_listener_session ON loja.charge_listener (session);

-- +goose Down
DROP TABLE loja.charge_listener;
DROP TABLE loja.charge_event;
DROP TABLE loja.charge_hold;
DROP TABLE loja.charge_debt;
DROP TABLE loja.charge;
