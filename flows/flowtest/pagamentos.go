package flowtest

import (
	"fmt"
	"time"

	"lojavirtual/bot"
	"lojavirtual/flows/debitos"
	"lojavirtual/flows/pagamentos"
	"lojavirtual/store"
)

// The bank's and the companies' news come while somebody asks for it.
func (s *stage) pagamentos() *bot.Flow {
	s.happens = map[string]func(){
		"a PIX code is open":               func() { s.pix(0) },
		"a PIX code is paid":               func() { s.payPix(s.pix(0), 0) },
		"a PIX code was paid last week":    func() { s.payPix(s.pix(7), 0) },
		"a PIX code is paid twice":         func() { c := s.pix(0); s.payPix(c, 0); s.payPix(c, 0) },
		"too little is paid for a code":    func() { s.payPix(s.pix(0), 100) },
		"a code is paid after its time":    func() { c := s.pix(7); c.Opened = c.Expires.Add(time.Hour); s.payPix(c, 0) },
		"a code is paid and given back":    func() { c := s.pix(0); s.payPix(c, 0); s.hear(c, store.EventRefunded, 0) },
		"a payment by card is in analysis": func() { s.PayByCard(s.property(), false) },
		"the company refuses it":           func() { s.hear(s.newest(), store.EventRefused, 0) },
		"GSAN has it": func() {
			for _, d := range s.newest().Debts {
				s.Pay(d.ID)
			}
		},
	}
	return pagamentos.New(s, debitos.News)
}

// pix is a PIX charge of the oldest bill that can be paid, opened so many days
// ago at eight in the morning, for three days.
func (s *stage) pix(daysAgo int) store.Charge {
	s.t.Helper()
	ctx, day := s.t.Context(), Today.Add(-daysAgo)
	at := time.Date(day.Year, day.Month, day.Day, 8, 0, 0, 0, store.Zone)
	bills, err := s.Bills(ctx, s.property())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, b := range bills.List {
		if !b.Payable() {
			continue
		}
		c, refusal, err := s.OfferCharge(ctx, fmt.Sprint("flowtest/pix", b.ID), store.ChargeForm{
			Property: s.property(), Provider: store.ByPix, Bill: b, At: at, Expires: at.Add(72 * time.Hour),
		})
		if err != nil || refusal != store.NotRefused {
			s.t.Fatal(refusal, err)
		}
		o, _, err := s.OpenCharge(ctx, c.ID, at)
		if err != nil || o.Charge.State != store.ChargeOpen {
			s.t.Fatalf("%+v, %v", o, err)
		}
		return o.Charge
	}
	s.t.Fatal("no bill can be paid")
	return store.Charge{}
}

// newest is the charge that was opened last.
func (s *stage) newest() store.Charge {
	s.t.Helper()
	all, err := s.Charges(s.t.Context(), s.property())
	if err != nil || len(all) == 0 {
		s.t.Fatal("no charge", err)
	}
	return all[0]
}

// payPix pays a charge but for so much, ten minutes after it was opened.
func (s *stage) payPix(c store.Charge, less store.Money) {
	s.t.Helper()
	s.hear(c, store.EventPaid, c.Total-less)
}

// hear lets the provider tell of the last payment, or of another one.
func (s *stage) hear(c store.Charge, kind store.ChargeEventKind, amount store.Money) {
	s.t.Helper()
	at := c.Opened.Add(10 * time.Minute)
	event := store.ChargeEvent{Provider: c.Provider, ID: fmt.Sprintf("%s/%s/%d", c.ID, kind, s.heard), Charge: c.ID, Kind: kind, At: at, Amount: amount}
	switch kind {
	case store.EventPaid:
		s.heard++
		event.Payment = fmt.Sprint(s.heard)
	case store.EventRefunded:
		event.Payment = fmt.Sprint(s.heard)
	}
	if _, ok, err := s.RecordEvent(s.t.Context(), event, at); err != nil || !ok {
		s.t.Fatal(ok, err)
	}
}
