package cardtest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// MercadoPago is a Mercado Pago on loopback.
type MercadoPago struct {
	server
	Token  string
	Secret []byte

	preferences []mercadoPagoPreference
	payments    []mercadoPagoPayment
}

type mercadoPagoPreference struct {
	ID, order string
	amount    json.Number
	expires   time.Time
}

type mercadoPagoPayment struct {
	ID        int64       `json:"id"`
	Reference string      `json:"external_reference"`
	Status    string      `json:"status"`
	Currency  string      `json:"currency_id"`
	Amount    json.Number `json:"transaction_amount"`
	Returned  json.Number `json:"transaction_amount_refunded"`
	Created   string      `json:"date_created"`
	Approved  *string     `json:"date_approved"`
	Updated   string      `json:"date_last_updated"`
}

// NewMercadoPago starts one, which ends with the test.
func NewMercadoPago(t testing.TB) *MercadoPago {
	m := &MercadoPago{Token: "APP_USR-token", Secret: []byte("webhook secret")}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /checkout/preferences", m.prefer)
	mux.HandleFunc("PUT /checkout/preferences/{id}", m.change)
	mux.HandleFunc("GET /v1/payments/{id}", m.read)
	mux.HandleFunc("GET /v1/payments/search", m.search)
	m.start(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+m.Token {
			m.refuse(w, http.StatusUnauthorized, "invalid access token")
			return
		}
		mux.ServeHTTP(w, r)
	}))
	return m
}

// withOffset is a time as Mercado Pago reads it.
var withOffset = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$`)

var twoDecimals = regexp.MustCompile(`^[0-9]+(\.[0-9]{1,2})?$`)

func (m *MercadoPago) prefer(w http.ResponseWriter, r *http.Request) {
	var p struct {
		Reference string `json:"external_reference"`
		Items     []struct {
			Title    string      `json:"title"`
			Quantity int         `json:"quantity"`
			Currency string      `json:"currency_id"`
			Price    json.Number `json:"unit_price"`
		} `json:"items"`
		Expires bool              `json:"expires"`
		To      string            `json:"expiration_date_to"`
		Back    map[string]string `json:"back_urls"`
		Notify  string            `json:"notification_url"`
	}
	key := r.Header.Get("X-Idempotency-Key")
	switch err := json.NewDecoder(r.Body).Decode(&p); {
	case err != nil:
		m.refuse(w, http.StatusBadRequest, "no JSON")
		return
	case r.Header.Get("Content-Type") != "application/json":
		m.refuse(w, http.StatusUnsupportedMediaType, "no JSON by its header")
		return
	case key == "" || p.Reference == "":
		m.refuse(w, http.StatusBadRequest, "no idempotency key or reference")
		return
	case len(p.Items) != 1 || p.Items[0].Title == "" || p.Items[0].Quantity != 1 || p.Items[0].Currency != "BRL" || !twoDecimals.MatchString(string(p.Items[0].Price)):
		m.refuse(w, http.StatusBadRequest, "items")
		return
	case !p.Expires || !withOffset.MatchString(p.To):
		m.refuse(w, http.StatusBadRequest, "expiration_date_to")
		return
	case !secure(p.Back["success"]) || !secure(p.Back["pending"]) || !secure(p.Back["failure"]) || !secure(p.Notify):
		m.refuse(w, http.StatusBadRequest, "back_urls or notification_url")
		return
	case !strings.HasSuffix(p.Notify, "?source_news=webhooks"): // the real one takes it, and sends unsigned news as well
		m.refuse(w, http.StatusBadRequest, "notification_url wants all kinds of news")
		return
	}
	for _, old := range m.preferences {
		if old.ID == "pref-"+key {
			m.preferred(w, old)
			return
		}
	}
	to, _ := time.Parse("2006-01-02T15:04:05.000-07:00", p.To)
	made := mercadoPagoPreference{ID: "pref-" + key, order: p.Reference, amount: p.Items[0].Price, expires: to}
	m.preferences = append(m.preferences, made)
	m.preferred(w, made)
}

func (m *MercadoPago) preferred(w http.ResponseWriter, p mercadoPagoPreference) {
	answer(w, http.StatusCreated, map[string]string{"id": p.ID, "init_point": m.Address + "/checkout/v1/redirect?pref_id=" + p.ID})
}

func (m *MercadoPago) change(w http.ResponseWriter, r *http.Request) {
	var p struct {
		Expires bool   `json:"expires"`
		To      string `json:"expiration_date_to"`
	}
	if json.NewDecoder(r.Body).Decode(&p) != nil || !p.Expires || !withOffset.MatchString(p.To) {
		m.refuse(w, http.StatusBadRequest, "expiration_date_to")
		return
	}
	for i := range m.preferences {
		if m.preferences[i].ID == r.PathValue("id") {
			m.preferences[i].expires, _ = time.Parse("2006-01-02T15:04:05.000-07:00", p.To)
			m.preferred(w, m.preferences[i])
			return
		}
	}
	m.refuse(w, http.StatusNotFound, "no such preference")
}

func (m *MercadoPago) read(w http.ResponseWriter, r *http.Request) {
	for _, p := range m.payments {
		if strconv.FormatInt(p.ID, 10) == r.PathValue("id") {
			answer(w, http.StatusOK, p)
			return
		}
	}
	m.refuse(w, http.StatusNotFound, "no such payment")
}

func (m *MercadoPago) search(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	found := []mercadoPagoPayment{}
	for _, p := range m.payments {
		if p.Reference == q.Get("external_reference") {
			found = append(found, p)
		}
	}
	limit, _ := strconv.Atoi(q.Get("limit"))
	offset, _ := strconv.Atoi(q.Get("offset"))
	total := len(found)
	found = found[min(offset, total):min(offset+limit, total)]
	answer(w, http.StatusOK, map[string]any{"results": found, "paging": map[string]int{"total": total, "limit": limit, "offset": offset}})
}

// Preferences is how many preferences were made.
func (m *MercadoPago) Preferences() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.preferences)
}

// Closed tells whether the order's preference has expired at that time.
func (m *MercadoPago) Closed(order string, at time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.preferences {
		if p.order == order {
			return !at.Before(p.expires)
		}
	}
	return true
}

// Pay makes a payment of an order in a status such as approved, of the order's
// amount, and returns its id; "" if there is no such order.
func (m *MercadoPago) Pay(order, status string, at time.Time) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.preferences {
		if p.order != order {
			continue
		}
		when := at.Format("2006-01-02T15:04:05.000-07:00")
		made := mercadoPagoPayment{
			ID: 7_000_000_000 + int64(len(m.payments)), Reference: order, Status: status, Currency: "BRL",
			Amount: p.amount, Returned: "0", Created: when, Updated: when,
		}
		if status == "approved" {
			made.Approved = &when
		}
		m.payments = append(m.payments, made)
		return strconv.FormatInt(made.ID, 10)
	}
	return ""
}

// Set gives a payment another status, such as refunded or charged_back, and the
// sum that went back.
func (m *MercadoPago) Set(payment, status, returned string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.payments {
		if strconv.FormatInt(m.payments[i].ID, 10) == payment {
			m.payments[i].Status, m.payments[i].Returned = status, json.Number(returned)
		}
	}
}

// Notify returns the notification of a payment, signed with the secret at that
// time: one made with another secret is forged.
func (m *MercadoPago) Notify(payment string, secret []byte, at time.Time) (*http.Request, []byte) {
	body := []byte(`{"action":"payment.updated","type":"payment","data":{"id":"` + payment + `"}}`)
	ts, request := strconv.FormatInt(at.UnixMilli(), 10), "request-"+payment
	h := hmac.New(sha256.New, secret)
	fmt.Fprintf(h, "id:%s;request-id:%s;ts:%s;", payment, request, ts)
	r := httptest.NewRequest(http.MethodPost, "/?data.id="+payment+"&type=payment", nil)
	r.Header.Set("X-Request-Id", request)
	r.Header.Set("X-Signature", "ts="+ts+",v1="+hex.EncodeToString(h.Sum(nil)))
	return r, body
}
