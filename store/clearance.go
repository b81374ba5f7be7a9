package store

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// ClearanceRule is by what a year counts as settled.
type ClearanceRule string

// The rules. The zero ClearanceRule is ClearanceByLaw.
const (
	// ClearanceByLaw is Lei 12.007/2009 art. 2: every bill due in the year is
	// settled, however many there are (gsan-rules QUI-10).
	ClearanceByLaw ClearanceRule = "law"
	// ClearanceByGSAN is what GSAN's own batch does: twelve settled bills of the
	// year's months, cancelled ones among them (QUI-2 to QUI-4).
	ClearanceByGSAN ClearanceRule = "gsan"
)

// YearStatus is what has become of a bill, as far as its year's clearance is
// concerned.
type YearStatus int

// What may have become of a bill.
const (
	StillOwed    YearStatus = iota // open, or paid in part
	SettledBill                    // paid
	DealtBill                      // put into an instalment deal that is not paid off
	SuedBill                       // in court collection
	DisputedBill                   // under review, or prescribed: neither owed nor settled
	CanceledBill                   // cancelled, or replaced by another bill
)

// A YearBill is a bill as the clearance of its year sees it.
type YearBill struct {
	ID     int64
	Month  Month
	Due    Date
	Value  Money // net, above zero
	Status YearStatus
	On     Date // since when it has the status; zero if that is not known
	Posted bool // its payment is classified and its month closed, which GSAN's rule asks for
}

// ClearanceTerms is what the utility has decided about clearances.
type ClearanceTerms struct {
	Rule  ClearanceRule
	Deals bool // a bill in a deal counts as settled (parm_iccontaparcelada)
	Suits bool // and so does one in court collection (parm_iccobrancajudicial)

	// What only GSAN's rule asks for: the last day whose payments count (QUI-3),
	// and the bills of its own statements, by year (extrato_quitacao_item).
	PaidBy     Date
	Statements map[int][]int64
}

// ClearanceResult is what a customer can have for a year.
type ClearanceResult int

// The results, and the reasons for none.
const (
	Cleared       ClearanceResult = iota // all that was due in the year is settled
	PartlyCleared                        // but for months in dispute, which are excepted (art. 2 § 3)
	YearNotOver                          // the year is not closed yet
	NothingBilled                        // no bill was due in it
	DebtsOpen                            // bills of it are owed, see Owed
	AllDisputed                          // all its bills are in dispute
	TooFewSettled                        // fewer than twelve: GSAN's rule alone
)

// A Clearance is the "declaração de quitação" of a year (Lei 12.007/2009), or why
// there is none.
type Clearance struct {
	Year     int
	Result   ClearanceResult
	Bills    []YearBill // those that it declares, in the order they were due
	Months   []Month    // of their due dates, each once (QUI-9, QUI-10)
	Excepted []YearBill // those in dispute
	Owed     []YearBill // those that stand in the way, in the order they were due
	Deliver  Month      // when it is to be sent unasked: with May's bill, or the month after all was paid (art. 3)
}

// Given tells whether there is a declaration.
func (c Clearance) Given() bool { return c.Result == Cleared || c.Result == PartlyCleared }

// Total is what the bills it declares come to.
func (c Clearance) Total() (sum Money) {
	for _, b := range c.Bills {
		sum += b.Value
	}
	return sum
}

// With returns the declared bills of a status: those in deals or in court are
// declared with a reservation.
func (c Clearance) With(s YearStatus) []YearBill {
	return slices.DeleteFunc(slices.Clone(c.Bills), func(b YearBill) bool { return b.Status != s })
}

// ClearanceOf decides on a year, from the customer's own bills, of which those
// of other years are passed over. A cancelled bill counts by GSAN's rule alone.
// Earlier years are not looked at (QUI-5).
func ClearanceOf(year int, bills []YearBill, terms ClearanceTerms, today Date) Clearance {
	c := Clearance{Year: year}
	if today.Year <= year {
		c.Result = YearNotOver
		return c
	}
	bills = slices.SortedStableFunc(slices.Values(bills), func(a, b YearBill) int {
		return cmp.Or(a.Due.compare(b.Due), cmp.Compare(a.ID, b.ID))
	})
	if terms.Rule == ClearanceByGSAN {
		c.byGSAN(bills, terms)
	} else {
		c.byLaw(bills, terms)
	}
	c.close()
	return c
}

// byLaw takes the year by due date.
func (c *Clearance) byLaw(bills []YearBill, terms ClearanceTerms) {
	for _, b := range bills {
		switch {
		case b.Due.Year != c.Year, b.Status == CanceledBill:
		case b.Status == DisputedBill:
			c.Excepted = append(c.Excepted, b)
		case b.settled(terms):
			c.Bills = append(c.Bills, b)
		default:
			c.Owed = append(c.Owed, b)
		}
	}
	c.Bills = slices.DeleteFunc(c.Bills, func(b YearBill) bool { // a month is excepted as a whole
		return slices.ContainsFunc(c.Excepted, func(e YearBill) bool { return MonthOf(e.Due) == MonthOf(b.Due) })
	})
	switch {
	case len(c.Owed) > 0:
		c.Result = DebtsOpen
	case len(c.Bills) > 0 && len(c.Excepted) > 0:
		c.Result = PartlyCleared
	case len(c.Excepted) > 0:
		c.Result = AllDisputed
	case len(c.Bills) == 0:
		c.Result = NothingBilled
	}
}

func (b YearBill) settled(terms ClearanceTerms) bool {
	return b.Status == SettledBill || b.Status == DealtBill && terms.Deals || b.Status == SuedBill && terms.Suits
}

// byGSAN takes the year by reference and counts to twelve as GSAN does: paid
// bills all, then the cancelled, those in deals and those in court, of which one
// takes the place of a lower number of the same month and gives way to a higher.
func (c *Clearance) byGSAN(bills []YearBill, terms ClearanceTerms) {
	const enough = 12
	var counted []YearBill
	ids, stated := terms.Statements[c.Year]
	for _, status := range []YearStatus{SettledBill, CanceledBill, DealtBill, SuedBill} {
		for _, b := range bills {
			switch {
			case int(b.Month)/100 != c.Year || b.Status != status:
			case stated:
				if slices.Contains(ids, b.ID) {
					counted = append(counted, b)
				}
			case status == SettledBill:
				if b.Posted && !b.On.After(terms.PaidBy) {
					counted = append(counted, b)
				}
			case status == CanceledBill || b.settled(terms):
				counted = replaceMonth(counted, b)
			}
		}
	}
	billed := false
	for _, b := range bills {
		if int(b.Month)/100 != c.Year {
			continue
		}
		billed = true
		if b.Status == StillOwed || (b.Status == DealtBill || b.Status == SuedBill) && !b.settled(terms) {
			c.Owed = append(c.Owed, b)
		}
	}
	switch {
	case len(counted) >= enough:
		slices.SortStableFunc(counted, func(a, b YearBill) int { return a.Due.compare(b.Due) })
		c.Bills, c.Owed = counted, nil
	case len(c.Owed) > 0:
		c.Result = DebtsOpen
	case !billed:
		c.Result = NothingBilled
	default:
		c.Result = TooFewSettled
	}
}

func replaceMonth(counted []YearBill, b YearBill) []YearBill {
	i := slices.IndexFunc(counted, func(o YearBill) bool { return o.Month == b.Month })
	if i < 0 {
		return append(counted, b)
	}
	if counted[i].ID < b.ID {
		counted[i] = b
	}
	return counted
}

// close fills in what follows from the bills.
func (c *Clearance) close() {
	if !c.Given() {
		c.Bills = nil
		return
	}
	c.Deliver = MonthOf(Date{c.Year + 1, time.May, 1})
	for _, b := range c.Bills {
		if m := MonthOf(b.Due); !slices.Contains(c.Months, m) {
			c.Months = append(c.Months, m)
		}
		if b.Status == SettledBill && !b.On.IsZero() {
			c.Deliver = max(c.Deliver, MonthOf(b.On).Add(1))
		}
	}
}

// Clearances is what a property's present occupant can have.
type Clearances struct {
	Property Property // matrícula, inscrição and address alone
	Holder   Customer // the occupant; zero without one
	Occupied bool     // false without a current usuário, whose declaration it would be
	Years    []Clearance
}

// Of returns the clearance of a year, NothingBilled or YearNotOver if the year
// is not among them.
func (c Clearances) Of(year int, today Date) Clearance {
	for _, y := range c.Years {
		if y.Year == year {
			return y
		}
	}
	return ClearanceOf(year, nil, ClearanceTerms{}, today)
}

// A ClearanceCopy is a declaration with all that it prints (QUI-7).
type ClearanceCopy struct {
	Clearance
	Property Property
	Holder   Customer
	Issued   Date
}

// String names the rule, for messages to operators.
func (r ClearanceRule) String() string { return cmp.Or(string(r), string(ClearanceByLaw)) }

// Check returns an error if there is no such rule.
func (r ClearanceRule) Check() error {
	switch r {
	case "", ClearanceByLaw, ClearanceByGSAN:
		return nil
	}
	return fmt.Errorf("%q is neither %s nor %s", string(r), ClearanceByLaw, ClearanceByGSAN)
}
