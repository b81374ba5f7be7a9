// Package democard is a complete card company that takes no money: it speaks
// the signed protocol of package card, has a checkout page, notifies and can be
// read back. The demo runs one, and tests do.
//
// # Why
//
// No card number is asked, so that nobody types one into a demo: the person
// chooses how it ends. The page works without script. After a choice it shows the
// outcome with a link back and does not redirect, for browsers apply form-action
// to where a form's answer leads.
//
// A notification is sent once, while the page is made; if it is lost, reading
// back still finds the payment.
package democard

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html/template"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"lojavirtual/store/card"
)

//go:embed checkout.html
var files embed.FS

var page = template.Must(template.ParseFS(files, "checkout.html"))

const (
	bodyLimit  = 64 << 10
	orderLimit = 10_000 // kept in memory
	perCent    = 3      // the company's own costs
)

// What the operator's file says of it.
const (
	Name  = "Cartão Demonstração"
	Costs = "3% sobre o valor"
)

// A Company is an [http.Handler].
type Company struct {
	address string
	key     []byte
	mux     *http.ServeMux
	http    *http.Client

	mu     sync.Mutex
	orders map[string]*order
}

type order struct {
	card.SignedOrder
	text      string // as it came
	ref       string
	cancelled bool
	payments  []card.SignedPayment
}

// New makes a company that people reach at the address, without a slash at its
// end, and that shares the key with us.
func New(address string, key []byte) *Company {
	c := &Company{address: address, key: key, mux: http.NewServeMux(), orders: map[string]*order{}, http: &http.Client{
		Timeout:       5 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	c.mux.HandleFunc("POST /orders", c.signed(c.take))
	c.mux.HandleFunc("GET /orders/{id}", c.signed(c.read))
	c.mux.HandleFunc("DELETE /orders/{id}", c.signed(c.cancel))
	c.mux.HandleFunc("GET /{$}", c.home)
	c.mux.HandleFunc("GET /checkout/{ref}", c.show)
	c.mux.HandleFunc("POST /checkout/{ref}", c.decide)
	return c
}

// ServeHTTP serves the protocol and the page.
func (c *Company) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
	c.mux.ServeHTTP(w, r)
}

func (c *Company) signed(h func(http.ResponseWriter, *http.Request, []byte)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || !card.SignedBy(c.key, r.Header.Get(card.SignatureHeader), r.Method+" "+r.URL.EscapedPath(), body, time.Now()) {
			http.Error(w, "signature", http.StatusUnauthorized)
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		h(w, r, body)
	}
}

func (c *Company) take(w http.ResponseWriter, _ *http.Request, body []byte) {
	var o card.SignedOrder
	if json.Unmarshal(body, &o) != nil || o.ID == "" || o.Amount <= 0 || o.Currency != "BRL" || o.Title == "" || o.Expires.IsZero() || o.Back == "" || o.Notify == "" {
		http.Error(w, "order", http.StatusBadRequest)
		return
	}
	known := c.orders[o.ID]
	switch {
	case known == nil && len(c.orders) >= orderLimit:
		http.Error(w, "full", http.StatusServiceUnavailable)
		return
	case known == nil:
		h := hmac.New(sha256.New, c.key)
		h.Write([]byte("checkout " + o.ID))
		known = &order{SignedOrder: o, text: string(body), ref: hex.EncodeToString(h.Sum(nil)[:16])}
		c.orders[o.ID] = known
	case known.text != string(body):
		http.Error(w, "another order has this id", http.StatusConflict)
		return
	}
	answer(w, card.SignedCheckout{Ref: known.ref, Address: c.address + "/checkout/" + known.ref})
}

func (c *Company) read(w http.ResponseWriter, r *http.Request, _ []byte) {
	o := c.orders[r.PathValue("id")]
	if o == nil {
		http.NotFound(w, r)
		return
	}
	answer(w, card.SignedPayments{Payments: o.payments})
}

func (c *Company) cancel(w http.ResponseWriter, r *http.Request, _ []byte) {
	if o := c.orders[r.PathValue("id")]; o != nil {
		if o.state() == card.Paid {
			http.Error(w, "paid", http.StatusConflict)
			return
		}
		o.cancelled = true
	}
	w.WriteHeader(http.StatusNoContent)
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

// state is that of the last payment; "" if there is none.
func (o *order) state() card.State {
	if len(o.payments) == 0 {
		return ""
	}
	return o.payments[len(o.payments)-1].State
}

// open tells whether the order can be paid now.
func (o *order) open(now time.Time) bool {
	s := o.state()
	return !o.cancelled && now.Before(o.Expires) && (s == "" || s == card.Refused)
}

// add makes a payment in that state.
func (o *order) add(s card.State, now time.Time) card.SignedPayment {
	p := card.SignedPayment{ID: o.ref + "-" + strconv.Itoa(len(o.payments)+1), Order: o.ID, Amount: o.Amount, State: s, At: now.Truncate(time.Second)}
	o.payments = append(o.payments, p)
	return p
}

// find returns the order of a page; nil if there is none.
func (c *Company) find(ref string) *order {
	for _, o := range c.orders {
		if hmac.Equal([]byte(o.ref), []byte(ref)) {
			return o
		}
	}
	return nil
}

func (c *Company) home(w http.ResponseWriter, _ *http.Request) {
	writePage(w, http.StatusOK, view{Home: true})
}

func (c *Company) show(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.render(w, c.find(r.PathValue("ref")))
}

// endings are what the buttons of the page lead to.
var endings = map[string]card.State{"pagar": card.Paid, "recusar": card.Refused, "desistir": card.Cancelled}

func (c *Company) decide(w http.ResponseWriter, r *http.Request) {
	ending, known := endings[r.PostFormValue("escolha")]
	if !known {
		http.Error(w, "escolha", http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	o := c.find(r.PathValue("ref"))
	if o == nil || !o.open(time.Now()) {
		defer c.mu.Unlock()
		c.render(w, o)
		return
	}
	p := o.add(ending, time.Now())
	notify := o.Notify
	c.mu.Unlock()
	c.notify(r, notify, p)
	c.show(w, r)
}

// Refund gives the last payment of an order back, as the company's staff would,
// and tells whether there was one.
func (c *Company) Refund(order string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := c.orders[order]
	if o == nil || o.state() != card.Paid {
		return false
	}
	o.payments[len(o.payments)-1].State = card.Refunded
	return true
}

// notify tells of a payment, once.
func (c *Company) notify(r *http.Request, address string, p card.SignedPayment) {
	body, err := json.Marshal(card.SignedNotice{Event: p.ID + "-" + string(p.State), Order: p.Order, Payment: p.ID})
	if err != nil {
		return
	}
	post, err := http.NewRequestWithContext(r.Context(), http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return
	}
	post.Header.Set("Content-Type", "application/json")
	post.Header.Set(card.SignatureHeader, card.Sign(c.key, time.Now(), card.NotificationPurpose, body))
	if answer, err := c.http.Do(post); err == nil {
		_ = answer.Body.Close()
	}
}

// A view is what the page shows.
type view struct {
	Title, Value, Costs, Total, Expires, Back string
	State                                     card.State
	Home, Found, Open                         bool
}

// render writes the page of an order, or that there is none.
func (c *Company) render(w http.ResponseWriter, o *order) {
	if o == nil {
		writePage(w, http.StatusNotFound, view{})
		return
	}
	costs := (o.Amount*perCent + 50) / 100
	writePage(w, http.StatusOK, view{
		Found: true, Open: o.open(time.Now()), State: o.state(),
		Title: o.Title, Value: o.Amount.String(), Costs: costs.String(), Total: (o.Amount + costs).String(),
		Expires: o.Expires.In(time.FixedZone("-03", -3*60*60)).Format("02/01/2006 às 15:04"),
		Back:    o.Back,
	})
}

func writePage(w http.ResponseWriter, status int, v view) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+styleHash+"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = page.Execute(w, v)
}

// styleHash names the page's one style sheet in its policy.
var styleHash = func() string {
	text, err := files.ReadFile("checkout.html")
	if err != nil {
		panic(err)
	}
	_, rest, _ := strings.Cut(string(text), "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	return base64.StdEncoding.EncodeToString(sum[:])
}()
