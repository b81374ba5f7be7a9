package store

// PaymentKind is the group that a payment is listed in (gsan-rules PAG-2).
type PaymentKind int

// What a payment was made for.
const (
	BillPayment    PaymentKind = iota // conta
	SlipPayment                       // guia de pagamento, by the name of its debt
	ServicePayment                    // débito a cobrar paid ahead, by the name of its debt
	OtherPayment                      // anything else: money that came without a document we know
)

// PaymentState is where a payment stands for the person who made it
// (gsan-rules PAG-5).
type PaymentState int

// The states, by pgst_idatual.
const (
	PaymentInProcess PaymentState = iota // not classified yet, or any other
	PaymentConfirmed                     // 0 classificado
	PaidTwice                            // 1 em duplicidade
	PaidInExcess                         // 3 em excesso
)

// A Payment is money that arrived for a property: arrecadacao.pagamento, or
// pagamento_historico once its month is closed.
type Payment struct {
	Kind      PaymentKind
	Month     Month  // of the bill; 0 where there is none
	Text      string // what it was for, in words, of others than bills; may be ""
	On        Date   // the day it was paid
	Value     Money  // what was paid
	Billed    Money  // what the bill came to, net (DEB-2); 0 where it is not known
	Collector string // who took it, such as a bank; "" where the notice names nobody (PAG-4)
	Form      string // how it was paid, such as "Pix"; "" if not known
	State     PaymentState
}

// Payments is what was paid for a property by, or for, its present occupant.
type Payments struct {
	List     []Payment // newest first (PAG-2)
	Charges  []Charge  // opened in the last weeks, newest first: List has what was paid of them once GSAN has
	Occupied bool      // false without a current usuário: then an empty list does not mean "nothing was paid" (DEB-15)
}

// In returns the payments made in a year, and their sum. All of it counts that
// the person gave, also what was paid twice.
func (p Payments) In(year int) (made []Payment, sum Money) {
	for _, one := range p.List {
		if one.On.Year == year {
			made = append(made, one)
			sum += one.Value
		}
	}
	return made, sum
}

// Of returns the payments that a person may mean by a month: those of its bill,
// and what was paid in that month for anything but a bill.
func (p Payments) Of(m Month) (meant []Payment) {
	for _, one := range p.List {
		if one.Month == m || one.Month == 0 && MonthOf(one.On) == m {
			meant = append(meant, one)
		}
	}
	return meant
}

// Years returns the years in which something was paid, newest first.
func (p Payments) Years() (years []int) {
	for _, one := range p.List {
		if n := len(years); n == 0 || years[n-1] != one.On.Year {
			years = append(years, one.On.Year)
		}
	}
	return years
}
