package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"lojavirtual/bot/telegram/telegramtest"
	"lojavirtual/store"
	"lojavirtual/store/bank"
	"lojavirtual/store/bank/banktest"
)

// A counter is a loja whose operator has a bank.
type counter struct {
	*loja
	t    *testing.T
	bank *banktest.Bank
}

// atBank opens a loja with the demo people and a bank, whose clock shows now.
func atBank(t *testing.T, log *slog.Logger, environ ...string) counter {
	t.Helper()
	return atBankWith(t, nil, log, environ...)
}

// atBankWith opens one that has card companies, too.
func atBankWith(t *testing.T, cards []store.CardCompany, log *slog.Logger, environ ...string) counter {
	t.Helper()
	b := banktest.New(t)
	b.SetNow(time.Now())
	file := filepath.Join(t.TempDir(), "operator.yaml")
	section := fmt.Sprintf("  city: Aracaju\n  bank:\n    api: %s\n    token: %s\n    client_id: %s\n    certificate: %s\n    private_key: %s\n    ca: %s\n",
		b.API, b.Token, banktest.ClientID, b.Certificate, b.PrivateKey, b.CA)
	if err := os.WriteFile(file, []byte(strings.Replace(string(demoOperator), "  city: Aracaju\n", section, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	var pages http.Handler
	address := b.Receiver(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { pages.ServeHTTP(w, r) }))
	cfg := configured(t, log, append(environ, "LOJA_OPERATOR="+file, "LOJA_BANK_SECRET="+banktest.Secret, "LOJA_PUBLIC_URL="+address)...)
	cfg.cards = cards
	l, err := open(t.Context(), cfg, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	pages = l.publicPages()
	return counter{l, t, b}
}

// hear lets webhooks be read back until the test ends.
func (c counter) hear() {
	c.tellBank(c.t.Context())
	ctx, stop := context.WithCancel(c.t.Context())
	var hearing sync.WaitGroup
	for range newsReaders {
		hearing.Go(func() { c.pix.believe(ctx) })
	}
	c.t.Cleanup(func() { stop(); hearing.Wait() })
}

// The demo's people with bills to pay: Maria and others.
const mariasProperty = 1043722

// bills are what a property can pay by PIX.
func (c counter) bills(property int64) []store.Bill {
	c.t.Helper()
	bills, err := c.db.Bills(c.t.Context(), property)
	if err != nil {
		c.t.Fatal(err)
	}
	return slices.DeleteFunc(bills.List, func(b store.Bill) bool { return !b.Payable() || b.DirectDebit })
}

var message int

// form is a wish of somebody's who writes now.
func form(property int64) store.ChargeForm {
	now := time.Now()
	return store.ChargeForm{Session: "telegram:1", Property: property, At: now, Expires: store.DateOf(now).Add(300).End()}
}

// ask asks for the code of a bill in a new message.
func (c counter) ask(property int64, b store.Bill) (store.PixCode, store.Refusal) {
	c.t.Helper()
	message++
	f := form(property)
	f.Bill = b
	code, refusal, err := c.pix.Charge(c.t.Context(), fmt.Sprintf("telegram:1/%d", message), f)
	if err != nil {
		c.t.Fatal(err)
	}
	return code, refusal
}

// charges are the charges of a property, newest first.
func (c counter) charges(property int64) []store.Charge {
	c.t.Helper()
	all, err := c.db.Charges(c.t.Context(), property)
	if err != nil {
		c.t.Fatal(err)
	}
	return all
}

// of returns the charge with a code.
func (c counter) of(property int64, code store.PixCode) store.Charge {
	c.t.Helper()
	all := c.charges(property)
	i := slices.IndexFunc(all, func(h store.Charge) bool { return h.Address == code.Code })
	if i < 0 || code.Code == "" {
		c.t.Fatalf("no charge has the code %q", code.Code)
	}
	return all[i]
}

// await waits until a charge is where it should be.
func (c counter) await(id string, want store.ChargeState) store.Charge {
	c.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		h, _, err := c.db.Charge(c.t.Context(), id)
		if err != nil {
			c.t.Fatal(err)
		}
		if h.State == want {
			return h
		}
	}
	c.t.Fatalf("charge %s is not %s", id, want)
	return store.Charge{}
}

// pay pays a charge at the bank, which tells nobody.
func (c counter) pay(h store.Charge) (payment string) {
	c.t.Helper()
	p, err := c.bank.Pay(h.ID)
	if err != nil {
		c.t.Fatal(err)
	}
	return p.ID
}

// notify has the bank tell of payments.
func (c counter) notify(payments ...string) {
	c.t.Helper()
	if status, err := c.bank.Notify(payments...); status != http.StatusOK {
		c.t.Fatal(status, err)
	}
}

// status is what the bank says of a charge.
func (c counter) status(h store.Charge) bank.Status {
	c.t.Helper()
	found, ok, err := c.pix.find(c.t.Context(), h)
	if err != nil || !ok {
		c.t.Fatal("the bank does not have it", err)
	}
	return found.Status
}

// She asks for the second copy of a bill on Telegram, pays the code at her bank,
// and the bill shows as paid.
func TestPixOnTelegram(t *testing.T) {
	t.Parallel() // it waits for Telegram's pace
	server := telegramtest.New(t)
	var written bytes.Buffer
	log := slog.New(slog.NewTextHandler(&written, &slog.HandlerOptions{Level: slog.LevelDebug}))
	c := atBank(t, log, "LOJA_TELEGRAM_TOKEN="+telegramtest.Token, "LOJA_TELEGRAM_API_URL="+server.URL())
	ctx, stop := context.WithCancel(t.Context())
	started, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- c.run(ctx, func(string, string) { close(started) }) }()
	<-started

	maria := server.Chat(4719)
	maria.Say("2ª via")
	maria.WaitText("Qual é a matrícula")
	maria.Say("1043722")
	maria.WaitText("CPF ou CNPJ")
	maria.Say("700.000.101-11")
	maria.WaitText("De quais contas")
	maria.Say("1")
	maria.WaitText("Como prefere receber?")
	outages := 0
	press := func(answer string) { // on a machine so slow that a turn has no time, again
		for {
			maria.Press("Pix copia e cola")
			server.Until(answer, func() bool {
				return strings.Contains(maria.Transcript(), answer) || strings.Count(maria.Transcript(), "fora do ar neste momento") > outages
			})
			if strings.Contains(maria.Transcript(), answer) {
				return
			}
			outages++
		}
	}
	c.bank.SetOut(true)
	press("O Pix está fora do ar")
	c.bank.SetOut(false)
	press("O código vale até")
	open := c.charges(mariasProperty)
	server.Until("she has the code", func() bool { return len(open) == 1 && strings.Contains(maria.Transcript(), open[0].Address) })
	maria.Press("PDF da conta")
	server.Until("she has the PDF", func() bool {
		return slices.ContainsFunc(maria.Messages(), func(m telegramtest.Message) bool {
			return m.Document != nil && strings.Contains(m.Text, "O Pix que está nela vale até")
		})
	})

	maria.Say("já paguei essa") // in the middle of something else
	maria.WaitText("ainda não chegou")
	maria.Say("continuar")
	server.Until("she is back at the bill", func() bool {
		return strings.Count(maria.Transcript(), "Precisa de mais alguma coisa?") > 1 || strings.Count(maria.Transcript(), "Como prefere receber?") > 1
	})

	c.notify(c.pay(open[0]))
	c.await(open[0].ID, store.ChargePaid)
	for range 2 { // once, however often the job comes to it
		if err := c.tellOfCharges(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	maria.WaitText("Pagamento confirmado")
	maria.Say("outra conta")
	maria.WaitText("tem 2 contas em aberto")
	if n := strings.Count(maria.Transcript(), "Pagamento confirmado"); n != 1 {
		t.Errorf("she is told %d times that it is paid", n)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for _, secret := range []string{c.pixPath(), "70000010111", open[0].Address, banktest.Secret} {
		if bytes.Contains(written.Bytes(), []byte(secret)) {
			t.Errorf("the log has %q", secret)
		}
	}
}

// However often, in whatever order and with whatever else the bank tells of a
// payment, it is recorded once; what it never told is found.
func TestPixNews(t *testing.T) {
	const other = 1673815
	c := atBank(t, slog.New(slog.DiscardHandler))
	c.hear()
	if told, ok, err := c.pix.bank.Webhook(t.Context()); !ok || err != nil || told != c.PublicURL+c.pixPath() {
		t.Fatal("the bank was not told where to send webhooks", err)
	}
	var open []store.Charge
	for _, b := range c.bills(mariasProperty) {
		code, refusal := c.ask(mariasProperty, b)
		if refusal != store.NotRefused || code.Until.IsZero() {
			t.Fatal(refusal, code.Until)
		}
		open = append(open, c.of(mariasProperty, code))
	}
	if len(open) != 3 {
		t.Fatalf("%d charges", len(open))
	}
	paid := func(h store.Charge) {
		t.Helper()
		if h = c.await(h.ID, store.ChargePaid); h.Received != h.Total || h.Marks != (store.ChargeMarks{}) {
			t.Errorf("received %s of %s, marks %q", h.Received, h.Total, h.Marks)
		}
	}

	first := c.pay(open[0])
	var telling sync.WaitGroup
	for range 100 {
		telling.Go(func() {
			if status, err := c.bank.Notify(first); status != http.StatusOK {
				t.Error(status, err)
			}
		})
	}
	telling.Wait()
	paid(open[0])

	second, strange := c.pay(open[1]), c.bank.Transfer("2025059005", 1000).ID
	if status, err := c.bank.NotifyRoot(strange, first, second, second); status != http.StatusOK {
		t.Fatal(status, err)
	}
	paid(open[1])

	c.pay(open[2]) // and the webhook is lost
	if err := c.pix.catchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	paid(open[2])
	paid(open[0])

	code, refusal := c.ask(other, c.bills(other)[0])
	if refusal != store.NotRefused {
		t.Fatal(refusal)
	}
	forged := c.of(other, code)
	body := fmt.Appendf(nil, `{"pix":[{"endToEndId":%q,"txid":%q,"valor":"%d.%02d","horario":"2026-11-10T15:00:00Z"}]}`,
		banktest.EndToEndID(time.Now(), 99999), forged.ID, forged.Total/100, forged.Total%100)
	if status, err := c.bank.Post(body); status != http.StatusOK {
		t.Fatal(status, err)
	}
	if status, _ := c.bank.Post([]byte(`{"pix":1}`)); status != http.StatusBadRequest {
		t.Errorf("no list of payments is answered with %d", status)
	}
	for _, path := range []string{"/webhooks/pix/", "/webhooks/pix/pix", c.pixPath() + "/", c.pixPath() + "A/pix"} {
		w := httptest.NewRecorder()
		c.publicPages().ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body)))
		if w.Code != http.StatusNotFound {
			t.Errorf("%s is answered with %d", path, w.Code)
		}
	}
	if err := c.bank.SendBack(second, "D1", open[1].Total); err != nil {
		t.Fatal(err)
	}
	if err := c.bank.Settle(second, true); err != nil {
		t.Fatal(err)
	}
	c.notify(second)
	c.await(open[1].ID, store.ChargeRefunded)
	c.await(forged.ID, store.ChargeOpen) // its news came before
	if err := c.pix.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.await(forged.ID, store.ChargeOpen)

	conn, err := pgx.Connect(t.Context(), c.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context()) //nolint:errcheck // the test is over
	if _, err := conn.Exec(t.Context(), `UPDATE loja.charge SET expires_at = now() - interval '1 hour' WHERE id = $1`, forged.ID); err != nil {
		t.Fatal(err)
	}
	for range 2 { // expired by the first, removed at the bank by either
		if err := c.pix.sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	c.await(forged.ID, store.ChargeExpired)
	if status := c.status(forged); status != bank.Removed {
		t.Errorf("the bank says that the expired charge is %s", status)
	}
}

// The doctor says whether the bank tells us what is paid.
func TestDoctorAsksForTheWebhook(t *testing.T) {
	c := atBank(t, slog.New(slog.DiscardHandler))
	environ := []string{
		"LOJA_OPERATOR=" + c.Operator, "LOJA_BANK_SECRET=" + banktest.Secret, "LOJA_PUBLIC_URL=" + c.PublicURL,
		"LOJA_SECRET=" + base64.StdEncoding.EncodeToString(c.Secret),
	}
	says := func(want string) {
		t.Helper()
		var out bytes.Buffer
		(&round{out: &out}).visit(t.Context(), environ)
		if !strings.Contains(out.String(), want) {
			t.Errorf("doctor does not say %q:\n%s", want, &out)
		}
	}
	says("ok    webhook of the bank: none yet, loja serve sets it")
	if err := c.pix.bank.PutWebhook(t.Context(), "https://elsewhere.example/pix"); err != nil {
		t.Fatal(err)
	}
	says("FAIL  webhook of the bank: the bank sends it elsewhere")
	c.tellBank(t.Context())
	says("ok    webhook of the bank\n")
	environ[2] = "LOJA_PUBLIC_URL=http://loja.example"
	says("FAIL  webhook of the bank: set LOJA_PUBLIC_URL")
}

// statement issues a statement of all that Maria owes, and asks for its code.
func (c counter) statement() (code store.PixCode, refusal store.Refusal) {
	c.t.Helper()
	message++
	return c.statementOf(fmt.Sprintf("telegram:1/%d", message))
}

func (c counter) statementOf(key string) (code store.PixCode, refusal store.Refusal) {
	c.t.Helper()
	owed, err := c.db.Debts(c.t.Context(), mariasProperty)
	if err != nil {
		c.t.Fatal(err)
	}
	f := form(mariasProperty)
	f.Debts = slices.DeleteFunc(owed.List, func(d store.Debt) bool { return !d.Selectable() && d.Kind != store.Credit })
	s, refusal, err := c.db.IssueStatement(c.t.Context(), key, mariasProperty, f.Debts)
	if err == nil && refusal == store.NotRefused {
		code, refusal, err = c.pix.ChargeStatement(c.t.Context(), key, f, s)
	}
	if err != nil {
		c.t.Error(err)
	}
	return code, refusal
}

// A debt has one code at a time: the same choice has the same one, another choice
// takes its place, and what was removed stays so.
func TestPixSelections(t *testing.T) {
	c := atBank(t, slog.New(slog.DiscardHandler))
	b := c.bills(mariasProperty)[2]

	codes := make([]store.PixCode, 50)
	var asking sync.WaitGroup
	for i := range codes {
		asking.Go(func() {
			f := form(mariasProperty)
			f.Bill = b
			var refusal store.Refusal
			var err error
			if codes[i], refusal, err = c.pix.Charge(t.Context(), fmt.Sprintf("telegram:%d/0", i), f); refusal != store.NotRefused || err != nil {
				t.Error(refusal, err)
			}
		})
	}
	asking.Wait()
	if all := slices.Compact(codes); len(all) != 1 || len(c.charges(mariasProperty)) != 1 {
		t.Fatalf("%d codes of %d charges", len(all), len(c.charges(mariasProperty)))
	}
	first := c.of(mariasProperty, codes[0])
	if b.Due.Before(store.DateOf(time.Now())) != strings.HasPrefix(first.Ref, "cob/") {
		t.Errorf("a bill due on %s is %s", b.Due, first.Ref)
	}

	if last := b.Due.Add(pixDays); !b.Due.Before(store.DateOf(time.Now())) && codes[0].Until != last {
		t.Errorf("a bill due on %s has a code until %s", b.Due, codes[0].Until)
	}

	all, refusal := c.statement()
	whole := c.of(mariasProperty, all)
	if again, _ := c.statement(); refusal != store.NotRefused || again != all || !strings.HasPrefix(whole.Ref, "cob/") {
		t.Errorf("the same choice gives another code, or is no cob: %d, %s", refusal, whole.Ref)
	}
	c.await(first.ID, store.ChargeCancelled)
	if s := c.status(first); s != bank.Removed {
		t.Errorf("the code of a bill can be paid beside that of all: %s", s)
	}

	c.bank.SetOut(true)
	if again, refusal := c.statement(); again != all || refusal != store.NotRefused {
		t.Errorf("what is there needs no bank: %d", refusal)
	}
	if code, refusal := c.ask(mariasProperty, b); refusal != store.BankAway || code.Code != "" {
		t.Errorf("without the bank: %q, %d", code.Code, refusal)
	}
	c.await(whole.ID, store.ChargeOpen)
	c.bank.SetOut(false)

	code, _ := c.ask(mariasProperty, b)
	second := c.of(mariasProperty, code)
	if second.ID == first.ID || c.status(first) != bank.Removed || c.status(whole) != bank.Removed {
		t.Errorf("%s came back, or %s stays", first.ID, whole.ID)
	}

	c.pay(second) // nobody has told us yet
	if _, refusal := c.statement(); refusal != store.DebtsChanged {
		t.Errorf("all is charged once more: %d", refusal)
	}
	c.await(second.ID, store.ChargePaid)

	c.bank.SetNow(time.Now())
	late := c.bank.Transfer(whole.ID, whole.Total) // in an app that had the code open
	if err := c.pix.readBack(t.Context(), late.ID); err != nil {
		t.Fatal(err)
	}
	if h := c.await(whole.ID, store.ChargePaid); !h.Marks.Late || !h.Marks.Double {
		t.Errorf("a payment of a removed code is marked %q", h.Marks)
	}
}

// However many ask for overlapping choices at once, one code at most can be paid,
// and whoever got one got a code of the bank.
func TestPixInParallel(t *testing.T) {
	c := atBank(t, slog.New(slog.DiscardHandler))
	bills := c.bills(mariasProperty)
	var asking sync.WaitGroup
	for i := range 24 {
		asking.Go(func() {
			key := fmt.Sprintf("telegram:%d/0", i)
			if i%2 == 0 {
				c.statementOf(key)
				return
			}
			f := form(mariasProperty)
			f.Bill = bills[0]
			if _, _, err := c.pix.Charge(t.Context(), key, f); err != nil {
				t.Error(err)
			}
		})
	}
	asking.Wait()
	open, payable := 0, 0
	for _, h := range c.charges(mariasProperty) {
		if h.State == store.ChargeOpen {
			open++
		}
		if found, ok, err := c.pix.find(t.Context(), h); err != nil {
			t.Error(err)
		} else if ok && found.Status == bank.Active {
			payable++
			if h.State != store.ChargeOpen {
				t.Errorf("a charge that is %s can be paid", h.State)
			}
		}
	}
	if open != 1 || payable != 1 {
		t.Errorf("%d charges are open, %d can be paid", open, payable)
	}
}

// What is being paid by card has no code.
func TestPixOfWhatIsHeld(t *testing.T) {
	c := atBank(t, slog.New(slog.DiscardHandler))
	owed, err := c.db.Debts(t.Context(), mariasProperty)
	if err != nil {
		t.Fatal(err)
	}
	f := form(mariasProperty)
	f.Provider, f.Debts = "Cartão Fácil", owed.List[:1]
	h, refusal, err := c.db.OfferCharge(t.Context(), "telegram:1/card", f)
	if err != nil || refusal != store.NotRefused {
		t.Fatal(refusal, err)
	}
	bills := c.bills(mariasProperty)
	if _, _, err := c.db.OpenCharge(t.Context(), h.ID, f.At); err != nil {
		t.Fatal(err)
	}
	held := slices.IndexFunc(bills, func(b store.Bill) bool { return b.ID == owed.List[0].ID })
	if code, refusal := c.ask(mariasProperty, bills[held]); refusal != store.DebtsHeld || code.Code != "" {
		t.Errorf("held by card: %q, %d", code.Code, refusal)
	}
}

// A process may die between any two steps; whoever comes next goes on.
func TestPixGoesOn(t *testing.T) {
	c := atBank(t, slog.New(slog.DiscardHandler))
	ctx := t.Context()
	begin := func(i int) store.Charge {
		t.Helper()
		f := form(mariasProperty)
		f.Provider, f.Bill = store.ByPix, c.bills(mariasProperty)[i]
		h, refusal, err := c.db.OfferCharge(ctx, fmt.Sprintf("telegram:1/begin/%d", i), f)
		if err != nil || refusal != store.NotRefused {
			t.Fatal(refusal, err)
		}
		o, _, err := c.db.OpenCharge(ctx, h.ID, f.At)
		if err != nil || o.Charge.State != store.ChargeOpen {
			t.Fatal(o, err)
		}
		return o.Charge
	}
	put := func(h store.Charge) bank.Charge {
		t.Helper()
		order, err := c.pix.order(ctx, h, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		made, err := c.pix.bank.Put(ctx, order)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	sweep := func() {
		t.Helper()
		if err := c.pix.sweep(ctx); err != nil {
			t.Fatal(err)
		}
	}
	opened := begin(0)
	code, refusal := c.ask(mariasProperty, c.bills(mariasProperty)[0])
	if refusal != store.NotRefused || c.of(mariasProperty, code).ID != opened.ID {
		t.Errorf("opened and no more: %d", refusal)
	}

	made := begin(1)
	put(made)
	sweep()
	if h := c.await(made.ID, store.ChargeOpen); h.Address == "" {
		t.Error("the bank has a code that we do not have")
	}

	closed := begin(2)
	put(closed)
	if _, _, err := c.db.CancelCharge(ctx, closed.ID, time.Now()); err != nil {
		t.Fatal(err)
	}
	sweep()
	if s := c.status(closed); s != bank.Removed {
		t.Errorf("cancelled here and %s at the bank", s)
	}

	found, _, err := c.pix.find(ctx, made)
	if err == nil {
		_, err = c.pix.settle(ctx, made, found, made.Expires)
	}
	if s := c.status(made); err != nil || s != bank.Removed {
		t.Errorf("expired here and %s at the bank, %v", s, err)
	}
}
