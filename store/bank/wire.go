package bank

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"lojavirtual/store"
	"lojavirtual/store/brcode"
)

// amount is money, or a percentage in hundredths, as the API writes both: "0.00".
type amount int64

var amountForm = regexp.MustCompile(`^[0-9]{1,10}\.[0-9]{2}$`)

// MarshalText implements [encoding.TextMarshaler].
func (a amount) MarshalText() ([]byte, error) {
	if a < 0 || store.Money(a) > maxAmount {
		return nil, store.Broken("amount")
	}
	return fmt.Appendf(nil, "%d.%02d", a/100, a%100), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (a *amount) UnmarshalText(text []byte) error {
	if !amountForm.Match(text) {
		return store.Broken("amount")
	}
	n, err := strconv.ParseInt(strings.Replace(string(text), ".", "", 1), 10, 64)
	*a = amount(n)
	return err
}

// moment is a time as the API writes it (RFC 3339), kept in UTC.
type moment time.Time

// UnmarshalText implements [encoding.TextUnmarshaler].
func (m *moment) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return store.Broken("time")
	}
	*m = moment(t.UTC())
	return nil
}

// day is a date as the API writes it, AAAA-MM-DD.
type day store.Date

// MarshalText implements [encoding.TextMarshaler].
func (d day) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%04d-%02d-%02d", d.Year, d.Month, d.Day), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (d *day) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return store.Broken("date")
	}
	d.Year, d.Month, d.Day = t.Date()
	return nil
}

// wireCharge is a charge of either kind, asked for and answered. Whole numbers
// are json.Number, for banks write some of them in quotes, as the API's own
// examples do.
type wireCharge struct {
	Calendar wireCalendar `json:"calendario,omitzero"`
	TxID     string       `json:"txid,omitempty"`
	Revision json.Number  `json:"revisao,omitempty"`
	Loc      struct {
		Location string `json:"location"`
	} `json:"loc,omitzero"`
	Location string `json:"location,omitempty"`
	Status   Status `json:"status,omitempty"`
	Payer    struct {
		CPF  string `json:"cpf,omitempty"`
		CNPJ string `json:"cnpj,omitempty"`
		Name string `json:"nome,omitempty"`
	} `json:"devedor,omitzero"`
	Value   wireValue `json:"valor,omitzero"`
	Key     string    `json:"chave,omitempty"`
	Message string    `json:"solicitacaoPagador,omitempty"`
	Code    string    `json:"pixCopiaECola,omitempty"`
	Pix     []wirePix `json:"pix,omitempty"`
}

type wireCalendar struct {
	Made moment      `json:"criacao,omitzero"`
	Life json.Number `json:"expiracao,omitempty"`
	Due  day         `json:"dataDeVencimento,omitzero"`
	Days json.Number `json:"validadeAposVencimento,omitempty"`
}

type wireValue struct {
	Original amount   `json:"original"`
	Fine     wireRate `json:"multa,omitzero"`
	Interest wireRate `json:"juros,omitzero"`
}

// The ways of reckoning that we ask for.
const (
	finePercent     = "2"
	interestMonthly = "3" // percent a month, by the calendar day
)

type wireRate struct {
	Mode json.Number `json:"modalidade"`
	Rate amount      `json:"valorPerc"`
}

// percent returns the rate in hundredths of a percent if it is reckoned as we
// ask, and -1, which no order has, if it is not. No rate is 0.
func (r wireRate) percent(mode json.Number) int {
	if r.Rate != 0 && r.Mode != mode {
		return -1
	}
	return int(r.Rate)
}

// write makes what the bank is asked for.
func (o Order) write(key string) *wireCharge {
	w := &wireCharge{Key: key, Message: cut(o.Message, 140)}
	w.Value.Original = amount(o.Amount)
	if o.Kind() == Cob {
		life := o.Life
		if life == 0 {
			life = 24 * time.Hour
		}
		w.Calendar.Life = json.Number(strconv.FormatInt(int64(life/time.Second), 10))
		return w
	}
	w.Calendar.Due, w.Calendar.Days = day(o.Due), json.Number(strconv.Itoa(o.Days))
	if o.Fine > 0 {
		w.Value.Fine = wireRate{finePercent, amount(o.Fine)}
	}
	if o.Interest > 0 {
		w.Value.Interest = wireRate{interestMonthly, amount(o.Interest)}
	}
	w.Payer.Name = cut(o.Payer.Name, 200)
	if len(o.Payer.TaxID) == 11 {
		w.Payer.CPF = o.Payer.TaxID
	} else {
		w.Payer.CNPJ = o.Payer.TaxID
	}
	return w
}

// cut keeps at most n characters.
func cut(s string, n int) string {
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n])
	}
	return s
}

// read takes over what the bank says of a charge.
func (w *wireCharge) read(cfg Config) (Charge, error) {
	c := Charge{Key: w.Key, Status: w.Status, Made: time.Time(w.Calendar.Made), Code: w.code(cfg)}
	c.TxID, c.Amount, c.Due = w.TxID, store.Money(w.Value.Original), store.Date(w.Calendar.Due)
	if brcode.CheckChargeID(w.TxID) != nil {
		return Charge{}, store.Broken("txid")
	}
	if w.Status == "" {
		return Charge{}, store.Broken("status")
	}
	for _, n := range []struct {
		name string
		from json.Number
		to   func(int)
	}{
		{"revisao", w.Revision, func(n int) { c.Revision = n }},
		{"calendario.expiracao", w.Calendar.Life, func(n int) { c.Life = time.Duration(n) * time.Second }},
		{"calendario.validadeAposVencimento", w.Calendar.Days, func(n int) { c.Days = n }},
	} {
		if n.from == "" {
			continue
		}
		v, err := strconv.ParseUint(string(n.from), 10, 31)
		if err != nil {
			return Charge{}, store.Broken(n.name)
		}
		n.to(int(v))
	}
	if c.Kind() == Cobv {
		c.Life = 0
		c.Fine, c.Interest = w.Value.Fine.percent(finePercent), w.Value.Interest.percent(interestMonthly)
		c.Payer = Payer{w.Payer.Name, w.Payer.CPF + w.Payer.CNPJ}
	}
	for i := range w.Pix {
		p, err := w.Pix[i].read()
		if err != nil {
			return Charge{}, err
		}
		c.Payments = append(c.Payments, p)
	}
	return c, nil
}

// wirePix is a payment. Who paid, and what they wrote, is not read.
type wirePix struct {
	ID     string     `json:"endToEndId"`
	TxID   string     `json:"txid"`
	Amount amount     `json:"valor"`
	Parts  wireParts  `json:"componentesValor"`
	Key    string     `json:"chave"`
	At     moment     `json:"horario"`
	Return wireReturn `json:"devolucoes"`
}

type wireParts struct {
	Original wirePart `json:"original"`
	Fine     wirePart `json:"multa"`
	Interest wirePart `json:"juros"`
}

type wirePart struct {
	Amount amount `json:"valor"`
}

// txidForm is that of what was paid, with a charge at a bank or a static code.
var txidForm = regexp.MustCompile(`^[A-Za-z0-9]{0,35}$`)

// read takes over what the bank says of a payment.
func (w *wirePix) read() (Payment, error) {
	switch {
	case brcode.CheckEndToEndID(w.ID) != nil:
		return Payment{}, store.Broken("endToEndId")
	case !txidForm.MatchString(w.TxID):
		return Payment{}, store.Broken("txid")
	case w.Amount == 0:
		return Payment{}, store.Broken("valor")
	case time.Time(w.At).IsZero():
		return Payment{}, store.Broken("horario")
	}
	p := Payment{
		ID: w.ID, TxID: w.TxID, Key: w.Key, At: time.Time(w.At),
		Amount: store.Money(w.Amount), Original: store.Money(w.Parts.Original.Amount),
		Fine: store.Money(w.Parts.Fine.Amount), Interest: store.Money(w.Parts.Interest.Amount),
	}
	if p.Original == 0 {
		p.Original = p.Amount - p.Fine - p.Interest
	}
	for _, r := range w.Return {
		p.Returns = append(p.Returns, Return{
			ID: r.ID, Amount: store.Money(r.Amount), Status: r.Status, Asked: time.Time(r.Times.Asked), Settled: time.Time(r.Times.Settled),
		})
	}
	return p, nil
}

// wireReturn is the returns of a payment.
type wireReturn []struct {
	ID     string       `json:"id"`
	Amount amount       `json:"valor"`
	Status ReturnStatus `json:"status"`
	Times  struct {
		Asked   moment `json:"solicitacao"`
		Settled moment `json:"liquidacao"`
	} `json:"horario"`
}

// UnmarshalJSON takes a single return without its list too, as an example of the
// API has it.
func (w *wireReturn) UnmarshalJSON(text []byte) error {
	type list wireReturn
	if len(text) > 0 && text[0] == '{' {
		text = append(append([]byte{'['}, text...), ']')
	}
	return json.Unmarshal(text, (*list)(w))
}

type wireWebhook struct {
	URL string `json:"webhookUrl"`
}

// What a webhook may bring at most.
const (
	MaxWebhookBytes = 1 << 20
	maxWebhookItems = 1000
)

// ReadWebhook reads what a bank posts: {"pix":[…]}, or the list alone that some
// send. None of it may be believed: read the payments back by their ID. Payments
// that have not the form of one are left out, and then the error, which names
// their fields and holds no values, comes with the others. A body that is no such
// list, is longer than MaxWebhookBytes, or has over a thousand payments gives
// only an error.
func ReadWebhook(body []byte) ([]Payment, error) {
	if len(body) > MaxWebhookBytes {
		return nil, errors.New("bank: webhook: over the limit of bytes")
	}
	var posted struct {
		Pix []json.RawMessage `json:"pix"`
	}
	err := json.Unmarshal(body, &posted)
	if err != nil {
		err = json.Unmarshal(body, &posted.Pix)
	}
	switch {
	case err != nil || posted.Pix == nil:
		return nil, errors.New("bank: webhook: has no list of payments")
	case len(posted.Pix) > maxWebhookItems:
		return nil, errors.New("bank: webhook: over the limit of payments")
	}
	var payments []Payment
	var wrong error
	for i, raw := range posted.Pix {
		var w wirePix
		err := json.Unmarshal(raw, &w)
		if err == nil {
			var p Payment
			if p, err = w.read(); err == nil {
				payments = append(payments, p)
				continue
			}
		}
		if wrong == nil { // one is enough for a log
			wrong = fmt.Errorf("bank: webhook: pix[%d]: %s", i, misread(err))
		}
	}
	return payments, wrong
}
