package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
)

// Charge returns a charge by its ID, which only those know who may see it: who
// has our signed link, and its provider. ok is false if there is none.
func (db *DB) Charge(ctx context.Context, id string) (c store.Charge, ok bool, err error) {
	found, err := readCharges(ctx, db.pool, `id = $1::text`, id)
	if len(found) == 1 {
		c, ok = found[0], true
	}
	return c, ok, away("charge", err)
}

// ChargeAt returns a charge of a provider by its ID, or by the provider's own name
// for it if id is "". ok is false if there is none.
func (db *DB) ChargeAt(ctx context.Context, provider, id, ref string) (c store.Charge, ok bool, err error) {
	found, err := readCharges(ctx, db.pool, `
		provider = $1::text AND CASE WHEN $2::text <> '' THEN id = $2::text ELSE ref = $3::text AND ref <> '' END`, provider, id, ref)
	if len(found) == 1 {
		c, ok = found[0], true
	}
	return c, ok, away("charge at its provider", err)
}

// ChargeChannels returns the channels whose conversations are told of a charge.
func (db *DB) ChargeChannels(ctx context.Context, id string) ([]string, error) {
	rows, err := db.pool.Query(ctx, `SELECT DISTINCT split_part(session, ':', 1) FROM loja.charge_listener WHERE charge = $1::text`, id)
	if err != nil {
		return nil, away("channels of a charge", err)
	}
	channels, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return channels, away("channels of a charge", err)
}

// Charges returns the charges of a property, newest first. Those that were
// offered and never opened are not among them.
func (db *DB) Charges(ctx context.Context, property int64) ([]store.Charge, error) {
	found, err := readCharges(ctx, db.pool, `property = $1::bigint AND opened_at IS NOT NULL`, property)
	return found, away("charges", err)
}

// CardUnderway returns the newest charge by card of a property that is open and
// that the conversation is told of; ok is false if there is none.
func (db *DB) CardUnderway(ctx context.Context, session string, property int64) (c store.Charge, ok bool, err error) {
	found, err := readCharges(ctx, db.pool, `
		property = $1::bigint AND state = 'open' AND provider <> $2::text
		AND EXISTS (SELECT 1 FROM loja.charge_listener l WHERE l.charge = charge.id AND l.session = $3::text)`, property, store.ByPix, session)
	if len(found) > 0 {
		c, ok = found[0], true
	}
	return c, ok, away("charge by card", err)
}

// PollCharges returns those of which a provider is to be asked, for its news may
// have been lost: all that are open, and those that were closed without money and
// expired after since.
func (db *DB) PollCharges(ctx context.Context, since time.Time) ([]store.Charge, error) {
	found, err := readCharges(ctx, db.pool, `
		state = 'open' OR opened_at IS NOT NULL AND state IN ('expired', 'refused', 'cancelled') AND expires_at > $1::timestamptz`, since)
	return found, away("charges to ask for", err)
}

// ChargesAsked notes that the providers of these charges have told what they have
// of them, so that those that are closed need not be asked again soon.
func (db *DB) ChargesAsked(ctx context.Context, ids []string, at time.Time) error {
	_, err := db.pool.Exec(ctx, `UPDATE loja.charge SET asked_at = $2::timestamptz WHERE id = ANY ($1::text[])`, ids, at)
	return away("note that charges were asked for", err)
}

// UntoldCharges returns who is to be told what of charges that were opened, the
// oldest first: that it was paid, closed without money or refunded, and what is
// amiss.
func (db *DB) UntoldCharges(ctx context.Context) ([]store.ChargeNews, error) {
	rows, _ := db.pool.Query(ctx, `
		SELECT l.charge, l.session FROM loja.charge_listener l JOIN loja.charge h ON h.id = l.charge
		 WHERE h.opened_at IS NOT NULL AND l.told <> h.stamp ORDER BY h.opened_at, l.charge, l.session`)
	var id, session string
	var ids []string
	var news []store.ChargeNews
	_, err := pgx.ForEachRow(rows, []any{&id, &session}, func() error {
		ids, news = append(ids, id), append(news, store.ChargeNews{Session: session, Charge: store.Charge{ID: id}})
		return nil
	})
	if err != nil || len(news) == 0 {
		return nil, away("charges to tell of", err)
	}
	found, err := readCharges(ctx, db.pool, `id = ANY ($1::text[])`, ids)
	byID := map[string]store.Charge{}
	for _, c := range found {
		byID[c.ID] = c
	}
	for i := range news {
		news[i].Charge = byID[news[i].Charge.ID]
	}
	return news, away("charges to tell of", err)
}

// ChargeTold notes that news was told. What has changed since is news again.
func (db *DB) ChargeTold(ctx context.Context, n store.ChargeNews) error {
	_, err := db.pool.Exec(ctx, `
		UPDATE loja.charge_listener SET told = $3::text WHERE charge = $1::text AND session = $2::text`, n.Charge.ID, n.Session, n.Charge.Stamp())
	return away("note that a charge was told of", err)
}

// readCharges returns the charges that where names, newest first.
func readCharges(ctx context.Context, from asker, where string, args ...any) ([]store.Charge, error) {
	rows, _ := from.Query(ctx, chargesWhere(where), args...)
	return pgx.CollectRows(rows, scanCharge)
}

// chargesWhere asks for rows of scanCharge.
func chargesWhere(where string) string {
	return `
		SELECT id, property, provider, debts, discount, total, at_face, state, marks, received, paid_at, offered_at, opened_at, expires_at, ref, address, asked_at, protocol
		  FROM loja.charge WHERE ` + where + ` ORDER BY offered_at DESC, id`
}

func scanCharge(row pgx.CollectableRow) (c store.Charge, err error) {
	var marks string
	var paid, opened, asked *time.Time
	err = row.Scan(&c.ID, &c.Property, &c.Provider, &c.Debts, &c.Discount, &c.Total, &c.AtFace, &c.State, &marks, &c.Received,
		&paid, &c.Offered, &opened, &c.Expires, &c.Ref, &c.Address, &asked, &c.Protocol)
	c.Marks = store.ParseChargeMarks(marks)
	if paid != nil {
		c.PaidAt = *paid
	}
	if opened != nil {
		c.Opened = *opened
	}
	if asked != nil {
		c.Asked = *asked
	}
	return c, err
}

// readEvents returns all that was heard of charges.
func readEvents(ctx context.Context, from asker, ids ...string) ([]store.ChargeEvent, error) {
	rows, _ := from.Query(ctx, `
		SELECT provider, id, charge, kind, at, payment, amount, said, already FROM loja.charge_event WHERE charge = ANY ($1::text[]) ORDER BY at, provider, id`, ids)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e store.ChargeEvent, err error) {
		return e, row.Scan(&e.Provider, &e.ID, &e.Charge, &e.Kind, &e.At, &e.Payment, &e.Amount, &e.Said, &e.Already)
	})
}
