package bank

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"lojavirtual/store"
	"lojavirtual/store/brcode"
	"lojavirtual/store/taxid"
)

// A Conflict is the fields in which a charge at the bank differs from the order
// under the same txid. It holds none of their values.
type Conflict struct {
	Kind   Kind
	Fields []string // as the API calls them
}

// Error implements error.
func (e *Conflict) Error() string {
	return fmt.Sprintf("bank: the txid has another %s already, which differs in %s", e.Kind, strings.Join(e.Fields, ", "))
}

// Put returns the charge of an order, which it makes if the bank has none under
// its txid. Look at its Status: it may be paid, or removed, and then it stays so.
// Life and Message are those of the first order. If what is there differs in
// anything else, the error is a *Conflict. After a Temporary error the same order
// may be put again.
func (c *Client) Put(ctx context.Context, o Order) (Charge, error) {
	if err := o.check(); err != nil {
		return Charge{}, err
	}
	charge, ok, err := c.Read(ctx, o.Kind(), o.TxID)
	if err == nil && !ok {
		charge, err = c.send(ctx, http.MethodPut, o.Kind(), o.TxID, o.write(c.cfg.Key))
		if declined(err) {
			// somebody may have made it between the two
			if made, ok, readErr := c.Read(ctx, o.Kind(), o.TxID); readErr == nil && ok {
				charge, err = made, nil
			}
		}
	}
	if err != nil {
		return Charge{}, err
	}
	if fields := o.differs(charge, c.cfg.Key); len(fields) > 0 {
		return Charge{}, &Conflict{o.Kind(), fields}
	}
	if charge.Status == Active && charge.Code == "" {
		return Charge{}, &Error{Request: "PUT " + string(o.Kind()), reason: "the answer has no code and no address that makes one", wrong: true}
	}
	return charge, nil
}

// Read returns a charge; ok is false if the bank has none.
func (c *Client) Read(ctx context.Context, kind Kind, txid string) (charge Charge, ok bool, err error) {
	charge, err = c.send(ctx, http.MethodGet, kind, txid, nil)
	if code(err) == http.StatusNotFound {
		return Charge{}, false, nil
	}
	return charge, err == nil, err
}

// Remove takes a charge out of what can be paid and returns it as it then is. One
// that is paid or removed already stays what it is: look at its Status.
func (c *Client) Remove(ctx context.Context, kind Kind, txid string) (Charge, error) {
	charge, err := c.send(ctx, http.MethodPatch, kind, txid, &wireCharge{Status: Removed})
	if !declined(err) {
		return charge, err
	}
	if was, ok, readErr := c.Read(ctx, kind, txid); readErr == nil && ok && was.Status != Active {
		return was, nil
	}
	return Charge{}, err
}

// Charges returns the charges made in a time, both ends included, as the bank
// orders them. One that cannot be understood gives an error, and the rest follows;
// after any other error nothing does.
func (c *Client) Charges(ctx context.Context, kind Kind, from, to time.Time) iter.Seq2[Charge, error] {
	return list(ctx, c, string(kind), from, to, func(w *wireCharge) (Charge, error) { return w.read(c.cfg) })
}

// Payments returns the payments received in a time. It is as Charges.
func (c *Client) Payments(ctx context.Context, from, to time.Time) iter.Seq2[Payment, error] {
	return list(ctx, c, "pix", from, to, (*wirePix).read)
}

// Payment returns one payment by its endToEndId; ok is false if the bank has
// none.
func (c *Client) Payment(ctx context.Context, id string) (p Payment, ok bool, err error) {
	const name = "GET pix"
	if brcode.CheckEndToEndID(id) != nil {
		return Payment{}, false, &Error{Request: name, reason: "the endToEndId has another form", wrong: true}
	}
	var w wirePix
	switch err := c.call(ctx, http.MethodGet, []string{"pix", id}, nil, nil, &w); {
	case code(err) == http.StatusNotFound:
		return Payment{}, false, nil
	case err != nil:
		return Payment{}, false, err
	}
	p, err = w.read()
	if err == nil && p.ID != id {
		err = store.Broken("endToEndId")
	}
	if err != nil {
		return Payment{}, false, &Error{Request: name, reason: misread(err), wrong: true}
	}
	return p, true, nil
}

// PutWebhook tells the bank where to send what was paid: it posts to the address
// with /pix behind it.
func (c *Client) PutWebhook(ctx context.Context, address string) error {
	w := wireWebhook{strings.TrimRight(address, "/")}
	return c.call(ctx, http.MethodPut, []string{"webhook", c.cfg.Key}, nil, w, nil)
}

// Webhook returns the address last put; ok is false if there is none.
func (c *Client) Webhook(ctx context.Context) (address string, ok bool, err error) {
	var w wireWebhook
	err = c.call(ctx, http.MethodGet, []string{"webhook", c.cfg.Key}, nil, nil, &w)
	if code(err) == http.StatusNotFound {
		return "", false, nil
	}
	return w.URL, err == nil, err
}

// send makes a request about one charge, and reads it from the answer.
func (c *Client) send(ctx context.Context, method string, kind Kind, txid string, body *wireCharge) (Charge, error) {
	name := method + " " + string(kind)
	if brcode.CheckChargeID(txid) != nil || kind != Cob && kind != Cobv {
		return Charge{}, &Error{Request: name, reason: "the txid or the kind of charge has another form", wrong: true}
	}
	var in any
	if body != nil {
		in = body
	}
	var w wireCharge
	if err := c.call(ctx, method, []string{string(kind), txid}, nil, in, &w); err != nil {
		return Charge{}, err
	}
	charge, err := w.read(c.cfg)
	switch {
	case err != nil:
	case charge.TxID != txid:
		err = store.Broken("txid")
	case charge.Kind() != kind:
		err = store.Broken("calendario")
	}
	if err != nil {
		return Charge{}, &Error{Request: name, reason: misread(err), wrong: true}
	}
	return charge, nil
}

// pageSize is how many items a page is asked to have, which is what the API takes
// if it is not told.
const pageSize = 100

// list asks for one page after the other.
func list[W, T any](ctx context.Context, c *Client, what string, from, to time.Time, read func(*W) (T, error)) iter.Seq2[T, error] {
	name := "GET " + what
	query := url.Values{
		"inicio":                   {from.UTC().Format(time.RFC3339)},
		"fim":                      {to.UTC().Format(time.RFC3339)},
		"paginacao.itensPorPagina": {strconv.Itoa(pageSize)},
	}
	return func(yield func(T, error) bool) {
		var none T
		for page := 0; ; page++ {
			query.Set("paginacao.paginaAtual", strconv.Itoa(page))
			var answer struct {
				Cobs, Pix  []json.RawMessage
				Parametros struct {
					Paginacao struct {
						Pages json.Number `json:"quantidadeDePaginas"`
					}
				}
			}
			if err := c.call(ctx, http.MethodGet, []string{what}, query, nil, &answer); err != nil {
				yield(none, err)
				return
			}
			items := append(answer.Cobs, answer.Pix...)
			for _, raw := range items {
				var w W
				var item T
				err := json.Unmarshal(raw, &w)
				if err == nil {
					item, err = read(&w)
				}
				if err != nil {
					item, err = none, &Error{Request: name, reason: misread(err), wrong: true}
				}
				if !yield(item, err) {
					return
				}
			}
			if pages, err := answer.Parametros.Paginacao.Pages.Int64(); err != nil || int64(page)+1 >= pages || len(items) == 0 {
				if err != nil {
					yield(none, &Error{Request: name, reason: "the answer has another form: parametros.paginacao", wrong: true})
				}
				return
			}
		}
	}
}

// maxAmount is the largest that ten digits before the dot can say.
const maxAmount store.Money = 9_999_999_999_99

// check returns what no bank would take. It names fields and holds no values.
func (o Order) check() error {
	cpf, _ := taxid.CheckCPF(o.Payer.TaxID)
	cnpj, _ := taxid.CheckCNPJ(o.Payer.TaxID)
	switch {
	case brcode.CheckChargeID(o.TxID) != nil:
		return errors.New("bank: an order's txid has 26 to 35 letters and digits")
	case o.Amount <= 0 || o.Amount > maxAmount:
		return errors.New("bank: an order's amount is from one cent to ten digits of reais")
	case o.Kind() == Cob && (o.Life < 0 || o.Life%time.Second != 0):
		return errors.New("bank: an order lives for whole seconds")
	case o.Kind() == Cob:
		return nil
	case o.Days < 0 || o.Fine < 0 || o.Interest < 0:
		return errors.New("bank: an order's days, fine and interest are not negative")
	case o.Payer.TaxID == "" || o.Payer.TaxID != cpf+cnpj:
		return errors.New("bank: an order with a due date needs the CPF or CNPJ of who owes it, without punctuation")
	case strings.TrimSpace(o.Payer.Name) == "":
		return errors.New("bank: an order with a due date needs the name of who owes it")
	default:
		return nil
	}
}

// differs returns the fields in which a charge is not what was ordered.
func (o Order) differs(c Charge, key string) []string {
	var fields []string
	for _, f := range []struct {
		name string
		same bool
	}{
		{"chave", c.Key == key},
		{"valor.original", c.Amount == o.Amount},
		{"calendario.dataDeVencimento", c.Due == o.Due},
		{"calendario.validadeAposVencimento", o.Kind() == Cob || c.Days == o.Days},
		{"valor.multa", o.Kind() == Cob || c.Fine == o.Fine},
		{"valor.juros", o.Kind() == Cob || c.Interest == o.Interest},
		{"devedor", o.Kind() == Cob || c.Payer.TaxID == o.Payer.TaxID},
	} {
		if !f.same {
			fields = append(fields, f.name)
		}
	}
	return fields
}

// code returns what can be copied and paid: as the bank has it, and else made from
// the charge's address; "" if there is neither.
func (w *wireCharge) code(cfg Config) string {
	said, err := brcode.Parse(w.Code)
	switch {
	case err == nil && said.Mode == brcode.DynamicCode, err != nil && !errors.Is(err, brcode.Length) && !brcode.Unreadable(err):
		return w.Code // that some apps cannot read it is the bank's to mend
	}
	address := strings.TrimPrefix(cmp.Or(w.Loc.Location, w.Location), "https://")
	code, _ := brcode.Dynamic{URL: address, Name: cfg.Name, City: cfg.City}.Code() // "" if it makes none
	return code
}
