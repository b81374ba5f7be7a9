package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
	"lojavirtual/store/bank/banktest"
	"lojavirtual/store/card/cardtest"
)

// books are a loja with a bank and a card company, where Maria owes a hundred
// bills, and what is wrong in them.
type books struct {
	counter
	company *cardtest.MercadoPago
	conn    *pgx.Conn
	free    []store.Bill // that no charge has yet
	clock   time.Time    // of who pays: nothing is on its way any more
}

func openBooks(t *testing.T) *books {
	t.Helper()
	b := &books{counter: atBank(t, slog.New(slog.DiscardHandler)), company: cardtest.NewMercadoPago(t), clock: time.Now().Add(-time.Hour)}
	b.bank.SetNow(b.clock)
	secret := func(content []byte) string {
		file := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	b.operator.Cards = []store.CardCompany{{
		ID: "mp", Name: "Mercado Pago", Costs: "juros", Kind: store.MercadoPago, Address: b.company.Address,
		TokenFile: secret([]byte(b.company.Token)), SecretFile: secret(b.company.Secret),
	}}
	var err error
	if b.cards, err = openCards(b.operator, b.db, b.pix, b.derive, func() string { return afar }, b.log); err != nil {
		t.Fatal(err)
	}
	if b.conn, err = pgx.Connect(t.Context(), b.DatabaseURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.conn.Close(context.Background()) })
	const newest = `(SELECT max(cnta_id) FROM faturamento.conta WHERE imov_id = $1::int AND cnta_id < 980000)`
	b.exec(`INSERT INTO faturamento.conta_geral (cnta_id, cntg_ichistorico) SELECT 980000 + n, 2 FROM generate_series(1, 100) n`)
	b.exec(`
		INSERT INTO faturamento.conta
		SELECT (json_populate_record(c, json_build_object('cnta_id', 980000 + n, 'cnta_amreferenciaconta', to_char(date '2012-01-01' + n * interval '1 month', 'YYYYMM')))).*
		  FROM faturamento.conta c, generate_series(1, 100) n WHERE cnta_id = `+newest, mariasProperty)
	b.exec(`
		INSERT INTO cadastro.cliente_conta (clct_id, clie_id, cnta_id, crtp_id, clct_icnomeconta)
		SELECT 980000 + n, clie_id, 980000 + n, crtp_id, clct_icnomeconta FROM cadastro.cliente_conta, generate_series(1, 100) n
		 WHERE crtp_id = 2 AND cnta_id = `+newest, mariasProperty)
	b.free = b.bills(mariasProperty)
	return b
}

func (b *books) exec(query string, args ...any) {
	b.t.Helper()
	if _, err := b.conn.Exec(b.t.Context(), query, args...); err != nil {
		b.t.Fatal(query, err)
	}
}

func (b *books) next() store.Bill {
	b.t.Helper()
	if len(b.free) == 0 {
		b.t.Fatal("all bills have a charge")
	}
	bill := b.free[0]
	b.free = b.free[1:]
	return bill
}

// byPix is an open charge of a bill at the bank.
func (b *books) byPix() store.Charge {
	b.t.Helper()
	code, refusal := b.ask(mariasProperty, b.next())
	if refusal != store.NotRefused {
		b.t.Fatal(refusal)
	}
	return b.of(mariasProperty, code)
}

// byCard is an open charge of a bill at the company.
func (b *books) byCard() store.Charge {
	b.t.Helper()
	bill := b.next()
	owed, err := b.db.Debts(b.t.Context(), mariasProperty)
	debt, ok := owed.Find(store.OwnBill, bill.ID)
	if err != nil || !ok {
		b.t.Fatal("not owed", err)
	}
	message++
	link, refusal, err := b.cards.Offer(b.t.Context(), fmt.Sprintf("telegram:1/%d", message), store.ChargeForm{
		Session: "telegram:1", Property: mariasProperty, Provider: "mp", Debts: []store.Debt{debt}, At: time.Now(),
	})
	if err != nil || refusal != store.NotRefused {
		b.t.Fatal(refusal, err)
	}
	c, refusal, err := b.cards.send(b.t.Context(), link.Charge.ID, time.Now())
	if err != nil || refusal != store.NotRefused || c.Address == "" {
		b.t.Fatal(refusal, err)
	}
	return c
}

func (b *books) now(c store.Charge) store.Charge {
	b.t.Helper()
	c, ok, err := b.db.Charge(b.t.Context(), c.ID)
	if err != nil || !ok {
		b.t.Fatal("no charge", err)
	}
	return c
}

// paid is a charge at the bank that was paid, of which we heard.
func (b *books) paid() (c store.Charge, payment string) {
	b.t.Helper()
	c = b.byPix()
	payment = b.pay(c)
	b.hearOf(payment)
	return b.now(c), payment
}

func (b *books) hearOf(payment string) {
	b.t.Helper()
	if err := b.pix.readBack(b.t.Context(), payment); err != nil {
		b.t.Fatal(err)
	}
}

func (b *books) sendBack(payment string, amount store.Money) {
	b.t.Helper()
	if err := b.bank.SendBack(payment, "D1", amount); err != nil {
		b.t.Fatal(err)
	}
	if err := b.bank.Settle(payment, true); err != nil {
		b.t.Fatal(err)
	}
}

// post lets GSAN have a payment of a charge's bill, made so many days ago.
func (b *books) post(c store.Charge, value store.Money, daysAgo int) {
	b.t.Helper()
	today := store.DateOf(b.clock)
	b.exec(`
		INSERT INTO arrecadacao.pagamento (pgmt_id, pgmt_vlpagamento, pgmt_dtpagamento, pgmt_amreferenciapagamento,
		       pgmt_amreferenciaarrecadacao, cnta_id, imov_id, loca_id, dotp_id, avbc_id, arfm_id)
		SELECT (SELECT max(pgmt_id) + 1 FROM arrecadacao.pagamento), $2::bigint / 100.0, $3::date, cnta_amreferenciaconta, $4::int, cnta_id, imov_id, loca_id, 1,
		       (SELECT min(avbc_id) FROM arrecadacao.aviso_bancario), 1
		  FROM faturamento.conta WHERE cnta_id = $1::bigint`, c.Debts[0].ID, int64(value), today.Add(-daysAgo), int(store.MonthOf(today)))
}

// age lets all that became of a charge have been eight days ago.
func (b *books) age(c store.Charge) {
	b.t.Helper()
	b.exec(`UPDATE loja.charge SET offered_at = offered_at - interval '8 days', opened_at = opened_at - interval '8 days', paid_at = paid_at - interval '8 days' WHERE id = $1`, c.ID)
	b.exec(`UPDATE loja.charge_event SET at = at - interval '8 days' WHERE charge = $1`, c.ID)
}

// differ makes each kind of difference, and returns the charge's ID.
var differ = map[store.DifferenceKind]func(*books) string{
	store.UnknownPayment: func(b *books) string {
		c := b.byPix()
		b.pay(c)
		return c.ID
	},
	store.UnknownRefund: func(b *books) string {
		c, payment := b.paid()
		b.sendBack(payment, c.Total)
		return c.ID
	},
	store.UnknownCharge: func(b *books) string {
		message++
		id := strings.Map(func(digit rune) rune { return digit - '0' + 'a' }, fmt.Sprintf("%026d", message))
		b.bank.Transfer(id, 1000)
		return id
	},
	store.ProviderAmount: func(b *books) string {
		c, _ := b.paid()
		b.exec(`UPDATE loja.charge_event SET amount = amount + 1 WHERE charge = $1 AND kind = 'paid'`, c.ID)
		return c.ID
	},
	store.NotAtProvider: func(b *books) string {
		c := b.byCard()
		_, _, err := b.db.RecordEvent(b.t.Context(), store.ChargeEvent{
			Provider: c.Provider, ID: "1/paid", Charge: c.ID, Kind: store.EventPaid, At: b.clock, Payment: c.ID, Amount: c.Total,
		}, time.Now())
		if err != nil {
			b.t.Fatal(err)
		}
		b.exec(`UPDATE loja.charge_event SET id = $1 || '/paid' WHERE charge = $1 AND kind = 'paid'`, c.ID)
		return c.ID
	},
	store.NotInGSAN: func(b *books) string {
		c, _ := b.paid()
		b.age(c)
		return c.ID
	},
	store.PaidInGSAN: func(b *books) string {
		c := b.byPix()
		b.post(c, c.Total, 0)
		return c.ID
	},
	store.GSANAmount: func(b *books) string {
		c, _ := b.paid()
		b.post(c, c.Total-1, 0)
		return c.ID
	},
	store.PaidAgain: func(b *books) string {
		c, payment := b.paid()
		switch len(b.free) % 4 {
		case 0: // by other means on the same day
			b.post(c, c.Total, 0)
			b.post(c, c.Total, 0)
		case 1: // by other means before, posted later
			b.post(c, c.Total, 1)
		case 2: // twice at the bank
			b.hearOf(b.bank.Transfer(c.ID, c.Total).ID)
		case 3: // one went back, by other means it is paid twice all the same
			b.hearOf(b.bank.Transfer(c.ID, c.Total).ID)
			b.sendBack(payment, c.Total)
			b.hearOf(payment)
			b.post(c, c.Total, 0)
			b.post(c, c.Total, 0)
		}
		return c.ID
	},
	store.RefundInGSAN: func(b *books) string {
		c, payment := b.paid()
		b.post(c, c.Total, 0)
		b.sendBack(payment, c.Total)
		b.hearOf(payment)
		return c.ID
	},
	store.ReviewLeft: func(b *books) string {
		c := b.byCard()
		if _, _, err := b.db.CancelCharge(b.t.Context(), c.ID, time.Now()); err != nil {
			b.t.Fatal(err)
		}
		b.exec(`UPDATE faturamento.conta SET cnta_dtrevisao = current_date, cmrv_id = $2 WHERE cnta_id = $1`, c.Debts[0].ID, b.operator.Rules.CardReview)
		return c.ID
	},
	store.ReviewMissing: func(b *books) string {
		c := b.byCard()
		b.exec(`UPDATE faturamento.conta SET cnta_dtrevisao = NULL, cmrv_id = NULL WHERE cnta_id = $1`, c.Debts[0].ID)
		return c.ID
	},
	store.PaidShort: func(b *books) string {
		c := b.byPix()
		p, err := b.bank.PayAmount(c.ID, c.Total-1)
		if err != nil {
			b.t.Fatal(err)
		}
		b.hearOf(p.ID)
		return c.ID
	},
	store.PaidOver: func(b *books) string {
		c := b.byPix()
		p, err := b.bank.PayAmount(c.ID, c.Total+1)
		if err != nil {
			b.t.Fatal(err)
		}
		b.hearOf(p.ID)
		return c.ID
	},
	store.Unreported: func(b *books) string {
		c := b.byPix()
		b.exec(`UPDATE loja.charge SET expires_at = now() - interval '2 hours' WHERE id = $1`, c.ID)
		b.hearOf(b.pay(c))
		if c = b.now(c); !c.Marks.Late || c.Protocol == "" {
			b.t.Fatalf("a late payment: %+v", c)
		}
		b.exec(`UPDATE loja.charge SET protocol = '' WHERE id = $1`, c.ID)
		return c.ID
	},
	store.NoCheckout: func(b *books) string {
		message++
		f := form(mariasProperty)
		f.Bill, f.Provider = b.next(), store.ByPix
		c, refusal, err := b.db.OfferCharge(b.t.Context(), fmt.Sprintf("telegram:1/%d", message), f)
		if err != nil || refusal != store.NotRefused {
			b.t.Fatal(refusal, err)
		}
		if _, _, err := b.db.OpenCharge(b.t.Context(), c.ID, time.Now()); err != nil {
			b.t.Fatal(err)
		}
		b.exec(`UPDATE loja.charge SET opened_at = opened_at - interval '1 hour' WHERE id = $1`, c.ID)
		return c.ID
	},
}

// agree are what goes as it should.
var agree = []func(*books){
	func(b *books) { b.byPix() },
	func(b *books) { b.byCard() },
	func(b *books) { b.paid() }, // GSAN has time
	func(b *books) { c, _ := b.paid(); b.post(c, c.Total, 0) },
	func(b *books) { c, _ := b.paid(); b.post(c, c.Total, 0); b.age(c) },
	func(b *books) { c, payment := b.paid(); b.sendBack(payment, c.Total); b.hearOf(payment) },
	func(b *books) { b.bank.Transfer("2025059005", 1000) }, // a static code's
	func(b *books) {
		c := b.byCard()
		b.company.Pay(c.ID, "rejected", time.Now().Add(-time.Hour))
		if err := b.cards.catchUp(b.t.Context()); err != nil || b.now(c).State != store.ChargeRefused {
			b.t.Fatal(b.now(c).State, err)
		}
	},
	func(b *books) {
		c := b.byCard()
		b.company.Pay(c.ID, "approved", b.clock)
		if err := b.cards.catchUp(b.t.Context()); err != nil || b.now(c).State != store.ChargePaid {
			b.t.Fatal(b.now(c).State, err)
		}
		b.post(c, c.Total, 0)
	},
}

// found compares, and says what differs.
func (b *books) found() []string {
	b.t.Helper()
	now := time.Now()
	r, err := b.reconcile(b.t.Context(), now.Add(-reconciled), now)
	if err != nil || len(r.Unasked) > 0 {
		b.t.Fatal(r.Unasked, err)
	}
	short := []string{}
	for _, d := range r.Differences {
		short = append(short, fmt.Sprintf("%s %s", d.Kind, d.Charge))
	}
	slices.Sort(short)
	return short
}

// Of worlds with any number of differences exactly these are found, again and
// again, but those that are mended by finding them.
func TestReconcile(t *testing.T) {
	b := openBooks(t)
	if len(differ) != len(store.DifferenceKinds) {
		t.Fatal("not every kind is made")
	}
	var want []string
	check := func(news ...string) {
		t.Helper()
		now := slices.Concat(want, news)
		slices.Sort(now)
		if got := b.found(); !slices.Equal(got, now) {
			t.Fatalf("found, and made:\n%s\n\n%s", strings.Join(got, "\n"), strings.Join(now, "\n"))
		}
	}
	for _, right := range agree {
		right(b)
		check()
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for round := range 4 {
		kinds := slices.Clone(store.DifferenceKinds)
		random.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
		if round > 0 {
			kinds = kinds[:1+random.IntN(10)]
		}
		var news []string
		for _, kind := range kinds {
			one := fmt.Sprintf("%s %s", kind, differ[kind](b))
			if kind == store.UnknownPayment || kind == store.UnknownRefund {
				news = append(news, one)
			} else {
				want = append(want, one)
			}
			if random.IntN(3) == 0 {
				agree[random.IntN(len(agree))](b)
			}
		}
		if round == 0 {
			b.bank.SetOut(true)
			now := time.Now()
			r, err := b.reconcile(t.Context(), now.Add(-reconciled), now)
			if err != nil || !slices.Equal(r.Unasked, []string{store.ByPix}) || r.Count(store.NotAtProvider) != 1 || r.Count(store.UnknownPayment) != 0 || r.Count(store.NotInGSAN) != 1 {
				t.Errorf("while the bank is away: %+v, %v", r, err)
			}
			b.bank.SetOut(false)
		}
		check(news...)
		check()
	}

	last, ok, err := b.db.LastReconciliation(t.Context())
	if err != nil || !ok {
		t.Fatal("not kept", err)
	}
	var out bytes.Buffer
	if err := printReconciliation(&out, last); err != nil {
		t.Fatal(err)
	}
	for _, d := range last.Differences {
		if !strings.Contains(out.String(), d.Charge) || !strings.Contains(out.String(), d.Kind.What()+"") || d.Kind.Do() == "" {
			t.Errorf("it does not print %+v", d)
		}
	}
	families, err := b.metrics.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	sum, states := 0., 0.
	for _, f := range families {
		for _, m := range f.Metric {
			switch f.GetName() {
			case "loja_reconcile_differences":
				sum += m.Gauge.GetValue()
			case "loja_charges":
				states += m.Gauge.GetValue()
			}
		}
	}
	if int(sum) != len(last.Differences) || int(states) < last.Charges {
		t.Errorf("metrics have %v differences of %d, %v charges of %d", sum, len(last.Differences), states, last.Charges)
	}
	var doctor bytes.Buffer
	(&round{out: &doctor}).reconciliation(t.Context(), b.db)
	if !strings.Contains(doctor.String(), fmt.Sprintf("%d differences: loja reconcile lists them", len(last.Differences))) {
		t.Error(doctor.String())
	}
}

// The verb says by its exit status whether all agree.
func TestReconcileVerb(t *testing.T) {
	c := atBank(t, slog.New(slog.DiscardHandler))
	for name, value := range map[string]string{
		"LOJA_OPERATOR": c.Operator, "LOJA_BANK_SECRET": banktest.Secret, "LOJA_DATABASE_URL": c.DatabaseURL, "LOJA_PUBLIC_URL": c.PublicURL,
		"LOJA_SECRET": base64.StdEncoding.EncodeToString(c.Secret),
	} {
		t.Setenv(name, value)
	}
	verb := func(want int, arguments ...string) {
		t.Helper()
		if status := run(t.Context(), append([]string{"reconcile"}, arguments...)); status != want {
			t.Errorf("%q exits with %d, not %d", arguments, status, want)
		}
	}
	verb(done)
	verb(misused, "--since", "yesterday")
	verb(misused, "--since", "2999-01-01")
	code, refusal := c.ask(mariasProperty, c.bills(mariasProperty)[0])
	if refusal != store.NotRefused {
		t.Fatal(refusal)
	}
	c.bank.SetNow(time.Now().Add(-time.Hour))
	c.pay(c.of(mariasProperty, code))
	verb(failed, "--json") // and records it
	verb(done, "--since", store.DateOf(time.Now()).Add(-30).End().Format(time.DateOnly))
	c.bank.SetOut(true)
	verb(partial)
}

// However many processes there are, charges are compared once a day.
func TestReconcileOnce(t *testing.T) {
	c := atBank(t, slog.New(slog.DiscardHandler))
	other, err := open(t.Context(), c.config, c.log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	jobs := c.reconcileJobs()
	if len(jobs) != 1 {
		t.Fatal("no job")
	}
	for range 3 {
		var both sync.WaitGroup
		for _, l := range []*loja{c.loja, other} {
			both.Go(func() {
				if _, err := l.runJob(t.Context(), l.reconcileJobs()[0]); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
	}
	conn, err := pgx.Connect(t.Context(), c.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context()) //nolint:errcheck // the test is over
	runs := func() (n int) {
		t.Helper()
		if err := conn.QueryRow(t.Context(), `SELECT count(*) FROM loja.reconciliation`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := runs(); n != 1 {
		t.Errorf("%d comparisons in a day", n)
	}
	if _, err := conn.Exec(t.Context(), `UPDATE loja.reconciliation SET ran_at = ran_at - interval '25 hours'`); err != nil {
		t.Fatal(err)
	}
	if err := other.reconcileDaily(t.Context()); err != nil || runs() != 2 {
		t.Errorf("%d comparisons in two days, %v", runs(), err)
	}
}
