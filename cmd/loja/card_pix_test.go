package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"lojavirtual/store"
	"lojavirtual/store/bank"
)

// A desk takes PIX at the bank and cards at the demo's company.
type desk struct {
	counter
	t     *testing.T
	pages http.Handler
}

func openDesk(t *testing.T) desk {
	t.Helper()
	company, err := startCompany()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(company.Close)
	c := atBankWith(t, []store.CardCompany{company.card}, slog.New(slog.DiscardHandler))
	return desk{c, t, c.publicPages()}
}

// offer offers all bills of a property by card.
func (d desk) offer(property int64) store.CardLink {
	d.t.Helper()
	owed, err := d.db.Debts(d.t.Context(), property)
	if err != nil {
		d.t.Fatal(err)
	}
	f := store.ChargeForm{Session: "telegram:1", Property: property, Provider: "demo", At: time.Now()}
	for _, debt := range owed.List {
		if debt.Kind == store.OwnBill && debt.Selectable() {
			f.Debts = append(f.Debts, debt)
		}
	}
	message++
	link, refusal, err := d.cards.Offer(d.t.Context(), fmt.Sprintf("telegram:1/%d", message), f)
	if err != nil || refusal != store.NotRefused {
		d.t.Fatal(refusal, err)
	}
	return link
}

// press presses the button of the page of a charge.
func (d desk) press(l store.CardLink, change ...func(*http.Request)) (int, string) {
	r := httptest.NewRequest(http.MethodPost, l.Address, nil)
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	d.pages.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

func (d desk) is(id string, want store.ChargeState) {
	d.t.Helper()
	if c, _, err := d.db.Charge(d.t.Context(), id); err != nil || c.State != want {
		d.t.Errorf("charge %s is %s, not %s, %v", id, c.State, want, err)
	}
}

// A PIX code that somebody has in hand is removed at the bank before a card can
// pay the same bill; if it was paid, no company is asked.
func TestCardAfterPix(t *testing.T) {
	d := openDesk(t)
	bill := d.bills(mariasProperty)[0]
	code, _ := d.ask(mariasProperty, bill)
	pix, link := d.of(mariasProperty, code), d.offer(mariasProperty)

	if status, _ := d.press(link, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }); status != http.StatusForbidden {
		t.Errorf("another site's form is answered %d", status)
	}
	d.is(link.Charge.ID, store.ChargeOffered)

	d.bank.SetOut(true)
	status, page := d.press(link)
	if status != http.StatusServiceUnavailable || !strings.Contains(page, "Nada foi cobrado") || !strings.Contains(page, "Tentar de novo") {
		t.Errorf("while the bank is away: %d, %s", status, page)
	}
	d.is(pix.ID, store.ChargeOpen)
	d.is(link.Charge.ID, store.ChargeOffered)

	d.bank.SetOut(false)
	status, page = d.press(link)
	card, _, err := d.db.Charge(t.Context(), link.Charge.ID)
	if status != http.StatusOK || err != nil || card.State != store.ChargeOpen || !strings.Contains(page, `content="0;url=`+card.Address) {
		t.Errorf("%d, %s, %v: %s", status, card.State, err, page)
	}
	d.is(pix.ID, store.ChargeCancelled)
	if got := d.status(pix); got != bank.Removed {
		t.Errorf("the bank says %s of the PIX code", got)
	}
	if _, refusal := d.ask(mariasProperty, bill); refusal != store.DebtsHeld {
		t.Errorf("a PIX code of what is paid by card: %d", refusal)
	}

	// Paid at the bank, which told nobody.
	const other = 1302582
	code, _ = d.ask(other, d.bills(other)[0])
	pix, link = d.of(other, code), d.offer(other)
	d.pay(pix)
	status, page = d.press(link)
	if status != http.StatusConflict || !strings.Contains(page, "Os valores mudaram") || strings.Contains(page, "<form") {
		t.Errorf("of what is paid: %d, %s", status, page)
	}
	d.is(pix.ID, store.ChargePaid)
	if c, _, err := d.db.Charge(t.Context(), link.Charge.ID); err != nil || c.State == store.ChargeOpen || c.Address != "" {
		t.Errorf("the company was asked: %s, %q, %v", c.State, c.Address, err)
	}
	if left := len(d.bills(other)); left != 1 {
		t.Errorf("%d bills are left", left)
	}

	// The operator has no bank any more.
	const third = 2578310
	code, _ = d.ask(third, d.bills(third)[0])
	pix, link = d.of(third, code), d.offer(third)
	later := d.config
	later.Operator = ""
	l, err := open(t.Context(), later, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	d.pages = l.publicPages()
	if status, page := d.press(link); status != http.StatusOK {
		t.Errorf("without a bank: %d, %s", status, page)
	}
	d.is(pix.ID, store.ChargeCancelled)
	d.is(link.Charge.ID, store.ChargeOpen)
}
