// Package card sends people to accredited card companies and reads what became
// of it. No card number passes through us: each company has its own page.
//
// Three protocols are behind [Company]: Mercado Pago's Checkout Pro
// ([MercadoPago]), Cielo's Link de Pagamento ([Cielo]), and one of our own for
// any company that will speak it ([Signed]).
//
// # Why
//
// A notification only says where to look. [Company.Verify] refuses what was not
// signed by the company, or was signed long ago; yet even a genuine one is not
// believed, as Cielo signs nothing and order on the way is not kept. Only what
// [Company.Payments] reads back counts. That the same notification acts once is
// the ledger's affair, by [Notice.Event].
//
// Requests are sent once each and redirects are not followed: whoever calls
// knows when to try again, and a credential must not go elsewhere. The text of an
// answer goes into no error, as it may name people.
//
// The companies' own costs are theirs: what we order and compare is the debt.
//
// # The signed protocol
//
// Bodies are JSON in UTF-8, amounts are whole cents of real, times are RFC 3339.
// Every request and notification has the header
//
//	Loja-Signature: t=UNIX,v1=HEX
//
// where UNIX is the second of signing and HEX the HMAC-SHA256, in lower case,
// under the shared key (32 bytes at least) of the lines
//
//	UNIX
//	PURPOSE
//	BODY
//
// joined by one \n each, BODY being the raw bytes, none for a request without
// one. PURPOSE is "notification", or the method and the path below the company's
// address, as in "POST /orders". What is older or newer than five minutes is
// refused.
//
//	POST   /orders       {"id","amount","currency":"BRL","title","expires","back","notify"}
//	                     200 {"ref","address"}; the same order again has the same answer,
//	                     another one under its id 409
//	GET    /orders/ID    200 {"payments":[{"id","order","amount","state","at"}]}, state being
//	                     pending, paid, refused, cancelled or refunded. Of a paid one of which a
//	                     part went back there may be "returned", in cents, and "returned_at"
//	DELETE /orders/ID    204: it cannot be paid any more; also if it never could. 409: it is paid
//
// The company sends the person back to "back", and posts to "notify"
// {"event","order","payment"}, where event names this piece of news for ever.
package card

import (
	"context"
	"errors"
	"net/http"
	"time"

	"lojavirtual/store"
)

// An Order is what a person wants to pay at a company.
type Order struct {
	ID      string // the charge's: 26 to 32 of a-z and 0-9
	Total   store.Money
	Title   string    // what it is for, without personal data
	Expires time.Time // when it should no longer be paid
	Back    string    // https: where the person goes afterwards
	Notify  string    // https: where the company tells us
}

// A Checkout is a company's page for one order.
type Checkout struct {
	Ref     string // the company's name for it
	Address string // https: where to send the person
}

// A State is what became of a payment.
type State string

// The states of a payment.
const (
	Pending   State = "pending" // begun, or in the company's analysis
	Paid      State = "paid"
	Refused   State = "refused"
	Cancelled State = "cancelled" // by the person or by time, before any money moved
	Refunded  State = "refunded"  // given back, or taken back by the bank (chargeback)
)

// A Payment is a try to pay an order, as the company has it now.
type Payment struct {
	ID     string      // the company's
	Order  string      // the Order.ID
	Amount store.Money // as it was paid, whatever went back of it
	State  State
	At     time.Time // when it came to that state, as well as the company tells

	// Of one that is Paid: how much of it has gone back by now, and when that was
	// last changed, as well as the company tells.
	Returned   store.Money
	ReturnedAt time.Time
}

// A Notice is a company's word that there is something to read back. Of Order,
// Ref and Payment those are set that it named.
type Notice struct {
	Event   string // the same for the same news; never ""
	Subject        // what to read back
	Signed  bool   // false: anyone can have sent it, so look no more often than is harmless
}

// A Subject says which payments are meant.
type Subject struct{ Order, Ref, Payment string }

// A Company takes payments by card on a page of its own. Its errors have
// Temporary() bool, and RetryAfter() time.Duration where the company asked for
// time.
type Company interface {
	// Checkout opens a page for the order. Mercado Pago and the signed protocol
	// give the same one to the same order; Cielo makes another, so keep what it
	// returned.
	Checkout(context.Context, Order) (Checkout, error)
	// Verify reads a notification of which body are the raw bytes. It returns
	// ErrForged for one that the company did not sign within five minutes of
	// now, and ErrOther for a genuine one that is of no payment.
	Verify(r *http.Request, body []byte, now time.Time) (Notice, error)
	// Payments reads back what the company knows; none is no error.
	Payments(context.Context, Subject) ([]Payment, error)
	// Cancel closes a page, so that it cannot be paid any more. Closing it twice
	// is no error. What was paid stays paid: read back afterwards.
	Cancel(context.Context, Order, Checkout) error
}

// What Verify returns for a request that is no news.
var (
	ErrForged = errors.New("the notification is not the company's, or too old")
	ErrOther  = errors.New("the notification is of no payment")
)

// window is how far the time of a signature may be from ours.
const window = 5 * time.Minute

func fresh(at, now time.Time) bool { return now.Sub(at).Abs() <= window }
