package instalment

import (
	"slices"

	"lojavirtual/store"
)

// Discounts are what is taken off the debt if it is dealt, each rounded to the
// cent by itself.
type Discounts struct {
	Late      store.Money // SIM-11, and late charges that were charged (SIM-13)
	Age       store.Money // SIM-10
	Idle      store.Money // SIM-12
	Bands     store.Money // SIM-13
	Sanctions store.Money // SIM-13

	idleCash store.Money // in place of Idle, for cash
}

// Total is their sum.
func (d Discounts) Total() store.Money { return d.Late + d.Age + d.Idle + d.Bands + d.Sanctions }

// socialTariff is the perfil of a property that has the social tariff.
const socialTariff = 4

// MayBeLess tells whether the counter may take off more than is computed here:
// the social tariff for the past, which needs every bill computed anew (SIM-13).
func (s Simulation) MayBeLess() bool {
	return s.profile.Social && s.c.Property.Profile == socialTariff
}

// cutOff are the situações of water that is cut off for good: suprimido and
// its like.
var cutOff = []int{6, 7, 8}

// discounts computes all of them, and how many bills count for the maximum of
// instalments: those that got no discount for their age (SIM-18,
// CC#determinarQuantidadeMaximaPrestacoes).
func discounts(c Case, p Profile) (d Discounts, bills int) {
	late := c.Debts.Late()
	var aged []int // the months of the rows that bills reached
	for _, b := range c.Debts.Bills {
		row, ok := reached(p.Age, apart(b.Month, c.Billing))
		if !ok {
			bills++
			continue
		}
		aged = append(aged, row.Months)
		percent := row.Active
		if slices.Contains(cutOff, c.Property.Water) {
			percent = row.Without
		}
		off := store.LateCharges{
			Fine: part(b.Late.Fine, percent), Interest: part(b.Late.Interest, percent), Correction: part(b.Late.Correction, percent),
		}
		d.Age += part(b.Value, percent) + off.Total()
		late = late.Add(store.LateCharges{Fine: -off.Fine, Interest: -off.Interest, Correction: -off.Correction})
	}
	d.Late = centsDown(plus(plus(share(amount(late.Fine), p.Fine), share(amount(late.Interest), p.Interest)), share(amount(late.Correction), p.Correction)))
	if c.Resolution.Sanctions {
		since := since(c.Today, aged)
		d.Sanctions = part(charged(c.Debts.Sanctions, since, p.Until), p.Sanction)
		d.Late += charged(c.Debts.LateCharged, since, p.Until)
	}
	base := c.Debts.Total() - d.Late - d.Age - d.Sanctions
	if s := c.Property.Situation; s == Inactive || s == SewageOnly {
		d.Idle = idle(base, p.Idle, c.Resolution.IdleSteps, monthsCut(c))
		d.idleCash = idle(base, p.IdleCash, c.Resolution.IdleCashSteps, monthsCut(c))
	}
	for _, b := range c.Debts.Bills {
		for _, band := range c.Resolution.Bands {
			if band.From <= b.Month && b.Month <= band.To {
				d.Bands += part(b.Value, band.Percent)
				break
			}
		}
	}
	return d, bills
}

// since is the month from which on charges on bills are discounted; those before
// went with the bills, for their age (SIM-13). GSAN keeps the months of the last
// bill that reached a row, the newest, so the least; 0 if none did, or if that
// row begins at once.
func since(today store.Date, aged []int) store.Month {
	if len(aged) == 0 || slices.Min(aged) == 0 {
		return 0
	}
	return store.MonthOf(today).Add(-slices.Min(aged))
}

// charged adds up the charges within the months, both included. Where there is
// no last one, until is 0. A débito a cobrar is not asked for the first month.
func charged(charges []Charge, since, until store.Month) store.Money {
	var sum store.Money
	for _, c := range charges {
		if (until == 0 || c.Month <= until) && (!c.Billed || c.Month >= since) {
			sum += c.Value
		}
	}
	return sum
}

// idle is the discount for a connection that is cut off, without turning it on
// again. The percentage loses its fraction: GSAN rounds the quotient by 100 to
// two decimals, half down, so that 12,5 % acts as 12 % and 7,5 % as 7 % (SIM-12).
func idle(base store.Money, rows []Discount, steps []int, months int) store.Money {
	step := -1
	for _, s := range steps {
		if s <= months {
			step = max(step, s)
		}
	}
	i := slices.IndexFunc(rows, func(r Discount) bool { return r.Months == step })
	if i < 0 {
		return 0
	}
	fraction := centsDown(share(amount(100), rows[i].Without)) // of a hundred
	return part(base, Percent(100*fraction))
}

// monthsCut counts the months since the water was cut off. GSAN takes the year
// 0 for a date that is not noted (SIM-12).
func monthsCut(c Case) int {
	if c.Property.CutOff.IsZero() {
		return 12 * c.Today.Year
	}
	return apart(store.MonthOf(c.Property.CutOff), store.MonthOf(c.Today))
}

// reached is the row with most months that a number of months reaches.
func reached(rows []Discount, months int) (found Discount, ok bool) {
	for _, r := range rows {
		if r.Months <= months && (!ok || r.Months > found.Months) {
			found, ok = r, true
		}
	}
	return found, ok
}

// apart is GSAN's difference of two months, whichever is first.
func apart(a, b store.Month) int {
	n := 12*(int(a)/100-int(b)/100) + int(a)%100 - int(b)%100
	return max(n, -n)
}

// Cash is the debt paid at once.
type Cash struct {
	Discount store.Money
	Pay      store.Money
}

// Cash is what paying at once would cost (SIM-27). GSAN rounds no earlier than
// at the end, and so do we.
func (s Simulation) Cash() Cash {
	sum := s.Discounts.Total()
	if s.Discounts.idleCash != 0 {
		sum += s.Discounts.idleCash - s.Discounts.Idle
	}
	off := amount(sum)
	if c := s.profile.Cash; c == 0 {
		off = amount(max(sum, s.Debts.Late().Total()))
	} else if base, late, ok := s.cashBase(); ok {
		ofLate := share(amount(late), c)
		rest := amount(base)
		if !s.c.Resolution.CashOnBills {
			rest = minus(minus(rest, off), ofLate)
		}
		off = plus(off, plus(share(rest, c), ofLate))
	}
	off = plus(off, share(minus(amount(s.Total), off), s.profile.CashRest))
	discount := min(centsDown(off), s.Total)
	return Cash{Discount: discount, Pay: s.Total - discount}
}

// CashDiscount is what paying the debts of a case at once takes off, whether or
// not the property may have a deal, as on an extrato (gsan-rules EXT-6): nothing
// if no profile fits.
func CashDiscount(c Case) store.Money {
	profile, ok := c.Resolution.profile(c.Property)
	if !ok || c.Debts.Total() <= 0 {
		return 0
	}
	s := Simulation{Debts: c.Debts, Total: c.Debts.Total(), c: c, profile: profile}
	s.Discounts, s.bills = discounts(c, profile)
	return s.Cash().Discount
}

// cashBase is what the profile's percentage for cash acts on, and the late
// charges in it. It wants a number of bills, due until its last day if it has
// one; if the resolution says so, the bills alone without late charges and what
// is left of deals.
func (s Simulation) cashBase() (base, late store.Money, ok bool) {
	counted := s.Debts
	counted.Bills = slices.DeleteFunc(slices.Clone(counted.Bills), func(b Bill) bool {
		return !s.profile.CashUntil.IsZero() && s.profile.CashUntil.Before(b.Due)
	})
	n := len(counted.Bills)
	if n == 0 || s.profile.CashBills == nil || n < *s.profile.CashBills {
		return 0, 0, false
	}
	if s.c.Resolution.CashOnBills {
		base = counted.BillsTotal() + counted.Deals - counted.Credits
	} else {
		base, late = counted.Total(), counted.Late().Total()
	}
	return base, late, base > 0
}
