package ledger_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lojavirtual/store"
	"lojavirtual/store/ledger"
)

const sum store.Money = 10000

var (
	start   = time.Date(2026, time.May, 20, 9, 0, 0, 0, store.Zone)
	expires = start.Add(30 * time.Minute)
)

func at(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }

func happened(kind store.ChargeEventKind, minutes int) store.ChargeEvent {
	return store.ChargeEvent{Provider: "x", ID: fmt.Sprintf("%s %d", kind, minutes), Kind: kind, At: at(minutes)}
}

func paid(payment string, amount store.Money, minutes int) store.ChargeEvent {
	e := happened(store.EventPaid, minutes)
	e.ID, e.Payment, e.Amount = payment, payment, amount
	return e
}

func refunded(payment, id string, amount store.Money) store.ChargeEvent {
	e := happened(store.EventRefunded, 60)
	e.ID, e.Payment, e.Amount = id, payment, amount
	return e
}

// returned is that so much has gone back by now.
func returned(payment string, amount store.Money) store.ChargeEvent {
	e := happened(store.EventReturned, 60)
	e.ID, e.Payment, e.Amount = fmt.Sprint(payment, " returned ", amount), payment, amount
	return e
}

func already(e store.ChargeEvent) store.ChargeEvent {
	e.Already = true
	return e
}

// short is a standing in words: "paid double late".
func short(s ledger.Standing) string {
	return strings.TrimSpace(string(s.State) + " " + s.Marks.String())
}

// Every row of the lattice, and every mark, by name.
func TestOf(t *testing.T) {
	opened, late := happened(store.EventOpened, 1), happened(store.EventExpired, 30)
	for _, c := range []struct {
		name     string
		events   []store.ChargeEvent
		want     string
		received store.Money
		paid     int // minutes, 0 if it is not
	}{
		{"nothing", nil, "offered", 0, 0},
		{"opened", []store.ChargeEvent{opened}, "open", 0, 0},
		{"expired", []store.ChargeEvent{opened, late}, "expired", 0, 0},
		{"expired without having been opened", []store.ChargeEvent{late}, "expired", 0, 0},
		{"refused, and expired after it", []store.ChargeEvent{opened, happened(store.EventRefused, 5), late}, "refused", 0, 0},
		{"cancelled", []store.ChargeEvent{opened, happened(store.EventCancelled, 5), happened(store.EventRefused, 6)}, "cancelled", 0, 0},
		{"paid", []store.ChargeEvent{opened, paid("a", sum, 5)}, "paid", sum, 5},
		{"paid and told twice", []store.ChargeEvent{opened, paid("a", sum, 5), paid("a", sum, 5)}, "paid", sum, 5},
		{"paid by another card", []store.ChargeEvent{opened, happened(store.EventRefused, 5), paid("a", sum, 6)}, "paid", sum, 6},
		{"paid in time and heard of late", []store.ChargeEvent{opened, late, paid("a", sum, 30)}, "paid", sum, 30},
		{"paid late", []store.ChargeEvent{opened, late, paid("a", sum, 31)}, "paid late", sum, 31},
		{"paid after it was cancelled", []store.ChargeEvent{happened(store.EventCancelled, 5), paid("a", sum, 6)}, "paid late", sum, 6},
		{"paid before it was cancelled", []store.ChargeEvent{happened(store.EventCancelled, 7), paid("a", sum, 6)}, "paid", sum, 6},
		{"a cent short", []store.ChargeEvent{opened, paid("a", sum-1, 5)}, "open short", sum - 1, 0},
		{"a cent over", []store.ChargeEvent{opened, paid("a", sum+1, 5)}, "paid over", sum + 1, 5},
		{"short twice is not paid", []store.ChargeEvent{opened, paid("a", sum/2, 5), paid("b", sum/2, 6)}, "open double short", sum, 0},
		{"paid twice", []store.ChargeEvent{opened, paid("b", sum, 6), paid("a", sum, 5)}, "paid double", 2 * sum, 5},
		{"paid by other means before", []store.ChargeEvent{already(paid("a", sum, 5))}, "paid double", sum, 5},
		{"refunded", []store.ChargeEvent{opened, paid("a", sum, 5), refunded("a", "r", 0)}, "refunded", 0, 0},
		{"refunded by its amount", []store.ChargeEvent{opened, paid("a", sum, 5), refunded("a", "r", sum)}, "refunded", 0, 0},
		{"the refund is heard of first", []store.ChargeEvent{refunded("a", "r", sum), opened, paid("a", sum, 5)}, "refunded", 0, 0},
		{"a refund alone", []store.ChargeEvent{opened, refunded("a", "r", sum)}, "open", 0, 0},
		{"a part went back", []store.ChargeEvent{paid("a", sum, 5), refunded("a", "r", 1)}, "refunded short", sum - 1, 0},
		{"a part has gone back, and more since", []store.ChargeEvent{returned("a", 4000), paid("a", sum, 5), returned("a", 900)}, "refunded short", sum - 4000, 0},
		{"all has gone back", []store.ChargeEvent{paid("a", sum, 5), returned("a", 900), returned("a", sum)}, "refunded", 0, 0},
		{"what was over has gone back", []store.ChargeEvent{paid("a", sum+500, 5), returned("a", 500)}, "paid", sum, 5},
		{"a part of the second of two has gone back", []store.ChargeEvent{paid("a", sum, 5), paid("b", sum, 6), returned("b", 900)}, "paid double", 2*sum - 900, 5},
		{"all went back in parts, one told twice", []store.ChargeEvent{paid("a", sum, 5), refunded("a", "r", 4000), refunded("a", "r", 4000), refunded("a", "s", 6000)}, "refunded", 0, 0},
		{"what was over went back", []store.ChargeEvent{paid("a", sum+500, 5), refunded("a", "r", 500)}, "paid", sum, 5},
		{"the second of two went back", []store.ChargeEvent{paid("a", sum, 5), paid("b", sum, 50), refunded("b", "r", 0)}, "paid", sum, 5},
		{"the first of two went back", []store.ChargeEvent{paid("a", sum, 5), paid("b", sum, 50), refunded("a", "r", 0)}, "paid late", sum, 50},
		{"a payment of nothing", []store.ChargeEvent{opened, paid("a", 0, 5)}, "open", 0, 0},
		{"news of a kind to come", []store.ChargeEvent{opened, happened("in mediation", 5)}, "open", 0, 0},
	} {
		got := ledger.Of(sum, expires, c.events)
		when := time.Time{}
		if c.paid > 0 {
			when = at(c.paid)
		}
		if told := short(got); told != c.want || got.Received != c.received || !got.PaidAt.Equal(when) {
			t.Errorf("%s: %q, %s received, paid at %s; want %q, %s", c.name, told, got.Received, got.PaidAt, c.want, c.received)
		}
	}
}

func TestMarksAreReadAsWritten(t *testing.T) {
	for bits := range 16 {
		m := store.ChargeMarks{Late: bits&1 != 0, Double: bits&2 != 0, Short: bits&4 != 0, Over: bits&8 != 0}
		if got := store.ParseChargeMarks(m.String() + " other"); got != m {
			t.Errorf("%q is read as %+v", m, got)
		}
	}
}

// history draws what became of a charge: events of a provider that does not
// contradict itself.
func history(t *rapid.T, kinds ...store.ChargeEventKind) []store.ChargeEvent {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) store.ChargeEvent {
		kind := rapid.SampledFrom(kinds).Draw(t, "kind")
		payment := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "payment")
		switch kind {
		case store.EventPaid:
			// One payment has one amount and one time.
			n := int(payment[0] - 'a')
			e := paid(payment, []store.Money{sum, sum - 1, sum + 700}[n], []int{10, 40, 70}[n])
			e.Already = payment == "c"
			return e
		case store.EventRefunded:
			amount := rapid.SampledFrom([]store.Money{0, 1, 700, sum}).Draw(t, "amount")
			return refunded(payment, fmt.Sprint("refund ", payment, amount), amount)
		case store.EventReturned:
			return returned(payment, rapid.SampledFrom([]store.Money{0, 1, 700, sum}).Draw(t, "amount"))
		default:
			return happened(kind, rapid.IntRange(0, 60).Draw(t, "minute"))
		}
	}), 0, 12).Draw(t, "events")
}

var (
	withoutRefunds = []store.ChargeEventKind{store.EventOpened, store.EventRefused, store.EventExpired, store.EventCancelled, store.EventPaid}
	allKinds       = append(slices.Clip(withoutRefunds), store.EventRefunded, store.EventReturned)
)

// Any order, any repetition, and loss that is made up for later: the same.
func TestOrderAndRepetitionDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := history(t, allKinds...)
		want := ledger.Of(sum, expires, events)
		other := rapid.Permutation(events).Draw(t, "order")
		again := rapid.SliceOf(rapid.IntRange(0, max(len(events)-1, 0))).Draw(t, "again")
		for _, i := range again {
			if i < len(events) {
				other = append(other, events[i])
			}
		}
		if got := ledger.Of(sum, expires, other); got != want {
			t.Fatalf("%+v, want %+v", got, want)
		}
		kept := rapid.IntRange(0, len(events)).Draw(t, "kept") // the rest is lost, then told again with all of it
		if got := ledger.Of(sum, expires, append(slices.Clone(events[:kept]), rapid.Permutation(events).Draw(t, "redelivered")...)); got != want {
			t.Fatalf("after a loss: %+v, want %+v", got, want)
		}
	})
}

// One more event never lowers the state, takes a mark away or loses money, but
// for a refund.
func TestMonotone(t *testing.T) {
	order := []store.ChargeState{
		store.ChargeOffered, store.ChargeOpen, store.ChargeExpired, store.ChargeRefused, store.ChargeCancelled, store.ChargePaid, store.ChargeRefunded,
	}
	rapid.Check(t, func(t *rapid.T) {
		events := history(t, withoutRefunds...)
		var before ledger.Standing
		for n := range events {
			now := ledger.Of(sum, expires, events[:n+1])
			if n > 0 && (slices.Index(order, now.State) < slices.Index(order, before.State) ||
				now.Marks != now.Marks.Or(before.Marks) || now.Received < before.Received) {
				t.Fatalf("%+v after %+v, by %+v", now, before, events[n])
			}
			before = now
		}
	})
}

// A book is the oracle: it takes news one by one, and knows what it has seen.
type book struct {
	seen   map[string]bool
	closed string // the last word of those that close without money
	opened bool
	limit  time.Time
	gross  map[string]store.Money
	back   map[string]store.Money
	sofar  map[string]store.Money
	when   map[string]time.Time
	twice  map[string]bool
}

func newBook() *book {
	return &book{
		seen: map[string]bool{}, limit: expires,
		gross: map[string]store.Money{}, back: map[string]store.Money{}, sofar: map[string]store.Money{}, when: map[string]time.Time{}, twice: map[string]bool{},
	}
}

func (b *book) hear(e store.ChargeEvent) {
	if b.seen[string(e.Kind)+e.ID] {
		return
	}
	b.seen[string(e.Kind)+e.ID] = true
	switch e.Kind {
	case store.EventOpened:
		b.opened = true
	case store.EventExpired:
		if b.closed == "" {
			b.closed = "expired"
		}
	case store.EventRefused:
		if b.closed != "cancelled" {
			b.closed = "refused"
		}
	case store.EventCancelled:
		b.closed = "cancelled"
		if e.At.Before(b.limit) {
			b.limit = e.At
		}
	case store.EventPaid:
		b.gross[e.Payment], b.when[e.Payment], b.twice[e.Payment] = e.Amount, e.At, e.Already
	case store.EventRefunded:
		if e.Amount == 0 {
			e.Amount = 1 << 40
		}
		b.back[e.Payment] += e.Amount
	case store.EventReturned:
		b.sofar[e.Payment] = max(b.sofar[e.Payment], e.Amount)
	}
}

func (b *book) tell() string {
	full, part, gone, late, double, over, short := 0, 0, 0, "", "", "", ""
	for name, gross := range b.gross {
		left := gross - max(b.back[name], b.sofar[name])
		if left < sum && gross >= sum {
			gone++
		}
		if left <= 0 {
			continue
		}
		if left >= sum {
			full++
		} else {
			part++
		}
		if b.when[name].After(b.limit) {
			late = " late"
		}
		if b.twice[name] {
			double = " double"
		}
		if left > sum {
			over = " over"
		}
		if gross < sum {
			short = " short"
		}
	}
	if full+part > 1 {
		double = " double"
	}
	state := "offered"
	if b.opened {
		state = "open"
	}
	if b.closed != "" {
		state = b.closed
	}
	if gone > 0 {
		state = "refunded"
		if part > 0 && full == 0 {
			short = " short"
		}
	}
	if full > 0 {
		state = "paid"
	}
	return state + double + late + over + short
}

// TestOracle: 100,000 events of charges at random, of which some are lost, told
// again, and told in the wrong order, and all told in the end.
func TestOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for total := 0; total < 100_000; {
		var sent []store.ChargeEvent
		for n := range rng.IntN(12) {
			name := string(rune('a' + rng.IntN(3)))
			switch kind := allKinds[rng.IntN(len(allKinds))]; kind {
			case store.EventPaid:
				if slices.ContainsFunc(sent, func(e store.ChargeEvent) bool { return e.Kind == kind && e.Payment == name }) {
					continue
				}
				e := paid(name, sum+store.Money(rng.IntN(3)-1)*store.Money(rng.IntN(900)), rng.IntN(60))
				e.Already = rng.IntN(8) == 0
				sent = append(sent, e)
			case store.EventRefunded:
				sent = append(sent, refunded(name, fmt.Sprint("refund ", n), store.Money(rng.IntN(3))*sum/2))
			case store.EventReturned:
				sent = append(sent, returned(name, store.Money(rng.IntN(5))*sum/4))
			default:
				sent = append(sent, happened(kind, rng.IntN(60)))
			}
		}
		var got []store.ChargeEvent
		for _, e := range sent {
			for range rng.IntN(3) { // lost, told, or told twice
				got = append(got, e)
			}
		}
		got = append(got, sent...) // redelivered
		rng.Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
		oracle := newBook()
		for n, e := range got {
			oracle.hear(e)
			s := ledger.Of(sum, expires, got[:n+1])
			if told := short(s); told != oracle.tell() {
				t.Fatalf("%q, the oracle says %q, of %+v", told, oracle.tell(), got[:n+1])
			}
		}
		total += len(got)
	}
}
