package postgres

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
	"lojavirtual/store/ledger"
)

// # Charges: the contract
//
// A charge goes this way; where it stands follows from its events alone
// (store/ledger):
//
//	OfferCharge   a link is given. Nothing is held, GSAN knows nothing.
//	OpenCharge    the person goes to the company, or wants the PIX code: the debts
//	              are read again and taken. Then the provider is asked for a
//	              checkout under the charge's ID, and
//	KeepCheckout  keeps where it is paid.
//	RecordEvent   for all that the provider tells, by webhook or when it is asked
//	              (PollCharges says about what).
//	CancelCharge  the person does not want it any more, or another one is in its
//	              way and the bank has removed it.
//	ExpireCharges for those whose time is over.
//	UntoldCharges and ChargeTold: who is to be told.
//
// What happens twice:
//   - The same key offers once. So do the same debts, as they were seen, at the
//     same provider: whoever comes with them, from whichever conversation, gets the
//     charge that is open already, or offered for the same sum, and is told of it
//     as well.
//   - Opening, cancelling or expiring again changes nothing, and so does an event
//     that is known by its provider and id.
//   - A debt is in at most one open charge: charge_hold has it as its key. A card
//     charge holds it firmly: it is em negociação for everybody. A PIX charge only
//     keeps it apart: another charge finds it in the way (OpenedCharge.InTheWay),
//     and is opened once that one is cancelled.
//   - A process may die between any two calls: the charge is then offered, or open
//     without an address, and the next call goes on from there. A provider that is
//     asked again under the same ID must give the same checkout.
//
// Each call is one transaction that holds the property, as once does; an error of
// it is Temporary if it can be tried again, such as while a batch of GSAN holds a
// bill. All times are given, never read from a clock. Nothing here asks a
// provider: what was read back is recorded, and only that.
//
// In GSAN bills of an open card charge are em revisão if DB.CardReview names a
// reason (gsan-rules CAR-1). That is taken away when the charge is closed without
// money, or refunded, from those bills alone that are still as we wrote them. It
// stays on bills that were paid, for staff or GSAN's own batch to end (CAR-4).
// Payments are never written: GSAN gets them from banks and companies, and until
// it has, Bills and Debts show as paid what was paid to us.

// OfferCharge offers a charge of what the form says, once under the key, which is
// of Turn.Key or begins with the session like one (see Erase); the same key gives
// the same charge again, as it stands now. It is refused as DebtsChanged if
// something is not owed any more or not as it was seen, as DebtsHeld if something
// is being paid by card, and as NothingToPay. Nothing is written on a refusal.
//
// The ID of a PIX charge follows from what it asks for, so that the bank knows
// the same one by the same txid; that of a card charge is drawn. An offer is good
// until its amounts are another day's, one of a PIX until the code is to expire.
func (db *DB) OfferCharge(ctx context.Context, key string, f store.ChargeForm) (store.Charge, store.Refusal, error) {
	id, err := once(ctx, db, key, "charge", f.Property, func(ctx context.Context, tx pgx.Tx) (string, error) {
		return db.offerCharge(ctx, tx, f)
	})
	var no refused
	if errors.As(err, &no) {
		return store.Charge{}, store.Refusal(no), nil
	}
	if err != nil {
		return store.Charge{}, store.NotRefused, err
	}
	c, ok, err := db.Charge(ctx, id)
	if err == nil && !ok {
		err = fmt.Errorf("charge %s is gone", id)
	}
	return c, store.NotRefused, err
}

func (db *DB) offerCharge(ctx context.Context, tx pgx.Tx, f store.ChargeForm) (id string, err error) {
	wanted, atFace := f.Debts, f.Bill.ID != 0
	if atFace {
		wanted = []store.Debt{{Kind: store.OwnBill, ID: f.Bill.ID, Month: f.Bill.Month, Due: f.Bill.Due, Value: f.Bill.Total}}
	}
	selection := selectionOf(f.Property, f.Provider, atFace, wanted)
	live, err := readCharges(ctx, tx, `selection = $1::text AND state IN ('offered', 'open')`, selection) // one, if any
	if err != nil {
		return "", err
	}
	if len(live) > 0 && !live[0].Expires.After(f.At) {
		if err := db.record(ctx, tx, &live[0], ours(live[0].ID, store.EventExpired, f.At), f.At); err != nil {
			return "", err
		}
		live = nil
	}
	if len(live) > 0 && live[0].State == store.ChargeOpen {
		return live[0].ID, listen(ctx, tx, live[0].ID, f.Session)
	}
	c := store.Charge{
		Property: f.Property, Provider: f.Provider, AtFace: atFace, State: store.ChargeOffered,
		Offered: f.At, Expires: f.Expires,
	}
	if c.Provider != store.ByPix {
		y, m, d := f.At.In(store.Zone).Date()
		c.Expires = time.Date(y, m, d+1, 0, 0, 0, 0, store.Zone)
	}
	kinds, numbers := holdKeys(wanted)
	var held bool
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM loja.charge_hold JOIN unnest($1::text[], $2::bigint[]) AS w (kind, debt) USING (kind, debt) WHERE firm)`,
		kinds, numbers).Scan(&held)
	switch {
	case err != nil:
		return "", err
	case held:
		return "", refused(store.DebtsHeld)
	}
	q, err := db.quoteCharge(ctx, tx, f.Property, atFace, wanted)
	if err != nil {
		return "", err
	}
	c.Debts, c.Discount, c.Total = q.items, q.discount, q.total
	if len(live) > 0 {
		if live[0].Total == c.Total {
			return live[0].ID, listen(ctx, tx, live[0].ID, f.Session)
		}
		// A credit came that was not among what was seen, or another discount.
		if err := db.record(ctx, tx, &live[0], ours(live[0].ID, store.EventCancelled, f.At), f.At); err != nil {
			return "", err
		}
	}
	if c.ID, err = insertCharge(ctx, tx, c, selection); err != nil {
		return "", err
	}
	return c.ID, listen(ctx, tx, c.ID, f.Session)
}

// selectionOf names what is to be paid, and where.
func selectionOf(property int64, provider string, atFace bool, debts []store.Debt) string {
	var words []string
	for _, d := range debts {
		if atFace {
			d.Version = d.Value.Number()
		}
		words = append(words, fmt.Sprintf("%s/%d/%s/%d", holdKind(d.Kind), d.ID, d.Version, d.Ahead))
	}
	slices.Sort(words)
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%d %q %t %s", property, provider, atFace, strings.Join(slices.Compact(words), " "))))
}

// holdKind is what our tables call a kind of debt. A bill is one bill, whoever
// lives in the property.
func holdKind(k store.DebtKind) string {
	switch k {
	case store.OwnBill, store.FormerBill:
		return "bill"
	case store.Service:
		return "service"
	case store.Slip:
		return "slip"
	case store.Deal:
		return "deal"
	default:
		return "credit"
	}
}

// holdKeys are the debts as our tables have them.
func holdKeys(debts []store.Debt) (kinds []string, numbers []int64) {
	for _, d := range debts {
		kinds, numbers = append(kinds, holdKind(d.Kind)), append(numbers, d.ID)
	}
	return kinds, numbers
}

// quoteCharge is quote, or for a bill at face value that it can still be paid
// and is worth as much, as Segunda Via has it.
func (db *DB) quoteCharge(ctx context.Context, tx pgx.Tx, property int64, atFace bool, wanted []store.Debt) (quote, error) {
	if !atFace {
		return db.quote(ctx, tx, property, wanted)
	}
	rows, _ := tx.Query(ctx, `SELECT `+openBill+` FROM faturamento.conta c `+paid+` WHERE c.cnta_id = $2::bigint AND `+ownOpen, property, wanted[0].ID)
	row, err := pgx.CollectOneRow(rows, pgx.RowToStructByName[billRow])
	switch bill := row.bill(db.codes.Load()); {
	case errors.Is(err, pgx.ErrNoRows):
		return quote{}, refused(store.DebtsChanged)
	case err != nil:
		return quote{}, err
	case !bill.Payable(), bill.Total != wanted[0].Value:
		return quote{}, refused(store.DebtsChanged)
	}
	return quote{items: wanted, total: wanted[0].Value}, nil
}

var chargeID = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// insertCharge writes a charge, and gives it its ID: one of a PIX is made of what
// it asks for, and of how often that was asked for before and came to nothing,
// for a bank does not take a txid back that was removed.
func insertCharge(ctx context.Context, tx pgx.Tx, c store.Charge, selection string) (id string, err error) {
	for n := 0; ; n++ {
		var bits [32]byte
		if c.Provider == store.ByPix {
			bits = sha256.Sum256(fmt.Appendf(nil, "%s %d %s %d", selection, c.Total, store.DateOf(c.Expires), n))
		} else if _, err := rand.Read(bits[:]); err != nil {
			return "", err
		}
		id = chargeID.EncodeToString(bits[:16])
		done, err := tx.Exec(ctx, `
			INSERT INTO loja.charge (id, property, provider, selection, debts, discount, total, at_face, state, stamp, offered_at, expires_at)
			VALUES ($1::text, $2::bigint, $3::text, $4::text, $5::json, $6::bigint, $7::bigint, $8::bool, $9::text, $10::text, $11::timestamptz, $12::timestamptz)
			    ON CONFLICT (id) DO NOTHING`,
			id, c.Property, c.Provider, selection, c.Debts, int64(c.Discount), int64(c.Total), c.AtFace, string(c.State), c.Stamp(), c.Offered, c.Expires)
		if err != nil {
			return "", err
		}
		if done.RowsAffected() == 1 {
			break
		}
	}
	kinds, numbers := holdKeys(c.Debts)
	var left, ahead []int
	for _, d := range c.Debts {
		left, ahead = append(left, d.Instalments), append(ahead, d.Ahead)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO loja.charge_debt (charge, kind, debt, instalments, ahead)
		SELECT $1::text, kind, debt, CASE kind WHEN 'deal' THEN instalments END, nullif(ahead, 0)
		  FROM unnest($2::text[], $3::bigint[], $4::int[], $5::int[]) AS d (kind, debt, instalments, ahead)`, id, kinds, numbers, left, ahead)
	return id, err
}

// listen lets a conversation be told of a charge from now on.
func listen(ctx context.Context, tx pgx.Tx, id, session string) error {
	if session == "" {
		return nil
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO loja.charge_listener (charge, session, told)
		SELECT id, $2::text, stamp FROM loja.charge WHERE id = $1::text
		    ON CONFLICT DO NOTHING`, id, session)
	return err
}

// onCharge lets do change a charge in one transaction that holds its property;
// ok is false if there is no such charge, and do is not called. An error of do
// undoes all of it. The charge that is returned is as it was left.
func (db *DB) onCharge(ctx context.Context, what, id string, do func(context.Context, pgx.Tx, *store.Charge) error) (c store.Charge, ok bool, err error) {
	err = pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
		var property int64
		err := tx.QueryRow(ctx, `SELECT property FROM loja.charge WHERE id = $1::text`, id).Scan(&property)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := holdProperty(ctx, tx, property); err != nil {
			return err
		}
		found, err := readCharges(ctx, tx, `id = $1::text`, id)
		if err != nil || len(found) == 0 {
			return err
		}
		ok = true
		if err := do(ctx, tx, &found[0]); err != nil {
			return err
		}
		found, err = readCharges(ctx, tx, `id = $1::text`, id)
		if err == nil {
			c = found[0]
		}
		return err
	})
	return c, ok, away(what, err)
}

// OpenCharge opens an offered charge: its debts are read again, and held until it
// is closed. Of one that is not offered any more it changes nothing, and its State
// says where it stands. It is refused as OfferCharge is, as DebtsChanged also if
// the offer is too old. Nothing is written on a refusal, nor if others are in the
// way. ok is false if there is no such charge.
//
// A charge by card expires CardExpiry after at.
func (db *DB) OpenCharge(ctx context.Context, id string, at time.Time) (o store.OpenedCharge, ok bool, err error) {
	c, ok, err := db.onCharge(ctx, "open charge", id, func(ctx context.Context, tx pgx.Tx, c *store.Charge) error {
		if c.State != store.ChargeOffered {
			return nil
		}
		if !at.Before(c.Expires) {
			return refused(store.DebtsChanged)
		}
		others, err := readCharges(ctx, tx, `id IN (
			SELECT h.charge FROM loja.charge_hold h JOIN loja.charge_debt d USING (kind, debt) WHERE d.charge = $1::text)`, id)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(others, func(o store.Charge) bool { return o.Provider != store.ByPix }) {
			return refused(store.DebtsHeld)
		}
		if len(others) > 0 {
			o.InTheWay = others
			return nil
		}
		q, err := db.quoteCharge(ctx, tx, c.Property, c.AtFace, c.Debts)
		if err != nil {
			return err
		}
		if q.total != c.Total {
			return refused(store.DebtsChanged)
		}
		return db.hold(ctx, tx, c, at)
	})
	var no refused
	if errors.As(err, &no) {
		return store.OpenedCharge{Refusal: store.Refusal(no)}, true, nil
	}
	o.Charge = c
	return o, ok, err
}

// hold opens a charge.
func (db *DB) hold(ctx context.Context, tx pgx.Tx, c *store.Charge, at time.Time) error {
	card := c.Provider != store.ByPix
	_, err := tx.Exec(ctx, `
		INSERT INTO loja.charge_hold (kind, debt, charge, firm)
		SELECT kind, debt, charge, $2::bool FROM loja.charge_debt WHERE charge = $1::text`, c.ID, card)
	if err != nil {
		return err
	}
	if card {
		c.Expires = at.Add(cmp.Or(db.CardExpiry, store.CardTime))
		if err := db.putReview(ctx, tx, *c); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `
		UPDATE loja.charge SET opened_at = $2::timestamptz, expires_at = $3::timestamptz WHERE id = $1::text`, c.ID, at, c.Expires)
	if err != nil {
		return err
	}
	return db.record(ctx, tx, c, ours(c.ID, store.EventOpened, at), at)
}

// putReview puts the bills of a charge em revisão in GSAN, all of them, and
// keeps what was written (gsan-rules CAR-1, gsan-schema 6.3).
func (db *DB) putReview(ctx context.Context, tx pgx.Tx, c store.Charge) error {
	var bills []int64
	for _, d := range c.Debts {
		if holdKind(d.Kind) == "bill" {
			bills = append(bills, d.ID)
		}
	}
	if db.CardReview == 0 || len(bills) == 0 {
		return nil
	}
	today := db.Today()
	done, err := tx.Exec(ctx, `
		UPDATE faturamento.conta c
		   SET cnta_dtrevisao = $3::date, cmrv_id = $4::int, usur_id = (SELECT min(usur_id) FROM seguranca.usuario WHERE usur_icinternet = 1),
		       cnta_tmultimaalteracao = localtimestamp
		 WHERE c.imov_id = $1::bigint AND c.cnta_id = ANY ($2::bigint[]) AND c.dcst_idatual IN (0, 1, 2) AND c.cnta_dtrevisao IS NULL`,
		c.Property, bills, today, db.CardReview)
	if err != nil {
		return err
	}
	if int(done.RowsAffected()) != len(bills) { // staff were there before us
		return refused(store.DebtsChanged)
	}
	_, err = tx.Exec(ctx, `
		UPDATE loja.charge_debt SET reviewed_on = $2::date, reason = $3::int WHERE charge = $1::text AND kind = 'bill'`, c.ID, today, db.CardReview)
	if err != nil {
		return err
	}
	return auditBills(ctx, tx, c.Property, putReview, bills)
}

// takeReviewAway takes away from bills what putReview wrote, where it is still that.
func takeReviewAway(ctx context.Context, tx pgx.Tx, c store.Charge) error {
	rows, _ := tx.Query(ctx, `
		UPDATE faturamento.conta c
		   SET cnta_dtrevisao = NULL, cmrv_id = NULL, usur_id = (SELECT min(usur_id) FROM seguranca.usuario WHERE usur_icinternet = 1),
		       cnta_tmultimaalteracao = localtimestamp
		  FROM loja.charge_debt d
		 WHERE d.charge = $1::text AND d.kind = 'bill' AND d.reviewed_on IS NOT NULL
		   AND c.cnta_id = d.debt AND c.imov_id = $2::bigint AND c.cnta_dtrevisao = d.reviewed_on AND c.cmrv_id = d.reason
		RETURNING c.cnta_id::bigint`, c.ID, c.Property)
	bills, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	if _, err = tx.Exec(ctx, `
		UPDATE loja.charge_debt SET reviewed_on = NULL, reason = NULL WHERE charge = $1::text AND reviewed_on IS NOT NULL`, c.ID); err != nil {
		return err
	}
	return auditBills(ctx, tx, c.Property, takeReview, bills)
}

func auditBills(ctx context.Context, tx pgx.Tx, property int64, what int, bills []int64) error {
	for _, bill := range bills {
		if err := audit(ctx, tx, property, operation{id: what, table: billTable, change: changedRow, row: bill}); err != nil {
			return err
		}
	}
	return nil
}

// KeepCheckout keeps by which name the provider knows a charge, and where it is
// paid. The first that is kept stays: the charge that is returned has it. ok is
// false if there is no such charge.
func (db *DB) KeepCheckout(ctx context.Context, id, ref, address string) (store.Charge, bool, error) {
	return db.onCharge(ctx, "keep checkout", id, func(ctx context.Context, tx pgx.Tx, c *store.Charge) error {
		if c.Ref != "" || c.Address != "" {
			return nil
		}
		_, err := tx.Exec(ctx, `UPDATE loja.charge SET ref = $2::text, address = $3::text WHERE id = $1::text`, id, ref, address)
		return err
	})
}

// RecordEvent records news of a charge that was read back from its provider, and
// all that follows from it: what is held is freed, or shown as paid; bills are no
// longer em revisão; and for each new mark staff get a request (RA), in the same
// transaction. An event that is known changes nothing. ok is false if there is no
// such charge. Now is when we heard of it.
//
// The request is of the kind TroubleRequest, for the present occupant, with the
// bills that were paid, and stays open. It is a new one even if one of its kind
// is pending for the property (gsan-rules RA-10), for it is about other money.
// Without such a kind in GSAN the event is recorded and the charge keeps its
// mark without a Protocol.
func (db *DB) RecordEvent(ctx context.Context, e store.ChargeEvent, now time.Time) (store.Charge, bool, error) {
	return db.onCharge(ctx, "record event", e.Charge, func(ctx context.Context, tx pgx.Tx, c *store.Charge) error {
		return db.record(ctx, tx, c, e, now)
	})
}

// CancelCharge closes a charge that is offered or open; of another one it changes
// nothing. What may still be paid at the provider must be removed there before.
// ok is false if there is no such charge.
func (db *DB) CancelCharge(ctx context.Context, id string, at time.Time) (store.Charge, bool, error) {
	return db.onCharge(ctx, "cancel charge", id, func(ctx context.Context, tx pgx.Tx, c *store.Charge) error {
		if !ledger.Live(c.State) {
			return nil
		}
		return db.record(ctx, tx, c, ours(id, store.EventCancelled, at), at)
	})
}

// ExpireCharges closes those offered or open charges whose time is over and that
// may be closed, and returns them. Those that were Opened may still be paid at the
// provider, who is to be asked before and after: what it then tells is recorded
// all the same.
func (db *DB) ExpireCharges(ctx context.Context, at time.Time, may func(store.Charge) bool) ([]store.Charge, error) {
	due, err := readCharges(ctx, db.pool, `state IN ('offered', 'open') AND expires_at <= $1::timestamptz`, at)
	if err != nil {
		return nil, away("charges to expire", err)
	}
	var expired []store.Charge
	for _, old := range due {
		if !may(old) {
			continue
		}
		c, _, err := db.onCharge(ctx, "expire charge", old.ID, func(ctx context.Context, tx pgx.Tx, c *store.Charge) error {
			if !ledger.Live(c.State) || c.Expires.After(at) {
				return nil
			}
			return db.record(ctx, tx, c, ours(c.ID, store.EventExpired, at), at)
		})
		if err != nil {
			return expired, err
		}
		if c.State == store.ChargeExpired {
			expired = append(expired, c)
		}
	}
	return expired, nil
}

// ours is an event of our own, of which there is one of each kind.
func ours(charge string, kind store.ChargeEventKind, at time.Time) store.ChargeEvent {
	return store.ChargeEvent{Provider: store.OurSide, ID: charge + "/" + string(kind), Charge: charge, Kind: kind, At: at}
}

// record adds an event to those of a charge and does what follows from all of
// them.
func (db *DB) record(ctx context.Context, tx pgx.Tx, c *store.Charge, e store.ChargeEvent, now time.Time) error {
	if e.Provider != c.Provider && e.Provider != store.OurSide {
		return fmt.Errorf("event of %s for a charge at %s", e.Provider, c.Provider)
	}
	if e.Kind == store.EventPaid {
		var err error
		if e.Already, err = alreadyPaid(ctx, tx, *c, e.At); err != nil {
			return err
		}
	}
	done, err := tx.Exec(ctx, `
		INSERT INTO loja.charge_event (provider, id, charge, kind, at, payment, amount, said, already, heard_at)
		VALUES ($1::text, $2::text, $3::text, $4::text, $5::timestamptz, $6::text, $7::bigint, $8::text, $9::bool, $10::timestamptz)
		    ON CONFLICT (provider, id) DO NOTHING`,
		e.Provider, e.ID, c.ID, string(e.Kind), e.At, e.Payment, int64(e.Amount), onlyLetters(e.Said), e.Already, now)
	if err != nil {
		return err
	}
	if done.RowsAffected() == 0 {
		return sameEvent(ctx, tx, e)
	}
	events, err := readEvents(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	was := c.State
	s := ledger.Of(c.Total, c.Expires, events)
	c.State, c.Marks, c.Received, c.PaidAt = s.State, s.Marks, s.Received, s.PaidAt
	if err := db.report(ctx, tx, c, events, now); err != nil {
		return err
	}
	var paidAt *time.Time
	if !c.PaidAt.IsZero() {
		paidAt = &c.PaidAt
	}
	_, err = tx.Exec(ctx, `
		UPDATE loja.charge SET state = $2::text, marks = $3::text, received = $4::bigint, paid_at = $5::timestamptz, stamp = $6::text WHERE id = $1::text`,
		c.ID, string(c.State), c.Marks.String(), int64(c.Received), paidAt, c.Stamp())
	if err != nil || c.State == was || ledger.Live(c.State) {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM loja.charge_hold WHERE charge = $1::text`, c.ID); err != nil {
		return err
	}
	if c.State == store.ChargePaid {
		return nil
	}
	return takeReviewAway(ctx, tx, *c)
}

// sameEvent fails unless the event that is known under that name is this one:
// else news would be lost without a word.
func sameEvent(ctx context.Context, tx pgx.Tx, e store.ChargeEvent) error {
	var same bool
	err := tx.QueryRow(ctx, `
		SELECT charge = $3::text AND kind = $4::text FROM loja.charge_event WHERE provider = $1::text AND id = $2::text`,
		e.Provider, e.ID, e.Charge, string(e.Kind)).Scan(&same)
	if err == nil && !same {
		err = fmt.Errorf("event %s of %s is known as another one", e.ID, e.Provider)
	}
	return err
}

// onlyLetters keeps of what a provider says what cannot name a person's number.
func onlyLetters(said string) string {
	return cut(strings.Map(func(r rune) rune {
		if r < 128 && (unicode.IsLetter(r) || strings.ContainsRune("_-/. ", r)) {
			return r
		}
		return -1
	}, said), 40)
}

// alreadyPaid tells whether something of the charge has been paid by other means
// than by a payment made at that time: by another charge, or to GSAN since it was
// offered. GSAN gets our payments too, from banks and companies, so only one of an
// earlier day, or that was there before ours was made, is another for certain; one
// that was made on the same day and posted later is for the reconciliation to
// find. Of a deal instalments may be paid ahead again and again: other ones, once
// GSAN counts those before as done.
func alreadyPaid(ctx context.Context, tx pgx.Tx, c store.Charge, at time.Time) (already bool, err error) {
	var bills, slips, services []int64
	for _, d := range c.Debts {
		switch d.Kind {
		case store.OwnBill, store.FormerBill:
			bills = append(bills, d.ID)
		case store.Slip:
			slips = append(slips, d.ID)
		case store.Service:
			services = append(services, d.ID)
		case store.Deal:
			services = append(services, d.Services...)
		}
	}
	const another = `p.pgmt_tmultimaalteracao >= $7::timestamptz::timestamp AND (p.pgmt_dtpagamento < $6::date OR p.pgmt_tmultimaalteracao < $5::timestamptz::timestamp)`
	const closed = `p.pghi_tmultimaalteracao >= $7::timestamptz::timestamp AND p.pghi_dtpagamento < $6::date`
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM loja.charge_debt d JOIN loja.charge_debt o USING (kind, debt) JOIN loja.charge h ON h.id = o.charge
		                WHERE d.charge = $1::text AND h.id <> d.charge AND h.state = 'paid' AND (o.ahead IS NULL OR d.instalments > o.instalments - o.ahead))
		    OR EXISTS (SELECT 1 FROM arrecadacao.pagamento p WHERE p.cnta_id = ANY ($2::bigint[]) AND `+another+`)
		    OR EXISTS (SELECT 1 FROM arrecadacao.pagamento p WHERE p.gpag_id = ANY ($3::bigint[]) AND `+another+`)
		    OR EXISTS (SELECT 1 FROM arrecadacao.pagamento p WHERE p.dbac_id = ANY ($4::bigint[]) AND `+another+`)
		    OR EXISTS (SELECT 1 FROM arrecadacao.pagamento_historico p WHERE p.cnta_id = ANY ($2::bigint[]) AND `+closed+`)
		    OR EXISTS (SELECT 1 FROM arrecadacao.pagamento_historico p WHERE p.gpag_id = ANY ($3::bigint[]) AND `+closed+`)
		    OR EXISTS (SELECT 1 FROM arrecadacao.pagamento_historico p WHERE p.dbac_id = ANY ($4::bigint[]) AND `+closed+`)`,
		c.ID, bills, slips, services, at, store.DateOf(at), c.Offered).Scan(&already)
	return already, err
}

// report opens a request for the marks of a charge that staff do not know of.
func (db *DB) report(ctx context.Context, tx pgx.Tx, c *store.Charge, events []store.ChargeEvent, now time.Time) error {
	var kind int
	var reported, name string
	var customer int64
	err := tx.QueryRow(ctx, `
		SELECT h.reported, coalesce(nullif($2::int, 0),
		         (SELECT min(step_id) FROM atendimentopublico.solicitacao_tipo_espec WHERE step_icuso = 1 AND step_icinformarpgtoduplicidade = 1), 0)::int,
		       coalesce(k.clie_id, 0)::bigint, coalesce(trim(k.clie_nmcliente), '')::text
		  FROM loja.charge h
		  JOIN cadastro.imovel i ON i.imov_id = h.property
		  LEFT JOIN cadastro.cliente k ON k.clie_id = `+anOccupant+`
		 WHERE h.id = $1::text`, c.ID, db.TroubleRequest).Scan(&reported, &kind, &customer, &name)
	known := store.ParseChargeMarks(reported)
	if err != nil || c.Marks.Or(known) == known || kind == 0 {
		return err
	}
	_, days, business, err := pendingRequest(ctx, tx, c.Property, kind)
	if errors.Is(err, errNoKind) {
		return nil
	}
	if err != nil {
		return err
	}
	var bills []int64
	for _, d := range c.Debts {
		if holdKind(d.Kind) == "bill" {
			bills = append(bills, d.ID)
		}
	}
	opened, err := db.insertRequest(ctx, tx, store.RequestForm{
		Kind: kind, Property: c.Property, Customer: customer, Requester: name, Bills: bills, At: now, Notes: trouble(*c, events),
	}, days, business)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE loja.charge SET reported = $2::text, protocol = $3::text WHERE id = $1::text`,
		c.ID, c.Marks.Or(known).String(), opened.Protocol)
	return err
}

// trouble is what staff read of a charge with marks.
func trouble(c store.Charge, events []store.ChargeEvent) string {
	var what, payments []string
	short := "A MENOR"
	if c.State == store.ChargeRefunded {
		short = "DEVOLVIDO EM PARTE"
	}
	for _, mark := range []struct {
		set   bool
		words string
	}{
		{c.Marks.Double, "EM DUPLICIDADE"}, {c.Marks.Late, "DEPOIS DO PRAZO"}, {c.Marks.Short, short}, {c.Marks.Over, "A MAIOR"},
	} {
		if mark.set {
			what = append(what, mark.words)
		}
	}
	for _, e := range events {
		if e.Kind == store.EventPaid && !slices.Contains(payments, e.Payment) {
			payments = append(payments, e.Payment)
		}
	}
	return fmt.Sprintf("PAGAMENTO PELO CHATBOT %s. %s, COBRANÇA %s DE R$ %s, RECEBIDO R$ %s. PAGAMENTOS: %s.",
		strings.Join(what, ", "), strings.ToUpper(c.Provider), c.ID, c.Total.Number(), c.Received.Number(), strings.Join(payments, ", "))
}
