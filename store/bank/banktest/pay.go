package banktest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"lojavirtual/store"
)

// A Payment is a PIX that the bank received, as the API tells of it.
type Payment struct {
	ID     string          `json:"endToEndId"`
	TxID   string          `json:"txid,omitempty"`
	Amount string          `json:"valor"`
	Parts  map[string]part `json:"componentesValor,omitempty"`
	Key    string          `json:"chave"`
	At     string          `json:"horario"`
	// Payer and Note are personal: nobody should keep them.
	Payer   map[string]string `json:"pagador"`
	Note    string            `json:"infoPagador"`
	Returns []*Return         `json:"devolucoes,omitempty"`

	at time.Time
}

type part struct {
	Amount string `json:"valor"`
}

// A Return is an amount that goes back to the payer.
type Return struct {
	ID     string            `json:"id"`
	Return string            `json:"rtrId"`
	Amount string            `json:"valor"`
	Times  map[string]string `json:"horario"`
	Status string            `json:"status"`
}

// A Sum is what a charge costs on a day.
type Sum struct {
	Original, Fine, Interest store.Money
}

// Total is all of it.
func (s Sum) Total() store.Money { return s.Original + s.Fine + s.Interest }

// Why a charge cannot be paid.
var (
	ErrUnknown = errors.New("banktest: no such charge")
	ErrClosed  = errors.New("banktest: the charge is paid or removed")
	ErrLate    = errors.New("banktest: the charge has outlived its time")
)

// fixedHolidays are the national ones whose day is the same every year.
var fixedHolidays = []string{"01-01", "04-21", "05-01", "09-07", "10-12", "11-02", "11-15", "11-20", "12-25"}

// business returns the first day from d on which banks work.
func business(d store.Date) store.Date {
	for d.Weekday() == time.Saturday || d.Weekday() == time.Sunday || slices.Contains(fixedHolidays, fmt.Sprintf("%02d-%02d", d.Month, d.Day)) {
		d = d.Add(1)
	}
	return d
}

// Cost returns what an active charge costs now.
func (b *Bank) Cost(txid string) (Sum, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.charges[txid]
	if c == nil {
		return Sum{}, ErrUnknown
	}
	return b.cost(c)
}

// cost reckons as the API says: a due date without banks moves to the next day
// with them, and fine, interest and validity move with it; so does the last day.
// Interest is simple, by the calendar day, with months of 30 days and years of 365.
func (b *Bank) cost(c *charge) (Sum, error) {
	original, _ := cents(c.Value.Original)
	sum := Sum{Original: original}
	if c.Status != active {
		return Sum{}, ErrClosed
	}
	if c.kind == "cob" {
		if b.now.After(c.made.Add(time.Duration(*c.Calendar.Life) * time.Second)) {
			return Sum{}, ErrLate
		}
		return sum, nil
	}
	parsed, _ := time.Parse(time.DateOnly, c.Calendar.Due)
	due, today := business(dateOf(parsed)), store.DateOf(b.now)
	if today.After(business(due.Add(*c.Calendar.Days))) {
		return Sum{}, ErrLate
	}
	days := int64(due.DaysUntil(today))
	if days <= 0 {
		return sum, nil
	}
	if f := c.Value.Fine; f != nil {
		rate, _ := cents(f.Rate)
		sum.Fine = rate
		if f.Mode == "2" {
			sum.Fine = rounded(int64(original)*int64(rate), 10_000)
		}
	}
	if i := c.Value.Interest; i != nil {
		rate, _ := cents(i.Rate)
		switch share := int64(original) * int64(rate) * days; i.Mode {
		case "1":
			sum.Interest = rate * store.Money(days)
		case "2":
			sum.Interest = rounded(share, 10_000)
		case "3":
			sum.Interest = rounded(share, 10_000*30)
		case "4":
			sum.Interest = rounded(share, 10_000*365)
		default:
			return Sum{}, errors.New("banktest: interest by business days is not reckoned")
		}
	}
	return sum, nil
}

// rounded divides, half a cent up.
func rounded(n, by int64) store.Money { return store.Money((n + by/2) / by) }

// EndToEndID makes the id of the nth payment at a time.
func EndToEndID(at time.Time, n int) string {
	return fmt.Sprintf("E12345678%s%011d", at.UTC().Format("200601021504"), n)
}

// Pay pays a charge with what it costs now, and tells nobody: see Notify.
func (b *Bank) Pay(txid string) (Payment, error) { return b.PayAmount(txid, 0) }

// PayAmount pays a charge with another amount than it costs, which no bank would
// let happen.
func (b *Bank) PayAmount(txid string, amount store.Money) (Payment, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.charges[txid]
	if c == nil {
		return Payment{}, ErrUnknown
	}
	sum, err := b.cost(c)
	if err != nil {
		return Payment{}, err
	}
	parts := map[string]part{"original": {reais(sum.Original)}}
	if amount != 0 {
		parts = nil
	} else {
		amount = sum.Total()
		if sum.Fine > 0 {
			parts["multa"] = part{reais(sum.Fine)}
		}
		if sum.Interest > 0 {
			parts["juros"] = part{reais(sum.Interest)}
		}
	}
	p := b.receive(txid, amount, parts)
	c.Status = paid
	c.Pix = append(c.Pix, p)
	return *p, nil
}

// Transfer is a PIX to the key that pays no charge here: with the txid of a static
// code, or with that of a charge that is closed, as may happen between banks.
func (b *Bank) Transfer(txid string, amount store.Money) Payment {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.receive(txid, amount, nil)
	if c := b.charges[txid]; c != nil {
		c.Pix = append(c.Pix, p)
	}
	return *p
}

// receive books a payment. The bank is locked.
func (b *Bank) receive(txid string, amount store.Money, parts map[string]part) *Payment {
	p := &Payment{
		ID: EndToEndID(b.now, len(b.payments)+1), TxID: txid, Amount: reais(amount), Parts: parts, Key: Key, At: stamp(b.now), at: b.now,
		Payer: map[string]string{"cpf": "52998224725", "nome": "Fulano de Tal"}, Note: "pago por Fulano, CPF 529.982.247-25",
	}
	b.payments = append(b.payments, p)
	return p
}

// SendBack returns an amount of a payment to the payer; it is on its way until
// Settle.
func (b *Bank) SendBack(endToEndID, id string, amount store.Money) error {
	return b.change(endToEndID, func(p *Payment) error {
		back := amount
		for _, r := range p.Returns {
			m, _ := cents(r.Amount)
			back += m
		}
		if whole, _ := cents(p.Amount); back > whole {
			return errors.New("banktest: more than was paid")
		}
		p.Returns = append(p.Returns, &Return{
			ID: id, Return: "D" + EndToEndID(b.now, len(p.Returns)+1)[1:], Amount: reais(amount),
			Times: map[string]string{"solicitacao": stamp(b.now)}, Status: "EM_PROCESSAMENTO",
		})
		return nil
	})
}

// Settle ends the returns of a payment that are on their way, done or failed.
func (b *Bank) Settle(endToEndID string, done bool) error {
	return b.change(endToEndID, func(p *Payment) error {
		for _, r := range p.Returns {
			switch {
			case r.Status != "EM_PROCESSAMENTO":
			case done:
				r.Status, r.Times = "DEVOLVIDO", map[string]string{"solicitacao": r.Times["solicitacao"], "liquidacao": stamp(b.now)}
			default:
				r.Status = "NAO_REALIZADO"
			}
		}
		return nil
	})
}

func (b *Bank) change(endToEndID string, do func(*Payment) error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.payments {
		if p.ID == endToEndID {
			return do(p)
		}
	}
	return ErrUnknown
}

// Notify posts payments to the webhook in one body, in the order given, and
// returns what it answered. Call it often to repeat, or never to lose them.
func (b *Bank) Notify(endToEndIDs ...string) (status int, err error) {
	return b.notify(func(list any) any { return map[string]any{"pix": list} }, endToEndIDs)
}

// NotifyRoot is Notify by a bank that posts the list alone.
func (b *Bank) NotifyRoot(endToEndIDs ...string) (status int, err error) {
	return b.notify(func(list any) any { return list }, endToEndIDs)
}

func (b *Bank) notify(wrap func(list any) any, ids []string) (int, error) {
	b.mu.Lock()
	list := []*Payment{}
	for _, id := range ids {
		for _, p := range b.payments {
			if p.ID == id {
				list = append(list, p)
			}
		}
	}
	body, err := json.Marshal(wrap(list))
	b.mu.Unlock()
	if err != nil || len(list) != len(ids) {
		return 0, errors.Join(ErrUnknown, err)
	}
	return b.Post(body)
}

// Post posts anything to the webhook with the bank's certificate.
func (b *Bank) Post(body []byte) (status int, err error) {
	b.mu.Lock()
	address := b.webhook
	b.mu.Unlock()
	if address == "" {
		return 0, errors.New("banktest: no webhook was put")
	}
	resp, err := b.post.Post(address+"/pix", "application/json", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	_, err = io.Copy(io.Discard, resp.Body)
	if resp.StatusCode >= http.StatusMultipleChoices {
		err = fmt.Errorf("banktest: the webhook answers %s", resp.Status)
	}
	return resp.StatusCode, err
}
