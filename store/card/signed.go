package card

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"lojavirtual/store"
)

// Signed speaks the protocol that the package's comment defines.
type Signed struct {
	client
	key []byte
}

// NewSigned has the address of a company and the key that it shares with us.
func NewSigned(address string, key []byte) *Signed { return &Signed{newClient(address), key} }

// SignatureHeader is the header of a signature.
const SignatureHeader = "Loja-Signature"

// NotificationPurpose is the purpose of a notification's signature.
const NotificationPurpose = "notification"

// Sign returns the value of the header for a purpose and the raw body.
func Sign(key []byte, at time.Time, purpose string, body []byte) string {
	t := strconv.FormatInt(at.Unix(), 10)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac(key, signedText(t, purpose, body)))
}

// SignedBy tells in constant time whether the header's value is what [Sign]
// returns within five minutes of now.
func SignedBy(key []byte, value, purpose string, body []byte, now time.Time) bool {
	parts := signatureForm.FindStringSubmatch(value)
	if parts == nil || !matches(key, signedText(parts[1], purpose, body), parts[2]) {
		return false
	}
	at, err := strconv.ParseInt(parts[1], 10, 64)
	return err == nil && fresh(time.Unix(at, 0), now)
}

var signatureForm = regexp.MustCompile(`^t=([0-9]{1,12}),v1=([0-9a-f]{64})$`)

func signedText(t, purpose string, body []byte) []byte {
	return append([]byte(t+"\n"+purpose+"\n"), body...)
}

// A SignedOrder is an [Order] as the protocol writes it.
type SignedOrder struct {
	ID       string      `json:"id"`
	Amount   store.Money `json:"amount"`
	Currency string      `json:"currency"`
	Title    string      `json:"title"`
	Expires  time.Time   `json:"expires"`
	Back     string      `json:"back"`
	Notify   string      `json:"notify"`
}

// A SignedCheckout is a [Checkout] as the protocol writes it.
type SignedCheckout struct {
	Ref     string `json:"ref"`
	Address string `json:"address"`
}

// A SignedPayment is a [Payment] as the protocol writes it.
type SignedPayment struct {
	ID     string      `json:"id"`
	Order  string      `json:"order"`
	Amount store.Money `json:"amount"`
	State  State       `json:"state"`
	At     time.Time   `json:"at"`

	Returned   store.Money `json:"returned,omitempty"`
	ReturnedAt time.Time   `json:"returned_at,omitzero"`
}

// SignedPayments is the answer to a read back.
type SignedPayments struct {
	Payments []SignedPayment `json:"payments"`
}

// A SignedNotice is a [Notice] as the protocol writes it.
type SignedNotice struct {
	Event   string `json:"event"`
	Order   string `json:"order"`
	Payment string `json:"payment"`
}

func (s *Signed) call(ctx context.Context, method, path string, body []byte, into any) error {
	return s.do(ctx, method, path, http.Header{
		"Content-Type":  {"application/json"},
		SignatureHeader: {Sign(s.key, time.Now(), method+" "+path, body)},
	}, body, into)
}

// Checkout posts the order.
func (s *Signed) Checkout(ctx context.Context, o Order) (Checkout, error) {
	body, err := json.Marshal(SignedOrder{o.ID, o.Total, "BRL", o.Title, o.Expires.Truncate(time.Second), o.Back, o.Notify})
	if err != nil {
		return Checkout{}, err
	}
	var made SignedCheckout
	if err := s.call(ctx, http.MethodPost, "/orders", body, &made); err != nil {
		return Checkout{}, err
	}
	return s.page(made.Ref, made.Address)
}

// Cancel deletes the order. That it is paid already is no error.
func (s *Signed) Cancel(ctx context.Context, o Order, _ Checkout) error {
	err := s.call(ctx, http.MethodDelete, "/orders/"+url.PathEscape(o.ID), nil, nil)
	if answers(err, http.StatusConflict) {
		return nil
	}
	return err
}

// Verify checks the signature of the body, and reads it.
func (s *Signed) Verify(r *http.Request, body []byte, now time.Time) (Notice, error) {
	if !SignedBy(s.key, r.Header.Get(SignatureHeader), NotificationPurpose, body, now) {
		return Notice{}, ErrForged
	}
	var n SignedNotice
	if err := json.Unmarshal(body, &n); err != nil || n.Event == "" || n.Order == "" {
		return Notice{}, ErrOther
	}
	return Notice{n.Event, Subject{Order: n.Order, Payment: n.Payment}, true}, nil
}

// Payments reads all payments of the order.
func (s *Signed) Payments(ctx context.Context, about Subject) ([]Payment, error) {
	if about.Order == "" {
		return nil, errors.New("card: the signed protocol needs the order to read back")
	}
	var answer SignedPayments
	err := s.call(ctx, http.MethodGet, "/orders/"+url.PathEscape(about.Order), nil, &answer)
	if answers(err, http.StatusNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var payments []Payment
	for _, p := range answer.Payments {
		switch p.State {
		case Pending, Paid, Refused, Cancelled, Refunded:
		default:
			return nil, errors.New("card: the company has a payment of a state unknown to us")
		}
		if p.ID == "" || p.Order != about.Order || p.Amount < 0 || p.Returned < 0 {
			return nil, errors.New("card: the company has a payment without id, of another order or less than nothing")
		}
		payments = append(payments, Payment(p))
	}
	return payments, nil
}
