package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/jackc/pgx/v5"

	"lojavirtual/bot/telegram/telegramtest"
	"lojavirtual/store"
	"lojavirtual/store/card"
	"lojavirtual/store/card/democard"
)

// tab is another page of the same browser.
func (p page) tab(t *testing.T) page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(p.ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 844)); err != nil {
		t.Fatal(err)
	}
	return page{t, ctx}
}

// A notice is a notification on its way.
type notice struct {
	signature string
	body      []byte
}

// An errand is people who pay by card: on Telegram, in a browser, at the demo's
// company.
type errand struct {
	*loja
	telegram *telegramtest.Server
	pages    http.Handler

	mu     sync.Mutex
	orders map[string]course
}

// A course is how it goes with an order at the company.
type course struct {
	lost    bool     // its notifications do not reach us
	slow    bool     // the company does not say yet what was paid
	twice   bool     // the company books each payment a second time
	notices []notice // that came, or were lost
}

func newErrand(t *testing.T) *errand {
	t.Helper()
	e := &errand{telegram: telegramtest.New(t), orders: map[string]course{}}
	key := bytes.Repeat([]byte("k"), 32)
	var company http.Handler
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { e.atCompany(company, w, r) }))
	t.Cleanup(there.Close)
	company = democard.New(there.URL, key)
	here := httptest.NewServer(http.HandlerFunc(e.front))
	t.Cleanup(here.Close)

	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, key, 0o600); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	cfg := configured(t, log, "LOJA_PUBLIC_URL="+here.URL, "LOJA_TELEGRAM_TOKEN="+telegramtest.Token, "LOJA_TELEGRAM_API_URL="+e.telegram.URL())
	cfg.cards = []store.CardCompany{{ID: "demo", Name: democard.Name, Costs: democard.Costs, Kind: store.SignedCard, Address: there.URL, SecretFile: file}}
	l, err := open(t.Context(), cfg, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	e.loja, e.pages = l, l.publicPages()
	ctx, stop := context.WithCancel(t.Context())
	started, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- l.run(ctx, func(string, string) { close(started) }) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	<-started
	return e
}

// front is our public listener, before which notifications are noted or lost.
func (e *errand) front(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, cardWebhook) {
		var about card.SignedNotice
		body, err := io.ReadAll(r.Body)
		if err != nil || json.Unmarshal(body, &about) != nil {
			http.Error(w, "no notification", http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		goes := e.course(about.Order, func(c *course) { c.notices = append(c.notices, notice{r.Header.Get(card.SignatureHeader), body}) })
		if goes.lost {
			http.Error(w, "lost", http.StatusBadGateway)
			return
		}
	}
	e.pages.ServeHTTP(w, r)
}

// atCompany is the company, which may err.
func (e *errand) atCompany(company http.Handler, w http.ResponseWriter, r *http.Request) {
	order, found := strings.CutPrefix(r.URL.Path, "/orders/")
	goes := e.course(order, func(*course) {})
	if !found || r.Method != http.MethodGet || !goes.slow && !goes.twice {
		company.ServeHTTP(w, r)
		return
	}
	answer := httptest.NewRecorder()
	company.ServeHTTP(answer, r)
	var known card.SignedPayments
	if err := json.Unmarshal(answer.Body.Bytes(), &known); err != nil || answer.Code != http.StatusOK {
		http.Error(w, "no order", answer.Code)
		return
	}
	if goes.slow {
		known.Payments = nil
	}
	for _, p := range slices.Clone(known.Payments) {
		p.ID += "-again"
		known.Payments = append(known.Payments, p)
	}
	_ = json.NewEncoder(w).Encode(known)
}

// course changes how it goes with an order, and returns it.
func (e *errand) course(order string, change func(*course)) course {
	e.mu.Lock()
	defer e.mu.Unlock()
	c := e.orders[order]
	change(&c)
	e.orders[order] = c
	return c
}

// post brings a notification and returns the status of the answer.
func (e *errand) post(n notice) int {
	r := httptest.NewRequest(http.MethodPost, cardWebhook+"demo", bytes.NewReader(n.body))
	r.Header.Set(card.SignatureHeader, n.signature)
	w := httptest.NewRecorder()
	e.pages.ServeHTTP(w, r)
	return w.Code
}

// A payer is somebody on Telegram, with a browser.
type payer struct {
	*errand
	*telegramtest.Chat
	t        *testing.T
	browser  page
	property int64
}

// person is one of the demo people, who has said who they are and is shown what
// they owe.
func (e *errand) person(t *testing.T, browser page, property int64, document string) payer {
	t.Helper()
	p := payer{e, e.telegram.Chat(property), t, browser.tab(t), property}
	p.says("negociar débitos", "Qual é a matrícula")
	p.says(fmt.Sprint(property), "CPF ou CNPJ")
	p.says(document, "tem em aberto hoje")
	return p
}

// says has them write, and waits for the words in what the bot writes then.
func (p payer) says(text, hears string) telegramtest.Message {
	p.t.Helper()
	before := len(p.Messages())
	p.Say(text)
	return p.hears(before, hears)
}

// hears waits for the words in a message after the first ones.
func (p payer) hears(after int, words string) (heard telegramtest.Message) {
	p.t.Helper()
	p.telegram.Until(words+" in\n"+p.Transcript(), func() bool {
		for _, m := range p.Messages()[after:] {
			if strings.Contains(m.Text, words) {
				heard = m
				return true
			}
		}
		return false
	})
	return heard
}

// all chooses all that is listed.
func (p payer) all() {
	p.t.Helper()
	p.says("todas", "Escolhidas")
	p.says("pagar", "Como prefere pagar?")
}

var payLink = regexp.MustCompile(`http://\S+/pay/\S+`)

// link asks for the way to the company, and opens our page.
func (p payer) link() {
	p.t.Helper()
	address := payLink.FindString(p.says("cartão", "Pagar com cartão: ").Text)
	if address == "" {
		p.t.Fatalf("no link in\n%s", p.Transcript())
	}
	p.browser.open(address)
	p.browser.shows("Quem recebe")
}

// goes goes on to the company, and returns the charge.
func (p payer) goes() store.Charge {
	p.t.Helper()
	p.browser.click("Ir para "+democard.Name, "Custo cobrado por esta empresa")
	return p.charge(store.ChargeOpen)
}

// charge is their newest charge, once it is in that state.
func (p payer) charge(want store.ChargeState) (c store.Charge) {
	p.t.Helper()
	p.telegram.Until(fmt.Sprintf("the newest charge of %d is %s", p.property, want), func() bool {
		all, err := p.db.Charges(p.t.Context(), p.property)
		if err != nil || len(all) == 0 {
			p.t.Fatalf("%d charges, %v", len(all), err)
		}
		c = all[0]
		return c.State == want
	})
	return c
}

// told waits until the conversation is told, however often that is tried.
func (p payer) told(after int, words string) {
	p.t.Helper()
	for range 3 {
		if err := p.tellOfCharges(p.t.Context()); err != nil {
			p.t.Fatal(err)
		}
	}
	p.hears(after, words)
}

// Paying by card as people do it: chosen on Telegram, paid or not in a browser at
// the demo's company, told in the conversation.
func TestCardOnTelegram(t *testing.T) {
	if testing.Short() {
		t.Skip("there is no time")
	}
	t.Parallel() // it waits for Telegram's pace
	browser := openPage(t, program(t, "chromium"), "about:blank")
	e := newErrand(t)
	var all sync.WaitGroup
	for name, c := range map[string]struct {
		property int64
		document string
		do       func(payer)
	}{
		"three bills":     {mariasProperty, "700.000.101-11", payer.paysThree},
		"refused":         {1302582, "700.000.404-52", payer.isRefused},
		"given up":        {2578310, "700.002.911-02", payer.givesUp},
		"expired":         {1673815, "700.000.707-93", payer.isLate},
		"never told":      {1918478, "700.001.010-01", payer.isFound},
		"a hundred times": {2100991, "700.001.212-90", payer.isToldOften},
		"forged":          {2450011, "700.003.434-39", payer.isImitated},
		"paid twice":      {1239066, "700.000.303-09", payer.paysTwice},
	} {
		all.Go(func() { // at once, for they wait most of the time
			t.Run(name, func(t *testing.T) { c.do(e.person(t, browser, c.property, c.document)) })
		})
	}
	all.Wait()
	if refused := e.telegram.Refused(); len(refused) > 0 {
		t.Errorf("Telegram refused %q", refused)
	}
}

// Three bills, chosen by their buttons.
func (p payer) paysThree() {
	question := p.hears(0, "O que você quer pagar?")
	for i := range 3 {
		for _, m := range p.Messages() {
			if m.ID == question.ID {
				p.PressOn(m, m.Buttons[i][0].Text)
			}
		}
		p.telegram.Until(fmt.Sprintf("%d are ticked", i+1), func() bool {
			return slices.ContainsFunc(p.Messages(), func(m telegramtest.Message) bool { return m.ID == question.ID && m.Edits == i+1 })
		})
	}
	p.says("pagar", "Como prefere pagar?")
	p.link()
	for _, words := range []string{"Total", "CNPJ 12.345.678/0001-95", democard.Costs} {
		p.browser.shows(words)
	}
	if text := p.browser.text(); strings.Count(text, "Conta de ") != 3 || strings.Contains(text, "Maria") || strings.Contains(text, "104372") || strings.Contains(text, "Voltar à conversa") {
		p.t.Errorf("our page reads\n%s", text)
	}
	p.goes()
	p.says("débitos", "Há um pagamento por cartão em andamento na empresa "+democard.Name)
	p.browser.click("Pagar", "Pagamento aprovado")
	p.browser.click("Voltar", "Pagamento confirmado")
	if c := p.charge(store.ChargePaid); c.Received != c.Total || len(c.Debts) != 3 {
		p.t.Errorf("received %s of %s for %d debts", c.Received, c.Total, len(c.Debts))
	}
	p.told(0, "Pagamento confirmado")
	p.says("ver outros débitos", "não tem débitos em aberto")
	if list := p.WaitText("🔵").Text; strings.Count(list, "🔵") != 3 || strings.Count(list, "· paga") != 3 {
		p.t.Errorf("afterwards the list reads\n%s", list)
	}
}

// The card is refused, and what was chosen can be chosen again.
func (p payer) isRefused() {
	p.all()
	p.link()
	p.goes()
	p.browser.click("Recusar", "Pagamento recusado. Nada foi cobrado.")
	p.browser.click("Voltar", "A empresa recusou o pagamento")
	p.charge(store.ChargeRefused)
	p.told(0, "foi recusado pela empresa")
	p.says("débitos", "O que você quer pagar?")
	p.all()
	p.link()
	p.goes()
}

func (p payer) givesUp() {
	p.all()
	p.link()
	p.goes()
	p.browser.click("Desistir", "Você desistiu deste pagamento")
	p.browser.click("Voltar", "Pagamento cancelado")
	p.charge(store.ChargeCancelled)
	p.told(0, "foi cancelado")
	p.says("débitos", "O que você quer pagar?")
}

// The time is over before anybody pays, and then it cannot be paid any more.
func (p payer) isLate() {
	p.all()
	p.link()
	c := p.goes()
	conn, err := pgx.Connect(p.t.Context(), p.DatabaseURL)
	if err != nil {
		p.t.Fatal(err)
	}
	defer conn.Close(context.Background()) //nolint:errcheck // the test is over
	if _, err := conn.Exec(p.t.Context(), `UPDATE loja.charge SET expires_at = now() WHERE id = $1`, c.ID); err != nil {
		p.t.Fatal(err)
	}
	if err := p.cards.catchUp(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	p.charge(store.ChargeExpired)
	p.browser.click("Pagar", "Este pagamento venceu ou foi cancelado")
	p.browser.click("Voltar", "O prazo deste pagamento acabou")
	p.told(0, "não foi confirmado pela empresa no prazo")
	p.says("débitos", "O que você quer pagar?")
}

// What the company told is lost, and found by asking it.
func (p payer) isFound() {
	p.link()
	c := p.goes()
	p.course(c.ID, func(c *course) { c.lost = true })
	p.browser.click("Pagar", "Pagamento aprovado")
	if n := len(p.course(c.ID, func(*course) {}).notices); n != 1 {
		p.t.Errorf("the company told %d times", n)
	}
	if err := p.cards.catchUp(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	p.charge(store.ChargePaid)
	p.told(0, "Pagamento confirmado")
}

// The company tells a hundred times, the conversation is told once.
func (p payer) isToldOften() {
	p.link()
	c := p.goes()
	p.browser.click("Pagar", "Pagamento aprovado")
	n := p.course(c.ID, func(*course) {}).notices[0]
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			if status := p.post(n); status != http.StatusOK {
				p.t.Errorf("answered %d", status)
			}
		})
	}
	all.Wait()
	c = p.charge(store.ChargePaid)
	p.told(0, "Pagamento confirmado")
	p.told(0, "Pagamento confirmado")
	p.says("débitos", "🔵")
	if n := strings.Count(p.Transcript(), "Pagamento confirmado"); n != 1 || c.Received != c.Total || c.Marks != (store.ChargeMarks{}) {
		p.t.Errorf("told %d times of %s for %s, marks %+v", n, c.Received, c.Total, c.Marks)
	}
}

// Every byte of a notification is changed.
func (p payer) isImitated() {
	p.link()
	c := p.goes()
	p.course(c.ID, func(c *course) { c.lost, c.slow = true, true })
	p.browser.click("Pagar", "Pagamento aprovado")
	n := p.course(c.ID, func(*course) {}).notices[0]
	flip := func(b []byte, i int) []byte {
		b = bytes.Clone(b)
		b[i] ^= 1
		return b
	}
	for i := range n.body {
		if status := p.post(notice{n.signature, flip(n.body, i)}); status != http.StatusUnauthorized {
			p.t.Errorf("byte %d of the body: answered %d", i, status)
		}
	}
	for i := range n.signature {
		if status := p.post(notice{string(flip([]byte(n.signature), i)), n.body}); status != http.StatusUnauthorized {
			p.t.Errorf("byte %d of the signature: answered %d", i, status)
		}
	}
	p.charge(store.ChargeOpen)
	p.course(c.ID, func(c *course) { c.slow = false })
	if status := p.post(n); status != http.StatusOK {
		p.t.Errorf("the genuine one is answered %d", status)
	}
	p.charge(store.ChargePaid)
}

// The company books the payment twice, so staff get a request and the person its
// protocol.
func (p payer) paysTwice() {
	p.link()
	c := p.goes()
	p.course(c.ID, func(c *course) { c.twice = true })
	p.browser.click("Pagar", "Pagamento aprovado")
	p.telegram.Until("both are recorded", func() bool {
		c = p.charge(store.ChargePaid)
		return c.Marks.Double && c.Protocol != ""
	})
	p.browser.click("Voltar", "Há algo a acertar neste pagamento")
	p.told(0, "há mais de um pagamento")
	if !strings.Contains(p.Transcript(), "protocolo "+c.Protocol) {
		p.t.Errorf("not told of the request %s:\n%s", c.Protocol, p.Transcript())
	}
}
