package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/jackc/pgx/v5"

	"lojavirtual/store"
	"lojavirtual/store/card"
	"lojavirtual/store/card/cardtest"
	"lojavirtual/store/card/democard"
)

// A till is a loja whose operator has card companies.
type till struct {
	*loja
	t     *testing.T
	pages http.Handler
	companies
}

// companies are one of each kind, on loopback.
type companies struct {
	mercadopago *cardtest.MercadoPago
	cielo       *cardtest.Cielo
	demo        *httptest.Server
	demoKey     []byte
}

// afar is where nobody reaches us; Mercado Pago wants it to be https.
const afar = "https://loja.example"

// atTill opens a loja with the demo people and three companies, whose
// notifications come in only if it is not afar.
func atTill(t *testing.T, public string) *till {
	t.Helper()
	w := &till{t: t, companies: companies{
		mercadopago: cardtest.NewMercadoPago(t), cielo: cardtest.NewCielo(t), demoKey: bytes.Repeat([]byte("k"), 32),
	}}
	var company *democard.Company
	w.demo = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { company.ServeHTTP(rw, r) }))
	t.Cleanup(w.demo.Close)
	company = democard.New(w.demo.URL, w.demoKey)
	if public == "" {
		here := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.pages.ServeHTTP(rw, r) }))
		t.Cleanup(here.Close)
		public = here.URL
	}
	log := slog.New(slog.DiscardHandler)
	file := func(name string, content []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cfg := configured(t, log, "LOJA_PUBLIC_URL="+public)
	cfg.cards = []store.CardCompany{
		{ID: "mp", Name: "Mercado Pago", Costs: "juros no parcelamento", Kind: store.MercadoPago, Address: w.mercadopago.Address, TokenFile: file("token", []byte(w.mercadopago.Token)), SecretFile: file("secret", w.mercadopago.Secret)},
		{ID: "cielo", Name: "Cielo", Costs: "juros no parcelamento", Kind: store.Cielo, Address: w.cielo.Address, ClientID: w.cielo.ID, SecretFile: file("cielo", []byte(w.cielo.Secret))},
		{ID: "demo", Name: "Empresa de demonstração", Costs: "3% sobre o valor", Kind: store.SignedCard, Address: w.demo.URL, SecretFile: file("demo", w.demoKey)},
	}
	l, err := open(t.Context(), cfg, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	w.loja, w.pages = l, l.publicPages()
	return w
}

// hear lets webhooks be read back until the test ends.
func (w *till) hear() {
	ctx, stop := context.WithCancel(w.t.Context())
	var hearing sync.WaitGroup
	for range newsReaders {
		hearing.Go(func() { w.cards.believe(ctx) })
	}
	w.t.Cleanup(func() { stop(); hearing.Wait() })
}

// debts are the bills of a property that can be chosen.
func (w *till) debts(property int64) []store.Debt {
	w.t.Helper()
	owed, err := w.db.Debts(w.t.Context(), property)
	if err != nil {
		w.t.Fatal(err)
	}
	return slices.DeleteFunc(owed.List, func(d store.Debt) bool { return d.Kind != store.OwnBill || !d.Selectable() })
}

var offers int

// offer offers what a property owes at a company.
func (w *till) offer(company string, property int64, debts ...store.Debt) store.CardLink {
	w.t.Helper()
	offers++
	l, refusal, err := w.cards.Offer(w.t.Context(), fmt.Sprintf("telegram:1/%d", offers), store.ChargeForm{
		Session: "telegram:1", Property: property, Provider: company, Debts: debts, At: time.Now(),
	})
	if err != nil || refusal != store.NotRefused {
		w.t.Fatal(refusal, err)
	}
	return l
}

// get opens a page; press presses its button.
func (w *till) get(address string) (int, string)   { return w.fetch(http.MethodGet, address) }
func (w *till) press(address string) (int, string) { return w.fetch(http.MethodPost, address) }

func (w *till) fetch(method, address string) (int, string) {
	w.t.Helper()
	r := httptest.NewRequest(method, address, nil)
	rw := httptest.NewRecorder()
	w.pages.ServeHTTP(rw, r)
	return rw.Code, rw.Body.String()
}

// goTo goes to the company, and returns the charge as it then is.
func (w *till) goTo(l store.CardLink) store.Charge {
	w.t.Helper()
	status, page := w.press(l.Address)
	c := w.charge(l.Charge.ID)
	if status != http.StatusOK || c.State != store.ChargeOpen || c.Address == "" || !strings.Contains(page, `content="0;url=`+c.Address) {
		w.t.Fatalf("%d, %s, %q: %s", status, c.State, c.Address, page)
	}
	return c
}

func (w *till) charge(id string) store.Charge {
	w.t.Helper()
	c, ok, err := w.db.Charge(w.t.Context(), id)
	if err != nil || !ok {
		w.t.Fatal("no charge", err)
	}
	return c
}

// await waits until a charge is where it should be.
func (w *till) await(id string, want store.ChargeState) store.Charge {
	w.t.Helper()
	var c store.Charge
	w.until(fmt.Sprintf("charge %s is %s", id, want), func() bool { c = w.charge(id); return c.State == want })
	return c
}

// until waits for something to be so.
func (w *till) until(what string, so func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(time.Minute); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Fatalf("it never comes that %s", what)
		}
	}
}

// expire lets the time of a charge be over.
func (w *till) expire(id string) { w.expired(id, time.Second) }

// expired lets it be over for so long.
func (w *till) expired(id string, since time.Duration) {
	w.t.Helper()
	w.write(`UPDATE loja.charge SET expires_at = $2::timestamptz WHERE id = $1::text`, id, time.Now().Add(-since))
}

// write changes what our tables have.
func (w *till) write(query string, args ...any) {
	w.t.Helper()
	conn, err := pgx.Connect(w.t.Context(), w.DatabaseURL)
	if err != nil {
		w.t.Fatal(err)
	}
	defer conn.Close(w.t.Context()) //nolint:errcheck // nothing is left to do about it
	if _, err := conn.Exec(w.t.Context(), query, args...); err != nil {
		w.t.Fatal(err)
	}
}

// do does a job.
func (w *till) do(job func(context.Context) error) {
	w.t.Helper()
	if err := job(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// choose presses one of the buttons of the demo company's page, which then tells
// us of it.
func (w *till) choose(c store.Charge, choice string) {
	w.t.Helper()
	answer, err := http.PostForm(c.Address, url.Values{"escolha": {choice}})
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // nothing of it is needed
	if answer.StatusCode != http.StatusOK {
		w.t.Fatal(answer.Status)
	}
}

// tell posts a notification that a company made.
func (w *till) tell(company string, r *http.Request, body []byte) int {
	r.URL.Path = cmp.Or(w.cards.paths[company], cardWebhook+company)
	r.Body = io.NopCloser(bytes.NewReader(body))
	rw := httptest.NewRecorder()
	w.pages.ServeHTTP(rw, r)
	return rw.Code
}

// Whoever follows a link sees what it is for, and goes to the company; what
// became of it shows in the list, on the page and in the conversation.
func TestCardPages(t *testing.T) {
	w := atTill(t, "")
	w.hear()
	debts := w.debts(mariasProperty)
	link := w.offer("demo", mariasProperty, debts[:2]...)
	if again := w.offer("demo", mariasProperty, debts[1], debts[0]); again.Address != link.Address {
		t.Error("the same choice has another link")
	}
	status, page := w.get(link.Address)
	for _, has := range []string{"Pagar com cartão", "Conta de " + debts[0].Month.String(), link.Charge.Total.String(), "3% sobre o valor", w.operator.LegalName, "Ir para Empresa de demonstração", "<button>"} {
		if !strings.Contains(page, has) {
			t.Errorf("%d: the page does not say %q", status, has)
		}
	}
	for _, hides := range []string{"104372", "MARIA", "70000010111", "<script", "telegram"} {
		if strings.Contains(page, hides) {
			t.Errorf("the page says %q", hides)
		}
	}
	if owed := w.debts(mariasProperty); len(owed) != len(debts) {
		t.Error("looking at the page holds the bills")
	}

	c := w.goTo(link)
	if owed := w.debts(mariasProperty); len(owed) != len(debts)-2 {
		t.Errorf("%d of %d bills can be chosen while two are being paid", len(owed), len(debts))
	}
	if again := w.goTo(link); again.Address != c.Address {
		t.Error("who comes again gets another page of the company")
	}
	if _, page := w.get(link.Address); !strings.Contains(page, "Pagamento em andamento") {
		t.Error("the page does not say that it is underway")
	}
	if _, page := w.get(link.Address + "/back"); !strings.Contains(page, `content="3;url=?n=1"`) || !strings.Contains(page, "Conferindo") {
		t.Error("who comes back early is not told to wait")
	}
	if _, page := w.get(link.Address + "/back?n=20"); strings.Contains(page, `http-equiv="refresh"`) || strings.Contains(page, "sozinha") {
		t.Error("the page looks again for ever, or says so")
	}

	w.choose(c, "recusar") // there they may try another card
	if w.choose(c, "pagar"); w.await(c.ID, store.ChargePaid).Received != c.Total {
		t.Error("not all is here")
	}
	for _, address := range []string{link.Address, link.Address + "/back"} {
		if _, page := w.get(address); !strings.Contains(page, "✔ Pagamento confirmado") || strings.Contains(page, "<form") || strings.Contains(page, "refresh") {
			t.Error("the page does not say that it is paid: " + page)
		}
	}
	if _, page := w.press(link.Address); !strings.Contains(page, "Pagamento confirmado") {
		t.Error("the button opens it once more")
	}
	if _, page := w.get(link.Address + "A"); !strings.Contains(page, "não é nosso") {
		t.Error("a changed link is ours")
	}

	w.until("too many look at once", func() bool {
		for range 200 { // of nothing, so that it is quick
			w.get("/pay/x")
		}
		status, page := w.get(link.Address + "/back?n=4")
		return status == http.StatusTooManyRequests && strings.Contains(page, `content="10;url=?n=5"`)
	})
}

// The button works where a browser says only by the Origin where a form comes
// from, as old ones do, and all do over http; a page of somebody else's opens
// nothing, and who ends there is told so in our words.
func TestCardButton(t *testing.T) {
	browser := program(t, "chromium")
	w := atTill(t, "")
	w.hear()
	debts := w.debts(mariasProperty)
	link := w.offer("demo", mariasProperty, debts[0])
	p := openPage(t, browser, strings.Replace(link.Address, "127.0.0.1", "loja.localtest.example", 1),
		chromedp.Flag("host-resolver-rules", "MAP loja.localtest.example 127.0.0.1"))
	p.until("our page", `document.querySelector("form button")`)
	if err := chromedp.Do(p.ctx, chromedp.EmulateViewport(320, 568)); err != nil {
		t.Fatal(err)
	}
	p.until("the page of a small phone", `innerWidth === 320`)
	if wide := evaluate[int](p, `document.documentElement.scrollWidth`); wide > 320 {
		t.Errorf("on a small phone the amounts are cut off: the page is %d pixels wide", wide)
	}
	if err := chromedp.Do(p.ctx, chromedp.Click(chromedp.CSS("form button"))); err != nil {
		t.Fatal(err)
	}
	p.until("the company's page", `document.querySelector("[name=escolha]")`)
	if w.charge(link.Charge.ID).State != store.ChargeOpen {
		t.Error("it is not open")
	}

	other := w.offer("demo", mariasProperty, debts[1])
	r := httptest.NewRequest(http.MethodPost, other.Address, nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	rw := httptest.NewRecorder()
	w.pages.ServeHTTP(rw, r)
	if rw.Code != http.StatusForbidden || !strings.Contains(rw.Body.String(), "Abra o link que está na conversa") || w.charge(other.Charge.ID).State != store.ChargeOffered {
		t.Error("somebody else's page presses our button:", rw.Code, rw.Body)
	}
}

// What ends without money frees the bills: a refusal once the person is back, or
// has had time for another card; a cancelled payment, and one of which nothing was
// heard in time.
func TestCardEnds(t *testing.T) {
	w := atTill(t, "")
	w.hear()
	all := len(w.debts(mariasProperty))
	free := func(how string) {
		t.Helper()
		if n := len(w.debts(mariasProperty)); n != all {
			t.Errorf("%s: %d of %d bills can be chosen", how, n, all)
		}
	}
	for _, end := range []struct {
		choice string
		state  store.ChargeState
		says   string
	}{{"recusar", store.ChargeRefused, "recusou"}, {"desistir", store.ChargeCancelled, "cancelado"}} {
		link := w.offer("demo", mariasProperty, w.debts(mariasProperty)...)
		c := w.goTo(link)
		w.choose(c, end.choice)
		time.Sleep(50 * time.Millisecond) // its notification ends nothing
		if w.charge(c.ID).State != store.ChargeOpen {
			t.Error("it ended while the person may try again")
		}
		w.get(link.Address + "/back")
		w.await(c.ID, end.state)
		free(end.choice)
		if _, page := w.get(link.Address); !strings.Contains(page, end.says) {
			t.Error("the page does not say so")
		}
		if w.choose(c, "pagar"); w.charge(c.ID).State != end.state {
			t.Error("it was paid on a page that was closed")
		}
	}
}

// The jobs end what nobody came back from, and find what was never told.
func TestCardJobs(t *testing.T) {
	w := atTill(t, afar)
	all := len(w.debts(mariasProperty))
	// They went away: the job finds the refusal when there was time for another card.
	c := w.goTo(w.offer("mp", mariasProperty, w.debts(mariasProperty)...))
	w.mercadopago.Pay(c.ID, "rejected", time.Now().Add(-secondCard/2))
	w.do(w.cards.catchUp)
	if w.charge(c.ID).State != store.ChargeOpen {
		t.Error("there was no time for another card")
	}
	w.mercadopago.Pay(c.ID, "rejected", time.Now().Add(-secondCard))
	w.do(w.cards.catchUp)
	if w.charge(c.ID).State != store.ChargeOpen {
		t.Error("an older refusal counts more than the last")
	}

	// Nothing in time.
	w.expire(c.ID)
	if _, page := w.get(w.cards.link(c).Address + "/back"); strings.Contains(page, "pode continuar") || strings.Contains(page, "<form") {
		t.Error("who comes back too late may go on", page)
	}
	w.mercadopago.Fail(cardtest.Down)
	if err := w.cards.catchUp(t.Context()); err == nil || w.charge(c.ID).State != store.ChargeOpen {
		t.Error("it expired unasked", err)
	}
	w.do(w.cards.catchUp)
	if w.await(c.ID, store.ChargeExpired); !w.mercadopago.Closed(c.ID, time.Now()) {
		t.Error("the company's page is still open")
	}
	if n := len(w.debts(mariasProperty)); n != all {
		t.Errorf("%d of %d bills can be chosen", n, all)
	}

	// The company had it all the same, later.
	w.expired(c.ID, looks[0])
	w.mercadopago.Pay(c.ID, "approved", time.Now())
	w.do(w.cards.sweep)
	if late := w.await(c.ID, store.ChargePaid); !late.Marks.Late || late.Protocol == "" {
		t.Errorf("paid late: %+v, %q", late.Marks, late.Protocol)
	}
}

// Of charges that ended without money the company is asked less and less often,
// and of what came all the same it is heard with the next question.
func TestCardSweep(t *testing.T) {
	w := atTill(t, afar)
	c := w.goTo(w.offer("mp", mariasProperty, w.debts(mariasProperty)...))
	w.expire(c.ID)
	w.do(w.cards.catchUp)
	w.await(c.ID, store.ChargeExpired)
	before := w.mercadopago.Calls()
	hours := func(n int) {
		t.Helper()
		for range n {
			w.write(`UPDATE loja.charge SET expires_at = expires_at - interval '1 hour', asked_at = asked_at - interval '1 hour'`)
			w.do(w.cards.sweep)
			w.do(w.cards.sweep) // another process
		}
	}
	hours(20)
	if calls := w.mercadopago.Calls() - before; calls != 3*2 { // after 1, 3 and 12 hours its page is closed, and its payments read
		t.Errorf("in 20 hours the company was asked %d times", calls)
	}
	w.mercadopago.Fail(cardtest.Down)
	w.write(`UPDATE loja.charge SET expires_at = expires_at - interval '4 hours', asked_at = asked_at - interval '4 hours'`)
	if err := w.cards.sweep(t.Context()); err == nil {
		t.Error("nobody is told that the company is away")
	}
	before = w.mercadopago.Calls()
	hours(80)
	if calls := w.mercadopago.Calls() - before; calls != 2*2 { // the one that failed, and after 3 days
		t.Errorf("in 80 more hours it was asked %d times", calls)
	}

	late := w.goTo(w.offer("mp", mariasProperty, w.debts(mariasProperty)...))
	w.expire(late.ID)
	w.do(w.cards.catchUp)
	w.mercadopago.Pay(late.ID, "approved", time.Now())
	if hours(1); w.charge(late.ID).State != store.ChargePaid {
		t.Error("what was paid is not found an hour later")
	}
}

// A company that does not answer keeps no other from being asked.
func TestCardSideBySide(t *testing.T) {
	w := atTill(t, afar)
	debts := w.debts(mariasProperty)
	prompt := w.goTo(w.offer("mp", mariasProperty, debts[0]))
	w.goTo(w.offer("demo", mariasProperty, debts[1])) // the newest is asked first
	w.mercadopago.Pay(prompt.ID, "approved", time.Now())
	before := w.mercadopago.Calls()
	company, freed := w.demo.Config.Handler, false
	w.demo.Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if freed = w.mercadopago.Calls() > before; freed {
				company.ServeHTTP(rw, r)
				return
			}
			time.Sleep(time.Millisecond)
		}
	})
	if err := w.cards.catchUp(t.Context()); err != nil || !freed {
		t.Errorf("the other waits, %v", err)
	}
	w.await(prompt.ID, store.ChargePaid)
}

// Those who press at once, while the company is at it, share what it says.
func TestCardCheckoutIsShared(t *testing.T) {
	w := atTill(t, afar)
	link := w.offer("demo", mariasProperty, w.debts(mariasProperty)...)
	const people = 50
	var calls, here atomic.Int32
	w.demo.Config.Handler = http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		for here.Load() < people {
			time.Sleep(time.Millisecond)
		}
		rw.WriteHeader(http.StatusInternalServerError)
	})
	if o, _, err := w.db.OpenCharge(t.Context(), link.Charge.ID, time.Now()); err != nil || o.Charge.State != store.ChargeOpen {
		t.Fatal(o.Charge.State, err)
	}
	var pressing sync.WaitGroup
	for range people {
		pressing.Go(func() {
			here.Add(1)
			if _, refusal, err := w.cards.checkOut(t.Context(), link.Charge.ID, time.Now()); refusal != store.CompanyAway || err != nil {
				t.Error(refusal, err)
			}
		})
	}
	pressing.Wait()
	if n := calls.Load(); n > people/5 { // who came just after it may have asked again
		t.Errorf("the company was asked %d times by %d people", n, people)
	}
}

// Only who knows the address that Cielo was given makes us ask Cielo, and however
// much comes, what is new gets through.
func TestCardFlood(t *testing.T) {
	w := atTill(t, afar)
	path := w.cards.paths["cielo"]
	for _, address := range []string{cardWebhook + "cielo", cardWebhook + "cielo/", path + "A", path[:len(path)-1], strings.Replace(path, "cielo", "mp", 1), cardWebhook + "mp/x"} {
		r, body := w.cielo.Notify("ref", "payment", "2")
		r.URL.Path, r.Body = address, io.NopCloser(bytes.NewReader(body))
		rw := httptest.NewRecorder()
		if w.pages.ServeHTTP(rw, r); rw.Code != http.StatusNotFound || len(w.cards.hints) > 0 {
			t.Errorf("%s is answered %d", address, rw.Code)
		}
	}
	for n := range 3 * newsWaiting {
		if !w.cards.mayAsk(fmt.Sprint(n)) {
			t.Fatalf("number %d does not get through", n)
		}
	}
	if kept := len(w.cards.asked) + len(w.cards.past); kept > 2*newsWaiting {
		t.Errorf("%d are kept", kept)
	}
	w.cards.turned = time.Time{}
	if !w.cards.mayAsk("a") || w.cards.mayAsk("a") {
		t.Error("the same may be asked for again at once, or never")
	}
	w.cards.turned = time.Time{}
	if w.cards.mayAsk("b"); w.cards.mayAsk("a") {
		t.Error("what was asked for just before is forgotten")
	}
	for n := range newsWaiting + 1 {
		r, body := w.cielo.Notify(fmt.Sprint("ref-", n), fmt.Sprint("payment-", n), "2")
		if status := w.tell("cielo", r, body); (status == http.StatusServiceUnavailable) != (n == newsWaiting) {
			t.Fatalf("number %d is answered %d", n, status)
		}
	}
}

// Nothing is held for ever: not for a company that closes no page or tells nothing
// of a charge, nor does one charge keep the others, nor for a company that is the
// operator's no more.
func TestCardHoldsEnd(t *testing.T) {
	w := atTill(t, afar)
	debts := w.debts(mariasProperty)
	open := func(company string, debt store.Debt) store.Charge {
		t.Helper()
		c := w.goTo(w.offer(company, mariasProperty, debt))
		w.expire(c.ID)
		return c
	}
	is := func(c store.Charge, want store.ChargeState, why string) {
		t.Helper()
		if got := w.charge(c.ID).State; got != want {
			t.Errorf("%s: it is %s", why, got)
		}
	}
	unknown, unclosed, simple := open("mp", debts[0]), open("mp", debts[1]), open("mp", debts[2])
	w.mercadopago.Pay(unknown.ID, "never_heard_of", time.Now())
	w.write(`UPDATE loja.charge SET ref = 'another' WHERE id = $1::text`, unclosed.ID)
	if err := w.cards.catchUp(t.Context()); err == nil || !strings.Contains(err.Error(), unknown.ID) || !strings.Contains(err.Error(), unclosed.ID) {
		t.Error("nobody is told of what went wrong", err)
	}
	is(simple, store.ChargeExpired, "it is kept by others")
	is(unclosed, store.ChargeExpired, "nothing was paid, and the company's page ends by itself")
	is(unknown, store.ChargeOpen, "it may be paid for all we know")
	w.expired(unknown.ID, unheardTime)
	if err := w.cards.catchUp(t.Context()); err == nil {
		t.Error("nobody is told of what is wrong still")
	}
	is(unknown, store.ChargeExpired, "it is held for ever")

	away := open("cielo", debts[0])
	w.expired(away.ID, unheardTime)
	w.cielo.Fail(cardtest.Down)
	if err := w.cards.catchUp(t.Context()); err == nil {
		t.Error("nobody is told that the company is away")
	}
	is(away, store.ChargeExpired, "it is held for a company that is away for good")

	left := open("demo", debts[1])
	w.cards = nil
	for _, j := range w.cardJobs() {
		w.do(j.do)
	}
	is(left, store.ChargeExpired, "it is held for a company that is the operator's no more")
}

// However often a company tells of a payment, it is recorded once; what was never
// told is found, and what the company did not sign is not believed.
func TestCardNews(t *testing.T) {
	w := atTill(t, afar)
	w.hear()
	debts := w.debts(mariasProperty)
	paid := func(id string) {
		t.Helper()
		if c := w.await(id, store.ChargePaid); c.Received != c.Total || c.Marks != (store.ChargeMarks{}) {
			t.Errorf("received %s of %s, marks %q", c.Received, c.Total, c.Marks)
		}
	}

	c := w.goTo(w.offer("mp", mariasProperty, debts[0]))
	payment := w.mercadopago.Pay(c.ID, "approved", time.Now())
	forged := 0
	for _, header := range []string{"X-Signature", "X-Request-Id"} {
		r, _ := w.mercadopago.Notify(payment, w.mercadopago.Secret, time.Now())
		for i := range len(r.Header.Get(header)) {
			r, body := w.mercadopago.Notify(payment, w.mercadopago.Secret, time.Now())
			changed := []byte(r.Header.Get(header))
			changed[i] ^= 1
			r.Header.Set(header, string(changed))
			if w.tell("mp", r, body) == http.StatusUnauthorized {
				forged++
			} else {
				t.Errorf("%s with byte %d changed is believed: %q", header, i, changed)
			}
		}
	}
	r, body := w.mercadopago.Notify(payment, []byte("another secret"), time.Now())
	if w.tell("mp", r, body) != http.StatusUnauthorized || forged < 80 {
		t.Error("a forged notification is believed", forged)
	}
	r, body = w.mercadopago.Notify(payment, w.mercadopago.Secret, time.Now().Add(-6*time.Minute))
	if w.tell("mp", r, body) != http.StatusUnauthorized {
		t.Error("an old notification is believed")
	}
	if len(w.cards.hints) > 0 || w.charge(c.ID).State != store.ChargeOpen {
		t.Fatal("a forged notification was looked at")
	}
	var telling sync.WaitGroup
	for range 100 {
		telling.Go(func() {
			if r, body := w.mercadopago.Notify(payment, w.mercadopago.Secret, time.Now()); w.tell("mp", r, body) != http.StatusOK {
				t.Error("a genuine one is refused")
			}
		})
	}
	telling.Wait()
	paid(c.ID)

	// Paid once more: staff get a request, and the customer an honest word.
	again := w.mercadopago.Pay(c.ID, "approved", time.Now())
	r, body = w.mercadopago.Notify(again, w.mercadopago.Secret, time.Now())
	w.tell("mp", r, body)
	w.until("it is paid twice", func() bool { c = w.charge(c.ID); return c.Marks.Double })
	if c.Protocol == "" || c.Received != 2*c.Total {
		t.Errorf("paid twice: %+v", c)
	}

	// Cielo signs nothing: whoever tells only makes us look.
	c = w.goTo(w.offer("cielo", mariasProperty, debts[1]))
	r, body = w.cielo.Notify(c.Ref, "b74df3e3c1ac49ccb7ad000000000000", "2")
	if w.tell("cielo", r, body) != http.StatusOK || w.charge(c.ID).State != store.ChargeOpen {
		t.Error("a payment that Cielo does not have is believed")
	}
	payment = w.cielo.Pay(c.Ref, "Paid", time.Now())
	before := w.cielo.Calls()
	for range 100 {
		r, body = w.cielo.Notify(c.Ref, payment, "2")
		w.tell("cielo", r, body)
	}
	w.do(w.cards.catchUp) // if the first was looked at too early
	paid(c.ID)
	if asked := w.cielo.Calls() - before; asked > 10 {
		t.Errorf("Cielo was asked %d times for 100 notifications", asked)
	}

	// The signed protocol: each byte of the signature and of the body.
	c = w.goTo(w.offer("demo", mariasProperty, debts[2]))
	notice := []byte(`{"event":"1-paid","order":"` + c.ID + `","payment":"1"}`)
	signature := card.Sign(w.demoKey, time.Now(), card.NotificationPurpose, notice)
	post := func(signature string, body []byte) int {
		r := httptest.NewRequest(http.MethodPost, cardWebhook+"demo", nil)
		r.Header.Set(card.SignatureHeader, signature)
		return w.tell("demo", r, body)
	}
	for i := range signature {
		changed := []byte(signature)
		changed[i] ^= 1
		if post(string(changed), notice) != http.StatusUnauthorized {
			t.Errorf("a signature with byte %d changed is believed", i)
		}
	}
	for i := range notice {
		changed := bytes.Clone(notice)
		changed[i] ^= 1
		if post(signature, changed) != http.StatusUnauthorized {
			t.Errorf("a body with byte %d changed is believed", i)
		}
	}
	if post(signature, notice) != http.StatusOK {
		t.Error("a genuine one is refused")
	}
	if w.get(w.PublicURL + cardWebhook + "demo"); w.charge(c.ID).State != store.ChargeOpen {
		t.Error("a payment that the company does not have is believed")
	}
	if status := w.tell("nobody", httptest.NewRequest(http.MethodPost, "/", nil), notice); status != http.StatusNotFound {
		t.Error("an unknown company is answered", status)
	}
	w.choose(c, "pagar") // and its notification is lost
	w.do(w.cards.catchUp)
	paid(c.ID)
	if n := len(w.debts(mariasProperty)); n != 0 {
		t.Errorf("%d bills can still be chosen", n)
	}
}

// Of a payment a part goes back, and later more: staff and the customer know how
// much is left, and the comparison with the company finds nothing else.
func TestCardPartlyRefunded(t *testing.T) {
	w := atTill(t, afar)
	w.hear()
	c := w.goTo(w.offer("mp", mariasProperty, w.debts(mariasProperty)[0]))
	payment := w.mercadopago.Pay(c.ID, "approved", time.Now())
	for _, back := range []store.Money{0, 1000, 1500} {
		w.mercadopago.Set(payment, "approved", fmt.Sprintf("%d.%02d", back/100, back%100))
		for range 2 {
			r, body := w.mercadopago.Notify(payment, w.mercadopago.Secret, time.Now())
			w.tell("mp", r, body)
		}
		w.until(fmt.Sprintf("%s went back", back), func() bool { c = w.charge(c.ID); return c.PaidAt.IsZero() == (back > 0) && c.Received == c.Total-back })
		if (c.State == store.ChargePaid) != (back == 0) || c.Marks.Short != (back > 0) || (c.Protocol != "") != (back > 0) {
			t.Errorf("%s of %s went back: %+v", back, c.Total, c)
		}
	}
	now := time.Now()
	r, err := w.reconcile(t.Context(), now.Add(-reconciled), now)
	if err != nil || len(r.Differences) != 1 || r.Count(store.PaidShort) != 1 {
		t.Errorf("compared: %+v, %v", r, err)
	}
	if _, page := w.get(w.cards.link(c).Address); !strings.Contains(page, "devolvido em parte") || !strings.Contains(page, c.Received.String()) {
		t.Error("the page does not say so: " + page)
	}
}

// Many who press at once, and many confirmations at once, are one.
func TestCardAtOnce(t *testing.T) {
	w := atTill(t, afar)
	debts := w.debts(mariasProperty)
	var links [200]store.CardLink
	for i := range links {
		links[i] = w.offer([]string{"cielo", "mp", "demo"}[i%3], mariasProperty, debts...)
	}
	var pressing sync.WaitGroup
	for i := range links {
		pressing.Go(func() {
			r := httptest.NewRequest(http.MethodPost, links[i].Address, nil)
			r.RemoteAddr = fmt.Sprintf("10.0.0.%d:1", i) // who is many is many addresses
			w.pages.ServeHTTP(httptest.NewRecorder(), r)
		})
	}
	pressing.Wait()
	all, err := w.db.Charges(t.Context(), mariasProperty)
	if err != nil || len(all) != 1 || all[0].State != store.ChargeOpen || all[0].Address == "" {
		t.Fatalf("%d charges were opened: %+v, %v", len(all), all, err)
	}
	c := all[0]
	if made := w.cielo.Links() + w.mercadopago.Preferences(); c.Provider != "demo" && made != 1 || c.Provider == "demo" && made != 0 {
		t.Errorf("the companies made %d pages, for a charge at %s", made, c.Provider)
	}
	payments := []card.Payment{{ID: "1", Order: c.ID, Amount: c.Total, State: card.Paid, At: time.Now()}}
	var confirming sync.WaitGroup
	for range 1000 {
		confirming.Go(func() {
			if _, err := w.cards.record(t.Context(), c, payments, time.Now()); err != nil {
				t.Error(err)
			}
		})
	}
	confirming.Wait()
	if c = w.charge(c.ID); c.State != store.ChargePaid || c.Received != c.Total || c.Marks != (store.ChargeMarks{}) {
		t.Errorf("after 1,000 confirmations: %+v", c)
	}
}

// A company that is away costs nothing but time, and one that refuses us does not
// keep the bills.
func TestCardAway(t *testing.T) {
	w := atTill(t, afar)
	debts := w.debts(mariasProperty)
	link := w.offer("cielo", mariasProperty, debts...)
	for _, fault := range []cardtest.Fault{cardtest.Down, cardtest.Busy, cardtest.Silent, cardtest.Cut} {
		w.cielo.Forget()
		w.cielo.Fail(fault)
		if status, page := w.press(link.Address); status != http.StatusServiceUnavailable || !strings.Contains(page, "Nada foi cobrado") || !strings.Contains(page, "Tentar de novo") {
			t.Errorf("%d: %d, %s", fault, status, page)
		}
	}
	w.goTo(link)
	w.cielo.Fail(cardtest.Down)
	ctx := t.Context()
	if _, refusal, err := w.cards.Withdraw(ctx, "telegram:1", link.Charge.ID, time.Now()); refusal != store.CompanyAway || err != nil {
		t.Error("it is withdrawn from a company that is away", refusal, err)
	}
	if c, refusal, err := w.cards.Withdraw(ctx, "telegram:1", link.Charge.ID, time.Now()); c.State != store.ChargeCancelled || refusal != store.NotRefused || err != nil {
		t.Error("it is not withdrawn", c.State, refusal, err)
	}
	if untold, err := w.db.UntoldCharges(ctx); err != nil || len(untold) > 0 {
		t.Errorf("who withdrew is told of it once more: %+v, %v", untold, err)
	}

	c := w.goTo(w.offer("mp", mariasProperty, debts...))
	payment := w.mercadopago.Pay(c.ID, "in_process", time.Now())
	if _, refusal, err := w.cards.Withdraw(ctx, "telegram:1", c.ID, time.Now()); refusal != store.PaymentPending || err != nil || w.charge(c.ID).State != store.ChargeOpen {
		t.Error("a payment is withdrawn that may yet be taken", refusal, err)
	}
	w.mercadopago.Set(payment, "rejected", "0")
	if c, refusal, err := w.cards.Withdraw(ctx, "telegram:1", c.ID, time.Now()); c.State != store.ChargeCancelled || refusal != store.NotRefused || err != nil {
		t.Error("it is not withdrawn once refused", c.State, refusal, err)
	}

	w.mercadopago.Token = "another"
	status, page := w.press(w.offer("mp", mariasProperty, debts...).Address)
	if status != http.StatusServiceUnavailable || len(w.debts(mariasProperty)) != len(debts) {
		t.Error("the bills are kept for a company that refuses us")
	}
	if strings.Contains(page, "<form") || !strings.Contains(page, "outra forma de pagar") {
		t.Error("who cannot pay there is to try it again: " + page)
	}
}

// Nobody but we can make a link.
func TestCardLinks(t *testing.T) {
	w := atTill(t, afar)
	charge := w.offer("demo", mariasProperty, w.debts(mariasProperty)...).Charge.ID
	other := w.offer("mp", mariasProperty, w.debts(mariasProperty)...).Charge.ID
	token := w.cards.token(charge)
	if id, ok := w.cards.chargeOf(token); !ok || id != charge {
		t.Fatal("our own link is not ours")
	}
	random := rand.New(rand.NewPCG(5, 8))
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
	for n := range 100_000 {
		changed := []byte(token)
		switch i := random.IntN(len(changed)); n % 6 {
		case 0:
			changed[i] = letters[random.IntN(len(letters))]
		case 1:
			changed[i] ^= 1 << random.IntN(8)
		case 2:
			changed = changed[:i]
		case 3:
			changed = append(changed, letters[random.IntN(len(letters))])
		case 4:
			copy(changed, other) // the signature of another charge
		case 5:
			j := random.IntN(len(changed))
			changed[i], changed[j] = changed[j], changed[i]
		}
		if _, ok := w.cards.chargeOf(string(changed)); ok && string(changed) != token {
			t.Fatalf("%q is one of our links", changed)
		}
	}
}

// FuzzCardLink: of all that can stand in a link one thing is ours.
func FuzzCardLink(f *testing.F) {
	d := &cardDesk{key: bytes.Repeat([]byte("k"), 32)}
	const charge = "abcdefghijklmnopqrstuvwxyz"
	ours := d.token(charge)
	for _, seed := range []string{ours, charge, charge + ".", ours + ".", "." + ours, strings.ToUpper(ours), ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if id, ok := d.chargeOf(token); ok != (token == ours) || ok && id != charge {
			t.Errorf("%q: %t, %q", token, ok, id)
		}
	})
}
