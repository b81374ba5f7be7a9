package postgres_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
	"lojavirtual/store/ledger"
	"lojavirtual/store/postgres"
)

const (
	cardReview = 110 // the demo's cmrv_id
	company1   = "Cartão Fácil"
	me, you    = "telegram:1", "telegram:2"
)

// nine is in the morning of today, and later so many minutes after it.
var nine = time.Date(today.Year, today.Month, today.Day, 9, 0, 0, 0, store.Zone)

func later(minutes int) time.Time { return nine.Add(time.Duration(minutes) * time.Minute) }

// openCharges is open with a reason for reviews.
func openCharges(t testing.TB) world {
	w := open(t)
	w.CardReview = cardReview
	return w
}

func isBill(d store.Debt) bool { return d.Kind == store.OwnBill && d.Selectable() }

// form is a wish of Maria's, or of another property, to pay by card.
func (w world) charge(property int64, want func(store.Debt) bool) store.ChargeForm {
	w.t.Helper()
	return store.ChargeForm{Session: me, Property: property, Provider: company1, Debts: w.owed(property, want), At: nine}
}

// pix makes it one by PIX.
func pix(f store.ChargeForm) store.ChargeForm {
	f.Provider, f.Expires = store.ByPix, later(24*60)
	return f
}

func (w world) offer(key string, f store.ChargeForm) store.Charge {
	w.t.Helper()
	c, refusal, err := w.OfferCharge(w.t.Context(), key, f)
	if err != nil || refusal != store.NotRefused || c.State != store.ChargeOffered {
		w.t.Fatalf("%+v, %d, %v", c, refusal, err)
	}
	return c
}

func (w world) openCharge(id string, at time.Time) store.Charge {
	w.t.Helper()
	o, ok, err := w.OpenCharge(w.t.Context(), id, at)
	if err != nil || !ok || o.Refusal != store.NotRefused || len(o.InTheWay) > 0 || o.Charge.State != store.ChargeOpen {
		w.t.Fatalf("%+v, %t, %v", o, ok, err)
	}
	return o.Charge
}

// hear records an event of the charge's provider.
func (w world) hear(c store.Charge, kind store.ChargeEventKind, id string, amount store.Money, at time.Time) store.Charge {
	w.t.Helper()
	e := store.ChargeEvent{Provider: c.Provider, ID: id, Charge: c.ID, Kind: kind, At: at, Amount: amount, Said: "approved"}
	if kind == store.EventPaid || kind == store.EventRefunded {
		e.Payment, _, _ = strings.Cut(id, "/")
	}
	c, ok, err := w.RecordEvent(w.t.Context(), e, at)
	if err != nil || !ok {
		w.t.Fatal(ok, err)
	}
	return c
}

func (w world) pay(c store.Charge, at time.Time) store.Charge {
	w.t.Helper()
	return w.hear(c, store.EventPaid, "payment "+c.ID, c.Total, at)
}

// standing is the property's bills, as Segunda Via has them.
func (w world) standing(property int64) string {
	w.t.Helper()
	short, _ := w.list(property)
	return strings.Join(short, ", ")
}

// reviews is the property's bills under review in GSAN: "05/2026 110".
func (w world) reviews(property int64) string {
	w.t.Helper()
	var all string
	err := w.conn.QueryRow(w.t.Context(), `
		SELECT coalesce(string_agg(cnta_amreferenciaconta || ' ' || cmrv_id || ' ' || cnta_dtrevisao, ', ' ORDER BY 1), '')
		  FROM faturamento.conta WHERE imov_id = $1 AND cnta_dtrevisao IS NOT NULL`, property).Scan(&all)
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

func (w world) holds() int64 {
	w.t.Helper()
	return w.number(`SELECT count(*) FROM loja.charge_hold`)
}

// told returns what is to be told, and notes that it was.
func (w world) told() (short []string) {
	w.t.Helper()
	news, err := w.UntoldCharges(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	for _, n := range news {
		short = append(short, n.Session+" "+n.Charge.Stamp())
		if err := w.ChargeTold(w.t.Context(), n); err != nil {
			w.t.Fatal(err)
		}
	}
	return short
}

// From the offer to the payment, by card: what is held, what GSAN shows, what
// others see, and who is told.
func TestChargeByCard(t *testing.T) {
	test := func(t *testing.T, w world) {
		w.CardReview = cardReview
		f := w.charge(several, isBill)
		f.Debts = f.Debts[:2]
		c := w.offer("k1", f)
		if c.Total != 14000+420+15714 || len(c.ID) != 26 || c.Provider != company1 || len(c.Debts) != 2 || c.Debts[0].Late.Total() != 420 ||
			!c.Expires.Equal(later(15*60)) || !c.Offered.Equal(nine) || !c.Opened.IsZero() {
			t.Errorf("offered: %+v", c)
		}
		if w.holds() != 0 || w.reviews(several) != "" || w.standing(several) != "03/2026 open, 04/2026 open, 05/2026 open" {
			t.Error("an offer holds something")
		}

		c = w.openCharge(c.ID, later(5))
		if !c.Expires.Equal(later(35)) || !c.Opened.Equal(later(5)) {
			t.Errorf("opened: %+v", c)
		}
		if got := w.reviews(several); got != "202603 110 2026-05-20, 202604 110 2026-05-20" {
			t.Errorf("CAR-1: %q", got)
		}
		if got := w.standing(several); got != "03/2026 negotiated, 04/2026 negotiated, 05/2026 open" {
			t.Errorf("DEB-14: %s", got)
		}
		w.expect("DEB-14", several, "own 03/2026 140,00+4,20 negotiated", "own 04/2026 157,14 negotiated", "own 05/2026 169,23 open")
		if b, _, err := w.BillCopy(t.Context(), several, f.Debts[0].ID); err != nil || b.Status != store.InNegotiation || b.Barcode != "" || b.NoCode != "conta em negociação" {
			t.Errorf("%+v, %v", b.Bill, err)
		}
		// The property's other resident, who saw the list before, and one who sees it now.
		_, refusal, err := w.IssueStatement(t.Context(), "s", several, f.Debts)
		if err != nil || refusal != store.DebtsChanged {
			t.Errorf("a statement of it: %d, %v", refusal, err)
		}
		f.Debts = f.Debts[:1]
		if _, refusal, err := w.OfferCharge(t.Context(), "k2", f); err != nil || refusal != store.DebtsHeld {
			t.Errorf("a part of it by card: %d, %v", refusal, err)
		}
		if _, refusal, err := w.OfferCharge(t.Context(), "k3", pix(f)); err != nil || refusal != store.DebtsHeld {
			t.Errorf("a part of it by PIX: %d, %v", refusal, err)
		}
		again, ok, err := w.OpenCharge(t.Context(), c.ID, later(6))
		if err != nil || !ok || again.Charge.State != store.ChargeOpen || !again.Charge.Expires.Equal(c.Expires) {
			t.Errorf("opened again: %+v, %v", again, err)
		}

		kept, ok, err := w.KeepCheckout(t.Context(), c.ID, "ref", "https://a.example")
		if err != nil || !ok || kept.Ref != "ref" {
			t.Errorf("%+v, %v", kept, err)
		}
		if kept, _, err = w.KeepCheckout(t.Context(), c.ID, "other", "https://b.example"); err != nil || kept.Ref != "ref" || kept.Address != "https://a.example" {
			t.Errorf("a second checkout takes the place of the first: %+v, %v", kept, err)
		}
		if told := w.told(); told != nil {
			t.Errorf("told too soon: %q", told)
		}

		c = w.pay(c, later(20))
		if c.State != store.ChargePaid || c.Received != c.Total || !c.PaidAt.Equal(later(20)) || c.Marks != (store.ChargeMarks{}) || c.Protocol != "" {
			t.Errorf("paid: %+v", c)
		}
		if got := w.standing(several); got != "03/2026 paid, 04/2026 paid, 05/2026 open" || w.holds() != 0 {
			t.Errorf("DEB-14: %s", got)
		}
		w.expect("DEB-14", several, "own 03/2026 140,00 paid", "own 04/2026 157,14 paid", "own 05/2026 169,23 open")
		settled, err := w.PaidBills(t.Context(), several, 202603)
		if err != nil || len(settled) != 2 || settled[0].PaidOn != today {
			t.Errorf("%+v, %v", settled, err)
		}
		if got := w.reviews(several); got != "202603 110 2026-05-20, 202604 110 2026-05-20" {
			t.Errorf("CAR-4: the review of paid bills: %q", got)
		}
		if got := w.told(); !slices.Equal(got, []string{me + " paid"}) {
			t.Errorf("told %q", got)
		}
		if got := w.told(); got != nil {
			t.Errorf("told twice: %q", got)
		}
		if n := w.number(`SELECT count(*) FROM arrecadacao.pagamento WHERE cnta_id = $1`, c.Debts[0].ID); n != 0 {
			t.Error("a payment was written to GSAN")
		}
		if all, err := w.Charges(t.Context(), several); err != nil || len(all) != 1 || all[0].ID != c.ID {
			t.Errorf("%+v, %v", all, err)
		}
	}
	encodings(t, test)
}

// All kinds of debts are held and shown as paid, a credit that goes along is
// spent, and who pays a deal has paid what it consists of.
func TestChargeOfEveryKind(t *testing.T) {
	w := openCharges(t)
	c := w.openCharge(w.offer("k", w.charge(movedIn, store.Debt.Selectable)).ID, nine)
	if c.Total != 61238 || len(c.Debts) != 6 {
		t.Fatalf("not what a statement comes to: %+v", c)
	}
	held := []string{
		"own 04/2026 140,00 paid", "own 05/2026 169,23 negotiated", "former 10/2025 140,00+14,57 negotiated", "former 11/2025 154,62+13,94 negotiated",
		"service 79,27 2×39,63 negotiated", "slip 64,50 negotiated",
	}
	w.expect("held", movedIn, held...)
	w.pay(c, later(1))
	for i := range held {
		held[i], _, _ = strings.Cut(strings.Replace(held[i], "negotiated", "paid", 1), "+")
		held[i] = strings.TrimSuffix(held[i], " paid") + " paid"
	}
	w.expect("paid", movedIn, held...)

	deal := w.openCharge(w.offer("d", w.charge(inactive, func(d store.Debt) bool { return d.Kind == store.Deal })).ID, nine)
	if _, all := w.debts(inactive); all.List[len(all.List)-1].Status != store.InNegotiation {
		t.Errorf("%+v", all.List)
	}
	w.pay(deal, later(1))
	if _, all := w.debts(inactive); all.List[len(all.List)-1].Status != store.Paid {
		t.Errorf("%+v", all.List)
	}
}

// Instalments of a deal that are paid ahead: the deal is paid in part until GSAN
// counts them, then others may be; they are not what was paid before.
func TestChargeAhead(t *testing.T) {
	w := openCharges(t)
	isDeal := func(d store.Debt) bool { return d.Kind == store.Deal }
	deal := func() store.Debt {
		t.Helper()
		_, all := w.debts(inactive)
		return all.List[slices.IndexFunc(all.List, isDeal)]
	}
	ahead := func(instalments int) store.ChargeForm {
		f := w.charge(inactive, isDeal)
		part, ok := f.Debts[0].InPart(instalments)
		if !ok {
			t.Fatalf("%+v", f.Debts)
		}
		f.Debts[0] = part
		return f
	}
	before := deal()
	whole, two, three := w.offer("whole", w.charge(inactive, isDeal)), w.offer("two", ahead(2)), w.offer("three", ahead(3))
	if two.Total != 2*before.Each || three.Total != 3*before.Each || two.ID == three.ID {
		t.Errorf("%+v, %+v", two, three)
	}
	w.openCharge(two.ID, nine)
	if d := deal(); d.Status != store.InNegotiation {
		t.Errorf("held: %+v", d)
	}
	w.pay(two, later(1))
	if d := deal(); d.Status != store.PartlyPaid || d.Selectable() || d.Instalments != before.Instalments {
		t.Errorf("paid: %+v", d)
	}
	o, _, err := w.OpenCharge(t.Context(), whole.ID, later(2))
	if err != nil || o.Refusal != store.DebtsChanged {
		t.Errorf("all of it: %+v, %v", o, err)
	}
	if c := w.pay(three, later(3)); !c.Marks.Double { // at the company, though it was never opened
		t.Errorf("the same instalments again: %+v", c)
	}
	w.hear(three, store.EventRefunded, "payment "+three.ID+"/back", three.Total, later(4))

	w.exec(`UPDATE faturamento.debito_a_cobrar SET dbac_nnprestacaocobradas = dbac_nnprestacaocobradas + 2 WHERE parc_id = $1`, before.ID) // GSAN has got them
	if d := deal(); d.Status != store.Open || d.Instalments != before.Instalments-2 {
		t.Errorf("posted: %+v", d)
	}
	next := w.openCharge(w.offer("next", ahead(3)).ID, later(5))
	if next = w.pay(next, later(6)); next.State != store.ChargePaid || next.Marks != (store.ChargeMarks{}) {
		t.Errorf("the next ones: %+v", next)
	}
}

// Whatever ends it without money frees the debts, takes the review away and is
// told once; so does a refund.
func TestChargeCloses(t *testing.T) {
	for name, end := range map[string]func(w world, c store.Charge) store.ChargeState{
		"refused": func(w world, c store.Charge) store.ChargeState {
			return w.hear(c, store.EventRefused, "r", 0, later(10)).State
		},
		"cancelled": func(w world, c store.Charge) store.ChargeState {
			for range 2 {
				var err error
				if c, _, err = w.CancelCharge(t.Context(), c.ID, later(10)); err != nil {
					t.Error(err)
				}
			}
			return c.State
		},
		"expired": func(w world, c store.Charge) store.ChargeState {
			early, err := w.ExpireCharges(t.Context(), later(29), every)
			if err != nil || len(early) != 0 {
				t.Errorf("too early: %+v, %v", early, err)
			}
			late, err := w.ExpireCharges(t.Context(), later(30), every)
			if err != nil || len(late) != 1 || late[0].ID != c.ID {
				t.Fatalf("%+v, %v", late, err)
			}
			again, err := w.ExpireCharges(t.Context(), later(60), every)
			if err != nil || len(again) != 0 {
				t.Errorf("twice: %+v, %v", again, err)
			}
			if c, _, err = w.CancelCharge(t.Context(), c.ID, later(61)); err != nil {
				t.Error(err)
			}
			return c.State
		},
		"refunded": func(w world, c store.Charge) store.ChargeState {
			w.pay(c, later(10))
			if got := w.told(); !slices.Equal(got, []string{me + " paid"}) {
				t.Errorf("told %q", got)
			}
			return w.hear(c, store.EventRefunded, "payment "+c.ID+"/refund", c.Total, later(20)).State
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := openCharges(t)
			w.exec(`UPDATE faturamento.conta SET cnta_dtrevisao = NULL, cmrv_id = NULL WHERE imov_id = $1`, reviewed)
			c := w.openCharge(w.offer("k", w.charge(several, isBill)).ID, nine)
			other := w.openCharge(w.offer("o", w.charge(reviewed, isBill)).ID, nine)
			// In the meantime GSAN's staff put two of the bills under a review of their own.
			w.exec(`UPDATE faturamento.conta SET cmrv_id = 98 WHERE cnta_id = $1`, c.Debts[0].ID)
			w.exec(`UPDATE faturamento.conta SET cnta_dtrevisao = '2026-05-21' WHERE cnta_id = $1`, c.Debts[1].ID)
			before := w.reviews(reviewed)

			if w.number(`SELECT count(*) FROM loja.charge_hold WHERE charge = $1`, c.ID) != 3 {
				t.Error("not held")
			}
			if name == "expired" { // let the other one live
				w.exec(`UPDATE loja.charge SET expires_at = expires_at + interval '1 day' WHERE id = $1`, other.ID)
			}
			if state := end(w, c); string(state) != name {
				t.Errorf("it is %s", state)
			}
			if got := w.reviews(several); got != "202603 98 2026-05-20, 202604 110 2026-05-21" {
				t.Errorf("CAR-1: %q", got)
			}
			if got := w.standing(several); got != "03/2026 review, 04/2026 review, 05/2026 open" {
				t.Errorf("DEB-14: %s", got)
			}
			if w.number(`SELECT count(*) FROM loja.charge_hold WHERE charge = $1`, c.ID) != 0 || w.reviews(reviewed) != before || !strings.Contains(before, "110") {
				t.Error("it holds on, or what another one holds is free")
			}
			want := me + " closed"
			if name == "refunded" {
				want = me + " refunded"
			}
			if got := w.told(); !slices.Equal(got, []string{want}) {
				t.Errorf("told %q", got)
			}
			// The trail of GSAN: 56 put, 57 taken away, of table 69.
			trail := func(operation int) int64 {
				return w.number(`
					SELECT count(*) FROM seguranca.operacao_efetuada JOIN seguranca.tabela_linha_alteracao ON tref_id = opef_id
					 WHERE oper_id = $1 AND opef_cnargumento = $2 AND tabe_id = 69 AND altp_id = 1`, operation, several)
			}
			if trail(56) != 3 || trail(57) != 1 {
				t.Errorf("trail: %d put, %d taken away", trail(56), trail(57))
			}
			next := w.charge(several, isBill)
			next.At = later(120)
			if c := w.offer("k2", next); len(c.Debts) != 1 {
				t.Errorf("what is free again is not offered: %+v", c)
			}
		})
	}
}

// Without a reason GSAN's bills are left alone, and our hold alone counts; and
// bills that staff put under review meanwhile are not opened.
func TestChargeReview(t *testing.T) {
	w := open(t)
	c := w.openCharge(w.offer("k", w.charge(several, isBill)).ID, nine)
	if w.reviews(several) != "" || w.standing(several) != "03/2026 negotiated, 04/2026 negotiated, 05/2026 negotiated" {
		t.Errorf("%q, %s", w.reviews(several), w.standing(several))
	}
	w.pay(c, nine)

	w = openCharges(t)
	f := w.charge(several, isBill)
	c = w.offer("k", f)
	w.exec(`UPDATE faturamento.conta SET cnta_dtrevisao = '2026-05-20', cmrv_id = 98 WHERE cnta_id = $1`, c.Debts[2].ID)
	o, ok, err := w.OpenCharge(t.Context(), c.ID, nine)
	if err != nil || !ok || o.Refusal != store.DebtsChanged || w.holds() != 0 || w.reviews(several) != "202605 98 2026-05-20" {
		t.Errorf("%+v, %v, %s", o, err, w.reviews(several))
	}
}

// GSAN's staff put a bill under review while we are about to: nothing is opened.
func TestChargeReviewAtOnce(t *testing.T) {
	w := openCharges(t)
	c := w.offer("k", w.charge(several, isBill))
	staff, err := w.conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := staff.Exec(t.Context(), `UPDATE faturamento.conta SET cnta_dtrevisao = '2026-05-20', cmrv_id = 98 WHERE cnta_id = $1`, c.Debts[1].ID); err != nil {
		t.Fatal(err)
	}
	opened := make(chan store.OpenedCharge)
	go func() {
		o, _, err := w.OpenCharge(t.Context(), c.ID, nine)
		if err != nil {
			t.Error(err)
		}
		opened <- o
	}()
	watcher := connect(t, w.conn.Config().ConnString())
	for waiting := 0; waiting == 0; { // until it stands before the row
		err := watcher.QueryRow(t.Context(), `
			SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := staff.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if o := <-opened; o.Refusal != store.DebtsChanged || w.holds() != 0 || w.reviews(several) != "202604 98 2026-05-20" {
		t.Errorf("%+v, %s", o, w.reviews(several))
	}
}

// An offer is refused, and so is opening it, if what was seen is not what is.
func TestChargeRefused(t *testing.T) {
	for _, c := range []struct {
		name, change string
		at           time.Time
		want         store.Refusal
	}{
		{"nothing changed", `SELECT 1`, nine, store.NotRefused},
		{"one is paid", `INSERT INTO arrecadacao.pagamento (pgmt_id, pgmt_vlpagamento, pgmt_dtpagamento, pgmt_amreferenciaarrecadacao, cnta_id, imov_id, loca_id, dotp_id, avbc_id)
			SELECT 999999, 140, '2026-05-04', 202605, cnta_id, imov_id, 1, 1, 202605 FROM faturamento.conta WHERE imov_id = 1043722 AND cnta_amreferenciaconta = 202603`, nine, store.DebtsChanged},
		{"one costs more", `UPDATE faturamento.conta SET cnta_vlagua = cnta_vlagua + 1 WHERE imov_id = 1043722 AND cnta_amreferenciaconta = 202605`, nine, store.DebtsChanged},
		{"a credit came", aCredit, nine, store.DebtsChanged},
		{"the occupant left", `UPDATE cadastro.cliente_imovel SET clim_dtrelacaofim = '2026-05-20' WHERE imov_id = 1043722`, nine, store.DebtsChanged},
		{"it is tomorrow", `SELECT 1`, later(15 * 60), store.DebtsChanged},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := openCharges(t)
			seen := w.charge(several, isBill)
			offered := w.offer("k", seen)
			if _, err := w.conn.PgConn().Exec(t.Context(), c.change).ReadAll(); err != nil {
				t.Fatal(err)
			}
			o, ok, err := w.OpenCharge(t.Context(), offered.ID, c.at)
			if err != nil || !ok || o.Refusal != c.want || (w.holds() == 0) != (c.want != store.NotRefused) {
				t.Errorf("opened: %+v, %v, %d held", o, err, w.holds())
			}
		})
	}
	w := openCharges(t)
	seen := w.charge(several, isBill)
	for name, f := range map[string]store.ChargeForm{
		"another's debts":     {Property: upToDate, Provider: company1, Debts: seen.Debts, At: nine},
		"no debts":            {Property: several, Provider: company1, At: nine},
		"another's bill":      {Property: upToDate, Provider: store.ByPix, Bill: store.Bill{ID: seen.Debts[0].ID, Total: 14000}, At: nine, Expires: later(60)},
		"a bill at less":      {Property: several, Provider: store.ByPix, Bill: store.Bill{ID: seen.Debts[0].ID, Total: 13999}, At: nine, Expires: later(60)},
		"a bill under review": {Property: reviewed, Provider: store.ByPix, Bill: store.Bill{ID: w.bill(reviewed, 202603), Total: 62990}, At: nine, Expires: later(60)},
	} {
		if c, refusal, err := w.OfferCharge(t.Context(), name, f); err != nil || refusal != store.DebtsChanged || c.ID != "" {
			t.Errorf("%s: %+v, %d, %v", name, c, refusal, err)
		}
	}
	if n := w.number(`SELECT (SELECT count(*) FROM loja.charge) + (SELECT count(*) FROM loja.effect)`); n != 0 {
		t.Errorf("refused, and %d rows written", n)
	}
	if _, ok, err := w.OpenCharge(t.Context(), "nothing", nine); ok || err != nil {
		t.Error(ok, err)
	}
	if _, ok, err := w.RecordEvent(t.Context(), store.ChargeEvent{Provider: "x", ID: "1", Charge: "nothing", Kind: store.EventPaid}, nine); ok || err != nil {
		t.Error(ok, err)
	}
	if _, ok, err := w.RecordEvent(t.Context(), store.ChargeEvent{Provider: "x", ID: "1", Charge: w.offer("k", seen).ID, Kind: store.EventPaid}, nine); err == nil {
		t.Error("another provider's news is taken", ok)
	}
}

// A PIX charge is known by what it asks for; a newer one that has one of its
// debts waits until it is out of the way; one that came to nothing is not used
// again.
func TestChargeByPix(t *testing.T) {
	w := openCharges(t)
	f := pix(w.charge(several, isBill))
	two := f
	two.Debts = f.Debts[:2]
	first := w.openCharge(w.offer("k1", two).ID, nine)
	if !first.Expires.Equal(two.Expires) || w.reviews(several) != "" || w.standing(several) != "03/2026 open, 04/2026 open, 05/2026 open" {
		t.Errorf("a PIX charge holds: %+v, %s", first, w.standing(several))
	}
	slices.Reverse(two.Debts)
	two.Session = you
	again, refusal, err := w.OfferCharge(t.Context(), "k2", two)
	if err != nil || refusal != store.NotRefused || again.ID != first.ID || again.State != store.ChargeOpen {
		t.Errorf("the same debts make another charge: %+v, %d, %v", again, refusal, err)
	}

	all := w.offer("k3", f)
	if all.ID == first.ID {
		t.Fatal("other debts have the same txid")
	}
	for _, next := range []store.Charge{all, w.offer("k4", w.charge(several, isBill))} {
		o, ok, err := w.OpenCharge(t.Context(), next.ID, later(1))
		if err != nil || !ok || len(o.InTheWay) != 1 || o.InTheWay[0].ID != first.ID || o.Charge.State != store.ChargeOffered {
			t.Errorf("%s: %+v, %v", next.Provider, o, err)
		}
	}
	if _, _, err := w.CancelCharge(t.Context(), first.ID, later(2)); err != nil {
		t.Fatal(err)
	}
	w.openCharge(all.ID, later(3))
	if _, _, err := w.CancelCharge(t.Context(), all.ID, later(4)); err != nil {
		t.Fatal(err)
	}
	second := w.offer("k5", two)
	if second.ID == first.ID || len(second.ID) != 26 {
		t.Errorf("a txid that the bank has removed is used again: %s", second.ID)
	}
	if got := w.told(); len(got) != 3 { // both of the first, one of the second
		t.Errorf("told %q", got)
	}

	// The txid follows from what it asks for, in another database too.
	twin := openCharges(t)
	same := pix(twin.charge(several, isBill))
	same.Debts, same.Session = same.Debts[:2], you
	if c := twin.offer("elsewhere", same); c.ID != first.ID {
		t.Errorf("%s, elsewhere %s", first.ID, c.ID)
	}
	same.Expires = same.Expires.AddDate(0, 0, 1)
	if _, _, err := twin.CancelCharge(t.Context(), first.ID, nine); err != nil {
		t.Fatal(err)
	}
	if c := twin.offer("another day", same); c.ID == first.ID {
		t.Error("another day of expiry, the same txid")
	}
}

// An offer whose sum is not right any more gives way to one whose sum is, though
// the bills are as they were seen.
func TestChargeOfferedAgain(t *testing.T) {
	for _, form := range []func(store.ChargeForm) store.ChargeForm{pix, func(f store.ChargeForm) store.ChargeForm { return f }} {
		w := openCharges(t)
		f := form(w.charge(several, isBill))
		old := w.offer("k1", f)
		if again := w.offer("k2", f); again.ID != old.ID {
			t.Errorf("the same offer twice: %s, %s", old.ID, again.ID)
		}
		if _, err := w.conn.PgConn().Exec(t.Context(), aCredit).ReadAll(); err != nil {
			t.Fatal(err)
		}
		if c := w.openCharge(w.offer("k3", f).ID, nine); c.ID == old.ID || c.Total != old.Total-6667 {
			t.Errorf("%s after %s", c.Total, old.Total)
		}
		if c, _, err := w.Charge(t.Context(), old.ID); err != nil || c.State != store.ChargeCancelled {
			t.Errorf("%+v, %v", c, err)
		}
		f.At = f.Expires.Add(time.Minute)
		if f.Expires.IsZero() {
			f.At = later(60)
		}
		f.Expires = f.At.Add(time.Hour)
		next, refusal, err := w.OfferCharge(t.Context(), "k4", f) // its time is over, and no job has run
		if err != nil || refusal != store.NotRefused || next.State != store.ChargeOffered {
			t.Errorf("%+v, %d, %v", next, refusal, err)
		}
	}
}

// A bill at face value is charged without late charges, whatever the day, and
// also as the entrada of a deal.
func TestChargeAtFace(t *testing.T) {
	w := openCharges(t)
	bills, err := w.Bills(t.Context(), several)
	if err != nil {
		t.Fatal(err)
	}
	f := store.ChargeForm{Session: me, Property: several, Provider: store.ByPix, Bill: bills.List[0], At: nine, Expires: later(60 * 24 * 30)}
	c := w.openCharge(w.offer("k", f).ID, nine)
	if c.Total != 14000 || !c.AtFace || len(c.Debts) != 1 || c.Debts[0].Month != 202603 {
		t.Errorf("%+v", c)
	}
	w.Today = func() store.Date { return today.Add(3) }
	f.At = later(60 * 24 * 3)
	if again, _, err := w.OfferCharge(t.Context(), "k2", f); err != nil || again.ID != c.ID {
		t.Errorf("three days later it is another: %+v, %v", again, err)
	}
	c = w.hear(c, store.EventPaid, "e2e", 14000, f.At)
	if c.State != store.ChargePaid || w.standing(several) != "03/2026 paid, 04/2026 open, 05/2026 open" {
		t.Errorf("%+v, %s", c, w.standing(several))
	}
	w.exec(`UPDATE faturamento.conta SET cnta_dtrevisao = '2026-05-01', cmrv_id = 101 WHERE cnta_id = $1`, bills.List[1].ID)
	f.Bill = bills.List[1]
	w.openCharge(w.offer("entrada", f).ID, f.At)
}

// What is amiss opens a request for staff, once for each mark, whatever else is
// pending.
func TestChargeTrouble(t *testing.T) {
	encodings(t, func(t *testing.T, w world) {
		requests := func() int64 {
			return w.number(`SELECT count(*) FROM atendimentopublico.registro_atendimento WHERE imov_id = $1 AND step_id = 40`, several)
		}
		c := w.openCharge(w.offer("k", w.charge(several, isBill)).ID, nine)
		if _, err := w.ExpireCharges(t.Context(), later(30), every); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			c = w.pay(c, later(31))
		}
		if c.State != store.ChargePaid || c.Marks.String() != "late" || len(c.Protocol) != 14 || requests() != 1 {
			t.Errorf("late: %+v, %d requests", c, requests())
		}
		var notes, name string
		var situation, bills int
		err := w.conn.QueryRow(t.Context(), `
			SELECT rgat_dsobservacao, rgat_cdsituacao, raso_nmsolicitante, (SELECT count(*) FROM atendimentopublico.ra_conta x WHERE x.rgat_id = r.rgat_id)
			  FROM atendimentopublico.registro_atendimento r JOIN atendimentopublico.ra_solicitante USING (rgat_id)
			 WHERE raso_nnprotocoloatendimento = $1`, c.Protocol).Scan(&notes, &situation, &name, &bills)
		want := "PAGAMENTO PELO CHATBOT DEPOIS DO PRAZO. CARTÃO FÁCIL, COBRANÇA " + c.ID + " DE R$ 470,57, RECEBIDO R$ 470,57. PAGAMENTOS: payment " + c.ID + "."
		if err != nil || notes != want || situation != 1 || name != "MARIA DAS DORES SANTOS" || bills != 3 {
			t.Errorf("%q, %d, %s, %d bills, %v\nwant %q", notes, situation, name, bills, err, want)
		}
		first := c.Protocol
		c = w.hear(c, store.EventPaid, "second", c.Total, later(40))
		if c.Marks.String() != "double late" || c.Protocol == first || requests() != 2 || c.Received != 2*c.Total {
			t.Errorf("and twice: %+v, %d requests", c, requests())
		}
		if c = w.hear(c, store.EventPaid, "third", c.Total, later(41)); requests() != 2 {
			t.Errorf("the same mark again: %d requests", requests())
		}
		if got := w.told(); !slices.Equal(got, []string{me + " paid double late"}) {
			t.Errorf("told %q", got)
		}
	})
}

// Every mark, and what does not make one.
func TestChargeMarks(t *testing.T) {
	gsan := func(day, touched string) string {
		return `INSERT INTO arrecadacao.pagamento (pgmt_id, pgmt_vlpagamento, pgmt_dtpagamento, pgmt_amreferenciaarrecadacao, cnta_id, imov_id, loca_id, dotp_id, avbc_id, pgmt_tmultimaalteracao)
			SELECT 999999, 140, '` + day + `', 202605, cnta_id, imov_id, 1, 1, 202605, '` + touched + `' FROM faturamento.conta WHERE imov_id = 1043722 AND cnta_amreferenciaconta = 202603`
	}
	for _, c := range []struct {
		name, change string
		amount       store.Money // more or less
		want         string
		open         bool
	}{
		{"all is well", `SELECT 1`, 0, "paid", false},
		{"a cent short", `SELECT 1`, -1, "open short", true},
		{"a cent over", `SELECT 1`, 1, "paid over", false},
		{"GSAN had a payment of yesterday", gsan("2026-05-19", "2026-05-20 23:00"), 0, "paid double", false},
		{"GSAN had one of today before", gsan("2026-05-20", "2026-05-20 09:04"), 0, "paid double", false},
		{"GSAN had one before it was offered", gsan("2026-05-19", "2026-05-20 08:59"), 0, "paid", false},
		{"GSAN has got ours already", gsan("2026-05-20", "2026-05-20 23:00"), 0, "paid", false},
		{"GSAN has got ours under the next day", gsan("2026-05-21", "2026-05-21 04:00"), 0, "paid", false},
		{"GSAN has one in a month that was closed", `
			INSERT INTO arrecadacao.pagamento_historico (pghi_id, pghi_vlpagamento, pghi_dtpagamento, pghi_amreferenciaarrecadacao, pgst_idatual, cnta_id, imov_id, loca_id, dotp_id)
			SELECT 999999, 140, '2026-04-30', 202604, 0, cnta_id, imov_id, 1, 1 FROM faturamento.conta WHERE imov_id = 1043722 AND cnta_amreferenciaconta = 202603`, 0, "paid double", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := openCharges(t)
			charge := w.openCharge(w.offer("k", w.charge(several, isBill)).ID, nine)
			w.exec(c.change)
			charge = w.hear(charge, store.EventPaid, "p", charge.Total+c.amount, later(5))
			if got := strings.TrimSpace(string(charge.State) + " " + charge.Marks.String()); got != c.want || (charge.Protocol != "") != (charge.Marks != store.ChargeMarks{}) {
				t.Errorf("%q, request %q", got, charge.Protocol)
			}
			if (w.holds() > 0) != c.open {
				t.Errorf("%d held", w.holds())
			}
		})
	}
}

// Two charges for one debt, both paid: the second one is marked. The first had
// expired before the second was opened, and was paid at the company all the same.
func TestChargePaidByTwoWays(t *testing.T) {
	w := openCharges(t)
	first := w.openCharge(w.offer("k1", w.charge(several, isBill)).ID, nine)
	if _, err := w.ExpireCharges(t.Context(), later(30), every); err != nil {
		t.Fatal(err)
	}
	f := pix(w.charge(several, isBill))
	f.At, f.Debts = later(31), f.Debts[:1]
	second := w.openCharge(w.offer("k2", f).ID, later(31))
	if second = w.pay(second, later(32)); second.Marks != (store.ChargeMarks{}) {
		t.Errorf("%+v", second)
	}
	if first = w.pay(first, later(29)); first.State != store.ChargePaid || first.Marks.String() != "double" || first.Protocol == "" {
		t.Errorf("%+v", first)
	}
}

// Without a kind of request for it the money is recorded all the same; the
// operator may name another kind; and a kind that is gone is as none.
func TestChargeTroubleKind(t *testing.T) {
	for _, c := range []struct {
		kind   int
		change string
		opened int64
	}{
		{0, `UPDATE atendimentopublico.solicitacao_tipo_espec SET step_icinformarpgtoduplicidade = 2`, 0},
		{9, `SELECT 1`, 9},
		{999, `SELECT 1`, 0},
	} {
		w := openCharges(t)
		w.exec(c.change)
		w.TroubleRequest = c.kind
		charge := w.openCharge(w.offer("k", w.charge(several, isBill)).ID, nine)
		charge = w.hear(charge, store.EventPaid, "p", charge.Total+1, later(1))
		if charge.State != store.ChargePaid || !charge.Marks.Over || (charge.Protocol != "") != (c.opened != 0) {
			t.Errorf("%+v", charge)
		}
		if n := w.number(`SELECT coalesce(max(step_id), 0) FROM atendimentopublico.registro_atendimento WHERE imov_id = $1`, several); n != c.opened {
			t.Errorf("a request of kind %d, want %d", n, c.opened)
		}
	}
}

// An event that is told under the name of another one is not lost in silence.
func TestEventsAreToldApart(t *testing.T) {
	w := openCharges(t)
	c := w.pay(w.openCharge(w.offer("k", w.charge(several, isBill)).ID, nine), nine)
	other := w.openCharge(w.offer("o", w.charge(company, isBill)).ID, nine)
	for what, e := range map[string]store.ChargeEvent{
		"a refund":         {Provider: company1, ID: "payment " + c.ID, Charge: c.ID, Kind: store.EventRefunded},
		"another's charge": {Provider: company1, ID: "payment " + c.ID, Charge: other.ID, Kind: store.EventPaid, Payment: "p", Amount: other.Total},
	} {
		if got, _, err := w.RecordEvent(t.Context(), e, nine); err == nil {
			t.Errorf("%s under the name of a payment: %+v", what, got)
		}
	}
	if c, _, err := w.Charge(t.Context(), other.ID); err != nil || c.State != store.ChargeOpen {
		t.Errorf("%+v, %v", c, err)
	}
}

// What a provider says is kept without anybody's numbers.
func TestEventKeepsNoNumbers(t *testing.T) {
	w := openCharges(t)
	c := w.openCharge(w.offer("k", w.charge(several, isBill)).ID, nine)
	_, _, err := w.RecordEvent(t.Context(), store.ChargeEvent{
		Provider: company1, ID: "1", Charge: c.ID, Kind: store.EventRefused, At: nine, Said: "cc_rejected, 4111 1111 1111 1111 700.000.101-11 MARIA " + strings.Repeat("x", 99),
	}, nine)
	if err != nil {
		t.Fatal(err)
	}
	if n := w.number(`SELECT count(*) FROM loja.charge_event WHERE said ~ '[0-9]' OR length(said) > 40`); n != 0 {
		t.Error("an event has numbers in it")
	}
}

// insist does something again for as long as somebody else holds the lock it needs,
// as those do who call us.
func insist(do func() error) error {
	for {
		err := do()
		var away interface{ Temporary() bool }
		if !errors.As(err, &away) || !away.Temporary() {
			return err
		}
	}
}

// TestConfirmedInParallel: 1,000 confirmations of one payment, from two
// processes, are one; it was late, and staff have one request.
func TestConfirmedInParallel(t *testing.T) {
	w := openCharges(t)
	other := openURL(t, w.conn.Config().ConnString())
	c := w.openCharge(w.offer("k", w.charge(several, isBill)).ID, nine)
	if _, err := w.ExpireCharges(t.Context(), later(30), every); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for i := range 1000 {
		db := []*postgres.DB{w.DB, other.DB}[i%2]
		all.Go(func() {
			var got store.Charge
			var ok bool
			err := insist(func() (err error) {
				got, ok, err = db.RecordEvent(t.Context(), store.ChargeEvent{
					Provider: company1, ID: "p/approved", Charge: c.ID, Kind: store.EventPaid, At: later(31), Payment: "p", Amount: c.Total,
				}, later(32))
				return err
			})
			if err != nil || !ok || got.State != store.ChargePaid || got.Marks.String() != "late" || got.Protocol == "" {
				t.Errorf("%+v, %t, %v", got, ok, err)
			}
		})
	}
	all.Wait()
	if n := w.number(`SELECT count(*) FROM loja.charge_event WHERE kind = 'paid'`); n != 1 {
		t.Errorf("%d events", n)
	}
	if n := w.number(`SELECT count(*) FROM atendimentopublico.registro_atendimento WHERE step_id = 40`); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// TestSelectedInParallel: 200 selections of the same bills, by card and by PIX,
// whole and in part, from two processes: one charge is open, and every one who
// chose it got the same.
func TestSelectedInParallel(t *testing.T) {
	for name, form := range map[string]func(i int, f store.ChargeForm) store.ChargeForm{
		"the same by card": func(_ int, f store.ChargeForm) store.ChargeForm { return f },
		"the same by PIX":  func(_ int, f store.ChargeForm) store.ChargeForm { return pix(f) },
		"overlapping": func(i int, f store.ChargeForm) store.ChargeForm {
			f.Debts = f.Debts[i%3:]
			f.Provider = fmt.Sprint("company ", i%5)
			return f
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := openCharges(t)
			other := openURL(t, w.conn.Config().ConnString())
			other.CardReview = cardReview
			seen := w.charge(several, isBill)
			var all sync.WaitGroup
			var lock sync.Mutex
			opened := map[string]bool{}
			for i := range 200 {
				db := []*postgres.DB{w.DB, other.DB}[i%2]
				all.Go(func() {
					f := form(i, seen)
					f.Session = fmt.Sprint("telegram:", i)
					var c store.Charge
					var refusal store.Refusal
					if err := insist(func() (err error) {
						c, refusal, err = db.OfferCharge(t.Context(), fmt.Sprint("key ", i), f)
						return err
					}); err != nil {
						t.Error(err)
					}
					if refusal != store.NotRefused {
						return
					}
					var o store.OpenedCharge
					var ok bool
					if err := insist(func() (err error) {
						o, ok, err = db.OpenCharge(t.Context(), c.ID, nine)
						return err
					}); err != nil || !ok {
						t.Error(ok, err)
					}
					if o.Refusal == store.NotRefused {
						lock.Lock()
						defer lock.Unlock()
						opened[o.Charge.ID] = true
					}
				})
			}
			all.Wait()
			if n := w.number(`SELECT count(*) FROM loja.charge WHERE state = 'open'`); n != 1 || len(opened) != 1 {
				t.Errorf("%d open charges, %d were given out", n, len(opened))
			}
			if n := w.number(`SELECT count(*) FROM loja.charge_listener l JOIN loja.charge h ON h.id = l.charge WHERE h.state = 'open'`); name != "overlapping" && n != 200 {
				t.Errorf("%d are told of it", n)
			}
		})
	}
}

// TestEventsAtRandom: whatever is lost, told twice or in the wrong order, the
// tables say in the end what the ledger says of all events, debts are held by
// those that are open alone, and paid if one that has them is.
func TestEventsAtRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	w := openCharges(t)
	for round := range 25 {
		property := []int64{several, movedIn, company, public, partly}[round%5]
		w.exec(`TRUNCATE loja.charge CASCADE`)
		w.exec(`UPDATE faturamento.conta SET cnta_dtrevisao = NULL, cmrv_id = NULL WHERE cmrv_id = 110`)
		c := w.openCharge(w.offer(fmt.Sprint("random ", round), w.charge(property, store.Debt.Selectable)).ID, nine)
		sent := []store.ChargeEvent{{Provider: store.OurSide, ID: c.ID + "/opened", Charge: c.ID, Kind: store.EventOpened, At: nine}}
		for n := range 1 + rng.IntN(7) {
			e := store.ChargeEvent{
				Provider: company1, ID: fmt.Sprint("e", n), Charge: c.ID, At: later(rng.IntN(60)),
				Kind: []store.ChargeEventKind{store.EventRefused, store.EventExpired, store.EventCancelled, store.EventPaid, store.EventRefunded}[rng.IntN(5)],
			}
			if e.Kind == store.EventPaid || e.Kind == store.EventRefunded {
				e.Payment, e.Amount = fmt.Sprint("p", rng.IntN(2)), c.Total+store.Money(rng.IntN(3)-1)
			}
			sent = append(sent, e)
		}
		told := slices.Concat(sent[1:], sent[1:])
		rng.Shuffle(len(told), func(i, j int) { told[i], told[j] = told[j], told[i] })
		for _, e := range told {
			if _, _, err := w.RecordEvent(t.Context(), e, later(60)); err != nil {
				t.Fatal(err)
			}
		}
		got, _, err := w.Charge(t.Context(), c.ID)
		want := ledger.Of(c.Total, c.Expires, sent)
		if err != nil || got.State != want.State || got.Marks != want.Marks || got.Received != want.Received || !got.PaidAt.Equal(want.PaidAt) {
			t.Errorf("%+v, want %+v", got, want)
		}
		if (w.holds() > 0) != (got.State == store.ChargeOpen) {
			t.Errorf("%s, and %d held", got.State, w.holds())
		}
		status := store.Open
		switch got.State {
		case store.ChargePaid:
			status = store.Paid
		case store.ChargeOpen:
			status = store.InNegotiation
		}
		_, owed := w.debts(property)
		for _, d := range c.Debts {
			if now, ok := owed.Find(d.Kind, d.ID); d.Kind != store.Credit && (!ok || now.Status != status) {
				t.Errorf("%s, and %+v", got.State, now)
			}
		}
	}
}

// Those to be asked of: open ones, and closed ones for a while.
func TestPollCharges(t *testing.T) {
	w := openCharges(t)
	poll := func(since time.Time) (ids []string) {
		t.Helper()
		found, err := w.PollCharges(t.Context(), since)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range found {
			ids = append(ids, c.ID)
		}
		return ids
	}
	c := w.offer("k", w.charge(several, isBill))
	if got := poll(nine); got != nil {
		t.Errorf("one that is only offered: %q", got)
	}
	w.openCharge(c.ID, nine)
	if got := poll(later(60)); !slices.Equal(got, []string{c.ID}) {
		t.Errorf("open: %q", got)
	}
	if _, err := w.ExpireCharges(t.Context(), later(30), every); err != nil {
		t.Fatal(err)
	}
	if got := poll(later(29)); !slices.Equal(got, []string{c.ID}) {
		t.Errorf("expired a while ago: %q", got)
	}
	if got := poll(later(31)); got != nil {
		t.Errorf("expired long ago: %q", got)
	}
	if err := w.ChargesAsked(t.Context(), []string{c.ID}, later(90)); err != nil {
		t.Fatal(err)
	}
	if got, ok, err := w.Charge(t.Context(), c.ID); !ok || err != nil || !got.Asked.Equal(later(90)) {
		t.Errorf("asked at %s, %v", got.Asked, err)
	}
	w.pay(c, later(10))
	if got := poll(nine); got != nil {
		t.Errorf("paid: %q", got)
	}
	if found, err := w.ChargesSince(t.Context(), later(10)); err != nil || len(found) != 1 || !slices.ContainsFunc(found[0].Events, func(e store.ChargeEvent) bool { return e.Kind == store.EventPaid }) {
		t.Errorf("%+v, %v", found, err)
	}
	if found, err := w.ChargesSince(t.Context(), later(11)); err != nil || len(found) != 0 {
		t.Errorf("%+v, %v", found, err)
	}
	// An offer that nobody took goes without a word.
	f := w.charge(upToDate, store.Debt.Selectable)
	if len(f.Debts) == 0 {
		f = w.charge(company, isBill)
	}
	w.offer("o", f)
	w.told()
	if expired, err := w.ExpireCharges(t.Context(), later(24*60), every); err != nil || len(expired) != 1 || !expired[0].Opened.IsZero() {
		t.Errorf("%+v, %v", expired, err)
	}
	if got := w.told(); got != nil {
		t.Errorf("told %q", got)
	}
}

// Who erased their conversation is not told any more and is nowhere in a charge;
// one that was paid stays as long as accounts must, one that came to nothing does not.
func TestChargePrivacy(t *testing.T) {
	w := openCharges(t)
	paid := w.pay(w.openCharge(w.offer(me+"/1/2", w.charge(several, isBill)).ID, nine), later(1))
	f := w.charge(company, isBill)
	gone, _, err := w.CancelCharge(t.Context(), w.openCharge(w.offer(me+"/3/4", f).ID, nine).ID, later(1))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := w.Kept(t.Context(), me)
	if err != nil || !slices.ContainsFunc(kept, func(k store.Kept) bool { return k.Kind == store.KeptCharges && k.Count == 2 }) {
		t.Errorf("%+v, %v", kept, err)
	}
	if err := w.Erase(t.Context(), me); err != nil {
		t.Fatal(err)
	}
	if kept, err := w.Kept(t.Context(), me); err != nil || len(kept) != 0 {
		t.Errorf("%+v, %v", kept, err)
	}
	if got := w.told(); got != nil {
		t.Errorf("told %q", got)
	}
	for _, table := range []string{"charge", "charge_debt", "charge_hold", "charge_event", "charge_listener", "effect"} {
		rows, _ := w.conn.Query(t.Context(), `SELECT t::text FROM loja.`+table+` t`)
		all, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		if text := strings.Join(all, "\n"); strings.Contains(text, me) || strings.Contains(text, "MARIA") || strings.Contains(text, mariasCPF) {
			t.Errorf("%s: %s", table, text)
		}
	}
	left := func(age string) (ids []string) {
		t.Helper()
		w.exec(`UPDATE loja.charge SET expires_at = now() - $1::text::interval`, age)
		if err := w.Purge(t.Context(), store.Retention{Talks: 90, Notes: 180, Documents: 1825, Charges: 1825}); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{paid.ID, gone.ID} {
			if _, ok, err := w.Charge(t.Context(), id); err != nil {
				t.Fatal(err)
			} else if ok {
				ids = append(ids, id)
			}
		}
		return ids
	}
	if got := left("89 days"); len(got) != 2 {
		t.Errorf("after 89 days: %q", got)
	}
	if got := left("1824 days"); !slices.Equal(got, []string{paid.ID}) {
		t.Errorf("after 1824 days: %q", got)
	}
	if got := left("1826 days"); got != nil {
		t.Errorf("after 1826 days: %q", got)
	}
}

func every(store.Charge) bool { return true }
