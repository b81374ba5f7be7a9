package postgres

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
)

// A KeptCharge is a charge with all that was heard of it.
type KeptCharge struct {
	store.Charge
	Events []store.ChargeEvent
}

// ChargesSince returns the charges that were opened or paid since then, and those
// that are open, for comparing them with the providers' lists and with GSAN.
func (db *DB) ChargesSince(ctx context.Context, since time.Time) ([]KeptCharge, error) {
	found, err := readCharges(ctx, db.pool, `opened_at >= $1::timestamptz OR state = 'open' OR id IN (
		SELECT charge FROM loja.charge_event WHERE kind = 'paid' AND at >= $1::timestamptz)`, since)
	if err != nil {
		return nil, away("charges to reconcile", err)
	}
	kept, ids, place := make([]KeptCharge, len(found)), make([]string, len(found)), map[string]int{}
	for i, c := range found {
		kept[i].Charge, ids[i], place[c.ID] = c, c.ID, i
	}
	events, err := readEvents(ctx, db.pool, ids...)
	for _, e := range events {
		k := &kept[place[e.Charge]]
		k.Events = append(k.Events, e)
	}
	return kept, away("events to reconcile", err)
}

// checkoutTime is how long a provider may take to give a page or code.
const checkoutTime = 15 * time.Minute

// CompareCharges compares charges with GSAN's payments and reviews, and says what
// is amiss with them at that time: in two round trips, by the indexes on bill and
// property, so that what it costs goes by the number of charges alone.
//
// # Why
//
// A payment of ours has no name in GSAN by which it could be known, so they are
// told apart by days and sums. A payment in GSAN counts if it was posted since the
// charge was offered. One of an earlier day than ours is another for certain, and
// for a card, which a company may think about overnight, one of before the person
// went there; of two that come to more than the debt, one is. Of a sum less credits and discount
// it is not said how GSAN spreads it over the debts: anything from what was
// received to what the debts come to without them is right. What deals are made
// of is only looked for.
//
// Bills that were paid stay em revisão until GSAN's month is closed (CAR-4), which
// is no difference.
func (db *DB) CompareCharges(ctx context.Context, kept []KeptCharge, now time.Time) ([]store.Difference, error) {
	posted, err := db.postings(ctx, kept)
	if err != nil {
		return nil, away("compare charges with GSAN's payments", err)
	}
	all, err := db.compareReviews(ctx, kept)
	if err != nil {
		return nil, away("compare charges with GSAN's reviews", err)
	}
	for i, k := range kept {
		all = append(all, db.compare(k, posted[i], now)...)
	}
	return all, nil
}

// A posting is a payment in GSAN.
type posting struct {
	debt  int // of the charge
	day   store.Date
	value store.Money
}

// postings finds what GSAN has of the debts of each charge.
func (db *DB) postings(ctx context.Context, kept []KeptCharge) (map[int][]posting, error) {
	var charges, debts []int
	var kinds []string
	var properties, ids []int64
	var offered []time.Time
	want := func(charge, debt int, kind string, id int64) {
		charges, debts, kinds, ids = append(charges, charge), append(debts, debt), append(kinds, kind), append(ids, id)
		properties, offered = append(properties, kept[charge].Property), append(offered, kept[charge].Offered)
	}
	for i, k := range kept {
		for j, d := range k.Debts {
			switch kind := holdKind(d.Kind); kind {
			case "credit":
			case "deal":
				for _, service := range d.Services {
					want(i, j, "service", service)
				}
			default:
				want(i, j, kind, d.ID)
			}
		}
	}
	const now, closed = `pgmt_dtpagamento, pgmt_vlpagamento FROM arrecadacao.pagamento WHERE pgmt_tmultimaalteracao >= w.offered::timestamp AND `,
		`pghi_dtpagamento, pghi_vlpagamento FROM arrecadacao.pagamento_historico WHERE pghi_tmultimaalteracao >= w.offered::timestamp AND `
	rows, _ := db.pool.Query(ctx, `
		SELECT w.charge, w.debt, x.day::date, (100 * x.value)::bigint
		  FROM unnest($1::int[], $2::int[], $3::text[], $4::bigint[], $5::bigint[], $6::timestamptz[]) AS w (charge, debt, kind, id, property, offered),
		       LATERAL (SELECT `+now+`w.kind = 'bill' AND cnta_id = w.id
		                UNION ALL
		                SELECT `+closed+`w.kind = 'bill' AND cnta_id = w.id
		                UNION ALL
		                SELECT `+now+`w.kind = 'slip' AND gpag_id = w.id
		                UNION ALL
		                SELECT `+closed+`w.kind = 'slip' AND imov_id = w.property AND gpag_id = w.id
		                UNION ALL
		                SELECT `+now+`w.kind = 'service' AND dbac_id = w.id
		                UNION ALL
		                SELECT `+closed+`w.kind = 'service' AND imov_id = w.property AND dbac_id = w.id) AS x (day, value)
		 ORDER BY w.charge, w.debt, x.day`, charges, debts, kinds, ids, properties, offered)
	found := map[int][]posting{}
	var charge int
	var p posting
	_, err := pgx.ForEachRow(rows, []any{&charge, &p.debt, &p.day, &p.value}, func() error {
		found[charge] = append(found[charge], p)
		return nil
	})
	return found, err
}

// compareReviews finds bills of the charges that are em revisão under our reason
// although nothing holds them, and those that should be and are not.
func (db *DB) compareReviews(ctx context.Context, kept []KeptCharge) ([]store.Difference, error) {
	ids := make([]string, len(kept))
	for i, k := range kept {
		ids[i] = k.ID
	}
	rows, _ := db.pool.Query(ctx, `
		SELECT DISTINCT ON (d.debt) $3::text, h.provider, h.id, d.debt
		  FROM loja.charge h JOIN loja.charge_debt d ON d.charge = h.id AND d.kind = 'bill'
		  JOIN faturamento.conta c ON c.cnta_id = d.debt AND c.cnta_dtrevisao IS NOT NULL AND c.cmrv_id = $2::int
		 WHERE h.id = ANY ($1::text[])
		   AND NOT EXISTS (SELECT 1 FROM loja.charge_debt o JOIN loja.charge x ON x.id = o.charge
		                    WHERE o.kind = 'bill' AND o.debt = d.debt AND x.state IN ('open', 'paid'))
		UNION ALL
		SELECT $4::text, h.provider, h.id, d.debt
		  FROM loja.charge h JOIN loja.charge_debt d ON d.charge = h.id AND d.reviewed_on IS NOT NULL
		  LEFT JOIN faturamento.conta c ON c.cnta_id = d.debt
		 WHERE h.id = ANY ($1::text[]) AND h.state = 'open' AND (c.cnta_dtrevisao = d.reviewed_on AND c.cmrv_id = d.reason) IS NOT TRUE`,
		ids, db.CardReview, string(store.ReviewLeft), string(store.ReviewMissing))
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (d store.Difference, err error) {
		return d, row.Scan(&d.Kind, &d.Provider, &d.Charge, &d.Bill)
	})
}

// compare says how a charge differs from what GSAN has of it.
func (db *DB) compare(k KeptCharge, posted []posting, now time.Time) (all []store.Difference) {
	var there, gross store.Money
	for _, p := range posted {
		there += p.value
	}
	differs := func(kind store.DifferenceKind, ours, theirs store.Money) {
		all = append(all, store.Difference{Kind: kind, Provider: k.Provider, Charge: k.ID, Ours: ours, Theirs: theirs})
	}
	if k.Marks != (store.ChargeMarks{}) && k.Protocol == "" {
		differs(store.Unreported, k.Total, k.Received)
	}
	if k.Marks.Short {
		differs(store.PaidShort, k.Total, k.Received)
	}
	switch k.State {
	case store.ChargeOpen:
		if len(posted) > 0 {
			differs(store.PaidInGSAN, k.Total, there)
		}
		if k.Address == "" && now.Sub(k.Opened) > checkoutTime {
			differs(store.NoCheckout, k.Total, 0)
		}
		return all
	case store.ChargeRefunded:
		if slices.ContainsFunc(posted, func(p posting) bool { return !p.day.After(store.DateOf(refundedAt(k.Events))) }) {
			differs(store.RefundInGSAN, k.Received, there)
		}
		return all
	case store.ChargePaid:
	default:
		return all
	}
	if k.Marks.Over {
		differs(store.PaidOver, k.Total, k.Received)
	}
	paidOn := store.DateOf(k.PaidAt)
	first := paidOn
	if opened := store.DateOf(k.Opened); k.Provider != store.ByPix && opened.Before(paidOn) {
		first = opened
	}
	again := k.Marks.Double || slices.ContainsFunc(posted, func(p posting) bool { return p.day.Before(first) })
	missing, deals := false, false
	for i, d := range k.Debts {
		if d.Kind == store.Credit {
			continue
		}
		gross += d.Total()
		var n int
		var sum store.Money
		for _, p := range posted {
			if p.debt == i {
				n, sum = n+1, sum+p.value
			}
		}
		missing = missing || n == 0
		if d.Kind == store.Deal {
			deals = true
			continue
		}
		again = again || n > 1 && sum > d.Total()
	}
	switch {
	case again:
		differs(store.PaidAgain, k.Received, there)
	case missing && store.DateOf(now).After(db.Clears(paidOn)):
		differs(store.NotInGSAN, k.Received, there)
	case !missing && !deals && (there < min(k.Received, k.Total) || there > max(k.Received, gross)):
		differs(store.GSANAmount, k.Received, there)
	}
	return all
}

// Clears returns the last day on which a payment of that day may come to GSAN.
func (db *DB) Clears(paid store.Date) store.Date {
	codes := db.codes.Load()
	return paid.Clears(cmp.Or(db.ClearingDays, store.ClearingDays), func(day store.Date) bool { return codes.holiday(day, 0) })
}

func refundedAt(events []store.ChargeEvent) (last time.Time) {
	for _, e := range events {
		if (e.Kind == store.EventRefunded || e.Kind == store.EventReturned) && e.At.After(last) {
			last = e.At
		}
	}
	return last
}

// reconciliationsKept is for how long it can be seen what comparisons found.
const reconciliationsKept = 366 * 24 * time.Hour

// KeepReconciliation keeps what a comparison found.
func (db *DB) KeepReconciliation(ctx context.Context, r store.Reconciliation) error {
	_, err := db.pool.Exec(ctx, `
		WITH old AS (DELETE FROM loja.reconciliation WHERE ran_at < $6::timestamptz)
		INSERT INTO loja.reconciliation (ran_at, since, charges, unasked, differences)
		VALUES ($1::timestamptz, $2::timestamptz, $3::int, $4::text[], $5::json)`,
		r.At, r.Since, r.Charges, append([]string{}, r.Unasked...), append([]store.Difference{}, r.Differences...), r.At.Add(-reconciliationsKept))
	return away("keep a reconciliation", err)
}

// LastReconciliation returns the newest comparison; ok is false if there was none.
func (db *DB) LastReconciliation(ctx context.Context) (r store.Reconciliation, ok bool, err error) {
	err = db.pool.QueryRow(ctx, `
		SELECT ran_at, since, charges, unasked, differences FROM loja.reconciliation ORDER BY ran_at DESC LIMIT 1`).
		Scan(&r.At, &r.Since, &r.Charges, &r.Unasked, &r.Differences)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, false, nil
	}
	return r, err == nil, away("last reconciliation", err)
}

// CountCharges returns how many charges that ended since then, or have not ended,
// each provider has in each state.
func (db *DB) CountCharges(ctx context.Context, since time.Time, each func(provider string, state store.ChargeState, n int)) error {
	rows, _ := db.pool.Query(ctx, `
		SELECT provider, state, count(*)::int FROM loja.charge WHERE expires_at >= $1::timestamptz GROUP BY provider, state`, since)
	var provider string
	var state store.ChargeState
	var n int
	_, err := pgx.ForEachRow(rows, []any{&provider, &state, &n}, func() error { each(provider, state, n); return nil })
	return away("count charges", err)
}
