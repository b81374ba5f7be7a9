package store

import (
	"fmt"
	"strings"
	"time"
)

// ByPix is the provider of charges that are paid by PIX at the operator's bank;
// all other providers are card companies, by the name they have in the
// operator's file.
const ByPix = "pix"

// OurSide is the provider of what we ourselves do to a charge, such as let it
// expire.
const OurSide = "loja"

// CardTime is how long a card company has for a payment, unless the operator says
// otherwise.
const CardTime = 30 * time.Minute

// A Charge is one wish to be paid: some debts of one property, a sum in cents,
// one provider, one expiry. Its amounts are those of the day it was offered and
// never change.
type Charge struct {
	ID       string // 26 characters a-z2-7: serves as txid and as external reference
	Property int64
	Provider string // ByPix, or a card company
	Debts    []Debt // what is paid, and the credits that go along, as they were when it was offered
	Discount Money  // for paying at once (gsan-rules EXT-6); positive
	Total    Money  // to be paid
	AtFace   bool   // it is of one bill, without late charges: the bank adds what lateness costs

	Offered time.Time
	Opened  time.Time // zero until the person has gone to the company, or has got the code
	Expires time.Time // of an offer: when its amounts are no longer right

	State    ChargeState
	Marks    ChargeMarks
	Received Money     // what is here of all payments, refunds taken off
	PaidAt   time.Time // when the provider says it was paid; zero unless Paid

	Ref      string    // the provider's own name for it, "" until KeepCheckout
	Address  string    // where it is paid: the company's page, or the PIX code; likewise
	Asked    time.Time // when its provider was last asked about it after it was closed; zero if never
	Protocol string    // of the request (RA) that staff got for its marks, "" without one
}

// ChargeState is where a charge stands. Each state comes after those before it,
// whatever the order of the news (see store/ledger).
type ChargeState string

// The states, lowest first. Refused, Expired and Cancelled are the same to all
// but the person: closed without money.
const (
	ChargeOffered   ChargeState = "offered"   // a link was given; nothing is held
	ChargeOpen      ChargeState = "open"      // the person went to the company, or the PIX code was made
	ChargeExpired   ChargeState = "expired"   // nobody paid in time
	ChargeRefused   ChargeState = "refused"   // the company refused
	ChargeCancelled ChargeState = "cancelled" // by the person, or for a newer selection
	ChargePaid      ChargeState = "paid"
	ChargeRefunded  ChargeState = "refunded" // was paid, and the money went back
)

// ChargeMarks are what is amiss with the payments of a charge; staff get a
// request for each (see RecordEvent of store/postgres). A payment that went back
// in full leaves no mark.
type ChargeMarks struct {
	Late   bool // paid after it had expired or been cancelled
	Double bool // paid twice, or what it pays was paid by other means before
	Short  bool // a payment of less than the sum, which does not count as paid, or what a refund has left of one
	Over   bool // a payment of more than the sum
}

// String is the marks as our tables have them: "double late", "" for none.
func (m ChargeMarks) String() string {
	var words []string
	for _, mark := range []struct {
		set  bool
		word string
	}{{m.Double, "double"}, {m.Late, "late"}, {m.Over, "over"}, {m.Short, "short"}} {
		if mark.set {
			words = append(words, mark.word)
		}
	}
	return strings.Join(words, " ")
}

// ParseChargeMarks reads what String has written; other words are left out.
func ParseChargeMarks(s string) (m ChargeMarks) {
	for word := range strings.FieldsSeq(s) {
		switch word {
		case "double":
			m.Double = true
		case "late":
			m.Late = true
		case "over":
			m.Over = true
		case "short":
			m.Short = true
		}
	}
	return m
}

// Or is the marks of either.
func (m ChargeMarks) Or(o ChargeMarks) ChargeMarks {
	return ChargeMarks{m.Late || o.Late, m.Double || o.Double, m.Short || o.Short, m.Over || o.Over}
}

// ChargeEventKind is what became of a charge.
type ChargeEventKind string

// What we and the providers can tell. There is no event for a payment that is
// under way: it changes nothing. Nor is there one for a card that was refused
// where the company lets the person try another: EventRefused frees the debts, so
// it is for the end of it.
const (
	EventOpened    ChargeEventKind = "opened"
	EventRefused   ChargeEventKind = "refused"
	EventExpired   ChargeEventKind = "expired"
	EventCancelled ChargeEventKind = "cancelled"
	EventPaid      ChargeEventKind = "paid"
	EventRefunded  ChargeEventKind = "refunded" // a payment, or a part of it, went back
	EventReturned  ChargeEventKind = "returned" // so much of a payment has gone back by now, where a company tells no more than that
)

// A ChargeEvent is one piece of news of a charge. There is nothing in it of a
// person or of a card.
type ChargeEvent struct {
	Provider string // who tells it: the charge's provider, or OurSide
	ID       string // the provider's name for this news, such as "123/paid" of payment 123: told again, it is the same news
	Charge   string
	Kind     ChargeEventKind
	At       time.Time // when it happened, by the provider's clock

	// Of EventPaid, EventRefunded and EventReturned: the payment by the provider's
	// name (endToEndId), and how much of it was paid or went back. What a bank added
	// for lateness itself (juros and multa of componentesValor) is not counted. An
	// EventRefunded of 0 is of all of the payment.
	Payment string
	Amount  Money

	// Said is the provider's own word for it, such as "approved". Only letters
	// and signs between them are kept, at most 40.
	Said string

	// Already is set by RecordEvent: when this payment became known, what it pays
	// had been paid by other means.
	Already bool
}

// A ChargeForm is what is to be paid, and how.
type ChargeForm struct {
	Session  string // the conversation that is told of it: channel and person; "" tells nobody
	Property int64
	Provider string // ByPix, or a card company

	// Debts are the chosen ones and the credits that were seen with them, known by
	// Kind, ID and Version as in IssueStatement. The sum is that of a statement:
	// late charges of today in, all credits and the discount off.
	Debts []Debt
	// Bill is charged instead of Debts if it has an ID: at face value, known by
	// its Total, for a bank that adds fine and interest itself (cobv).
	Bill Bill

	At      time.Time // now
	Expires time.Time // of a PIX code; card charges expire so long after they were opened as the operator says
}

// A CardLink is a charge by card and the https address of our page from which the
// person goes to its company: good until the charge Expires.
type CardLink struct {
	Charge  Charge
	Address string
}

// An OpenedCharge is what came of opening a charge: the charge, a Refusal, or
// others that are in the way.
type OpenedCharge struct {
	Charge  Charge
	Refusal Refusal

	// InTheWay are open PIX charges that have one of the debts. Nothing was
	// opened: have the bank remove them, cancel them, and open again.
	InTheWay []Charge
}

// A ChargeNews is something a conversation is to be told of its charge.
type ChargeNews struct {
	Session string
	Charge  Charge
}

// ID names the news: the same until it was told, and another as soon as there
// is something else to tell.
func (n ChargeNews) ID() string { return fmt.Sprintf("charge/%s/%s", n.Charge.ID, n.Charge.Stamp()) }

// Stamp is another once there is something else to tell of the charge. That it was
// closed without money is told once, by the way that was heard of first.
func (c Charge) Stamp() string {
	stamp := string(c.State)
	switch c.State {
	case ChargeOffered, ChargeOpen:
		stamp = "waiting"
	case ChargeExpired, ChargeRefused, ChargeCancelled:
		stamp = "closed"
	}
	return strings.TrimSpace(stamp + " " + c.Marks.String())
}
