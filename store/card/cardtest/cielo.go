package cardtest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"
)

// Cielo is a Cielo on loopback.
type Cielo struct {
	server
	ID, Secret string

	token int
	links []cieloLink
}

type cieloLink struct {
	id, order string
	price     int64
	gone      bool
	payments  []map[string]any
}

// NewCielo starts one, which ends with the test.
func NewCielo(t testing.TB) *Cielo {
	c := &Cielo{ID: "b521b6b2-b9b4-4a30-881d-3b63dece0006", Secret: "client secret"}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/public/v2/token", c.login)
	mux.HandleFunc("POST /api/public/v1/products/", c.known(c.create))
	mux.HandleFunc("DELETE /api/public/v1/products/{id}", c.known(c.remove))
	mux.HandleFunc("GET /api/public/v1/products/{id}/payments", c.known(c.list))
	c.start(t, mux)
	return c
}

func (c *Cielo) login(w http.ResponseWriter, r *http.Request) {
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte(c.ID+":"+c.Secret))
	if r.Header.Get("Authorization") != basic || r.FormValue("grant_type") != "client_credentials" {
		c.refuse(w, http.StatusUnauthorized, "invalid client")
		return
	}
	c.token++
	answer(w, http.StatusCreated, map[string]any{"access_token": c.current(), "token_type": "bearer", "expires_in": 1199})
}

func (c *Cielo) current() string { return fmt.Sprintf("token-%d", c.token) }

// Forget makes the token that was given expire.
func (c *Cielo) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.token++
}

func (c *Cielo) known(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+c.current() {
			c.refuse(w, http.StatusUnauthorized, "invalid token")
			return
		}
		h(w, r)
	}
}

func (c *Cielo) create(w http.ResponseWriter, r *http.Request) {
	var p struct {
		Type, Name, SKU string
		Price           int64
		Quantity        int
		ExpirationDate  string
		Shipping        struct{ Type string }
	}
	if json.NewDecoder(r.Body).Decode(&p) != nil || p.Type != "Payment" || p.Name == "" || len(p.Name) > 128 || len(p.SKU) > 32 || p.Price <= 0 || p.Quantity != 1 || p.Shipping.Type != "WithoutShipping" {
		c.refuse(w, http.StatusBadRequest, "a field is missing or wrong")
		return
	}
	if _, err := time.Parse(time.DateOnly, p.ExpirationDate); err != nil {
		c.refuse(w, http.StatusBadRequest, "expirationDate")
		return
	}
	link := cieloLink{id: fmt.Sprintf("529aca91-2961-4976-8f7d-%012d", len(c.links)), order: p.SKU, price: p.Price}
	c.links = append(c.links, link)
	answer(w, http.StatusCreated, map[string]any{"id": link.id, "shortUrl": c.Address + "/l/" + link.id, "price": link.price})
}

// link returns that of the id; nil if there is none or it was deleted.
func (c *Cielo) link(id string) *cieloLink {
	for i := range c.links {
		if c.links[i].id == id {
			return &c.links[i]
		}
	}
	return nil
}

func (c *Cielo) remove(w http.ResponseWriter, r *http.Request) {
	l := c.link(r.PathValue("id"))
	if l == nil || l.gone {
		c.refuse(w, http.StatusNotFound, "no such link")
		return
	}
	l.gone = true
	w.WriteHeader(http.StatusNoContent)
}

func (c *Cielo) list(w http.ResponseWriter, r *http.Request) {
	l := c.link(r.PathValue("id"))
	if l == nil {
		c.refuse(w, http.StatusNotFound, "no such link")
		return
	}
	answer(w, http.StatusOK, map[string]any{"$id": "1", "productId": l.id, "orders": l.payments})
}

// Links is how many links were made.
func (c *Cielo) Links() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.links)
}

// Pay makes a transaction of a link in a status such as Paid, and returns its
// order number; "" if the link is not there any more.
func (c *Cielo) Pay(link, status string, at time.Time) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.link(link)
	if l == nil || l.gone {
		return ""
	}
	number := fmt.Sprintf("b74df3e3c1ac49ccb7ad%012d", len(l.payments))
	when := at.In(time.FixedZone("-03", -3*60*60)).Format("2006-01-02T15:04:05.000")
	l.payments = append(l.payments, map[string]any{
		"orderNumber": number, "createdDate": when,
		"payment": map[string]any{"price": l.price, "numberOfPayments": 1, "createdDate": when, "status": status},
	})
	return number
}

// Set gives a transaction another status, such as Voided or Chargeback.
func (c *Cielo) Set(link, number, status string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.link(link).payments {
		if p["orderNumber"] == number {
			p["payment"].(map[string]any)["status"] = status
		}
	}
}

// Notify returns the notification of a transaction, which is not signed: anyone
// can make one. The status is a number, as there.
func (c *Cielo) Notify(link, number, status string) (*http.Request, []byte) {
	body := []byte(url.Values{"checkout_cielo_order_number": {number}, "product_id": {link}, "payment_status": {status}, "amount": {"1"}, "test_transaction": {"False"}}.Encode())
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r, body
}
