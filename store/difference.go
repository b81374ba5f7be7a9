package store

import "time"

// A Difference is one thing about which our charges, the provider's list and
// GSAN's payments do not agree. There is nothing in it of a person.
type Difference struct {
	Kind     DifferenceKind `json:"kind"`
	Provider string         `json:"provider"`
	Charge   string         `json:"charge"`
	Payment  string         `json:"payment,omitempty"` // the provider's name for it, if it is about one
	Bill     int64          `json:"bill,omitempty"`    // cnta_id, if it is about one bill of several
	Ours     Money          `json:"ours"`              // cents, by our charges
	Theirs   Money          `json:"theirs"`            // cents, by the provider or by GSAN
}

// DifferenceKind says what does not agree; it is also the label in metrics.
type DifferenceKind string

// What a provider tells otherwise than our charges.
const (
	UnknownPayment DifferenceKind = "unknown_payment" // it was recorded when it was found
	UnknownRefund  DifferenceKind = "unknown_refund"  // likewise
	UnknownCharge  DifferenceKind = "unknown_charge"
	ProviderAmount DifferenceKind = "provider_amount"
	NotAtProvider  DifferenceKind = "not_at_provider"
)

// What GSAN tells otherwise than our charges, or has not got.
const (
	NotInGSAN     DifferenceKind = "not_in_gsan"
	PaidInGSAN    DifferenceKind = "paid_in_gsan"
	GSANAmount    DifferenceKind = "gsan_amount"
	PaidAgain     DifferenceKind = "paid_twice"
	RefundInGSAN  DifferenceKind = "refund_in_gsan"
	ReviewLeft    DifferenceKind = "review_left"
	ReviewMissing DifferenceKind = "review_missing"
)

// What is amiss with our charges alone.
const (
	PaidShort  DifferenceKind = "paid_short"
	PaidOver   DifferenceKind = "paid_over"
	Unreported DifferenceKind = "unreported"
	NoCheckout DifferenceKind = "no_checkout"
)

// DifferenceKinds are all kinds, in the order in which they are shown.
var DifferenceKinds = []DifferenceKind{
	UnknownPayment, UnknownRefund, UnknownCharge, ProviderAmount, NotAtProvider,
	NotInGSAN, PaidInGSAN, GSANAmount, PaidAgain, RefundInGSAN, ReviewLeft, ReviewMissing,
	PaidShort, PaidOver, Unreported, NoCheckout,
}

// What says what it is, for staff.
func (k DifferenceKind) What() string { return differences[k].what }

// Do says what is to be done about it.
func (k DifferenceKind) Do() string { return differences[k].do }

var differences = map[DifferenceKind]struct{ what, do string }{
	UnknownPayment: {"paid at the provider, and not known to us", "nothing, it is recorded now; if it happens often, see why its webhooks do not arrive"},
	UnknownRefund:  {"given back at the provider, and not known to us", "nothing, it is recorded now: what it paid is owed again"},
	UnknownCharge:  {"paid at the provider for a charge we do not have", "look whether our database was restored from a backup; give the payment back, or enter it in GSAN"},
	ProviderAmount: {"the provider has another amount for the payment", "ask the provider which is right"},
	NotAtProvider:  {"a payment we have is not in the provider's list", "ask the provider for it; if it never was, open the bills again in GSAN"},
	NotInGSAN:      {"paid with us, and not in GSAN after the clearing time", "find it in the collector's file (arrecadação), and post it"},
	PaidInGSAN:     {"paid in GSAN, and open with us", "if it is by other means, nobody should pay the charge as well: it closes by itself when its time is over"},
	GSANAmount:     {"GSAN has another sum than was received", "compare the payments in GSAN with the collector's file, and correct them"},
	PaidAgain:      {"paid twice, by us and by other means or once more", "give one payment back, or credit it (the request has the protocol)"},
	RefundInGSAN:   {"given back, and still paid in GSAN", "take the payment out of GSAN, so that the bill is owed again"},
	ReviewLeft:     {"em revisão for a payment by card that is not under way", "end the review of the bill in GSAN"},
	ReviewMissing:  {"being paid by card, and not em revisão", "see who ended the review in GSAN: the bill may be paid twice"},
	PaidShort:      {"less was paid than was asked for, which counts as not paid", "give it back, or credit it (the request has the protocol)"},
	PaidOver:       {"more was received than was asked for", "give the rest back, or credit it (the request has the protocol)"},
	Unreported:     {"something is amiss with a payment, and staff have no request for it", "set rules.trouble_request to a kind of request in use; open a request for this one"},
	NoCheckout:     {"open, and the provider was never asked for a page or code", "see in the log why the provider refuses; it closes by itself when its time is over"},
}

// A Reconciliation is one comparison.
type Reconciliation struct {
	At          time.Time    `json:"at"`
	Since       time.Time    `json:"since"`   // charges and payments from then on
	Charges     int          `json:"charges"` // that were compared
	Unasked     []string     `json:"unasked"` // providers that could not be asked
	Differences []Difference `json:"differences"`
}

// Count returns how many differences there are of a kind.
func (r Reconciliation) Count(kind DifferenceKind) (n int) {
	for _, d := range r.Differences {
		if d.Kind == kind {
			n++
		}
	}
	return n
}

// ClearingDays is how many business days GSAN takes to get a payment, unless the
// operator says otherwise.
const ClearingDays = 2

// Clears returns the last day on which a payment of that day may come to GSAN:
// so many business days later.
func (d Date) Clears(days int, holiday func(Date) bool) Date {
	for days > 0 {
		d = d.Add(1)
		if d.Weekday() != time.Saturday && d.Weekday() != time.Sunday && !holiday(d) {
			days--
		}
	}
	return d
}
