package bank_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lojavirtual/store"
	"lojavirtual/store/bank"
	"lojavirtual/store/bank/banktest"
	"lojavirtual/store/brcode"
)

// config is what the receiver of a bank is given.
func config(b *banktest.Bank) bank.Config {
	return bank.Config{
		API: b.API, Token: b.Token, ClientID: banktest.ClientID, Secret: banktest.Secret,
		Certificate: b.Certificate, PrivateKey: b.PrivateKey, CA: b.CA,
		Key: banktest.Key, Name: "DESO Demonstração", City: "Aracaju",
	}
}

func open(t *testing.T, b *banktest.Bank) *bank.Client {
	t.Helper()
	c, err := bank.New(config(b))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func txid(n int) string { return fmt.Sprintf("loja%028d", n) }

func cob(n int, amount store.Money) bank.Order {
	return bank.Order{TxID: txid(n), Amount: amount, Life: time.Hour, Message: "Contas 05/2026 e 06/2026"}
}

const payerName, payerCPF = "Maria José da Conceição", "52998224725"

func cobv(n int, amount store.Money) bank.Order {
	return bank.Order{
		TxID: txid(n), Amount: amount, Due: store.Date{Year: 2026, Month: 11, Day: 10}, Days: 30, Fine: 200, Interest: 100,
		Payer: bank.Payer{Name: payerName, TaxID: payerCPF},
	}
}

func at(day string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", day+" 12:00", store.Zone)
	if err != nil {
		panic(err)
	}
	return t
}

func TestChargeIsMadePaidAndReadBack(t *testing.T) {
	for _, o := range []bank.Order{cob(1, 109112), cobv(2, 10000)} {
		b := banktest.New(t)
		c := open(t, b)
		made, err := c.Put(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		code, err := brcode.Parse(made.Code)
		if err != nil || code.Mode != brcode.DynamicCode {
			t.Errorf("code %q: %v", made.Code, err)
		}
		if made.Kind() != o.Kind() || made.Amount != o.Amount || made.Status != bank.Active || made.Key != banktest.Key || !made.Made.Equal(at("2026-11-10")) || made.Made.Location() != time.UTC {
			t.Errorf("made %+v", made)
		}
		p, err := b.Pay(o.TxID)
		if err != nil {
			t.Fatal(err)
		}
		read, ok, err := c.Read(t.Context(), o.Kind(), o.TxID)
		if err != nil || !ok || read.Status != bank.Paid || len(read.Payments) != 1 {
			t.Fatalf("read %+v, %t, %v", read, ok, err)
		}
		one, ok, err := c.Payment(t.Context(), p.ID)
		if err != nil || !ok || one.ID != read.Payments[0].ID || one.TxID != o.TxID || one.Amount != o.Amount || one.Original != o.Amount || one.At.Location() != time.UTC {
			t.Errorf("payment %+v, %t, %v", one, ok, err)
		}
		if again, err := c.Put(t.Context(), o); err != nil || again.Status != bank.Paid {
			t.Errorf("put again after it was paid: %+v, %v", again, err)
		}
		if _, err := b.Pay(o.TxID); !errors.Is(err, banktest.ErrClosed) {
			t.Errorf("paid twice: %v", err)
		}
	}
}

func TestNothingThere(t *testing.T) {
	b := banktest.New(t)
	c := open(t, b)
	if _, ok, err := c.Read(t.Context(), bank.Cob, txid(9)); ok || err != nil {
		t.Errorf("a charge: %t, %v", ok, err)
	}
	if _, ok, err := c.Payment(t.Context(), banktest.EndToEndID(at("2026-11-10"), 9)); ok || err != nil {
		t.Errorf("a payment: %t, %v", ok, err)
	}
	if _, ok, err := c.Webhook(t.Context()); ok || err != nil {
		t.Errorf("a webhook: %t, %v", ok, err)
	}
	if _, err := c.Remove(t.Context(), bank.Cob, txid(9)); err == nil || temporary(err) {
		t.Errorf("removed what is not there: %v", err)
	}
	for _, err := range c.Charges(t.Context(), bank.Cobv, at("2026-11-01"), at("2026-11-30")) {
		t.Errorf("an item in an empty list, %v", err)
	}
}

// TestLatePayment: what the bank adds is told apart from the charge.
func TestLatePayment(t *testing.T) {
	for _, c := range []struct {
		amount         store.Money
		due, on        string
		fine, interest store.Money
	}{
		{10000, "2026-11-10", "2026-11-10", 0, 0},
		{10000, "2026-11-10", "2026-11-25", 200, 50},
		{8725, "2026-11-10", "2026-11-11", 175, 3},
		{8745, "2026-11-14", "2026-11-16", 0, 0}, // a Saturday, and 15 November is a Sunday
		{8745, "2026-11-14", "2026-11-17", 175, 3},
	} {
		b := banktest.New(t)
		client := open(t, b)
		o := cobv(1, c.amount)
		o.Due = store.DateOf(at(c.due))
		if _, err := client.Put(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		b.SetNow(at(c.on))
		p, err := b.Pay(o.TxID)
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := client.Payment(t.Context(), p.ID)
		if err != nil || got.Original != c.amount || got.Fine != c.fine || got.Interest != c.interest || got.Amount != c.amount+c.fine+c.interest {
			t.Errorf("due %s, paid %s: %+v, %v", c.due, c.on, got, err)
		}
	}
}

// TestValidity: the examples of the API.
func TestValidity(t *testing.T) {
	for _, c := range []struct {
		due  string
		days int
		on   string
		late bool
	}{
		{"2020-10-20", 4, "2020-10-26", false},
		{"2020-10-20", 4, "2020-10-27", true},
		{"2020-12-25", 0, "2020-12-28", false},
		{"2020-12-25", 0, "2020-12-29", true},
		{"2020-12-25", 1, "2020-12-29", false},
		{"2020-12-25", 1, "2020-12-30", true},
		{"2020-12-25", 3, "2021-01-01", true},
		{"2020-12-25", 4, "2021-01-04", false},
		{"2020-12-25", 4, "2021-01-05", true},
	} {
		b := banktest.New(t)
		b.SetNow(at("2020-10-01"))
		o := cobv(1, 10000)
		o.Due, o.Days = store.DateOf(at(c.due)), c.days
		if _, err := open(t, b).Put(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		b.SetNow(at(c.on))
		if _, err := b.Pay(o.TxID); errors.Is(err, banktest.ErrLate) != c.late {
			t.Errorf("due %s and %d days, tried on %s: %v", c.due, c.days, c.on, err)
		}
	}
}

// TestSameOrderSameCharge: from 50 callers at once, at a bank that changes a
// charge that is put again, and at banks that refuse it.
func TestSameOrderSameCharge(t *testing.T) {
	for _, existing := range []int{0, http.StatusConflict, http.StatusBadRequest, http.StatusUnprocessableEntity} {
		b := banktest.New(t)
		b.RefuseExisting(existing)
		c := open(t, b)
		codes := make([]string, 50)
		var callers sync.WaitGroup
		for i := range codes {
			callers.Go(func() {
				charge, err := c.Put(t.Context(), cobv(1, 4321))
				if err != nil {
					t.Error(err)
				}
				codes[i] = charge.Code
			})
		}
		callers.Wait()
		if n := len(slices.Compact(codes)); n != 1 || codes[0] == "" {
			t.Errorf("existing refused with %d: %d different codes", existing, n)
		}
		if b.Tokens() != 1 {
			t.Errorf("%d tokens", b.Tokens())
		}
		before := b.Calls("PUT cobv")
		if _, err := c.Put(t.Context(), cobv(1, 4321)); err != nil || b.Calls("PUT cobv") != before {
			t.Errorf("put where it is already: %v", err)
		}
	}
}

// TestAnotherOrderIsRefused: the fields are named, nothing in them is told, and
// the charge stays.
func TestAnotherOrderIsRefused(t *testing.T) {
	b := banktest.New(t)
	c := open(t, b)
	first, err := c.Put(t.Context(), cobv(1, 4321))
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*bank.Order){
		"valor.original":                       func(o *bank.Order) { o.Amount++ },
		"calendario.dataDeVencimento":          func(o *bank.Order) { o.Due = o.Due.Add(1) },
		"calendario.validadeAposVencimento":    func(o *bank.Order) { o.Days = 0 },
		"valor.multa":                          func(o *bank.Order) { o.Fine = 0 },
		"valor.juros":                          func(o *bank.Order) { o.Interest = 33 },
		"devedor":                              func(o *bank.Order) { o.Payer.TaxID = "12ABC34501DE35" },
		"valor.original, valor.juros, devedor": func(o *bank.Order) { o.Amount, o.Interest, o.Payer.TaxID = 1, 1, "11222333000181" },
	} {
		o := cobv(1, 4321)
		change(&o)
		_, err := c.Put(t.Context(), o)
		conflict, ok := errors.AsType[*bank.Conflict](err)
		if !ok || strings.Join(conflict.Fields, ", ") != want || temporary(err) {
			t.Errorf("%s: %v", want, err)
		}
		holdsNothing(t, err)
	}
	if _, err := c.Put(t.Context(), cob(1, 4321)); err == nil {
		t.Error("a cob under the txid of a cobv")
	}
	if now, _, err := c.Read(t.Context(), bank.Cobv, txid(1)); err != nil || now.Revision != 0 || now.Code != first.Code {
		t.Errorf("the charge is now %+v, %v", now, err)
	}
}

func TestOrdersAreChecked(t *testing.T) {
	b := banktest.New(t)
	c := open(t, b)
	for what, change := range map[string]func(*bank.Order){
		"short txid":      func(o *bank.Order) { o.TxID = "short" },
		"txid with slash": func(o *bank.Order) { o.TxID = strings.Repeat("a/", 14) },
		"nothing to pay":  func(o *bank.Order) { o.Amount = 0 },
		"negative":        func(o *bank.Order) { o.Amount = -1 },
		"eleven digits":   func(o *bank.Order) { o.Amount = 10_000_000_000_00 },
		"negative fine":   func(o *bank.Order) { o.Fine = -1 },
		"negative days":   func(o *bank.Order) { o.Days = -1 },
		"nobody":          func(o *bank.Order) { o.Payer = bank.Payer{} },
		"no name":         func(o *bank.Order) { o.Payer.Name = " " },
		"a wrong CPF":     func(o *bank.Order) { o.Payer.TaxID = "52998224726" },
		"a CPF with mask": func(o *bank.Order) { o.Payer.TaxID = "529.982.247-25" },
		"half a second":   func(o *bank.Order) { o.Due, o.Life = store.Date{}, time.Second/2 },
	} {
		o := cobv(1, 100)
		change(&o)
		_, err := c.Put(t.Context(), o)
		if err == nil || temporary(err) {
			t.Errorf("%s: %v", what, err)
		}
		holdsNothing(t, err)
	}
	if b.Tokens() != 0 {
		t.Error("the bank was asked")
	}
	long := cobv(1, 100)
	long.Message, long.Payer.Name = strings.Repeat("ã", 500), strings.Repeat("é", 500)
	if _, err := c.Put(t.Context(), long); err != nil {
		t.Errorf("long texts: %v", err)
	}
}

func TestRemove(t *testing.T) {
	b := banktest.New(t)
	c := open(t, b)
	for i, kind := range []bank.Kind{bank.Cob, bank.Cobv} {
		o := cob(i, 100)
		if kind == bank.Cobv {
			o = cobv(i, 100)
		}
		if _, err := c.Put(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if gone, err := c.Remove(t.Context(), kind, o.TxID); err != nil || gone.Status != bank.Removed || gone.Code != "" && gone.Revision != 1 {
				t.Errorf("%s: %+v, %v", kind, gone, err)
			}
		}
		if _, err := b.Pay(o.TxID); !errors.Is(err, banktest.ErrClosed) {
			t.Errorf("paid after it was removed: %v", err)
		}
		if again, err := c.Put(t.Context(), o); err != nil || again.Status != bank.Removed {
			t.Errorf("put after it was removed: %+v, %v", again, err)
		}
	}
	if _, err := c.Put(t.Context(), cob(7, 100)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Pay(txid(7)); err != nil {
		t.Fatal(err)
	}
	if paid, err := c.Remove(t.Context(), bank.Cob, txid(7)); err != nil || paid.Status != bank.Paid {
		t.Errorf("removed after it was paid: %+v, %v", paid, err)
	}
}

// TestCodeFromLocation: a bank that leaves the code out, and one that says it.
func TestCodeFromLocation(t *testing.T) {
	b := banktest.New(t)
	b.OnlyLocation()
	made, err := open(t, b).Put(t.Context(), cob(1, 100))
	if err != nil {
		t.Fatal(err)
	}
	code, err := brcode.Parse(made.Code)
	if err != nil || !strings.HasPrefix(code.URL, "pix.example.com/qr/v2/") || code.Name != "DESO Demonstracao" || code.City != "Aracaju" {
		t.Errorf("%+v, %v", code, err)
	}
}

// TestLists reads more than a page, within the time only.
func TestLists(t *testing.T) {
	b := banktest.New(t)
	c := open(t, b)
	const many = 205
	for i := range many {
		b.SetNow(at("2026-11-10").Add(time.Duration(i) * time.Minute))
		if _, err := c.Put(t.Context(), cob(i, store.Money(i+1))); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Pay(txid(i)); err != nil {
			t.Fatal(err)
		}
	}
	from, to := at("2026-11-10"), at("2026-11-10").Add((many-1)*time.Minute)
	seen := 0
	for charge, err := range c.Charges(t.Context(), bank.Cob, from, to) {
		if err != nil || charge.TxID != txid(seen) || charge.Amount != store.Money(seen+1) || charge.Status != bank.Paid {
			t.Fatalf("%d: %+v, %v", seen, charge, err)
		}
		seen++
	}
	if seen != many || b.Calls("GET cob") < many+3 {
		t.Errorf("%d charges", seen)
	}
	seen = 0
	for p, err := range c.Payments(t.Context(), from.Add(time.Minute), to.Add(-time.Minute)) {
		if err != nil || p.TxID != txid(seen+1) {
			t.Fatalf("%d: %+v, %v", seen, p, err)
		}
		seen++
	}
	if seen != many-2 {
		t.Errorf("%d payments", seen)
	}
	before := b.Calls("GET pix")
	for _, err := range c.Payments(t.Context(), from, to) {
		if err != nil {
			t.Error(err)
		}
		break
	}
	if n := b.Calls("GET pix") - before; n != 1 {
		t.Errorf("%d pages read for one payment", n)
	}
	for _, err := range c.Payments(t.Context(), to, from) {
		if err == nil || temporary(err) {
			t.Errorf("a time that ends before it begins: %v", err)
		}
	}
}

// TestListGoesOn: an item that is none does not hide the others.
func TestListGoesOn(t *testing.T) {
	b := banktest.New(t)
	c := open(t, b)
	const good = `{"endToEndId":"E12345678202611101500abcdefghijk","valor":"1.00","horario":"2026-11-10T15:00:00Z"}`
	b.Fail(banktest.Fault{Code: 200, Body: `{"parametros":{"paginacao":{"quantidadeDePaginas":1}},"pix":[` + good + `,{"valor":"529.98"},null,` + good + `]}`})
	var payments, errs int
	for p, err := range c.Payments(t.Context(), at("2026-11-10"), at("2026-11-11")) {
		if err != nil {
			errs++
			holdsNothing(t, err)
		} else if p.Amount == 100 {
			payments++
		}
	}
	if payments != 2 || errs != 2 {
		t.Errorf("%d payments, %d errors", payments, errs)
	}
}

func TestReturns(t *testing.T) {
	b := banktest.New(t)
	c := open(t, b)
	if _, err := c.Put(t.Context(), cob(1, 1000)); err != nil {
		t.Fatal(err)
	}
	p, err := b.Pay(txid(1))
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		id      string
		amount  store.Money
		done    bool
		settled store.Money
	}{{"a1", 300, true, 300}, {"a2", 200, false, 300}, {"a3", 500, true, 800}} {
		if err := b.SendBack(p.ID, step.id, step.amount); err != nil {
			t.Fatal(err)
		}
		pending, _, err := c.Payment(t.Context(), p.ID)
		if last := pending.Returns[len(pending.Returns)-1]; err != nil || last.Status != bank.ReturnPending || last.Amount != step.amount || last.ID != step.id || !last.Settled.IsZero() {
			t.Errorf("%+v, %v", last, err)
		}
		if err := b.Settle(p.ID, step.done); err != nil {
			t.Fatal(err)
		}
		if settled, _, err := c.Payment(t.Context(), p.ID); err != nil || settled.Returned() != step.settled {
			t.Errorf("after %s: %s back, %v", step.id, settled.Returned(), err)
		}
	}
	if b.SendBack(p.ID, "a4", 100) == nil {
		t.Error("more sent back than was paid")
	}
}

// temporary tells what the engine would make of an error.
func temporary(err error) bool {
	var e interface{ Temporary() bool }
	return errors.As(err, &e) && e.Temporary()
}

// holdsNothing fails if an error has something in it that nobody may log.
func holdsNothing(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	for _, secret := range []string{banktest.Secret, "s3cr3t", "token-", payerCPF, "529.98", "12ABC34501DE35", "Maria", "Fulano", "PRIVATE"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("an error holds %q: %v", secret, err)
		}
	}
}

func TestFaults(t *testing.T) {
	told := `{"type":"https://pix.bcb.gov.br/api/v2/error/CobVOperacaoInvalida","title":"Maria","detail":"52998224725","correlationId":"52998224725",` +
		`"violacoes":[{"razao":"Maria","propriedade":"cobv.devedor","valor":"52998224725"},{"propriedade":"52998224725"}]}`
	for _, c := range []struct {
		what      string
		fault     banktest.Fault
		temporary bool
		after     time.Duration
		text      string
	}{
		{"503", banktest.Fault{Code: 503}, true, 0, "GET cobv: 503 Service Unavailable ServicoIndisponivel 0a1b2c3d"},
		{"503 and when", banktest.Fault{Code: 503, RetryAfter: "120"}, true, 2 * time.Minute, "503"},
		{"429", banktest.Fault{Code: 429, RetryAfter: "7"}, true, 7 * time.Second, "429 Too Many Requests"},
		{"429 for a year", banktest.Fault{Code: 429, RetryAfter: "31536000"}, true, time.Hour, "429"},
		{"429 of the past", banktest.Fault{Code: 429, RetryAfter: "Mon, 02 Jan 2006 15:04:05 GMT"}, true, 0, "429"},
		{"429 of nonsense", banktest.Fault{Code: 429, RetryAfter: "-1"}, true, 0, "429"},
		{"504 as a page", banktest.Fault{Code: 504, Page: true}, true, 0, "504 Gateway Timeout"},
		{"a page instead", banktest.Fault{Code: 200, Page: true}, true, 0, "something else than the API"},
		{"a redirect", banktest.Fault{Code: 302, Page: true}, false, 0, "302 Found"},
		{"403", banktest.Fault{Code: 403}, false, 0, "403 Forbidden AcessoNegado"},
		{"410", banktest.Fault{Code: 410}, false, 0, "410 Gone PermanentementeRemovido"},
		{"400 that tells too much", banktest.Fault{Code: 400, Body: told}, false, 0, "400 Bad Request CobVOperacaoInvalida cobv.devedor"},
		{"broken off", banktest.Fault{}, true, 0, "GET cobv: EOF"},
		{"another charge", banktest.Fault{Code: 200, Body: `{"txid":"` + txid(52998224725) + `","status":"ATIVA","valor":{"original":"1.00"}}`}, false, 0, "another form"},
		{"money as a number", banktest.Fault{Code: 200, Body: `{"txid":"` + txid(1) + `","status":"ATIVA","valor":{"original":529.98}}`}, false, 0, "another type in valor.original"},
		{"money with a comma", banktest.Fault{Code: 200, Body: `{"txid":"` + txid(1) + `","status":"ATIVA","valor":{"original":"529,98"}}`}, false, 0, "form of amount"},
		{"no status", banktest.Fault{Code: 200, Body: `{"txid":"` + txid(1) + `","valor":{"original":"1.00"}}`}, false, 0, "status"},
		{"a list", banktest.Fault{Code: 200, Body: `[]`}, false, 0, "another type"},
		{"a life in words", banktest.Fault{Code: 200, Body: `{"txid":"` + txid(1) + `","status":"ATIVA","calendario":{"expiracao":"Maria"}}`}, false, 0, "another form"},
	} {
		t.Run(c.what, func(t *testing.T) {
			b := banktest.New(t)
			client := open(t, b)
			if err := client.Check(t.Context()); err != nil {
				t.Fatal(err)
			}
			b.Fail(c.fault)
			if c.fault == (banktest.Fault{}) {
				b.Fail(c.fault) // the HTTP client reads once more by itself when an old connection breaks
			}
			_, err := client.Put(t.Context(), cobv(1, 100))
			if err == nil || temporary(err) != c.temporary || !strings.Contains(err.Error(), c.text) {
				t.Errorf("temporary %t: %v", temporary(err), err)
			}
			holdsNothing(t, err)
			if e, ok := errors.AsType[*bank.Error](err); !ok || e.RetryAfter() != c.after {
				t.Errorf("wait %v", e.RetryAfter())
			}
			if _, err := client.Put(t.Context(), cobv(1, 100)); err != nil {
				t.Errorf("and then: %v", err)
			}
		})
	}
}

// TestLostAnswers: the charge is made and the answer does not come; the same order
// finds it.
func TestLostAnswers(t *testing.T) {
	for _, lost := range []banktest.Fault{{Done: true}, {Done: true, Cut: true}, {Done: true, Code: 504, Page: true}} {
		b := banktest.New(t)
		c := open(t, b)
		b.Fail(banktest.Fault{Done: true, Code: 404}, lost) // of the look, and of what follows
		_, err := c.Put(t.Context(), cob(1, 100))
		if err == nil || !temporary(err) {
			t.Fatalf("%+v: %v", lost, err)
		}
		charge, err := c.Put(t.Context(), cob(1, 100))
		if err != nil || charge.Revision != 0 || b.Calls("PUT cob") != 1 {
			t.Errorf("%+v: %+v, %v", lost, charge, err)
		}
	}
}

func TestDeadline(t *testing.T) {
	b := banktest.New(t)
	cfg := config(b)
	cfg.Timeout = 200 * time.Millisecond
	c, err := bank.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for c.Check(t.Context()) != nil { // the first handshake may take longer
	}
	b.Fail(banktest.Fault{Hang: true})
	if _, _, err := c.Read(t.Context(), bank.Cob, txid(1)); !errors.Is(err, context.DeadlineExceeded) || !temporary(err) {
		t.Errorf("%v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := c.Read(cancelled, bank.Cob, txid(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestOutage(t *testing.T) {
	b := banktest.New(t)
	c := open(t, b)
	b.SetOut(true)
	if _, err := c.Put(t.Context(), cob(1, 100)); !temporary(err) {
		t.Errorf("%v", err)
	}
	b.SetOut(false)
	if _, err := c.Put(t.Context(), cob(1, 100)); err != nil {
		t.Errorf("after it: %v", err)
	}
}

func TestTokens(t *testing.T) {
	b := banktest.New(t)
	c := open(t, b)
	read := func() error {
		_, _, err := c.Read(t.Context(), bank.Cob, txid(1))
		return err
	}
	for range 3 {
		if err := read(); err != nil || b.Tokens() != 1 {
			t.Fatalf("%d tokens, %v", b.Tokens(), err)
		}
	}
	b.RevokeTokens()
	var callers sync.WaitGroup
	for range 50 {
		callers.Go(func() {
			if err := read(); err != nil {
				t.Error(err)
			}
		})
	}
	callers.Wait()
	if b.Tokens() != 2 {
		t.Errorf("%d tokens after the first was revoked", b.Tokens())
	}
	b.RevokeTokens()
	b.SetTokenLife(0)
	for i := range 2 {
		if err := read(); err != nil || b.Tokens() != 3+i {
			t.Errorf("%d tokens that end at once, %v", b.Tokens(), err)
		}
	}
	b.Fail(banktest.Fault{Code: 401}, banktest.Fault{Code: 401})
	before := b.Calls("GET cob")
	if err := read(); err == nil || temporary(err) || b.Calls("GET cob") != before+2 {
		t.Errorf("refused with a new token too, %d tries: %v", b.Calls("GET cob")-before, err)
	}
}

func TestScopes(t *testing.T) {
	b := banktest.New(t)
	b.SetScopes("cob.read cobv.read cobv.write")
	c := open(t, b)
	if _, err := c.Put(t.Context(), cobv(1, 100)); err != nil {
		t.Error(err)
	}
	_, err := c.Put(t.Context(), cob(2, 100))
	if e, ok := errors.AsType[*bank.Error](err); !ok || e.Kind != "AcessoNegado" || temporary(err) {
		t.Errorf("%v", err)
	}
}

// TestWhoIsLetIn: certificate, authority and secret must all be right, and no
// error says what they are.
func TestWhoIsLetIn(t *testing.T) {
	b := banktest.New(t)
	stranger := b.Stranger()
	other := banktest.New(t)
	for what, change := range map[string]func(*bank.Config){
		"a stranger's certificate": func(c *bank.Config) { c.Certificate, c.PrivateKey = stranger.Certificate, stranger.PrivateKey },
		"another bank's":           func(c *bank.Config) { c.Certificate, c.PrivateKey = other.Certificate, other.PrivateKey },
		"another authority":        func(c *bank.Config) { c.CA = other.CA },
		"no authority":             func(c *bank.Config) { c.CA = "" },
		"another secret":           func(c *bank.Config) { c.Secret = "another s3cr3t" },
		"another client":           func(c *bank.Config) { c.ClientID = "Maria" },
		"another address":          func(c *bank.Config) { c.Token += "/nowhere" },
	} {
		cfg := config(b)
		change(&cfg)
		c, err := bank.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Check(t.Context()); err == nil {
			t.Errorf("%s is let in", what)
		} else {
			holdsNothing(t, err)
		}
		if _, ok, err := c.Read(t.Context(), bank.Cob, txid(1)); ok || err == nil {
			t.Errorf("%s: read %t, %v", what, ok, err)
		}
		c.Close()
	}
	if err := open(t, b).Check(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestNew(t *testing.T) {
	b := banktest.New(t)
	empty := t.TempDir() + "/empty"
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*bank.Config){
		"client id is missing":   func(c *bank.Config) { c.ClientID = "" },
		"secret is missing":      func(c *bank.Config) { c.Secret = "" },
		"file is missing":        func(c *bank.Config) { c.Certificate = "" },
		"no such file":           func(c *bank.Config) { c.PrivateKey = "/nowhere/key.pem" },
		"private key":            func(c *bank.Config) { c.PrivateKey = c.CA },
		"authority":              func(c *bank.Config) { c.CA = "/nowhere/ca.pem" },
		"no certificate in PEM":  func(c *bank.Config) { c.CA = empty },
		"the bank's API must":    func(c *bank.Config) { c.API = "http://pix.example.com" },
		"the bank's token must":  func(c *bank.Config) { c.Token = "https://Maria:s3cr3t@pix.example.com" },
		"PIX key is not written": func(c *bank.Config) { c.Key = "529.982.247-25" },
	} {
		cfg := config(b)
		change(&cfg)
		_, err := bank.New(cfg)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", want, err)
		}
		holdsNothing(t, err)
	}
}

// TestAnyOrderIsReadBack: what is put is what is read, to the cent and the second.
func TestAnyOrderIsReadBack(t *testing.T) {
	b := banktest.New(t)
	c := open(t, b)
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		o := cob(n, store.Money(rapid.Int64Range(1, 9_999_999_999_99).Draw(rt, "amount")))
		if rapid.Bool().Draw(rt, "with a due date") {
			o = cobv(n, o.Amount)
			o.Due = o.Due.Add(rapid.IntRange(0, 5000).Draw(rt, "days off"))
			o.Days, o.Fine, o.Interest = rapid.IntRange(0, 400).Draw(rt, "days"), rapid.IntRange(0, 2000).Draw(rt, "fine"), rapid.IntRange(0, 2000).Draw(rt, "interest")
		} else {
			o.Life = time.Duration(rapid.IntRange(1, 1_000_000).Draw(rt, "life")) * time.Second
		}
		now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.Int64Range(0, 9*24*3600*1000).Draw(rt, "now")) * time.Millisecond)
		b.SetNow(now)
		made, err := c.Put(t.Context(), o)
		if err != nil {
			rt.Fatal(err)
		}
		p, err := b.Pay(o.TxID)
		if err != nil {
			rt.Fatal(err)
		}
		read, _, err := c.Read(t.Context(), o.Kind(), o.TxID)
		o.Message = "" // which nobody reads back
		if err != nil || made.Order != o || read.Order != o || !read.Made.Equal(now) || !read.Payments[0].At.Equal(now) || read.Payments[0].Amount != o.Amount || p.ID != read.Payments[0].ID {
			rt.Fatalf("put %+v\nread %+v, %v", o, read, err)
		}
	})
}
