// Package ledger says where a charge stands, from all that was ever heard of it.
//
// # Why
//
// News of a payment is lost, told again and told in the wrong order: a webhook
// comes after the polling that found the same payment, a confirmation after we
// let the charge expire. So nothing here depends on what came when. [Of] is a
// function of the set of events: it is computed anew from all of them whenever
// there is one more, and an event that comes again is the same set. What we did
// ourselves, such as opening a charge, is an event like those of providers.
//
// # The lattice
//
// The state is the highest that any event leads to:
//
//	state      is led to by                         the debts are
//	---------  -----------------------------------  -------------------------------
//	offered    no event                             free
//	open       opened                               held (card) or kept apart (PIX)
//	expired    expired                              free again
//	refused    refused                              free again
//	cancelled  cancelled                            free again
//	paid       a payment of the sum or more         paid
//	refunded   such payments, all of which went     free again
//	           back so far that none of them
//	           has the sum any more
//
// One more event never lowers the state nor takes a mark away, as long as a
// provider does not contradict itself on a payment, with one exception: a
// refund, for it undoes a payment. So a second payment after the first went back
// makes a refunded charge paid again, as it should.
//
// # Payments and marks
//
// A payment is known by the provider's name for it. Two events of one payment
// with different amounts are one payment of the larger; its refunds are added
// up, each counted once, and the most that is known to have gone back counts. A
// payment stands until all of it went back. The marks are those of all that stand:
//
//	short   less than the sum was paid; it does not count as paid. Or a part
//	        is left of what was paid and refunded
//	over    more than the sum is here
//	late    paid after the charge expired, or after it was cancelled
//	double  it is not the only one that stands, or what it pays had been paid by
//	        other means before (ChargeEvent.Already)
//
// Late goes by the time of the payment, not of the news: who paid in time and
// was heard of late has done nothing wrong. A refusal does not make what follows
// late, for people try another card.
package ledger

import (
	"time"

	"lojavirtual/store"
)

// Standing is what all events of a charge come to.
type Standing struct {
	State    store.ChargeState
	Marks    store.ChargeMarks
	Received store.Money // of all payments, what has not gone back
	PaidAt   time.Time   // of the first payment that stands and has the sum; zero unless paid
}

// rank orders the states.
var rank = map[store.ChargeState]int{
	store.ChargeOffered: 0, store.ChargeOpen: 1, store.ChargeExpired: 2, store.ChargeRefused: 3, store.ChargeCancelled: 4,
	store.ChargePaid: 5, store.ChargeRefunded: 6,
}

// leads is the state that each event leads to which is not about money.
var leads = map[store.ChargeEventKind]store.ChargeState{
	store.EventOpened: store.ChargeOpen, store.EventExpired: store.ChargeExpired,
	store.EventRefused: store.ChargeRefused, store.EventCancelled: store.ChargeCancelled,
}

// Live tells whether a charge may still be paid by who was sent to pay it.
func Live(s store.ChargeState) bool { return s == store.ChargeOffered || s == store.ChargeOpen }

// A payment is all that is known of one.
type payment struct {
	gross   store.Money
	at      time.Time // the earliest that was told
	already bool
	whole   bool // a refund of all of it is known
	refunds map[string]store.Money
	back    store.Money // the most that is known to have gone back by then
}

// net is what has not gone back.
func (p payment) net() store.Money {
	if p.whole {
		return 0
	}
	var back store.Money
	for _, refund := range p.refunds {
		back += refund
	}
	return max(p.gross-max(back, p.back), 0)
}

// Of is where a charge of that sum and expiry stands after the events, in any
// order and with any repetitions. Payments and refunds of nothing, and events of
// kinds that it does not know, do not count.
func Of(total store.Money, expires time.Time, events []store.ChargeEvent) Standing {
	s := Standing{State: store.ChargeOffered}
	raise := func(to store.ChargeState) {
		if rank[to] > rank[s.State] {
			s.State = to
		}
	}
	payments := map[string]*payment{}
	of := func(name string) *payment {
		if payments[name] == nil {
			payments[name] = &payment{refunds: map[string]store.Money{}}
		}
		return payments[name]
	}
	deadline := expires
	for _, e := range events {
		switch e.Kind {
		case store.EventPaid:
			p := of(e.Payment)
			p.gross = max(p.gross, e.Amount)
			p.already = p.already || e.Already
			if p.at.IsZero() || e.At.Before(p.at) {
				p.at = e.At
			}
		case store.EventRefunded:
			p := of(e.Payment)
			p.refunds[e.ID] = max(p.refunds[e.ID], e.Amount)
			p.whole = p.whole || e.Amount == 0
		case store.EventReturned:
			p := of(e.Payment)
			p.back = max(p.back, e.Amount)
		default:
			if to, known := leads[e.Kind]; known {
				raise(to)
			}
			if e.Kind == store.EventCancelled && e.At.Before(deadline) {
				deadline = e.At
			}
		}
	}
	standing := 0
	for _, p := range payments {
		net := p.net()
		switch {
		case net >= total && net > 0:
			if s.PaidAt.IsZero() || p.at.Before(s.PaidAt) {
				s.PaidAt = p.at
			}
		case p.gross >= total && p.gross > 0:
			raise(store.ChargeRefunded)
		}
		if net == 0 {
			continue
		}
		standing++
		s.Received += net
		s.Marks = s.Marks.Or(store.ChargeMarks{
			Late: p.at.After(deadline), Double: p.already, Short: p.gross < total, Over: net > total,
		})
	}
	s.Marks.Double = s.Marks.Double || standing > 1
	switch {
	case !s.PaidAt.IsZero():
		s.State = store.ChargePaid
	case s.State == store.ChargeRefunded && s.Received > 0:
		s.Marks.Short = true
	}
	return s
}
