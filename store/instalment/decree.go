package instalment

import (
	"fmt"
	"strings"

	"lojavirtual/store"
)

// Percent counts hundredths of a percent, as GSAN's tables do: 1250 is 12,50 %.
type Percent int

// String writes it as people read it: "12,5%", "1%".
func (p Percent) String() string {
	s := strings.TrimRight(fmt.Sprintf("%d,%02d", p/100, p%100), "0")
	return strings.TrimSuffix(s, ",") + "%"
}

// A Resolution is a resolução de diretoria: the board's frame for deals.
type Resolution struct {
	ID       int
	Number   string
	CashOnly bool // no instalments (SIM-20)
	// CashOnBills lets the cash percentage act on the whole of what it acts on,
	// without taking the other discounts off first (SIM-27).
	CashOnBills bool
	Sanctions   bool // sanctions and late charges that were charged are discounted (SIM-13)
	Bands       []MonthBand
	Profiles    []Profile
	// IdleSteps and IdleCashSteps are the numbers of months that any profile of
	// any resolution has a row for: GSAN looks for the greatest among them all,
	// and then for the profile's row with that number (SIM-12). BandSteps are
	// the same for the value bands of the entrada (SIM-15).
	IdleSteps, IdleCashSteps []int
	BandSteps                []store.Money
}

// A MonthBand discounts bills by their month, both ends included (SIM-13).
type MonthBand struct {
	From, To store.Month
	Percent  Percent
}

// A Profile is a row of parcelamento_perfil with what hangs on it. Of,
// Subcategory and Category are nil where any will do.
type Profile struct {
	ID                        int
	Situation                 int
	Of, Subcategory, Category *int

	LeastInstalment            Percent     // of the least water bill (SIM-19)
	Fine, Interest, Correction Percent     // off the late charges (SIM-11)
	Sanction                   Percent     // off sanctions (SIM-13)
	Until                      store.Month // of charges that are discounted (SIM-13); 0 for no limit
	Cash                       Percent     // SIM-27
	CashBills                  *int        // as many bills the cash percentage wants; nil never gives it
	CashUntil                  store.Date
	CashRest                   Percent // off what is left, for cash

	Social bool // the social tariff is given for the past, too (SIM-13)

	LeastUse       *int     // of a single bill, m³ (SIM-4)
	LeastVariation *Percent // of a single bill, against the mean
	SanctionsOnly  bool     // a single bill is dealt only for its sanctions

	Age      []Discount // months since the bill's month (SIM-10)
	Idle     []Discount // months since the cut (SIM-12)
	IdleCash []Discount // the same for cash
	Redeals  []Redeal   // SIM-8
}

// A Discount is for those who have reached a number of months.
type Discount struct {
	Months  int
	Active  Percent // of Age alone: the water is not cut off
	With    Percent // the water will be turned on again
	Without Percent // it will not
}

// A Redeal holds the instalments for those who have dealt so often.
type Redeal struct {
	From      int     // consecutive deals
	Suggested Percent // entrada; 0 suggests none
	Rows      []Row   // by Max
}

// A Row is a range of numbers of instalments, from where the row before ended
// (SIM-9).
type Row struct {
	Max          int
	Rate         Percent // a month
	Entrada      Percent // least, of the debt
	EntradaLeast Percent // least, of the least water bill; replaces Entrada unless 0
	Bands        []ValueBand
	Mean         bool    // least, the mean of the bills, if store.DealRules wants it
	LastBill     bool    // not less than the last bill
	Redealt      Percent // of what earlier deals have left
	Factor       int     // instalments a bill; 0 has no such limit (SIM-18)
}

// A ValueBand is the least entrada of debts from a value on (SIM-15).
type ValueBand struct {
	From    store.Money
	Percent Percent
}
