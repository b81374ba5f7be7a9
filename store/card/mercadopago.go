package card

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"lojavirtual/store"
)

// MercadoPago speaks Checkout Pro: preferences, payments and signed webhooks.
//
// The fields of a preference are those of the official Go SDK
// (github.com/mercadopago/sdk-go, pkg/preference); the signature is as
// https://www.mercadopago.com.br/developers/pt/docs/your-integrations/notifications/webhooks
// has it. Nothing here was tried with a real account, and two things could not be
// verified: that the key X-Idempotency-Key holds for preferences, and that a
// preference may be made to expire at once.
type MercadoPago struct {
	client
	token  string
	secret []byte
}

// NewMercadoPago has the access token of an application and the secret of its
// webhooks. The address is "" for the real one.
func NewMercadoPago(address, token string, secret []byte) *MercadoPago {
	if address == "" {
		address = "https://api.mercadopago.com"
	}
	return &MercadoPago{newClient(address), token, secret}
}

// mercadoPagoTime is how Mercado Pago writes a time, with milliseconds and the
// offset.
const mercadoPagoTime = "2006-01-02T15:04:05.000-07:00"

// Checkout makes a preference. Its binary mode leaves nothing in analysis, so
// that the person knows at once.
func (m *MercadoPago) Checkout(ctx context.Context, o Order) (Checkout, error) {
	body, err := json.Marshal(map[string]any{
		"external_reference": o.ID,
		"items":              []any{map[string]any{"id": o.ID, "title": o.Title, "quantity": 1, "currency_id": "BRL", "unit_price": reais(o.Total)}},
		"expires":            true,
		"expiration_date_to": o.Expires.Format(mercadoPagoTime),
		"date_of_expiration": o.Expires.Format(mercadoPagoTime),
		"back_urls":          map[string]string{"success": o.Back, "pending": o.Back, "failure": o.Back},
		"notification_url":   o.Notify + "?source_news=webhooks", // else older notifications (IPN), which are not signed, come as well
		"binary_mode":        true,
	})
	if err != nil {
		return Checkout{}, err
	}
	header := jsonHeader("Bearer " + m.token)
	header.Set("X-Idempotency-Key", o.ID)
	var made struct {
		ID        string `json:"id"`
		InitPoint string `json:"init_point"`
	}
	if err := m.do(ctx, http.MethodPost, "/checkout/preferences", header, body, &made); err != nil {
		return Checkout{}, err
	}
	return m.page(made.ID, made.InitPoint)
}

// Cancel makes the preference expire now.
func (m *MercadoPago) Cancel(ctx context.Context, _ Order, c Checkout) error {
	body, err := json.Marshal(map[string]any{"expires": true, "expiration_date_to": time.Now().Format(mercadoPagoTime)})
	if err != nil {
		return err
	}
	return m.do(ctx, http.MethodPut, "/checkout/preferences/"+url.PathEscape(c.Ref), jsonHeader("Bearer "+m.token), body, nil)
}

// digits are the ids of payments.
var digits = regexp.MustCompile(`^[0-9]{1,20}$`)

// Verify checks x-signature, "ts=…,v1=…": the HMAC-SHA256 of
// "id:DATA.ID;request-id:X-REQUEST-ID;ts:TS;", where DATA.ID is of the address
// and a part whose value is missing is left out. The documentation wants DATA.ID
// in lower case, the SDKs since June 2026 as it came
// (github.com/mercadopago/sdk-java/issues/420): for payments, whose ids are
// digits, it is the same, and others are not looked at. TS is in seconds in older
// examples and in milliseconds in newer ones.
//
// The body is not signed, so nothing is taken from it. The signature names the
// event: a repetition has the same, as nothing in it may differ.
func (m *MercadoPago) Verify(r *http.Request, _ []byte, now time.Time) (Notice, error) {
	var ts, v1 string
	for part := range strings.SplitSeq(r.Header.Get("X-Signature"), ",") {
		switch name, value, _ := strings.Cut(strings.TrimSpace(part), "="); name {
		case "ts":
			ts = value
		case "v1":
			v1 = value
		}
	}
	query := r.URL.Query()
	id := query.Get("data.id")
	manifest := ""
	for _, part := range [][2]string{{"id", id}, {"request-id", r.Header.Get("X-Request-Id")}, {"ts", ts}} {
		if part[1] != "" {
			manifest += part[0] + ":" + part[1] + ";"
		}
	}
	if !matches(m.secret, []byte(manifest), v1) {
		return Notice{}, ErrForged
	}
	at, err := strconv.ParseInt(ts, 10, 64)
	if err != nil {
		return Notice{}, ErrForged
	}
	signed := time.Unix(at, 0)
	if at >= 1e11 {
		signed = time.UnixMilli(at)
	}
	if !fresh(signed, now) {
		return Notice{}, ErrForged
	}
	if topic := query.Get("type"); topic != "" && topic != "payment" || !digits.MatchString(id) {
		return Notice{}, ErrOther
	}
	return Notice{Event: v1, Subject: Subject{Payment: id}, Signed: true}, nil
}

// matches tells in constant time whether the hexadecimal digits are the
// HMAC-SHA256 of the text.
func matches(key, text []byte, digits string) bool {
	got, err := hex.DecodeString(digits)
	return err == nil && len(key) > 0 && digits == strings.ToLower(digits) && hmac.Equal(got, mac(key, text))
}

func mac(key, text []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(text)
	return h.Sum(nil)
}

// mercadoPagoStates are the statuses of a payment
// (https://www.mercadopago.com.br/developers/pt/reference/payments/_payments_id/get).
// A payment in mediation was made and is disputed: it is paid until given back.
var mercadoPagoStates = map[string]State{
	"pending":      Pending,
	"authorized":   Pending,
	"in_process":   Pending,
	"approved":     Paid,
	"in_mediation": Paid,
	"rejected":     Refused,
	"cancelled":    Cancelled,
	"refunded":     Refunded,
	"charged_back": Refunded,
}

type mercadoPagoPayment struct {
	ID        json.Number `json:"id"`
	Reference string      `json:"external_reference"`
	Status    string      `json:"status"`
	Currency  string      `json:"currency_id"`
	Amount    json.Number `json:"transaction_amount"`
	Returned  json.Number `json:"transaction_amount_refunded"`
	Created   time.Time   `json:"date_created"`
	Approved  time.Time   `json:"date_approved"`
	Updated   time.Time   `json:"date_last_updated"`
}

// payment reads one. What was given back in part is a sum and no list: how often,
// and when, is not told.
func (p mercadoPagoPayment) payment() (Payment, error) {
	state, known := mercadoPagoStates[p.Status]
	if !known || p.Currency != "BRL" || !digits.MatchString(string(p.ID)) {
		return Payment{}, errors.New("card: Mercado Pago has a payment of a status, currency or id unknown to us")
	}
	amount, err := decimal(p.Amount)
	if err != nil {
		return Payment{}, err
	}
	var returned store.Money
	if state == Paid && p.Returned != "" {
		if returned, err = decimal(p.Returned); err != nil {
			return Payment{}, err
		}
	}
	at := p.Updated
	if state == Paid && !p.Approved.IsZero() {
		at = p.Approved
	} else if at.IsZero() {
		at = p.Created
	}
	return Payment{string(p.ID), p.Reference, amount, state, at, returned, p.Updated}, nil
}

// pages is how many pages of fifty payments are read for one order.
const pages = 10

// Payments reads the payment by its id, or else all of the order.
func (m *MercadoPago) Payments(ctx context.Context, s Subject) ([]Payment, error) {
	var found []mercadoPagoPayment
	switch {
	case s.Payment != "":
		var one mercadoPagoPayment
		err := m.do(ctx, http.MethodGet, "/v1/payments/"+url.PathEscape(s.Payment), jsonHeader("Bearer "+m.token), nil, &one)
		if answers(err, http.StatusNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		found = append(found, one)
	case s.Order != "":
		for page := range pages {
			var answer struct {
				Results []mercadoPagoPayment
				Paging  struct{ Total int }
			}
			query := url.Values{"external_reference": {s.Order}, "sort": {"date_created"}, "criteria": {"asc"}, "limit": {"50"}, "offset": {fmt.Sprint(50 * page)}}
			if err := m.do(ctx, http.MethodGet, "/v1/payments/search?"+query.Encode(), jsonHeader("Bearer "+m.token), nil, &answer); err != nil {
				return nil, err
			}
			found = append(found, answer.Results...)
			if len(answer.Results) == 0 || len(found) >= answer.Paging.Total {
				break
			}
		}
	default:
		return nil, errors.New("card: Mercado Pago needs a payment or an order to read back")
	}
	var payments []Payment
	for _, f := range found {
		p, err := f.payment()
		if err != nil {
			return nil, err
		}
		if s.Order == "" || p.Order == s.Order {
			payments = append(payments, p)
		}
	}
	return payments, nil
}
